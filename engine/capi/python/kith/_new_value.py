# SPDX-License-Identifier: Apache-2.0
"""Python's values as the library's."""

import array
import contextlib
import ctypes
import datetime
import itertools
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


def _make_strings(values):
    """Lists of strings only, in one call; None for any other."""
    if not all(type(value) is str for value in values):
        return None
    texts = [value.encode("utf-8") for value in values]
    ends = (ctypes.c_size_t * len(texts))(*itertools.accumulate(map(len, texts)))
    return lib.kith_value_new_strings(b"".join(texts), ends, len(texts))


def _make_rows(values):
    """Lists of dicts with the same keys in the same order, a list for each key; None for any other."""
    if not values[0] or not all(type(value) is dict for value in values):
        return None
    keys = list(values[0])
    if not all(list(value) == keys for value in values):
        return None
    names = _names_of(keys)
    columns = zip(*(value.values() for value in values))
    return _new_all(columns, lambda lists, count: lib.kith_value_new_maps(names, lists, count))


# Of what the first element is, by the functions that make a list of nothing else at once.
_MAKERS_AT_ONCE = {int: _make_numbers, float: _make_numbers, str: _make_strings, dict: _make_rows}


def _make_list(values):
    at_once = _MAKERS_AT_ONCE.get(type(values[0])) if values else None
    return (at_once(values) if at_once else None) or _new_all(values, lib.kith_value_new_list)


def _names_of(keys):
    return (ctypes.c_char_p * len(keys))(*[to_bytes(key, "a map's key") for key in keys])


def _make_map(entries):
    names = _names_of(entries)
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
