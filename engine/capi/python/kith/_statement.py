# SPDX-License-Identifier: Apache-2.0
"""Prepared statements, their results and rows."""

from __future__ import annotations

import collections.abc
import ctypes
import typing

from . import _interrupt as interrupt
from ._error import Error, call, take_error, to_bytes, to_text
from ._library import lib
from ._new_value import owned_value
from ._read_value import read_value

_COUNTERS = ("nodes_created", "nodes_deleted", "relationships_created", "relationships_deleted", "properties_set",
             "labels_added", "labels_removed", "indexes_added", "indexes_removed", "constraints_added",
             "constraints_removed")


class Row(tuple):
    """One row: row[0], row["name"], row.name, row.as_dict()."""

    def __new__(cls, columns, values):
        row = super().__new__(cls, values)
        row._columns = columns
        return row

    def __getitem__(self, key):
        if isinstance(key, str):
            try:
                return super().__getitem__(self._columns.index(key))
            except ValueError:
                raise KeyError(self._no_column(key)) from None
        return super().__getitem__(key)

    def __getattr__(self, name):
        if name in self.__dict__.get("_columns", ()):
            return self[name]
        raise AttributeError(self._no_column(name))

    def _no_column(self, name):
        return f"there is no column {name!r}; the columns are {', '.join(self.__dict__.get('_columns', ()))}"

    def as_dict(self) -> dict[str, typing.Any]:
        return dict(zip(self._columns, self))


class Child:
    """What belongs to a connection and is closed with it: freed by close(), by leaving a with block, or when nobody
    holds it any more."""

    def __init__(self, connection, pointer, free):
        self._connection, self._pointer, self._free = connection, pointer, free
        connection._children.add(self)

    def close(self) -> None:
        with self._connection._lock:
            pointer, self._pointer = self._pointer, None
            if pointer is not None:
                self._free(pointer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_pointer", None) is not None:
            self.close()


class Result(Child):
    """The rows of a statement, read once, in order: iterate over it. columns: their names. stats: what was written, as
    a dict."""

    def __init__(self, connection, pointer):
        super().__init__(connection, pointer, lib.kith_result_free)
        self._finished, self._plan = False, ""
        count = lib.kith_result_column_count(pointer)
        self.columns = [to_text(lib.kith_result_column_name(pointer, i)) for i in range(count)]
        counters = ((name, lib.kith_result_counter(pointer, i)) for i, name in enumerate(_COUNTERS))
        self.stats = {name: count for name, count in counters if count}

    def __iter__(self) -> Result:
        return self

    def __next__(self) -> Row:
        with self._connection._lock:
            if self._finished:
                raise StopIteration
            self._connection._check()
            if self._pointer is None:
                raise Error("InvalidArgument", "the result was closed before its last row was read")
            error = ctypes.c_void_p()
            more = interrupt.run_on(self._connection, lib.kith_result_next, self._pointer, ctypes.byref(error))
            if more == 1:
                values = [read_value(lib.kith_result_value(self._pointer, i)) for i in range(len(self.columns))]
                return Row(self.columns, values)
            self._finished = True
            self._plan = self.plan
            self.close()
            if more < 0:
                raise take_error(error, 13)
            raise StopIteration

    def all(self) -> list[Row]:
        """The rows that are left, as a list."""
        return list(self)

    def one(self) -> Row:
        """The only row; ValueError when there are none or several."""
        rows = list(self)
        if len(rows) != 1:
            raise ValueError(f"the statement gave {len(rows)} rows, not one")
        return rows[0]

    def value(self) -> typing.Any:
        """The first column of the only row."""
        return self.one()[0]

    @property
    def plan(self) -> str:
        """The plan after EXPLAIN or PROFILE, else "". The counts of PROFILE are final after the last row."""
        with self._connection._lock:
            return to_text(lib.kith_result_plan(self._pointer)) if self._pointer else self._plan


class Statement(Child):
    """A prepared statement: statement(name="Ada") runs it."""

    def __init__(self, connection, text):
        if not isinstance(text, str):
            raise TypeError(f"a statement is text, not {type(text).__name__}")
        data = text.encode("utf-8")
        pointer = ctypes.c_void_p()
        with connection._lock:
            call(lib.kith_prepare, connection._check(), data, len(data), ctypes.byref(pointer))
            super().__init__(connection, pointer, lib.kith_statement_free)
        self.text = text

    def __call__(self, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> Result:
        return self.execute(parameters, **more)

    def execute(self, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> Result:
        with self._connection._lock:
            self._connection._check()
            if self._pointer is None:
                raise Error("InvalidArgument", "the statement is closed")
            if not isinstance(parameters, (collections.abc.Mapping, type(None))):
                raise TypeError(f"parameters are a dict of names and values, not {type(parameters).__name__}")
            lib.kith_clear_bindings(self._pointer)
            for name, value in {**(parameters or {}), **more}.items():
                with owned_value(value) as made:
                    call(lib.kith_bind_value, self._pointer, to_bytes(name, "a parameter's name"), made)
            result = ctypes.c_void_p()
            call(interrupt.run, self._connection, lib.kith_statement_execute, self._pointer, ctypes.byref(result))
            return Result(self._connection, result)
