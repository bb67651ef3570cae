# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C while the main thread is inside the library.

Python runs the handler of a signal between its own instructions, so KeyboardInterrupt would wait until the statement
has ended. But it writes a byte at once to the file that signal.set_wakeup_fd names: a thread waits for that byte and
cancels the statement, and then Python raises KeyboardInterrupt. Programs with a handler of their own for SIGINT, or a
wakeup file (asyncio), keep both, and their statements run on.
"""

import contextlib
import os
import signal
import threading
import time


class _Watcher:
    """The thread, and the call that it would cancel."""

    def __init__(self):
        self.call = None  # A new object for each call: the next one must not be cancelled in place of this one.
        self.main_thread = threading.main_thread().ident
        self._bytes, self.wakeup = os.pipe()
        os.set_blocking(self.wakeup, False)
        threading.Thread(target=self._watch, name="kith-interrupt", daemon=True).start()

    def forget(self):
        """In a child process, which has no such thread, and would write into its parent's file."""
        other = signal.set_wakeup_fd(-1)
        if other != self.wakeup:
            signal.set_wakeup_fd(other)
        os.close(self._bytes)
        os.close(self.wakeup)

    def _watch(self):
        while True:
            signals = os.read(self._bytes, 64)
            if signal.SIGINT not in signals or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
                continue
            call = self.call
            # Again and again: a statement that is just beginning does not see what came before it.
            while call is not None and self.call is call:
                call[0].cancel()
                time.sleep(0.02)


_watcher = None


def _forget():
    global _watcher
    watcher, _watcher = _watcher, None
    if watcher is not None:
        watcher.forget()


os.register_at_fork(after_in_child=_forget)


def _listen():
    """Has Python write to the watcher's file, unless it writes to another one."""
    global _watcher
    try:
        other = signal.set_wakeup_fd(-1)
    except ValueError:  # A sub-interpreter gets no signals, and could not end while the thread waits.
        return
    if _watcher is None:
        _watcher = _Watcher()
    if other in (-1, _watcher.wakeup):
        signal.set_wakeup_fd(_watcher.wakeup, warn_on_full_buffer=False)
    else:
        signal.set_wakeup_fd(other)


def run(connection, function, *arguments):
    """function(*arguments), a call into the library on this connection; Ctrl-C in the main thread cancels it."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        _listen()
    return run_on(connection, function, *arguments)


def run_on(connection, function, *arguments):
    """The same for the calls that follow, once for each row: it does not look who listens now."""
    watcher = _watcher
    if watcher is None or watcher.main_thread != threading.get_ident():
        return function(*arguments)
    watcher.call = [connection]
    try:
        return function(*arguments)
    finally:
        watcher.call = None


@contextlib.contextmanager
def caught(raised):
    """For a call that calls back: what the handler of SIGINT raises goes into this list. An exception that came up at
    the beginning of a function that C calls would be lost."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return

    def handle(*arguments):
        try:
            handler(*arguments)
        except BaseException as error:
            raised.append(error)

    try:
        signal.signal(signal.SIGINT, handle)
    except ValueError:  # In a sub-interpreter, which gets no signals.
        handler = None
    try:
        yield
    finally:
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
