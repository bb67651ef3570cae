# SPDX-License-Identifier: Apache-2.0
"""Kith for Python: the C API through ctypes, with nothing to compile or install.

    import kith

    with kith.open("people.kith") as db:
        db.execute("CREATE (:Person {name: $name, born: $born})", name="Ada", born=1815)
        for row in db.execute("MATCH (p:Person) RETURN p.name AS name, p.born AS born"):
            print(row["name"], row.born)
        with db.transaction():
            db.execute("MATCH (p:Person {name: 'Ada'}) SET p.fields = ['mathematics']")
        db.ingest("notes/")
        print(db.ask("Who wrote the first program?").text)

Null, booleans, integers, floats, strings, lists and maps are Python's own; nodes, relationships and paths are
Node, Relationship and Path; temporal values are datetime's where that keeps every digit, else Temporal, and
durations are Duration. Errors are raised as kith.Error. The shared library is found as libkith.so.0 by the loader,
or where KITH_LIBRARY points.

Threads may share a Database: each gets a connection of its own, and close() waits for what the others do. A Connection,
its statements and results are used by one thread at a time (another one waits), but for Connection.cancel. Other Python
threads run while Kith works. Ctrl-C stops a statement or an ingest of the main thread with KeyboardInterrupt.

This folder is the whole of it: copy it, or put the one that holds it on PYTHONPATH.
"""

from ._connection import Connection
from ._database import Database, Finding, open, restore
from ._documents import Answer, IngestReport, Passage, Skipped
from ._error import Error
from ._import import BadLine, ImportReport, import_csv
from ._library import version
from ._statement import Result, Row, Statement
from ._value_types import Duration, Node, Path, Relationship, Temporal

__all__ = ["open", "restore", "import_csv", "version", "Error", "Database", "Finding", "Connection", "Statement", "Result", "Row", "Node",
           "Relationship", "Path", "Duration", "Temporal", "Answer", "Passage", "IngestReport", "Skipped", "ImportReport",
           "BadLine"]

# Where a user finds them is what tracebacks and help() say.
for _name in __all__:
    globals()[_name].__module__ = __name__
