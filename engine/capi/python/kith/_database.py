# SPDX-License-Identifier: Apache-2.0
"""Databases."""

from __future__ import annotations

import collections.abc
import contextlib
import ctypes
import os
import reprlib
import threading
import typing
import weakref

from . import _interrupt as interrupt
from ._connection import Connection
from ._documents import Answer, IngestReport, Passage, take_answer, take_report
from ._error import Error, call, to_bytes, to_text
from ._library import CheckFinding, CheckProgress, EmbedProgress, Piece, Progress, lib
from ._statement import Result, Statement


@contextlib.contextmanager
def _options_of(kind, options):
    """The library's options of this kind ("kith_ask_options") with these values; freed on leaving."""
    made = getattr(lib, kind + "_new")()
    try:
        for name, value in options.items():
            setter, value = _option_setter(kind, name, value)
            call(setter, made, name.encode(), value)
        yield made
    finally:
        getattr(lib, kind + "_free")(made)


def _option_setter(kind, name, value):
    """The function for values of this type, and the value as it takes it; which names there are is the library's."""
    set_text, set_float = getattr(lib, kind + "_set_text", None), getattr(lib, kind + "_set_float", None)
    if isinstance(value, (int, float)) and abs(value) < 2**63 and int(value) == value:
        return getattr(lib, kind + "_set"), int(value)
    if isinstance(value, float) and set_float:
        return set_float, value
    if isinstance(value, (str, os.PathLike)) and set_text:
        return set_text, to_bytes(value, f"the option {name}")
    kinds = "a whole number" + (", a fraction" if set_float else "") + (", a text" if set_text else "") + " or a boolean"
    raise TypeError(f"the option {name} is {kinds}, not {reprlib.repr(value)}")


class Finding(typing.NamedTuple):
    """One thing that a check found wrong, in words."""
    what: str
    place: str
    expected: str
    found: str


class Database:
    """An open database. Use it as a context manager, or call close()."""

    def __init__(self, path, **options):
        self._pointer = None
        self._threads = threading.local()
        self._connections = weakref.WeakSet()
        self._lock = threading.RLock()  # Held while the pointer, the connections or the calls change; never for long.
        self._calls = []  # The threads that are inside a C function that takes the pointer.
        self._call_ended = threading.Condition(self._lock)
        self._close_lock = threading.RLock()  # Held by the one who closes; others wait until it is closed.
        with _options_of("kith_options", options) as made:
            pointer = ctypes.c_void_p()
            call(lib.kith_open, to_bytes(path, "the path"), made, ctypes.byref(pointer))
            self._pointer = pointer

    def _check(self):
        if self._pointer is None:
            raise Error("InvalidArgument", "the database is closed")
        return self._pointer

    @contextlib.contextmanager
    def _used(self):
        """The pointer, which close() leaves alone until the block is over."""
        me = threading.get_ident()
        with self._lock:
            pointer = self._check()
            self._calls.append(me)
        try:
            yield pointer
        finally:
            with self._call_ended:
                self._calls.remove(me)
                self._call_ended.notify_all()

    def connect(self) -> Connection:
        """A connection of one's own, for instance to cancel it from another thread."""
        with self._used() as pointer:
            connection = Connection(self, pointer)
            with self._lock:
                self._connections.add(connection)
        return connection

    def _mine(self):
        self._check()
        if getattr(self._threads, "connection", None) is None:
            self._threads.connection = self.connect()
        return self._threads.connection

    def execute(self, text: str, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> Result:
        """Runs a statement on this thread's connection; parameters come as a dict, by keyword, or both."""
        return self._mine().execute(text, parameters, **more)

    def prepare(self, text: str) -> Statement:
        """A statement that is parsed and planned once and run many times."""
        return self._mine().prepare(text)

    def explain(self, text: str, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> str:
        """The statement's plan as text, without running it."""
        return self._mine().explain(text, parameters, **more)

    def transaction(self, read_only: bool = False, serializable: bool = False) -> typing.ContextManager[Connection]:
        """Connection.transaction on this thread's connection."""
        return self._mine().transaction(read_only, serializable)

    @contextlib.contextmanager
    def _heard(self, kind, wants):
        """The callback for C that asks `wants`, which may return False to stop. What it raises, or Ctrl-C does
        meanwhile, comes out of the block."""
        raised = []

        def heard(*arguments):
            try:
                return int(wants(*arguments[:-1]) is not False and not raised and self._pointer is not None)
            except BaseException as error:  # Nothing may be raised through C.
                raised.append(error)
                return 0

        try:
            with interrupt.caught(raised):
                yield kind(heard)
        except Error:
            if not raised:
                raise
        if raised:
            raise raised[0]

    def ingest(self, path: str | os.PathLike | typing.Iterable[str | os.PathLike],
               progress: typing.Callable[[int, int, str], typing.Any] | None = None,
               **options: int | bool) -> IngestReport:
        """Adds or updates the documents below a folder, or one file, or several of them in one ingest. progress(done,
        total, document) may return False to stop; close() in another thread stops it too, with the code "Cancelled".

        Options: forget_others (the database mirrors the paths: forgets documents that are not below them, unless one
        was skipped or there was none), skip_unreadable (True unless given: the report names the documents that could
        not be read, and why; False: the first one is an error), documents_per_transaction (64, at most),
        max_document_bytes (as the database was opened with).
        """
        several = isinstance(path, collections.abc.Iterable) and not isinstance(path, (str, bytes, os.PathLike))
        names = [to_bytes(one, "a path") for one in (path if several else [path])]

        def wants(done, total, document):
            return progress is None or progress(done, total, to_text(document))

        report = ctypes.c_void_p()
        with self._heard(Progress, wants) as heard, self._used() as pointer, \
                _options_of("kith_ingest_options", options) as made:
            call(lib.kith_rag_ingest_all, pointer, (ctypes.c_char_p * len(names))(*names), len(names), made, heard,
                 None, ctypes.byref(report))
            return take_report(report)

    def ingest_text(self, name: str, text: str) -> None:
        """Adds or replaces one document; the ending of the name (.md, .html, .txt) tells its format."""
        if not isinstance(text, str):
            raise TypeError(f"a document is text, not {type(text).__name__}")
        data = text.encode("utf-8")
        with self._used() as pointer:
            call(lib.kith_rag_ingest_text, pointer, to_bytes(name, "the name"), data, len(data))

    def forget(self, document: str) -> None:
        """Deletes a document and everything that came from it alone."""
        with self._used() as pointer:
            call(lib.kith_rag_delete, pointer, to_bytes(document, "the document"))

    def embed(self, progress: typing.Callable[[int, int], typing.Any] | None = None) -> int:
        """Makes all vectors those of the option embedding_model: of documents that were ingested without it or with another
        one. progress(done, total) counts chunks and may return False to stop; what was committed stays, and the next call
        goes on with the rest. Returns how many chunks got a vector."""
        def wants(done, total):
            return progress is None or progress(done, total)

        embedded = ctypes.c_size_t()
        with self._heard(EmbedProgress, wants) as heard, self._used() as pointer:
            call(lib.kith_rag_embed, pointer, heard, None, ctypes.byref(embedded))
            return embedded.value

    def backup(self, folder: str | os.PathLike, keep: int = 0) -> int:
        """Adds a backup of all that is committed to a folder of backups, while others read and write. Returns its number;
        keep deletes those beyond the newest so many, 0 none."""
        if keep < 0:
            raise ValueError(f"keep is 0 or more, not {keep}")
        number = ctypes.c_uint32()
        with self._used() as pointer:
            call(lib.kith_backup, pointer, to_bytes(folder, "the folder"), keep, ctypes.byref(number))
        return number.value

    def check(self, limit: int = 100, progress: typing.Callable[[str, int, int], typing.Any] | None = None) -> list[Finding]:
        """Reads all files against their checksums, and compares the graph with itself and with every index, while others
        read and write. Returns what is wrong, at most limit things: [] when all is well. progress(stage, done, total) is
        called now and then and may return False to stop."""
        if limit < 1:
            raise ValueError(f"limit is 1 or more, not {limit}")
        findings = []

        def wants(stage, done, total):
            return progress is None or progress(to_text(stage), done, total)

        @CheckFinding
        def add(what, place, expected, found, _):
            findings.append(Finding(*map(to_text, (what, place, expected, found))))

        with self._heard(CheckProgress, wants) as heard, self._used() as pointer:
            call(lib.kith_check, pointer, limit, heard, add, None, None)
        return findings

    def ask(self, question: str, model: str | os.PathLike | None = None,
            on_text: typing.Callable[[str], typing.Any] | None = None,
            **options: int | float | bool | str) -> Answer:
        """An Answer, with citations: sentences of the documents, or with a model (a name of kith model list, or the path of
        a GGUF file) its words as far as the documents support them. on_text(piece) gets the answer as it is made, without
        a model in one piece, with one also "" from time to time; it may return False to stop, and so does close() in
        another thread, with the code "Cancelled".

        Options: limit (10 passages, 1 to 1000), route ("factual" or "analytical" in place of the router, "text" for words
        alone, "dense" for vectors alone), conversation (a name: the question is its next turn, may refer to those before,
        and is kept in the graph); for a model max_tokens (256), context_tokens, max_ms, temperature (0), seed, mark_unsupported (False).
        """
        def wants(piece):
            return on_text is None or on_text(to_text(piece))

        if model is not None:
            options["model"] = model
        answer = ctypes.c_void_p()
        with self._heard(Piece, wants) as heard, self._used() as pointer, \
                _options_of("kith_ask_options", options) as made:
            call(lib.kith_rag_ask, pointer, to_bytes(question, "the question"), made, heard, None, ctypes.byref(answer))
            return take_answer(answer)

    def retrieve(self, question: str, limit: int = 10, route: str = "") -> list[Passage]:
        """The best passages for a question, 1 to 1000 of them. route: as of ask()."""
        if not isinstance(limit, int) or not 0 <= limit < 2**63:
            raise ValueError(f"limit is {reprlib.repr(limit)}; give a number of passages")
        answer = ctypes.c_void_p()
        with self._used() as pointer, _options_of("kith_ask_options", {"limit": limit, "route": route}) as made:
            call(lib.kith_rag_retrieve, pointer, to_bytes(question, "the question"), made, ctypes.byref(answer))
        return take_answer(answer).passages

    def close(self) -> None:
        """Stops statements and ingests that run, waits for questions, rolls back open transactions, and closes the
        folder. From any thread, but not from the progress function of an ingest, which stops by returning False."""
        with self._lock:
            if threading.get_ident() in self._calls:
                raise Error("InvalidArgument", "close() was called while this thread's ingest runs; let progress return "
                            "False to stop it, and close the database after it")
        with self._close_lock:
            with self._lock:
                pointer, self._pointer = self._pointer, None  # From here on nobody begins a call.
            self._close_connections()
            with self._call_ended:
                self._call_ended.wait_for(lambda: not self._calls)
            self._close_connections()  # Those that were being made.
            if pointer is not None:
                lib.kith_close(pointer)

    def _close_connections(self):
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_pointer", None) is not None:
            self.close()


def open(path: str | os.PathLike = ":memory:", **options: int | bool | str) -> Database:
    """Opens the database in a folder, or a new one in memory.

    Options: create_if_missing, read_only, follow (with read_only: every transaction begins at the newest commit of the
    process that writes; without it, at what was there when the database was opened), memory_limit_bytes,
    cache_bytes (what of it the hot-subgraph cache may take; a quarter unless given), query_memory_limit_bytes,
    sync_commits, max_document_bytes (16 MiB unless given; a larger document is not ingested), embedding_model (of embed()
    and of the vectors of documents and questions: a name of kith model list, or a folder), embedding_threads (one for each processor) and import_folder (whose files LOAD CSV may read; unless given there are none).
    """
    return Database(path, **options)


def restore(folder: str | os.PathLike, path: str | os.PathLike, number: int = 0) -> None:
    """Makes the database folder path, which must not hold anything, of a backup in a folder of backups: the one with the
    number, or the newest."""
    call(lib.kith_restore, to_bytes(folder, "the folder"), to_bytes(path, "the path"), number)
