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

Threads may share a Database: each gets a connection of its own. A Connection, its statements and results are for
one thread at a time, but for Connection.cancel.

Length: one file, so that using Kith from Python is copying it.
"""

import contextlib
import ctypes
import ctypes.util
import dataclasses
import datetime
import os
import threading
import weakref
import zoneinfo

__all__ = ["open", "version", "Error", "Database", "Connection", "Statement", "Result", "Row", "Node", "Relationship",
           "Path", "Duration", "Temporal", "Answer", "Passage", "IngestReport"]

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


class _Report(ctypes.Structure):
    _fields_ = [("added", ctypes.c_size_t), ("replaced", ctypes.c_size_t), ("unchanged", ctypes.c_size_t),
                ("skipped", ctypes.c_size_t), ("chunks", ctypes.c_size_t)]


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
    "kith_rag_ingest": (ctypes.c_int, [_p, _s, _Progress, _p, ctypes.POINTER(_Report), _pp]),
    "kith_rag_ingest_text": (ctypes.c_int, [_p, _s, _s, _n, _pp]), "kith_rag_delete": (ctypes.c_int, [_p, _s, _pp]),
    "kith_rag_ask": (ctypes.c_int, [_p, _s, _pp, _pp]), "kith_rag_retrieve": (ctypes.c_int, [_p, _s, _n, _pp, _pp]),
    "kith_answer_free": (None, [_p]), "kith_answer_text": (_s, [_p]), "kith_answer_abstained": (ctypes.c_int, [_p]),
    "kith_answer_route": (_s, [_p]), "kith_answer_reason_count": (_n, [_p]), "kith_answer_reason": (_s, [_p, _n]),
    "kith_answer_citation_count": (_n, [_p]),
    "kith_answer_citation": (ctypes.c_int, [_p, _n, ctypes.POINTER(_Passage)]),
    "kith_answer_passage_count": (_n, [_p]),
    "kith_answer_passage": (ctypes.c_int, [_p, _n, ctypes.POINTER(_Passage)]),
    "kith_answer_evidence_svg": (_s, [_p]),
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


def version():
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
    def retryable(self):
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


class _Owned:
    """A kith_value of ours; freed on leaving."""

    def __init__(self, pointer, what):
        if not pointer:
            raise ValueError(f"Kith cannot hold {what!r}")
        self.pointer = pointer

    def __enter__(self):
        return self.pointer

    def __exit__(self, *_):
        _lib.kith_value_free(self.pointer)


def _make(value):
    """A new kith_value for a Python value, as an _Owned."""
    for types, maker in _MAKERS:
        if isinstance(value, types):
            return _Owned(maker(value), value)
    raise TypeError(f"a parameter cannot be a {type(value).__name__}: {value!r}")


def _make_integer(value):
    if not -2**63 <= value < 2**63:
        raise OverflowError(f"{value} does not fit an integer of 64 bits")
    return _lib.kith_value_new_integer(value)


def _make_string(value):
    data = value.encode("utf-8")
    return _lib.kith_value_new_string(data, len(data))


def _make_list(values):
    with contextlib.ExitStack() as stack:
        elements = [stack.enter_context(_make(value)) for value in values]
        return _lib.kith_value_new_list((ctypes.c_void_p * len(elements))(*elements), len(elements))


def _make_map(entries):
    with contextlib.ExitStack() as stack:
        keys = [_bytes(key, "a map's key") for key in entries]
        values = [stack.enter_context(_make(value)) for value in entries.values()]
        count = len(keys)
        return _lib.kith_value_new_map((ctypes.c_char_p * count)(*keys), (ctypes.c_void_p * count)(*values), count)


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

    def as_dict(self):
        return dict(zip(self._columns, self))


class Result:
    """The rows of a statement, read once, in order. columns: their names. stats: what was written, as a dict."""

    def __init__(self, connection, pointer):
        self._connection, self._pointer = connection, pointer
        connection._children.add(self)
        count = _lib.kith_result_column_count(pointer)
        self.columns = [_text(_lib.kith_result_column_name(pointer, i)) for i in range(count)]
        counters = ((name, _lib.kith_result_counter(pointer, i)) for i, name in enumerate(_COUNTERS))
        self.stats = {name: count for name, count in counters if count}

    def __iter__(self):
        return self

    def __next__(self):
        if self._pointer is None:
            raise StopIteration
        self._connection._check()
        error = ctypes.c_void_p()
        more = _lib.kith_result_next(self._pointer, ctypes.byref(error))
        if more == 1:
            return Row(self.columns, [_read(_lib.kith_result_value(self._pointer, i)) for i in range(len(self.columns))])
        try:
            if more < 0:
                raise _take_error(error, 13)
        finally:
            self.close()
        raise StopIteration

    def all(self):
        """The rows that are left, as a list."""
        return list(self)

    def one(self):
        """The only row; ValueError when there are none or several."""
        rows = list(self)
        if len(rows) != 1:
            raise ValueError(f"the statement gave {len(rows)} rows, not one")
        return rows[0]

    def value(self):
        """The first column of the only row."""
        return self.one()[0]

    @property
    def plan(self):
        """The plan after EXPLAIN or PROFILE, else "". Read it before the last row is taken, or use explain()."""
        return _text(_lib.kith_result_plan(self._pointer)) if self._pointer else ""

    def close(self):
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            _lib.kith_result_free(pointer)

    def __del__(self):
        self.close()


class Statement:
    """A prepared statement: statement(name="Ada") runs it."""

    def __init__(self, connection, text):
        self._connection, self._pointer = connection, None
        data = text.encode("utf-8")
        pointer = ctypes.c_void_p()
        _call(_lib.kith_prepare, connection._check(), data, len(data), ctypes.byref(pointer))
        self._pointer = pointer
        self.text = text
        connection._children.add(self)

    def __call__(self, parameters=None, /, **more):
        return self.execute(parameters, **more)

    def execute(self, parameters=None, /, **more):
        self._connection._check()
        if self._pointer is None:
            raise Error("InvalidArgument", "the statement is closed")
        _lib.kith_clear_bindings(self._pointer)
        for name, value in {**(parameters or {}), **more}.items():
            with _make(value) as made:
                _call(_lib.kith_bind_value, self._pointer, _bytes(name, "a parameter's name"), made)
        result = ctypes.c_void_p()
        _call(_lib.kith_statement_execute, self._pointer, ctypes.byref(result))
        return Result(self._connection, result)

    def close(self):
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            _lib.kith_statement_free(pointer)

    def __del__(self):
        self.close()


# ---- Connections and databases -------------------------------------------------------------------------------------


class Connection:
    def __init__(self, database):
        self._database, self._pointer = database, None
        self._children = weakref.WeakSet()  # Statements and results, which must be freed before the connection.
        pointer = ctypes.c_void_p()
        _call(_lib.kith_connect, database._check(), ctypes.byref(pointer))
        self._pointer = pointer

    def _check(self):
        if self._pointer is None:
            raise Error("InvalidArgument", "the connection is closed")
        return self._pointer

    def execute(self, text, parameters=None, /, **more):
        """Runs a statement; parameters come as a dict, by keyword, or both."""
        return Statement(self, text).execute(parameters, **more)

    def prepare(self, text):
        return Statement(self, text)

    def explain(self, text, parameters=None, /, **more):
        """The statement's plan as text, without running it."""
        return self.execute("EXPLAIN " + text, parameters, **more).plan

    @contextlib.contextmanager
    def transaction(self, read_only=False):
        """A block that commits at its end and rolls back when it raises."""
        _call(_lib.kith_begin_read_only if read_only else _lib.kith_begin, self._check())
        try:
            yield self
        except BaseException:
            _lib.kith_rollback(self._check(), None)
            raise
        _call(_lib.kith_commit, self._check())

    def cancel(self):
        """Stops the running statement, which raises Error with code "Cancelled". From any thread."""
        if self._pointer is not None:
            _lib.kith_cancel(self._pointer)

    def set_timeout(self, seconds):
        """The longest a statement may run; 0 is for ever."""
        _call(_lib.kith_set_timeout, self._check(), round(seconds * 1000))

    def close(self):
        for child in list(self._children):
            child.close()
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            _lib.kith_disconnect(pointer)

    def __del__(self):
        self.close()


@dataclasses.dataclass(frozen=True)
class IngestReport:
    added: int
    replaced: int
    unchanged: int
    skipped: int
    chunks: int


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
    text: str
    abstained: bool
    route: str
    reasons: list
    citations: list
    passages: list
    svg: str

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
                      _text(_lib.kith_answer_route(answer)),
                      [_text(_lib.kith_answer_reason(answer, i)) for i in range(_lib.kith_answer_reason_count(answer))],
                      _read_passages(_lib.kith_answer_citation_count, _lib.kith_answer_citation, answer),
                      _read_passages(_lib.kith_answer_passage_count, _lib.kith_answer_passage, answer),
                      _text(_lib.kith_answer_evidence_svg(answer)))
    finally:
        _lib.kith_answer_free(answer)


class Database:
    """An open database. Use it as a context manager, or call close()."""

    def __init__(self, path, **options):
        self._pointer = None
        self._threads = threading.local()
        self._connections, self._lock = weakref.WeakSet(), threading.Lock()
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

    def connect(self):
        """A connection of one's own, for instance to cancel it from another thread."""
        connection = Connection(self)
        with self._lock:
            self._connections.add(connection)
        return connection

    def _mine(self):
        self._check()
        if getattr(self._threads, "connection", None) is None:
            self._threads.connection = self.connect()
        return self._threads.connection

    def execute(self, text, parameters=None, /, **more):
        return self._mine().execute(text, parameters, **more)

    def prepare(self, text):
        return self._mine().prepare(text)

    def explain(self, text, parameters=None, /, **more):
        return self._mine().explain(text, parameters, **more)

    def transaction(self, read_only=False):
        return self._mine().transaction(read_only)

    def ingest(self, path, progress=None):
        """Adds or updates the documents below a folder, or one file. progress(done, total, document) may return
        False to stop."""
        raised = []

        def call(done, total, document, _):
            try:
                return int(progress is None or progress(done, total, _text(document)) is not False)
            except BaseException as error:  # Nothing may be raised through C.
                raised.append(error)
                return 0

        report = _Report()
        try:
            _call(_lib.kith_rag_ingest, self._check(), _bytes(path, "the path"), _Progress(call), None,
                  ctypes.byref(report))
        except Error:
            if raised:
                raise raised[0] from None
            raise
        return IngestReport(report.added, report.replaced, report.unchanged, report.skipped, report.chunks)

    def ingest_text(self, name, text):
        """Adds or replaces one document; the ending of the name (.md, .html, .txt) tells its format."""
        data = text.encode("utf-8")
        _call(_lib.kith_rag_ingest_text, self._check(), _bytes(name, "the name"), data, len(data))

    def forget(self, document):
        """Deletes a document and everything that came from it alone."""
        _call(_lib.kith_rag_delete, self._check(), _bytes(document, "the document"))

    def ask(self, question):
        """An Answer, with citations."""
        answer = ctypes.c_void_p()
        _call(_lib.kith_rag_ask, self._check(), _bytes(question, "the question"), ctypes.byref(answer))
        return _take_answer(answer)

    def retrieve(self, question, limit=10):
        """The best passages for a question."""
        answer = ctypes.c_void_p()
        _call(_lib.kith_rag_retrieve, self._check(), _bytes(question, "the question"), limit, ctypes.byref(answer))
        return _take_answer(answer).passages

    def close(self):
        """Open transactions are rolled back."""
        with self._lock:
            for connection in list(self._connections):
                connection.close()
        if self._pointer is not None:
            _lib.kith_close(self._pointer)
        self._pointer = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_pointer", None) is not None:
            self.close()


def open(path=":memory:", **options):
    """Opens the database in a folder, or a new one in memory.

    Options: create_if_missing, read_only, memory_limit_bytes, query_memory_limit_bytes, sync_commits.
    """
    return Database(path, **options)
