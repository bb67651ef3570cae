# SPDX-License-Identifier: Apache-2.0
"""Values of the library as Python's."""

import ctypes
import datetime
import zoneinfo

from ._error import to_text
from ._library import lib
from ._value_types import EPOCH, Duration, Node, Path, Relationship, Temporal

_NULL, _BOOLEAN, _INTEGER, _FLOAT, _STRING, _LIST, _MAP, _NODE, _RELATIONSHIP, _PATH, _DATE, _LOCAL_TIME, _TIME, \
    _LOCAL_DATETIME, _DATETIME, _DURATION = range(16)


def _literal(value):
    pointer = lib.kith_value_to_text(value)
    try:
        return to_text(ctypes.cast(pointer, ctypes.c_char_p).value) if pointer else ""
    finally:
        lib.kith_text_free(pointer)


def _offset_zone(seconds):
    return datetime.timezone(datetime.timedelta(seconds=seconds))


def _read_date(value):
    days = lib.kith_value_date(value).days
    if 1 <= days + EPOCH <= datetime.date.max.toordinal():
        return datetime.date.fromordinal(days + EPOCH)
    return Temporal("date", _literal(value), days)


def _read_time(value, zoned):
    time = lib.kith_value_time(value)
    seconds, nanos = divmod(time.nanos, 1_000_000_000)
    if nanos % 1000:
        return Temporal("time" if zoned else "localtime", _literal(value), seconds, nanos, time.offset_seconds)
    return datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60, nanos // 1000,
                         tzinfo=_offset_zone(time.offset_seconds) if zoned else None)


def _read_datetime(value, zoned):
    read = lib.kith_value_datetime(value)
    zone = to_text(read.zone)
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
    pointer = lib.kith_value_string(value, ctypes.byref(length))
    return ctypes.string_at(pointer, length.value).decode("utf-8", "replace")


def _read_properties(value):
    return {to_text(lib.kith_value_property_name(value, i)): read_value(lib.kith_value_property_at(value, i))
            for i in range(lib.kith_value_property_count(value))}


def _read_node(value):
    labels = tuple(to_text(lib.kith_value_label(value, i)) for i in range(lib.kith_value_label_count(value)))
    return Node(lib.kith_value_id(value), labels, _read_properties(value))


def _read_relationship(value):
    return Relationship(lib.kith_value_id(value), to_text(lib.kith_value_relationship_type(value)),
                        lib.kith_value_start_id(value), lib.kith_value_end_id(value), _read_properties(value))


def _read_path(value):
    length = lib.kith_value_path_length(value)
    return Path(tuple(read_value(lib.kith_value_path_node(value, i)) for i in range(length + 1)),
                tuple(read_value(lib.kith_value_path_relationship(value, i)) for i in range(length)))


def _read_duration(value):
    read = lib.kith_value_duration(value)
    return Duration(read.months, read.days, read.seconds, read.nanos)


_READERS = {
    _NULL: lambda v: None, _BOOLEAN: lambda v: bool(lib.kith_value_boolean(v)), _INTEGER: lib.kith_value_integer,
    _FLOAT: lib.kith_value_float, _STRING: _read_string,
    _LIST: lambda v: [read_value(lib.kith_value_at(v, i)) for i in range(lib.kith_value_size(v))],
    _MAP: _read_properties, _NODE: _read_node, _RELATIONSHIP: _read_relationship, _PATH: _read_path,
    _DATE: _read_date, _LOCAL_TIME: lambda v: _read_time(v, False), _TIME: lambda v: _read_time(v, True),
    _LOCAL_DATETIME: lambda v: _read_datetime(v, False), _DATETIME: lambda v: _read_datetime(v, True),
    _DURATION: _read_duration,
}


def read_value(value):
    return _READERS[lib.kith_value_type(value)](value)
