# SPDX-License-Identifier: Apache-2.0
"""Errors, and text on its way in and out of the library."""

import ctypes
import os

from ._library import lib


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


def call(function, *arguments):
    """Calls a function whose last parameter is the error; raises it."""
    error = ctypes.c_void_p()
    code = function(*arguments, ctypes.byref(error))
    if code != 0:
        raise take_error(error, code)


def take_error(error, code):
    if not error.value:
        return Error(lib.kith_code_name(code).decode(), "no memory is left to say more")
    try:
        return Error(lib.kith_code_name(lib.kith_error_code(error)).decode(), to_text(lib.kith_error_message(error)),
                     to_text(lib.kith_error_detail(error)), to_text(lib.kith_error_describe(error)),
                     lib.kith_error_line(error), lib.kith_error_column(error))
    finally:
        lib.kith_error_free(error)


def to_text(data):
    return data.decode("utf-8", "replace") if data else ""


def to_bytes(text, what):
    if not isinstance(text, (str, os.PathLike)):
        raise TypeError(f"{what} is text, not {type(text).__name__}")
    data = os.fsencode(text) if isinstance(text, os.PathLike) else text.encode("utf-8")
    if b"\0" in data:
        raise ValueError(f"{what} has a zero byte in it")
    return data
