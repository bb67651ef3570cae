# SPDX-License-Identifier: Apache-2.0
"""Kuzu and Ladybug, whose Python packages have one interface, as the measurements call them."""

import datetime
import os
import re
import resource

from layout import read_layout, type_of

# Lists are kept as text: COPY reads another notation.
_COLUMN_TYPES = {int: "INT64", str: "STRING", list: "STRING", datetime.date: "DATE", datetime.datetime: "TIMESTAMP"}


class Session:
    """An open database and one connection."""

    def __init__(self, package, folder):
        self._package = package
        self._database = package.Database(os.path.join(folder, "graph"))
        self._connection = package.Connection(self._database)

    def prepare(self, text):
        """A function of a dict of parameters that gives all rows."""
        # Statements that take lists of maps learn their types only from the values.
        statement = text if "$rows" in text else self._connection.prepare(text)

        def run(parameters):
            result = self._connection.execute(statement, parameters)
            rows = []
            while result.has_next():
                rows.append(result.get_next())
            result.close()
            return rows
        return run

    def set_timeout(self, seconds):
        self._connection.set_query_timeout(round(1e3 * seconds))

    def run(self, text):
        return self._connection.execute(text)

    def close(self):
        self._connection.close()
        self._database.close()


class Engine:
    WRITERS = 1

    def __init__(self, name, package):
        self.NAME, self._package = name, package

    def Session(self, folder):
        return Session(self._package, folder)

    def dialect(self, text):
        """An openCypher statement in this engine's words."""
        text = text.replace(":Message", ":Post:Comment").replace("datetime('", "timestamp('")
        for function, mode in [("allShortestPaths", "ALL SHORTEST"), ("shortestPath", "SHORTEST")]:
            text = re.sub(function + r"\((.*)\*1\.\.10(.*)\) RETURN", rf"\1* {mode} 1..10\2 RETURN", text)
        return re.sub(r"\*1", "* TRAIL 1", text)

    def load(self, data, folder, shell):
        """Fills a new database. Returns how it was loaded, and 0: it was this process."""
        os.makedirs(folder)
        nodes, relationships = read_layout(data)
        session = self.Session(folder)
        for file in nodes:
            session.run(f"CREATE NODE TABLE {file.name}({_columns(file.columns, 0)}, PRIMARY KEY(id))")
        for kind in sorted({file.name for file in relationships}):
            files = [file for file in relationships if file.name == kind]
            pairs = [f"FROM {file.start} TO {file.end}" for file in files]
            session.run(f"CREATE REL TABLE {kind}({', '.join(pairs + [_columns(files[0].columns, 2)]).rstrip(', ')})")
        for file in nodes:
            session.run(f"COPY {file.name} FROM '{file.path}' (HEADER=true, DELIM='|')")
        for file in relationships:
            session.run(f"COPY {file.name} FROM '{file.path}' "
                        f"(FROM='{file.start}', TO='{file.end}', HEADER=true, DELIM='|')")
        session.close()
        return "COPY", 0


def _columns(columns, first):
    return ", ".join(f"{name} {_COLUMN_TYPES[type_of(name)]}" for name in columns[first:])
