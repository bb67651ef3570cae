# SPDX-License-Identifier: Apache-2.0
"""Making a database of CSV files."""

from __future__ import annotations

import collections.abc
import ctypes
import dataclasses
import os
import typing

from . import _interrupt as interrupt
from ._database import _option_setter
from ._error import Error, call, to_bytes, to_text
from ._library import ImportProgress, lib

Files = typing.Union[str, os.PathLike, typing.Iterable[typing.Union[str, os.PathLike]]]


@dataclasses.dataclass(frozen=True)
class BadLine:
    """A line that was passed over; line counts from 1."""
    file: str
    line: int
    problem: str


@dataclasses.dataclass(frozen=True)
class ImportReport:
    """bad_lines is how many there were, bad the first hundred; passed_over: CSV files of a folder with other headers."""
    nodes: int
    relationships: int
    bad_lines: int
    bad: list[BadLine]
    passed_over: list[str]


def _files(files):
    several = isinstance(files, collections.abc.Iterable) and not isinstance(files, (str, bytes, os.PathLike))
    return [to_bytes(one, "a path") for one in (files if several else [files])]


def _add_groups(add, made, groups):
    for name, files in groups.items():
        names = _files(files)
        call(add, made, to_bytes(name, "a name"), (ctypes.c_char_p * len(names))(*names), len(names))


def _take_report(made):
    nodes, relationships, bad_lines, kept, passed_over = (lib.kith_import_counted(made, i) for i in range(5))
    bad = []
    for i in range(kept):
        line, problem = ctypes.c_uint64(), ctypes.c_char_p()
        file = lib.kith_import_bad_line(made, i, ctypes.byref(line), ctypes.byref(problem))
        bad.append(BadLine(to_text(file), line.value, to_text(problem.value)))
    return ImportReport(nodes, relationships, bad_lines, bad,
                        [to_text(lib.kith_import_passed_over(made, i)) for i in range(passed_over)])


def _run(made, path, progress):
    raised = []

    def heard(phase, done, total, _):
        try:
            return int(not raised and (progress is None or progress(to_text(phase), done, total) is not False))
        except BaseException as error:  # Nothing may be raised through C.
            raised.append(error)
            return 0

    try:
        with interrupt.caught(raised):
            call(lib.kith_import_run, made, to_bytes(path, "the path"), ImportProgress(heard), None)
    except Error:
        if not raised:
            raise
    if raised:
        raise raised[0]


def import_csv(path: str | os.PathLike, files: Files = (), *, nodes: typing.Mapping[str, Files] = {},
               relationships: typing.Mapping[str, Files] = {}, labels: typing.Iterable[str] = (),
               progress: typing.Callable[[str, int, int], typing.Any] | None = None,
               **options: int | str) -> ImportReport:
    """Makes the database folder path, which must not hold anything, of CSV files: all of it, or nothing.

    files: CSV files, or folders of them, that say by header and name what they hold. nodes and relationships: files by
    their labels ("Person:Employee") or type. labels: "Post:Message" gives the nodes of Post.csv a second label.
    progress(phase, done, total) may return False to stop.

    Options: delimiter (unless given, what a header has most of), array_delimiter (;), quote ("), bad_tolerance (0),
    threads (one for each processor), memory_limit_bytes.
    """
    made = lib.kith_import_new()
    try:
        for one in _files(files):
            call(lib.kith_import_add_path, made, one)
        _add_groups(lib.kith_import_add_nodes, made, nodes)
        _add_groups(lib.kith_import_add_relationships, made, relationships)
        for more in labels:
            call(lib.kith_import_add_labels, made, to_bytes(more, "labels"))
        for name, value in options.items():
            setter, value = _option_setter("kith_import", name, value)
            call(setter, made, name.encode(), value)
        _run(made, path, progress)
        return _take_report(made)
    finally:
        lib.kith_import_free(made)
