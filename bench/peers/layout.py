# SPDX-License-Identifier: Apache-2.0
"""The graph's files: '|'-separated, one header line, no quoting, an empty field is no value. `<Label>.csv` holds nodes,
`<From>_<TYPE>_<To>.csv` relationships that begin with startId|endId; files that begin with param_ or are counts.csv are
neither. Columns of a name have one type in all files.
"""

import dataclasses
import datetime
import os

_TYPES = {"id": int, "startId": int, "endId": int, "length": int, "classYear": int, "workFrom": int,
          "birthday": datetime.date, "creationDate": datetime.datetime, "joinDate": datetime.datetime, "speaks": list}


def type_of(column):
    """int, str, list (of strings, with ; between them), datetime.date or datetime.datetime."""
    return _TYPES.get(column, str)


@dataclasses.dataclass
class File:
    """`name` is the label or the relationship type; `start` and `end` are labels, or None for nodes."""
    path: str
    name: str
    columns: list
    start: str = None
    end: str = None

    def rows(self):
        """Lists of values in the columns' order, of the columns' types; None where there is none."""
        readers = [_READERS[type_of(column)] for column in self.columns]
        with open(self.path, encoding="utf-8", newline="\n") as file:
            next(file)
            for line in file:
                yield [read(field) if field else None for read, field in zip(readers, line.rstrip("\n").split("|"))]


def _read_datetime(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


_READERS = {int: int, str: str, list: lambda text: text.split(";"), datetime.date: datetime.date.fromisoformat,
            datetime.datetime: _read_datetime}


def read_layout(folder):
    """The files of nodes and those of relationships, each sorted by file name."""
    nodes, relationships = [], []
    for file_name in sorted(os.listdir(folder)):
        stem, ending = os.path.splitext(file_name)
        if ending != ".csv" or stem == "counts" or stem.startswith("param_"):
            continue
        path = os.path.join(folder, file_name)
        with open(path, encoding="utf-8") as file:
            columns = file.readline().rstrip("\n").split("|")
        start, _, rest = stem.partition("_")
        kind, _, end = rest.rpartition("_")
        if rest:
            relationships.append(File(path, kind, columns, start, end))
        else:
            nodes.append(File(path, stem, columns))
    return nodes, relationships


def count_rows(folder, stem):
    with open(os.path.join(folder, stem + ".csv"), "rb") as file:
        return sum(1 for _ in file) - 1


def read_parameters(folder, stem):
    """The rows of a file of parameters as lists of integers."""
    with open(os.path.join(folder, stem + ".csv"), encoding="utf-8") as file:
        next(file)
        return [[int(field) for field in line.split("|")] for line in file]
