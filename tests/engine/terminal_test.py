# SPDX-License-Identifier: Apache-2.0
"""The shell as people drive it: on a pseudo-terminal, with editing, completion, history and Ctrl-C."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
import unittest

from hang_limit import HANG_SECONDS

SHELL = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build/kith")
ENDLESS = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(a * b % 7);"


class Terminal:
    """The shell on a pseudo-terminal."""

    def __init__(self, *arguments, home):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(HOME=home, TERM="xterm", LC_ALL="C.UTF-8")
            os.environ.pop("KITH_HISTORY", None)
            os.execv(SHELL, [SHELL, *arguments])
        self.seen = ""

    def expect(self, pattern):
        """Waits for the pattern; what came before it is dropped."""
        end = time.monotonic() + HANG_SECONDS
        while True:
            match = re.search(pattern, self.seen)
            if match:
                before, self.seen = self.seen[:match.end()], self.seen[match.end():]
                return before
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                raise AssertionError(f"ended without {pattern!r}: {self.seen!r}")
            self.seen += data.decode("utf-8", "replace")

    def expect_prompt(self, prompt=r"kith> "):
        """Waits for the prompt, and until keys are handed over one by one, which is a little later."""
        before = self.expect(prompt)
        end = time.monotonic() + HANG_SECONDS
        while termios.tcgetattr(self.fd)[3] & termios.ICANON:
            if time.monotonic() > end:
                raise AssertionError("the prompt does not take keys")
            time.sleep(0.01)
        return before

    def send(self, text):
        os.write(self.fd, text.encode())

    def resize(self, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def exit_code(self):
        # Leaving waits until what was printed has been read.
        try:
            self.expect("never printed")
        except AssertionError as error:
            if "ended without" not in str(error):
                os.kill(self.pid, signal.SIGKILL)
                raise
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class AtATerminal(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.home.cleanup()

    def open(self, *arguments):
        terminal = Terminal(*arguments, home=self.home.name)
        terminal.expect_prompt()
        return terminal

    def test_multi_line_statements_and_leaving(self):
        shell = self.open()
        shell.send("RETURN 1 +\n")
        shell.expect_prompt(r"\.\.\. ")
        shell.send("2 AS three;\n")
        shell.expect("│ +3 │")
        shell.expect_prompt()
        shell.send("BEGIN;\n")
        shell.expect_prompt(r"kith\*> ")
        shell.send("ROLLBACK;\n")
        shell.expect_prompt()
        shell.send("RETURN nobody;\n")
        shell.expect(r"\^")
        shell.expect_prompt()
        shell.send("\x04")
        self.assertEqual(shell.exit_code(), 0)

    def test_interrupt_stops_the_query_and_not_the_shell(self):
        shell = self.open()
        shell.send(ENDLESS + "\n")
        time.sleep(0.7)
        shell.send("\x03")
        shell.expect("Cancelled")
        shell.expect_prompt()
        shell.send("RETURN 41 +\n")
        shell.expect_prompt(r"\.\.\. ")
        shell.send("\x03")  # At the prompt it drops what was typed.
        shell.expect_prompt()
        shell.send("RETURN 42 AS x;\n")
        shell.expect("│ +42 │")
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_a_recalled_statement_is_the_one_that_was_typed(self):
        shell = self.open()
        shell.send("RETURN 41 // a comment; and more\n")
        shell.expect_prompt(r"\.\.\. ")
        shell.send("+ 1 AS\n")
        shell.expect_prompt(r"\.\.\. ")
        shell.send("x;\n")
        shell.expect("│ +42 │")
        shell.expect_prompt()
        shell.send("\x10\n")
        shell.expect("│ +42 │")
        shell.expect_prompt()
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_interrupt_drops_what_waits_on_the_line(self):
        shell = self.open()
        shell.send(ENDLESS + " RETURN 'not run' AS y;\n")
        time.sleep(0.7)
        shell.send("\x03")
        shell.expect("Cancelled")
        self.assertNotIn("│ not run", shell.expect_prompt())
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_more_columns_than_fit(self):
        shell = self.open()
        shell.resize(40)
        shell.send("RETURN " + ", ".join(f"'value {i}' AS column_{i}" for i in range(9)) + ";\n")
        table = shell.expect("1 row")
        lines = [line for line in table.splitlines() if line and line[0] in "┌│├└"]
        self.assertEqual({len(line) for line in lines}, {len(lines[0])}, table)
        self.assertLessEqual(len(lines[0]), 40)
        self.assertRegex(table, "not shown.*column_8")
        shell.expect_prompt()
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_completion_knows_where_it_is(self):
        shell = self.open()
        shell.send("CREATE (:`Big Galaxy` {x: 1})-[:BIGGER_THAN]->(:Bigfoot);\n")
        shell.expect("created")
        shell.expect_prompt()
        shell.send("MATCH (:`Big Galaxy`)-[r:Bi\t]->(b:Bigf\t) RETURN labels(b) AS l;\n")
        shell.expect("│ \\['Bigfoot'\\] │")
        shell.expect_prompt()
        shell.send("MATCH (b:big\t")  # Two choices, of which one is written in backticks.
        shell.expect("Bigfoot  `Big Galaxy`")
        shell.expect("kith> MATCH")
        shell.send("\x03")
        shell.expect(r"\^C")
        shell.expect_prompt()
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_interrupt_while_the_line_is_drawn(self):
        shell = self.open()
        for _ in range(100):
            shell.send("CREATE (a")  # Ctrl-C comes while these are read and echoed, or a little later.
            shell.expect("C")
            shell.send("\x03")
            shell.expect(r"\^C")
            shell.expect_prompt()
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_completion(self):
        shell = self.open()
        shell.send("CREATE (:Astronomer {discovered: 'Ceres'})-[:OBSERVED]->(:Planetoid);\n")
        shell.expect("created")
        shell.expect_prompt()
        shell.send("MAT\t(a:Astro\t) RETURN a.disco\t;\n")
        shell.expect("Ceres")
        shell.expect_prompt()
        shell.send("MATCH ()-[r:OBS\t]->() RETURN type(r);\n")
        shell.expect("OBSERVED")
        shell.expect_prompt()
        shell.send(".hel\t\n")
        shell.expect("this list")
        shell.expect_prompt()
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_history_is_kept_for_the_user_alone(self):
        shell = self.open()
        shell.send("RETURN 'remembered' AS x;\n")
        shell.expect("remembered │")
        shell.expect_prompt()
        shell.send(".quit\n")
        shell.exit_code()
        history = pathlib.Path(self.home.name) / ".kith_history"
        self.assertEqual(history.stat().st_mode & 0o077, 0)
        shell = self.open()
        shell.send("\x10\x10\n")  # Ctrl-P twice: past .quit.
        shell.expect("remembered │")
        shell.expect_prompt()
        shell.send(".quit\n")
        shell.exit_code()


if __name__ == "__main__":
    unittest.main()
