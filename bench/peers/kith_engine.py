# SPDX-License-Identifier: Apache-2.0
"""Kith, as the measurements call it: through its Python module, and its shell for the bulk load."""

import os
import resource
import subprocess
import sys

import kith
from layout import read_layout, type_of

NAME = "Kith"
WRITERS = 4
_SECOND_LABEL = {"Post": "Message", "Comment": "Message"}
_BATCH = 5_000


class Session:
    """An open database and one connection."""

    def __init__(self, folder):
        self._database = kith.open(folder)
        self._connection = self._database.connect()

    def another(self):
        """A session of another thread on the same database; it is closed with this one."""
        session = object.__new__(Session)
        session._database, session._connection = None, self._database.connect()
        return session

    def prepare(self, text):
        """A function of a dict of parameters that gives all rows."""
        statement = self._connection.prepare(text)
        return lambda parameters: statement.execute(parameters).all()

    def set_timeout(self, seconds):
        self._connection.set_timeout(seconds)

    def close(self):
        self._connection.close()
        if self._database is not None:
            self._database.close()


def dialect(text):
    """An openCypher statement in this engine's words."""
    return text


def load(data, folder, shell):
    """Fills a new database. Returns how it was loaded, and the bytes of memory another process took for it (0: this one)."""
    if _has_import(shell):
        labels = [f"{label}:{second}" for label, second in _SECOND_LABEL.items()
                  if os.path.exists(os.path.join(data, label + ".csv"))]
        options = [word for pair in labels for word in ("--labels", pair)]
        subprocess.run([shell, "import", data, "--into", folder, *options], check=True, stdout=sys.stderr)
        _make_indexes(data, folder)
        return "kith import", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    _make_indexes(data, folder)
    _load_batches(data, folder)
    return f"UNWIND of {_BATCH:,} rows", 0


def _has_import(shell):
    told = subprocess.run([shell, "--help"], capture_output=True, text=True, check=True).stdout
    return "kith import" in told


def _make_indexes(data, folder):
    """What the peers have as primary keys."""
    with kith.open(folder) as database:
        for file in read_layout(data)[0]:
            database.execute(f"CREATE INDEX {file.name}_id IF NOT EXISTS FOR (n:{file.name}) ON (n.id)")
        if os.path.exists(os.path.join(data, "Post.csv")):
            database.execute("CREATE INDEX Message_id IF NOT EXISTS FOR (n:Message) ON (n.id)")


def _load_batches(data, folder):
    nodes, relationships = read_layout(data)
    with kith.open(folder) as database:
        for file in nodes:
            labels = ":".join(filter(None, [file.name, _SECOND_LABEL.get(file.name)]))
            _run_batches(database, file, f"CREATE (:{labels} {_properties(file.columns, 0)})")
        for file in relationships:
            _run_batches(database, file, f"MATCH (a:{file.start} {{id: r[0]}}), (b:{file.end} {{id: r[1]}}) "
                                         f"CREATE (a)-[:{file.name} {_properties(file.columns, 2)}]->(b)")


def _properties(columns, first):
    return "{" + ", ".join(f"{name}: {_value(name, i)}" for i, name in list(enumerate(columns))[first:]) + "}"


def _value(column, place):
    """Dates travel as text, which is quicker to hand over than Python's objects."""
    wanted = type_of(column).__name__
    return f"{wanted}(r[{place}])" if wanted in ("date", "datetime") else f"r[{place}]"


def _run_batches(database, file, clause):
    statement = database.prepare("UNWIND $rows AS r " + clause)
    batch = []
    for row in file.rows():
        batch.append([value.isoformat() if hasattr(value, "isoformat") else value for value in row])
        if len(batch) == _BATCH:
            statement.execute(rows=batch)
            batch = []
    if batch:
        statement.execute(rows=batch)
