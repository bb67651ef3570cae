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
threads run while Kith works.

Length: one file, so that using Kith from Python is copying it.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import ctypes.util
import dataclasses
import datetime
import os
import reprlib
import threading
import typing
import weakref
import zoneinfo

__all__ = ["open", "version", "Error", "Database", "Connection", "Statement", "Result", "Row", "Node", "Relationship",
           "Path", "Duration", "Temporal", "Answer", "Passage", "IngestReport", "Skipped"]

_NULL, _BOOLEAN, _INTEGER, _FLOAT, _STRING, _LIST, _MAP, _NODE, _RELATIONSHIP, _PATH, _DATE, _LOCAL_TIME, _TIME, \
    _LOCAL_DATETIME, _DATETIME, _DURATION = range(16)

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_COUNTERS = ("nodes_created", "nodes_deleted", "relationships_created", "relationships_deleted", "properties_set",
             "labels_added", "labels_removed", "indexes_added", "indexes_removed", "constraints_added",
             "constraints_removed")


# ---- The library ---------------------------------------------------------------------------------------------------


class _Date(ctypes.Structure):
    _fields_ = [("days", ctypes.c_int64)]


class _Time(ctypes.Structure):
    _fields_ = [("nanos", ctypes.c_int64), ("offset_seconds", ctypes.c_int32)]


class _DateTime(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_int64), ("nanos", ctypes.c_int32), ("offset_seconds", ctypes.c_int32),
                ("zone", ctypes.c_char_p)]


class _Duration(ctypes.Structure):
    _fields_ = [("months", ctypes.c_int64), ("days", ctypes.c_int64), ("seconds", ctypes.c_int64),
                ("nanos", ctypes.c_int32)]


class _Passage(ctypes.Structure):
    _fields_ = [("number", ctypes.c_int), ("document", ctypes.c_char_p), ("title", ctypes.c_char_p),
                ("begin_byte", ctypes.c_uint64), ("end_byte", ctypes.c_uint64), ("text", ctypes.c_char_p),
                ("score", ctypes.c_double), ("found_by", ctypes.c_char_p)]


_Progress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p)

_p = ctypes.c_void_p
_pp = ctypes.POINTER(ctypes.c_void_p)
_s = ctypes.c_char_p
_n = ctypes.c_size_t
_i = ctypes.c_int64

# Name -> (result, arguments) of every function that is called.
_FUNCTIONS = {
    "kith_version": (_s, []),
    "kith_error_free": (None, [_p]), "kith_error_code": (ctypes.c_int, [_p]), "kith_error_message": (_s, [_p]),
    "kith_error_detail": (_s, [_p]), "kith_error_describe": (_s, [_p]), "kith_error_line": (ctypes.c_uint32, [_p]),
    "kith_error_column": (ctypes.c_uint32, [_p]), "kith_code_name": (_s, [ctypes.c_int]),
    "kith_options_new": (_p, []), "kith_options_free": (None, [_p]),
    "kith_options_set": (ctypes.c_int, [_p, _s, _i, _pp]),
    "kith_open": (ctypes.c_int, [_s, _p, _pp, _pp]), "kith_close": (None, [_p]),
    "kith_connect": (ctypes.c_int, [_p, _pp, _pp]), "kith_disconnect": (None, [_p]),
    "kith_begin": (ctypes.c_int, [_p, _pp]), "kith_begin_read_only": (ctypes.c_int, [_p, _pp]),
    "kith_commit": (ctypes.c_int, [_p, _pp]), "kith_rollback": (ctypes.c_int, [_p, _pp]),
    "kith_in_transaction": (ctypes.c_int, [_p]), "kith_cancel": (None, [_p]),
    "kith_set_timeout": (ctypes.c_int, [_p, ctypes.c_uint64, _pp]),
    "kith_prepare": (ctypes.c_int, [_p, _s, _n, _pp, _pp]), "kith_statement_free": (None, [_p]),
    "kith_bind_value": (ctypes.c_int, [_p, _s, _p, _pp]), "kith_clear_bindings": (None, [_p]),
    "kith_statement_execute": (ctypes.c_int, [_p, _pp, _pp]),
    "kith_result_free": (None, [_p]), "kith_result_column_count": (_n, [_p]),
    "kith_result_column_name": (_s, [_p, _n]), "kith_result_next": (ctypes.c_int, [_p, _pp]),
    "kith_result_value": (_p, [_p, _n]), "kith_result_plan": (_s, [_p]),
    "kith_result_counter": (ctypes.c_uint64, [_p, ctypes.c_int]),
    "kith_value_type": (ctypes.c_int, [_p]), "kith_value_boolean": (ctypes.c_int, [_p]),
    "kith_value_integer": (_i, [_p]), "kith_value_float": (ctypes.c_double, [_p]),
    "kith_value_string": (_p, [_p, ctypes.POINTER(_n)]), "kith_value_date": (_Date, [_p]),
    "kith_value_time": (_Time, [_p]), "kith_value_datetime": (_DateTime, [_p]),
    "kith_value_duration": (_Duration, [_p]), "kith_value_size": (_n, [_p]), "kith_value_at": (_p, [_p, _n]),
    "kith_value_property_count": (_n, [_p]), "kith_value_property_name": (_s, [_p, _n]),
    "kith_value_property_at": (_p, [_p, _n]), "kith_value_id": (_i, [_p]), "kith_value_label_count": (_n, [_p]),
    "kith_value_label": (_s, [_p, _n]), "kith_value_relationship_type": (_s, [_p]),
    "kith_value_start_id": (_i, [_p]), "kith_value_end_id": (_i, [_p]), "kith_value_path_length": (_n, [_p]),
    "kith_value_path_node": (_p, [_p, _n]), "kith_value_path_relationship": (_p, [_p, _n]),
    "kith_value_to_text": (_p, [_p]), "kith_text_free": (None, [_p]),
    "kith_value_free": (None, [_p]), "kith_value_new_null": (_p, []), "kith_value_new_boolean": (_p, [ctypes.c_int]),
    "kith_value_new_integer": (_p, [_i]), "kith_value_new_float": (_p, [ctypes.c_double]),
    "kith_value_new_string": (_p, [_s, _n]), "kith_value_new_list": (_p, [_pp, _n]),
    "kith_value_new_map": (_p, [ctypes.POINTER(_s), _pp, _n]), "kith_value_new_date": (_p, [_Date]),
    "kith_value_new_local_time": (_p, [_i]), "kith_value_new_time": (_p, [_Time]),
    "kith_value_new_local_datetime": (_p, [_i, ctypes.c_int32]), "kith_value_new_datetime": (_p, [_DateTime]),
    "kith_value_new_duration": (_p, [_Duration]),
    "kith_value_new_integers": (_p, [ctypes.POINTER(_i), _n]),
    "kith_value_new_floats": (_p, [ctypes.POINTER(ctypes.c_double), _n]),
    "kith_rag_ingest": (ctypes.c_int, [_p, _s, _Progress, _p, _pp, _pp]),
    "kith_ingest_report_free": (None, [_p]), "kith_ingest_report_count": (_n, [_p, ctypes.c_int]),
    "kith_ingest_report_skipped": (_s, [_p, _n]), "kith_ingest_report_reason": (_s, [_p, _n]),
    "kith_rag_ingest_text": (ctypes.c_int, [_p, _s, _s, _n, _pp]), "kith_rag_delete": (ctypes.c_int, [_p, _s, _pp]),
    "kith_rag_ask": (ctypes.c_int, [_p, _s, _pp, _pp]), "kith_rag_retrieve": (ctypes.c_int, [_p, _s, _n, _pp, _pp]),
    "kith_answer_free": (None, [_p]), "kith_answer_text": (_s, [_p]), "kith_answer_abstained": (ctypes.c_int, [_p]),
    "kith_answer_route": (_s, [_p]), "kith_answer_reason_count": (_n, [_p]), "kith_answer_reason": (_s, [_p, _n]),
    "kith_answer_citation_count": (_n, [_p]),
    "kith_answer_citation": (ctypes.c_int, [_p, _n, ctypes.POINTER(_Passage)]),
    "kith_answer_passage_count": (_n, [_p]),
    "kith_answer_passage": (ctypes.c_int, [_p, _n, ctypes.POINTER(_Passage)]),
    "kith_answer_evidence_svg": (_s, [_p]), "kith_answer_html": (_s, [_p]),
    "kith_answer_confidence": (ctypes.c_double, [_p]),
}


def _load():
    path = os.environ.get("KITH_LIBRARY") or ctypes.util.find_library("kith") or "libkith.so.0"
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"the Kith library could not be loaded ({error}); install it, or set KITH_LIBRARY to the path "
                          "of libkith.so.0") from error
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


_lib = _load()


def version() -> str:
    """The library's version, such as "0.1.0"."""
    return _lib.kith_version().decode()


# ---- Errors --------------------------------------------------------------------------------------------------------


class Error(Exception):
    """What went wrong. str() of it is the message, with the place in the statement where there is one.

    code: "SyntaxError", "Conflict", "Busy", ...    detail: openCypher's word, such as "UndefinedVariable", or ""
    message: one sentence    line, column: in the statement, from 1; 0 without a place
    retryable: another transaction won, and running this one again may succeed
    """

    def __init__(self, code, message, detail="", description="", line=0, column=0):
        super().__init__(description or f"{code}: {message}")
        self.code, self.message, self.detail, self.line, self.column = code, message, detail, line, column

    @property
    def retryable(self) -> bool:
        return self.code == "Conflict"


def _call(function, *arguments):
    """Calls a function whose last parameter is the error; raises it."""
    error = ctypes.c_void_p()
    code = function(*arguments, ctypes.byref(error))
    if code != 0:
        raise _take_error(error, code)


def _take_error(error, code):
    if not error.value:
        return Error(_lib.kith_code_name(code).decode(), "no memory is left to say more")
    try:
        return Error(_lib.kith_code_name(_lib.kith_error_code(error)).decode(), _text(_lib.kith_error_message(error)),
                     _text(_lib.kith_error_detail(error)), _text(_lib.kith_error_describe(error)),
                     _lib.kith_error_line(error), _lib.kith_error_column(error))
    finally:
        _lib.kith_error_free(error)


def _text(data):
    return data.decode("utf-8", "replace") if data else ""


def _bytes(text, what):
    if not isinstance(text, (str, os.PathLike)):
        raise TypeError(f"{what} is text, not {type(text).__name__}")
    data = os.fsencode(text) if isinstance(text, os.PathLike) else text.encode("utf-8")
    if b"\0" in data:
        raise ValueError(f"{what} has a zero byte in it")
    return data


# ---- Values --------------------------------------------------------------------------------------------------------


class _Entity:
    """What nodes and relationships share: an id, and properties read as entity["name"]."""

    def __getitem__(self, name):
        return self.properties[name]

    def get(self, name, default=None):
        return self.properties.get(name, default)

    def __contains__(self, name):
        return name in self.properties

    def __hash__(self):
        return hash((type(self), self.id))


@dataclasses.dataclass(frozen=True, eq=False)
class Node(_Entity):
    id: int
    labels: tuple
    properties: dict

    def __eq__(self, other):
        return isinstance(other, Node) and self.id == other.id

    __hash__ = _Entity.__hash__


@dataclasses.dataclass(frozen=True, eq=False)
class Relationship(_Entity):
    id: int
    type: str
    start: int
    end: int
    properties: dict

    def __eq__(self, other):
        return isinstance(other, Relationship) and self.id == other.id

    __hash__ = _Entity.__hash__


@dataclasses.dataclass(frozen=True)
class Path:
    """nodes has one entry more than relationships; len() is the number of relationships."""
    nodes: tuple
    relationships: tuple

    def __len__(self):
        return len(self.relationships)


@dataclasses.dataclass(frozen=True)
class Duration:
    months: int = 0
    days: int = 0
    seconds: int = 0
    nanos: int = 0


@dataclasses.dataclass(frozen=True)
class Temporal:
    """A temporal value that datetime cannot hold: nanoseconds, years outside 1 to 9999, an unknown zone.

    kind: "date", "localtime", "time", "localdatetime" or "datetime"; seconds: of the day, or since 1970-01-01 (days
    for a date), in UTC for a datetime; text: openCypher's canonical form.
    """
    kind: str
    text: str
    seconds: int
    nanos: int = 0
    offset_seconds: int = 0
    zone: str = ""


def _literal(value):
    pointer = _lib.kith_value_to_text(value)
    try:
        return _text(ctypes.cast(pointer, ctypes.c_char_p).value) if pointer else ""
    finally:
        _lib.kith_text_free(pointer)


def _offset_zone(seconds):
    return datetime.timezone(datetime.timedelta(seconds=seconds))


def _read_date(value):
    days = _lib.kith_value_date(value).days
    if 1 <= days + _EPOCH <= datetime.date.max.toordinal():
        return datetime.date.fromordinal(days + _EPOCH)
    return Temporal("date", _literal(value), days)


def _read_time(value, zoned):
    time = _lib.kith_value_time(value)
    seconds, nanos = divmod(time.nanos, 1_000_000_000)
    if nanos % 1000:
        return Temporal("time" if zoned else "localtime", _literal(value), seconds, nanos, time.offset_seconds)
    return datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60, nanos // 1000,
                         tzinfo=_offset_zone(time.offset_seconds) if zoned else None)


def _read_datetime(value, zoned):
    read = _lib.kith_value_datetime(value)
    zone = _text(read.zone)
    try:
        if read.nanos % 1000:
            raise ValueError("nanoseconds")
        instant = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=read.seconds, microseconds=read.nanos // 1000)
        if not zoned:
            return instant
        tzinfo = zoneinfo.ZoneInfo(zone) if zone else _offset_zone(read.offset_seconds)
        return instant.replace(tzinfo=datetime.timezone.utc).astimezone(tzinfo)
    except (ValueError, OverflowError, zoneinfo.ZoneInfoNotFoundError):
        return Temporal("datetime" if zoned else "localdatetime", _literal(value), read.seconds, read.nanos,
                        read.offset_seconds, zone)


def _read_string(value):
    length = ctypes.c_size_t()
    pointer = _lib.kith_value_string(value, ctypes.byref(length))
    return ctypes.string_at(pointer, length.value).decode("utf-8", "replace")


def _read_properties(value):
    return {_text(_lib.kith_value_property_name(value, i)): _read(_lib.kith_value_property_at(value, i))
            for i in range(_lib.kith_value_property_count(value))}


def _read_node(value):
    labels = tuple(_text(_lib.kith_value_label(value, i)) for i in range(_lib.kith_value_label_count(value)))
    return Node(_lib.kith_value_id(value), labels, _read_properties(value))


def _read_relationship(value):
    return Relationship(_lib.kith_value_id(value), _text(_lib.kith_value_relationship_type(value)),
                        _lib.kith_value_start_id(value), _lib.kith_value_end_id(value), _read_properties(value))


def _read_path(value):
    length = _lib.kith_value_path_length(value)
    return Path(tuple(_read(_lib.kith_value_path_node(value, i)) for i in range(length + 1)),
                tuple(_read(_lib.kith_value_path_relationship(value, i)) for i in range(length)))


def _read_duration(value):
    read = _lib.kith_value_duration(value)
    return Duration(read.months, read.days, read.seconds, read.nanos)


_READERS = {
    _NULL: lambda v: None, _BOOLEAN: lambda v: bool(_lib.kith_value_boolean(v)), _INTEGER: _lib.kith_value_integer,
    _FLOAT: _lib.kith_value_float, _STRING: _read_string,
    _LIST: lambda v: [_read(_lib.kith_value_at(v, i)) for i in range(_lib.kith_value_size(v))],
    _MAP: _read_properties, _NODE: _read_node, _RELATIONSHIP: _read_relationship, _PATH: _read_path,
    _DATE: _read_date, _LOCAL_TIME: lambda v: _read_time(v, False), _TIME: lambda v: _read_time(v, True),
    _LOCAL_DATETIME: lambda v: _read_datetime(v, False), _DATETIME: lambda v: _read_datetime(v, True),
    _DURATION: _read_duration,
}


def _read(value):
    return _READERS[_lib.kith_value_type(value)](value)


@contextlib.contextmanager
def _owned(value):
    """A new kith_value for a Python value; freed on leaving."""
    pointer = _new(value)
    try:
        yield pointer
    finally:
        _lib.kith_value_free(pointer)


def _new(value):
    """A new kith_value, which the caller frees."""
    maker = _MAKER_OF.get(type(value)) or next((make for types, make in _MAKERS if isinstance(value, types)), None)
    if maker is None:
        raise TypeError(f"a parameter cannot be of type {type(value).__name__}: {reprlib.repr(value)}")
    pointer = maker(value)
    if not pointer:
        raise ValueError(f"Kith cannot hold {reprlib.repr(value)}")
    return pointer


def _new_all(values, make):
    """make() of an array of new kith_values, which are freed behind it."""
    made = []
    try:
        for value in values:
            made.append(_new(value))
        return make((ctypes.c_void_p * len(made))(*made), len(made))
    finally:
        for pointer in made:
            _lib.kith_value_free(pointer)


def _make_integer(value):
    if not -2**63 <= value < 2**63:
        raise OverflowError(f"{value} does not fit an integer of 64 bits")
    return _lib.kith_value_new_integer(value)


def _make_string(value):
    data = value.encode("utf-8")
    return _lib.kith_value_new_string(data, len(data))


def _make_numbers(values):
    """Lists of integers only or of floats only, in one call; None for any other."""
    if all(type(value) is int for value in values):
        code, number, make = "q", ctypes.c_int64, _lib.kith_value_new_integers
    elif all(type(value) is float for value in values):
        code, number, make = "d", ctypes.c_double, _lib.kith_value_new_floats
    else:
        return None
    try:
        numbers = array.array(code, values)
    except OverflowError:
        return None  # The element that is too large is named when it is made alone.
    return make((number * len(numbers)).from_buffer(numbers), len(numbers))


def _make_list(values):
    return (_make_numbers(values) if values else None) or _new_all(values, _lib.kith_value_new_list)


def _make_map(entries):
    keys = [_bytes(key, "a map's key") for key in entries]
    names = (ctypes.c_char_p * len(keys))(*keys)
    return _new_all(entries.values(), lambda values, count: _lib.kith_value_new_map(names, values, count))


def _offset_of(value):
    return int(value.utcoffset().total_seconds())


def _make_datetime(value):
    if value.tzinfo is None:
        since = value - datetime.datetime(1970, 1, 1)
        return _lib.kith_value_new_local_datetime(since.days * 86400 + since.seconds, since.microseconds * 1000)
    since = value - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    zone = value.tzinfo.key if isinstance(value.tzinfo, zoneinfo.ZoneInfo) else ""
    return _lib.kith_value_new_datetime(_DateTime(since.days * 86400 + since.seconds, since.microseconds * 1000,
                                                  _offset_of(value), zone.encode()))


def _make_time(value):
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    nanos = seconds * 1_000_000_000 + value.microsecond * 1000
    if value.tzinfo is None:
        return _lib.kith_value_new_local_time(nanos)
    return _lib.kith_value_new_time(_Time(nanos, _offset_of(value)))


def _make_temporal(value):
    nanos_of_day = value.seconds * 1_000_000_000 + value.nanos
    return {
        "date": lambda: _lib.kith_value_new_date(_Date(value.seconds)),
        "localtime": lambda: _lib.kith_value_new_local_time(nanos_of_day),
        "time": lambda: _lib.kith_value_new_time(_Time(nanos_of_day, value.offset_seconds)),
        "localdatetime": lambda: _lib.kith_value_new_local_datetime(value.seconds, value.nanos),
        "datetime": lambda: _lib.kith_value_new_datetime(
            _DateTime(value.seconds, value.nanos, value.offset_seconds, value.zone.encode())),
    }[value.kind]()


def _make_timedelta(value):
    return _lib.kith_value_new_duration(_Duration(0, value.days, value.seconds, value.microseconds * 1000))


# In order: bool is an int, and datetime is a date.
_MAKERS = (
    (type(None), lambda v: _lib.kith_value_new_null()), (bool, lambda v: _lib.kith_value_new_boolean(v)),
    (int, _make_integer), (float, lambda v: _lib.kith_value_new_float(v)), (str, _make_string),
    (dict, _make_map), ((list, tuple), _make_list), (datetime.datetime, _make_datetime),
    (datetime.date, lambda v: _lib.kith_value_new_date(_Date(v.toordinal() - _EPOCH))), (datetime.time, _make_time),
    (datetime.timedelta, _make_timedelta),
    (Duration, lambda v: _lib.kith_value_new_duration(_Duration(v.months, v.days, v.seconds, v.nanos))),
    (Temporal, _make_temporal),
)
_MAKER_OF = {kind: make for kinds, make in _MAKERS for kind in (kinds if isinstance(kinds, tuple) else (kinds,))}


# ---- Results -------------------------------------------------------------------------------------------------------


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
                raise KeyError(f"there is no column {key!r}; the columns are {', '.join(self._columns)}") from None
        return super().__getitem__(key)

    def __getattr__(self, name):
        if name in self.__dict__.get("_columns", ()):
            return self[name]
        raise AttributeError(name)

    def as_dict(self) -> dict[str, typing.Any]:
        return dict(zip(self._columns, self))


class _Child:
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


class Result(_Child):
    """The rows of a statement, read once, in order: iterate over it. columns: their names. stats: what was written, as
    a dict."""

    def __init__(self, connection, pointer):
        super().__init__(connection, pointer, _lib.kith_result_free)
        self._finished, self._plan = False, ""
        count = _lib.kith_result_column_count(pointer)
        self.columns = [_text(_lib.kith_result_column_name(pointer, i)) for i in range(count)]
        counters = ((name, _lib.kith_result_counter(pointer, i)) for i, name in enumerate(_COUNTERS))
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
            more = _lib.kith_result_next(self._pointer, ctypes.byref(error))
            if more == 1:
                values = [_read(_lib.kith_result_value(self._pointer, i)) for i in range(len(self.columns))]
                return Row(self.columns, values)
            self._finished = True
            self._plan = self.plan
            self.close()
            if more < 0:
                raise _take_error(error, 13)
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
            return _text(_lib.kith_result_plan(self._pointer)) if self._pointer else self._plan


class Statement(_Child):
    """A prepared statement: statement(name="Ada") runs it."""

    def __init__(self, connection, text):
        if not isinstance(text, str):
            raise TypeError(f"a statement is text, not {type(text).__name__}")
        data = text.encode("utf-8")
        pointer = ctypes.c_void_p()
        with connection._lock:
            _call(_lib.kith_prepare, connection._check(), data, len(data), ctypes.byref(pointer))
            super().__init__(connection, pointer, _lib.kith_statement_free)
        self.text = text

    def __call__(self, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> Result:
        return self.execute(parameters, **more)

    def execute(self, parameters: typing.Mapping[str, typing.Any] | None = None, /, **more) -> Result:
        with self._connection._lock:
            self._connection._check()
            if self._pointer is None:
                raise Error("InvalidArgument", "the statement is closed")
            _lib.kith_clear_bindings(self._pointer)
            for name, value in {**(parameters or {}), **more}.items():
                with _owned(value) as made:
                    _call(_lib.kith_bind_value, self._pointer, _bytes(name, "a parameter's name"), made)
            result = ctypes.c_void_p()
            _call(_lib.kith_statement_execute, self._pointer, ctypes.byref(result))
            return Result(self._connection, result)


# ---- Connections and databases -------------------------------------------------------------------------------------


class Connection:
    """A connection: made by Database.connect(), closed by close() or by leaving a with block."""

    def __init__(self, database, database_pointer):
        self._database, self._pointer = database, None
        self._children = weakref.WeakSet()  # Statements and results, which are closed with the connection.
        self._lock = threading.RLock()  # Held while a statement runs.
        self._cancel_lock = threading.RLock()  # Held while the pointer is used without the other one, or goes.
        pointer = ctypes.c_void_p()
        _call(_lib.kith_connect, database_pointer, ctypes.byref(pointer))
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
    def transaction(self, read_only: bool = False) -> typing.Iterator[Connection]:
        """A block that commits at its end and rolls back when it raises."""
        with self._lock:
            _call(_lib.kith_begin_read_only if read_only else _lib.kith_begin, self._check())
        try:
            yield self
        except BaseException:
            with self._lock:
                if self._pointer is not None:  # A closed connection has rolled back.
                    _lib.kith_rollback(self._pointer, None)
            raise
        with self._lock:
            _call(_lib.kith_commit, self._check())

    @property
    def in_transaction(self) -> bool:
        with self._lock:
            return bool(_lib.kith_in_transaction(self._check()))

    def cancel(self) -> None:
        """Stops the running statement, which raises Error with code "Cancelled". From any thread."""
        with self._cancel_lock:
            if self._pointer is not None:
                _lib.kith_cancel(self._pointer)

    def set_timeout(self, seconds: float) -> None:
        """The longest a statement may run; 0 is for ever."""
        if seconds < 0:
            raise ValueError(f"a timeout is 0 or more seconds, not {seconds}")
        with self._lock:
            _call(_lib.kith_set_timeout, self._check(), round(seconds * 1000))

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
                _lib.kith_disconnect(pointer)
        finally:
            self._lock.release()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_pointer", None) is not None:
            self.close()


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A document that was not ingested, and why."""
    document: str
    reason: str


@dataclasses.dataclass(frozen=True)
class IngestReport:
    """Numbers of documents; chunks, entities and links are those new in the graph."""
    added: int
    replaced: int
    unchanged: int
    chunks: int
    entities: int
    links: int
    skipped: list[Skipped]


@dataclasses.dataclass(frozen=True)
class Passage:
    """A passage, or the place a citation [number] stands for. Bytes are of the document's text."""
    number: int
    document: str
    title: str
    begin_byte: int
    end_byte: int
    text: str
    score: float
    found_by: str


@dataclasses.dataclass(frozen=True)
class Answer:
    """text cites [1], [2], ... as in citations. abstained: the documents do not say. svg, html: pictures of it."""
    text: str
    abstained: bool
    confidence: float
    route: str
    reasons: list[str]
    citations: list[Passage]
    passages: list[Passage]
    svg: str
    html: str

    def _repr_svg_(self):
        return self.svg


def _read_passages(count, get, answer):
    passages = []
    for i in range(count(answer)):
        read = _Passage()
        get(answer, i, ctypes.byref(read))
        passages.append(Passage(read.number, _text(read.document), _text(read.title), read.begin_byte, read.end_byte,
                                _text(read.text), read.score, _text(read.found_by)))
    return passages


def _take_answer(answer):
    try:
        return Answer(_text(_lib.kith_answer_text(answer)), bool(_lib.kith_answer_abstained(answer)),
                      _lib.kith_answer_confidence(answer), _text(_lib.kith_answer_route(answer)),
                      [_text(_lib.kith_answer_reason(answer, i)) for i in range(_lib.kith_answer_reason_count(answer))],
                      _read_passages(_lib.kith_answer_citation_count, _lib.kith_answer_citation, answer),
                      _read_passages(_lib.kith_answer_passage_count, _lib.kith_answer_passage, answer),
                      _text(_lib.kith_answer_evidence_svg(answer)), _text(_lib.kith_answer_html(answer)))
    finally:
        _lib.kith_answer_free(answer)


def _take_report(report):
    try:
        counts = [_lib.kith_ingest_report_count(report, i) for i in range(7)]
        skipped = [Skipped(_text(_lib.kith_ingest_report_skipped(report, i)),
                           _text(_lib.kith_ingest_report_reason(report, i))) for i in range(counts[3])]
        return IngestReport(*counts[:3], *counts[4:], skipped)
    finally:
        _lib.kith_ingest_report_free(report)


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
        made = _lib.kith_options_new()
        try:
            for name, value in options.items():
                _call(_lib.kith_options_set, made, name.encode(), int(value))
            pointer = ctypes.c_void_p()
            _call(_lib.kith_open, _bytes(path, "the path"), made, ctypes.byref(pointer))
            self._pointer = pointer
        finally:
            _lib.kith_options_free(made)

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

    def transaction(self, read_only: bool = False) -> typing.ContextManager[Connection]:
        """A block on this thread's connection that commits at its end and rolls back when it raises."""
        return self._mine().transaction(read_only)

    def ingest(self, path: str | os.PathLike,
               progress: typing.Callable[[int, int, str], typing.Any] | None = None) -> IngestReport:
        """Adds or updates the documents below a folder, or one file. progress(done, total, document) may return
        False to stop. Documents that cannot be read are skipped; the report says why. close() in another thread stops
        it too, with the code "Cancelled"."""
        raised = []

        def call(done, total, document, _):
            try:
                wanted = progress is None or progress(done, total, _text(document)) is not False
                return int(wanted and self._pointer is not None)
            except BaseException as error:  # Nothing may be raised through C.
                raised.append(error)
                return 0

        report = ctypes.c_void_p()
        try:
            with self._used() as pointer:
                _call(_lib.kith_rag_ingest, pointer, _bytes(path, "the path"), _Progress(call), None,
                      ctypes.byref(report))
        except Error:
            if raised:
                raise raised[0] from None
            raise
        return _take_report(report)

    def ingest_text(self, name: str, text: str) -> None:
        """Adds or replaces one document; the ending of the name (.md, .html, .txt) tells its format."""
        data = text.encode("utf-8")
        with self._used() as pointer:
            _call(_lib.kith_rag_ingest_text, pointer, _bytes(name, "the name"), data, len(data))

    def forget(self, document: str) -> None:
        """Deletes a document and everything that came from it alone."""
        with self._used() as pointer:
            _call(_lib.kith_rag_delete, pointer, _bytes(document, "the document"))

    def ask(self, question: str) -> Answer:
        """An Answer, with citations."""
        answer = ctypes.c_void_p()
        with self._used() as pointer:
            _call(_lib.kith_rag_ask, pointer, _bytes(question, "the question"), ctypes.byref(answer))
        return _take_answer(answer)

    def retrieve(self, question: str, limit: int = 10) -> list[Passage]:
        """The best passages for a question."""
        answer = ctypes.c_void_p()
        with self._used() as pointer:
            _call(_lib.kith_rag_retrieve, pointer, _bytes(question, "the question"), limit, ctypes.byref(answer))
        return _take_answer(answer).passages

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
                _lib.kith_close(pointer)

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


def open(path: str | os.PathLike = ":memory:", **options: int | bool) -> Database:
    """Opens the database in a folder, or a new one in memory.

    Options: create_if_missing, read_only, memory_limit_bytes, query_memory_limit_bytes, sync_commits, and
    max_document_bytes (16 MiB unless given; a larger document is not ingested).
    """
    return Database(path, **options)
