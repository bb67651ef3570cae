# SPDX-License-Identifier: Apache-2.0
"""Connections and transactions."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import typing
import weakref

from ._error import Error, call
from ._library import lib
from ._statement import Result, Statement


class Connection:
    """A connection: made by Database.connect(), closed by close() or by leaving a with block."""

    def __init__(self, database, database_pointer):
        self._database, self._pointer = database, None
        self._children = weakref.WeakSet()  # Statements and results, which are closed with the connection.
        self._lock = threading.RLock()  # Held while a statement runs.
        self._cancel_lock = threading.RLock()  # Held while the pointer is used without the other one, or goes.
        pointer = ctypes.c_void_p()
        call(lib.kith_connect, database_pointer, ctypes.byref(pointer))
        self._pointer = pointer

    def _check(self):
        if self._pointer is None:
            raise Error("InvalidArgument", "the connection is closed")
        return self._pointer

    def execute(self, text: str, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> Result:
        """Runs a statement; parameters come as a dict, by keyword, or both."""
        return Statement(self, text).execute(parameters, **more)

    def prepare(self, text: str) -> Statement:
        return Statement(self, text)

    def explain(self, text: str, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> str:
        """The statement's plan as text, without running it."""
        return self.execute("EXPLAIN " + text, parameters, **more).plan

    @contextlib.contextmanager
    def transaction(self, read_only: bool = False, serializable: bool = False) -> typing.Iterator[Connection]:
        """A block that commits at its end and rolls back when it raises. When another transaction won, it raises
        Error with `retryable` true: run the block again. A serializable one also loses to those that changed what it
        has read; one that is read_only never does."""
        begin = lib.kith_begin_serializable if serializable else lib.kith_begin
        with self._lock:
            call(lib.kith_begin_read_only if read_only else begin, self._check())
        try:
            yield self
        except BaseException:
            with self._lock:
                if self._pointer is not None:  # A closed connection has rolled back.
                    lib.kith_rollback(self._pointer, None)
            raise
        with self._lock:
            call(lib.kith_commit, self._check())

    @property
    def in_transaction(self) -> bool:
        with self._lock:
            return bool(lib.kith_in_transaction(self._check()))

    def cancel(self) -> None:
        """Stops the running statement, which raises Error with code "Cancelled". From any thread."""
        with self._cancel_lock:
            if self._pointer is not None:
                lib.kith_cancel(self._pointer)

    def set_isolation(self, level: str) -> None:
        """"snapshot" or "serializable", of the statements and transactions that begin from now on."""
        levels = {"snapshot": 0, "serializable": 1}
        if level not in levels:
            raise ValueError(f"an isolation is 'snapshot' or 'serializable', not {level!r}")
        with self._lock:
            call(lib.kith_set_isolation, self._check(), levels[level])

    def set_timeout(self, seconds: float) -> None:
        """The longest a statement may run; 0 is for ever."""
        if seconds < 0:
            raise ValueError(f"a timeout is 0 or more seconds, not {seconds}")
        with self._lock:
            call(lib.kith_set_timeout, self._check(), round(seconds * 1000))

    def close(self) -> None:
        """Stops what runs, rolls back an open transaction, and closes statements and results."""
        # Again and again: a statement that is just beginning does not see what came before it.
        while not self._lock.acquire(timeout=0.02):
            self.cancel()
        try:
            for child in list(self._children):
                child.close()
            with self._cancel_lock:
                pointer, self._pointer = self._pointer, None
            if pointer is not None:
                lib.kith_disconnect(pointer)
        finally:
            self._lock.release()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_pointer", None) is not None:
            self.close()
