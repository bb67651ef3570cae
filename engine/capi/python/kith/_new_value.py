# SPDX-License-Identifier: Apache-2.0
"""Python's values as the library's."""

import array
import contextlib
import ctypes
import datetime
import reprlib
import zoneinfo

from ._error import to_bytes
from ._library import DateFields, DateTimeFields, DurationFields, TimeFields, lib
from ._value_types import EPOCH, Duration, Temporal


@contextlib.contextmanager
def owned_value(value):
    """A new kith_value for a Python value; freed on leaving."""
    pointer = _new(value)
    try:
        yield pointer
    finally:
        lib.kith_value_free(pointer)


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
            lib.kith_value_free(pointer)


def _make_integer(value):
    if not -2**63 <= value < 2**63:
        raise OverflowError(f"{value} does not fit an integer of 64 bits")
    return lib.kith_value_new_integer(value)


def _make_string(value):
    data = value.encode("utf-8")
    return lib.kith_value_new_string(data, len(data))


def _make_numbers(values):
    """Lists of integers only or of floats only, in one call; None for any other."""
    if all(type(value) is int for value in values):
        code, number, make = "q", ctypes.c_int64, lib.kith_value_new_integers
    elif all(type(value) is float for value in values):
        code, number, make = "d", ctypes.c_double, lib.kith_value_new_floats
    else:
        return None
    try:
        numbers = array.array(code, values)
    except OverflowError:
        return None  # The element that is too large is named when it is made alone.
    return make((number * len(numbers)).from_buffer(numbers), len(numbers))


def _make_list(values):
    return (_make_numbers(values) if values else None) or _new_all(values, lib.kith_value_new_list)


def _make_map(entries):
    keys = [to_bytes(key, "a map's key") for key in entries]
    names = (ctypes.c_char_p * len(keys))(*keys)
    return _new_all(entries.values(), lambda values, count: lib.kith_value_new_map(names, values, count))


def _offset_of(value):
    return int(value.utcoffset().total_seconds())


def _make_datetime(value):
    if value.tzinfo is None:
        since = value - datetime.datetime(1970, 1, 1)
        return lib.kith_value_new_local_datetime(since.days * 86400 + since.seconds, since.microseconds * 1000)
    since = value - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    zone = value.tzinfo.key if isinstance(value.tzinfo, zoneinfo.ZoneInfo) else ""
    return lib.kith_value_new_datetime(DateTimeFields(since.days * 86400 + since.seconds, since.microseconds * 1000,
                                                  _offset_of(value), zone.encode()))


def _make_time(value):
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    nanos = seconds * 1_000_000_000 + value.microsecond * 1000
    if value.tzinfo is None:
        return lib.kith_value_new_local_time(nanos)
    return lib.kith_value_new_time(TimeFields(nanos, _offset_of(value)))


def _make_temporal(value):
    nanos_of_day = value.seconds * 1_000_000_000 + value.nanos
    return {
        "date": lambda: lib.kith_value_new_date(DateFields(value.seconds)),
        "localtime": lambda: lib.kith_value_new_local_time(nanos_of_day),
        "time": lambda: lib.kith_value_new_time(TimeFields(nanos_of_day, value.offset_seconds)),
        "localdatetime": lambda: lib.kith_value_new_local_datetime(value.seconds, value.nanos),
        "datetime": lambda: lib.kith_value_new_datetime(
            DateTimeFields(value.seconds, value.nanos, value.offset_seconds, value.zone.encode())),
    }[value.kind]()


def _make_timedelta(value):
    return lib.kith_value_new_duration(DurationFields(0, value.days, value.seconds, value.microseconds * 1000))


# In order: bool is an int, and datetime is a date.
_MAKERS = (
    (type(None), lambda v: lib.kith_value_new_null()), (bool, lambda v: lib.kith_value_new_boolean(v)),
    (int, _make_integer), (float, lambda v: lib.kith_value_new_float(v)), (str, _make_string),
    (dict, _make_map), ((list, tuple), _make_list), (datetime.datetime, _make_datetime),
    (datetime.date, lambda v: lib.kith_value_new_date(DateFields(v.toordinal() - EPOCH))), (datetime.time, _make_time),
    (datetime.timedelta, _make_timedelta),
    (Duration, lambda v: lib.kith_value_new_duration(DurationFields(v.months, v.days, v.seconds, v.nanos))),
    (Temporal, _make_temporal),
)
_MAKER_OF = {kind: make for kinds, make in _MAKERS for kind in (kinds if isinstance(kinds, tuple) else (kinds,))}
