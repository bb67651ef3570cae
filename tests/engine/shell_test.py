# SPDX-License-Identifier: Apache-2.0
"""The shell, driven as people and scripts drive it: arguments, pipes, and a pseudo-terminal."""

import csv
import io
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SHELL = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build/kith")
DEMO = pathlib.Path(__file__).resolve().parents[2] / "demo" / "documents"
ENDLESS = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(a * b % 7);"


def run(*arguments, text="", cwd=None):
    return subprocess.run([SHELL, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=120,
                          cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8"})


class Arguments(unittest.TestCase):
    def test_usage(self):
        for arguments in [["--help"], ["help"]]:
            self.assertIn("kith ingest PATH", run(*arguments).stdout)
        self.assertRegex(run("--version").stdout, r"^kith \d+\.\d+\.\d+\n$")

    def test_wrong_arguments_say_what_would_be_right(self):
        for arguments, expected in [
                (["--mod", "csv"], "did you mean --mode"), (["--mode", "xml"], "table, csv, json"),
                (["--mode"], "needs a mode"), (["a", "b"], "one database at a time"), (["ingest"], "which documents"),
                (["ask"], "what is the question"), (["--timeout", "soon"], "milliseconds"),
                (["--memory", "lots"], "512MB"), (["-p", "x"], "NAME=EXPRESSION"), (["--timer=3"], "takes no value"),
                (["ask", "x", "--picture", "a.png"], ".svg or .html")]:
            with self.subTest(arguments=arguments):
                result = run(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)
                self.assertEqual(result.stdout, "")

    def test_commands_run_in_order_and_the_exit_code_tells(self):
        result = run("-c", "CREATE (:A {x: 1}); MATCH (a:A) RETURN a.x AS x", "-c", "RETURN 2 AS y", "--mode", "csv")
        self.assertEqual((result.returncode, result.stdout), (0, "x\n1\ny\n2\n"))
        result = run("-c", "RETURN 1 AS x; RETURN nobody; RETURN 3 AS z", "--mode", "csv")
        self.assertEqual((result.returncode, result.stdout), (1, "x\n1\n"))
        self.assertIn("nobody", result.stderr)
        self.assertIn("^", result.stderr)
        result = run("-c", "RETURN nobody; RETURN 3 AS z", "--mode", "csv", "--keep-going")
        self.assertEqual((result.returncode, result.stdout), (1, "z\n3\n"))

    def test_parameters(self):
        result = run("-c", "RETURN $name AS name, $born + 1 AS next", "-p", "name='Ada'", "--param=born=1815", "-m", "jsonl")
        self.assertEqual(json.loads(result.stdout), {"name": "Ada", "next": 1816})
        result = run("-c", "RETURN 1", "-p", "x=((")
        self.assertEqual(result.returncode, 1)
        self.assertIn("$x could not be set", result.stderr)

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([SHELL, "-c", "RETURN 1"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("standard output could not be written", result.stderr)

    def test_timeout_and_memory(self):
        result = run("--timeout", "100", "-c", ENDLESS)
        self.assertEqual(result.returncode, 1)
        self.assertIn("Timeout", result.stderr)
        self.assertEqual(run("--memory", "64MB", "-c", "RETURN 1").returncode, 0)
        result = run("--memory", "1k", "-c", "RETURN 1")
        self.assertEqual(result.returncode, 3)
        self.assertIn("32 MiB", result.stderr)


class Modes(unittest.TestCase):
    STATEMENT = ("UNWIND [[1, 'plain'], [2, 'a \"quoted\", text\\nline'], [null, ''], [4, null], [5, '知识图谱']] AS p "
                 "RETURN p[0] AS n, p[1] AS t")
    ROWS = [[1, "plain"], [2, 'a "quoted", text\nline'], [None, ""], [4, None], [5, "知识图谱"]]

    def test_csv(self):
        out = run("-c", self.STATEMENT, "-m", "csv").stdout
        rows = list(csv.reader(io.StringIO(out)))
        self.assertEqual(rows[0], ["n", "t"])
        self.assertEqual(rows[2], ["2", 'a "quoted", text\nline'])
        self.assertIn(',""\n', out)  # An empty text is not null.

    def test_json(self):
        out = run("-c", self.STATEMENT, "-m", "json").stdout
        self.assertEqual([[row["n"], row["t"]] for row in json.loads(out)], self.ROWS)
        self.assertEqual(json.loads(run("-c", "UNWIND [] AS x RETURN x", "-m", "json").stdout), [])
        out = run("-c", self.STATEMENT, "-m", "jsonl").stdout
        self.assertEqual([[row["n"], row["t"]] for row in map(json.loads, out.splitlines())], self.ROWS)
        value = run("-c", "CREATE p = (a:A {x: 1.0})-[r:R]->(b) RETURN a, r, p, date('2020-02-29') AS d, 1.0 / 0 AS i, "
                    "{k: [true]} AS m", "-m", "jsonl").stdout
        value = json.loads(value)
        self.assertEqual(value["a"]["labels"], ["A"])
        self.assertIn('"x":1.0', json.dumps(value["a"]["properties"], separators=(",", ":")))
        self.assertEqual(value["r"]["type"], "R")
        self.assertEqual(len(value["p"]["nodes"]), 2)
        self.assertEqual((value["d"], value["i"], value["m"]), ("2020-02-29", "Infinity", {"k": [True]}))

    def test_table_is_straight_with_wide_characters(self):
        lines = run("-c", self.STATEMENT).stdout.splitlines()
        self.assertTrue(lines[0].startswith("┌") and lines[0].endswith("┐"))
        self.assertEqual(lines[-1], "5 rows")

        def cells(text):
            return sum(2 if "\u2e80" <= c <= "\u9fff" else 1 for c in text)

        self.assertEqual({cells(line) for line in lines[:-1]}, {cells(lines[0])})
        self.assertIn("\\n", lines[4])  # A line's end must not break the box.
        dangerous = run("-c", "RETURN '\\u001b[2J' AS x").stdout
        self.assertNotIn("\x1b", dangerous)

    def test_line(self):
        out = run("-c", "UNWIND [1, 2] AS x RETURN x, 'y' AS longer", "-m", "line").stdout
        self.assertEqual(out, "     x = 1\nlonger = y\n\n     x = 2\nlonger = y\n")

    def test_write_counts(self):
        self.assertEqual(run("-c", "CREATE (:A {x: 1})").stdout, "1 node created, 1 property set, 1 label added\n")
        self.assertEqual(run("-c", "CREATE (:A)", "-m", "csv").stdout, "")


class Pipes(unittest.TestCase):
    def test_statements_span_lines_and_share_them(self):
        result = run("-m", "csv", text="RETURN 1\n  AS x; RETURN ';' AS y; // a comment; with one\n/* RETURN 0; */\n"
                                       "RETURN 2 AS z")
        self.assertEqual((result.stdout, result.returncode), ("x\n1\ny\n;\nz\n2\n", 0))
        self.assertEqual(run(text="").stdout, "")
        self.assertEqual(run(text=" ;; \n // nothing\n;").returncode, 0)

    def test_each_result_comes_once_its_statement_has_committed(self):
        with tempfile.TemporaryDirectory() as folder:
            shell = subprocess.Popen([SHELL, os.path.join(folder, "a.kith"), "-m", "csv"], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True, bufsize=1)
            for i in range(5):
                shell.stdin.write(f"CREATE (n:A {{i: {i}}}) RETURN n.i AS i;\n")
                shell.stdin.flush()
                self.assertEqual([shell.stdout.readline(), shell.stdout.readline()], ["i\n", f"{i}\n"])
            shell.send_signal(signal.SIGKILL)
            shell.communicate()
            result = run(os.path.join(folder, "a.kith"), "-m", "csv", "-c", "MATCH (a:A) RETURN count(a) AS c")
            self.assertEqual(result.stdout, "c\n5\n", result.stderr)

    def test_transactions(self):
        result = run("-m", "csv", text="BEGIN; CREATE (:A); ROLLBACK; BEGIN; CREATE (:A); CREATE (:A); COMMIT;\n"
                                       "MATCH (a:A) RETURN count(a) AS c;")
        self.assertEqual(result.stdout, "c\n2\n", result.stderr)
        result = run(text="BEGIN; CREATE (:A);")
        self.assertEqual(result.returncode, 1)
        self.assertIn("rolled back", result.stderr)
        result = run(text="COMMIT;")
        self.assertIn("no transaction is open", result.stderr)

    def test_dot_commands(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "script.cypher"
            script.write_text("CREATE (:B);\nCREATE\n (:B);\n")
            bad = pathlib.Path(folder) / "bad.cypher"
            bad.write_text("CREATE (:C);\n\nRETURN nobody;\nCREATE (:C);\n")
            loop = pathlib.Path(folder) / "loop.cypher"
            loop.write_text(f".read {loop}\n")
            out = run(text=f".mode csv\n.read {script}\nMATCH (b:B) RETURN count(b) AS c;\n.param x 1 + 1\n"
                           "RETURN $x AS x;\n.param\n.timer on\n.mode\n.explain MATCH (b:B) RETURN b;\n.quit\nRETURN 9;\n")
            self.assertEqual(out.stdout.splitlines()[:4], ["c", "2", "x", "2"])
            self.assertIn("$x = 2", out.stdout)
            self.assertIn("csv (of", out.stdout)
            self.assertNotIn("9", out.stdout.splitlines())
            out = run(text=f".read {bad}\n")
            self.assertEqual(out.returncode, 1)
            self.assertIn("line 3 failed", out.stderr)
            self.assertIn("nested", run(text=f".read {loop}\n").stderr)
            self.assertIn("cannot be read", run(text=".read /no/such/file\n").stderr)
        out = run(text=".help\n.hlep\n")
        self.assertIn(".schema", out.stdout)
        self.assertIn("did you mean .help", out.stderr)
        self.assertEqual(out.returncode, 1)

    def test_schema_and_indexes(self):
        out = run("-m", "csv", text="CREATE (:Person {name: 'x'})-[:KNOWS]->(:Person);\n"
                                    "CREATE INDEX people FOR (p:Person) ON (p.name);\n.schema\n.indexes\n")
        self.assertEqual(out.returncode, 0, out.stderr)
        for word in ["Person", "KNOWS", "name", "people"]:
            self.assertIn(word, out.stdout)

    def test_import(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "people.csv"
            path.write_text('\ufeffname,born,score,alive,note\r\n"Lovelace, Ada",1815,1.5,false,\r\n玛丽,1867,"2",true,"a ""b"""\r\n')
            out = run("-m", "jsonl", text=f".import {path} Person\nMATCH (p:Person) RETURN p ORDER BY p.born;\n")
            self.assertEqual(out.returncode, 0, out.stderr)
            lines = out.stdout.splitlines()
            self.assertEqual(lines[0], "2 nodes created")
            self.assertEqual(json.loads(lines[1])["p"]["properties"],
                             {"name": "Lovelace, Ada", "born": 1815, "score": 1.5, "alive": False})
            self.assertEqual(json.loads(lines[2])["p"]["properties"],
                             {"name": "玛丽", "born": 1867, "score": "2", "alive": True, "note": 'a "b"'})
            for text, expected in [("a,b\n1,2\n1\n", "line 3: 1 fields, but the first line names 2"),
                                   ("", "is empty"), ("a,a\n", "two columns"), ("a,,b\n", "no name"),
                                   ('a\n"x\n', "never closed"), ('a\n"x"y\n', "follows a closing quote")]:
                path.write_text(text)
                out = run("-m", "csv", "--keep-going", text=f".import {path} Bad\nMATCH (n:Bad) RETURN count(n) AS c;\n")
                with self.subTest(text=text):
                    self.assertIn(expected, out.stderr)
                    self.assertEqual(out.stdout, "c\n0\n")
            path.write_bytes(b"a\n\xff\n")
            self.assertIn("not UTF-8", run(text=f".import {path} Bad\n").stderr)

    def test_interrupt_ends_a_script(self):
        shell = subprocess.Popen([SHELL, "-c", ENDLESS], stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        shell.send_signal(signal.SIGINT)
        self.assertIn("Cancelled", shell.communicate(timeout=20)[1])
        self.assertEqual(shell.returncode, 1)


class Terminal:
    """The shell on a pseudo-terminal."""

    def __init__(self, *arguments, home):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(HOME=home, TERM="xterm", LC_ALL="C.UTF-8")
            os.environ.pop("KITH_HISTORY", None)
            os.execv(SHELL, [SHELL, *arguments])
        self.seen = ""

    def expect(self, pattern, seconds=20):
        """Waits for the pattern; what came before it is dropped."""
        end = time.monotonic() + seconds
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

    def send(self, text):
        # The prompt is printed just before the terminal hands over single keys; nobody types faster than that.
        if text[0] < " ":
            time.sleep(0.2)
        os.write(self.fd, text.encode())

    def exit_code(self):
        # Leaving waits until what was printed has been read.
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class AtATerminal(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.home.cleanup()

    def open(self, *arguments):
        terminal = Terminal(*arguments, home=self.home.name)
        terminal.expect("kith> ")
        return terminal

    def test_multi_line_statements_and_leaving(self):
        shell = self.open()
        shell.send("RETURN 1 +\n")
        shell.expect(r"\.\.\. ")
        shell.send("2 AS three;\n")
        shell.expect("│ +3 │")
        shell.expect("kith> ")
        shell.send("BEGIN;\n")
        shell.expect(r"kith\*> ")
        shell.send("ROLLBACK;\n")
        shell.expect("kith> ")
        shell.send("RETURN nobody;\n")
        shell.expect(r"\^")
        shell.expect("kith> ")
        shell.send("\x04")
        self.assertEqual(shell.exit_code(), 0)

    def test_interrupt_stops_the_query_and_not_the_shell(self):
        shell = self.open()
        shell.send(ENDLESS + "\n")
        time.sleep(0.7)
        shell.send("\x03")
        shell.expect("Cancelled")
        shell.expect("kith> ")
        shell.send("RETURN 41 +\n")
        shell.expect(r"\.\.\. ")
        shell.send("\x03")  # At the prompt it drops what was typed.
        shell.expect("kith> ")
        shell.send("RETURN 42 AS x;\n")
        shell.expect("│ +42 │")
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_completion(self):
        shell = self.open()
        shell.send("CREATE (:Astronomer {discovered: 'Ceres'})-[:OBSERVED]->(:Planetoid);\n")
        shell.expect("created")
        shell.expect("kith> ")
        shell.send("MAT\t(a:Astro\t) RETURN a.disco\t;\n")
        shell.expect("Ceres")
        shell.expect("kith> ")
        shell.send("MATCH ()-[r:OBS\t]->() RETURN type(r);\n")
        shell.expect("OBSERVED")
        shell.expect("kith> ")
        shell.send(".hel\t\n")
        shell.expect("this list")
        shell.expect("kith> ")
        shell.send(".quit\n")
        self.assertEqual(shell.exit_code(), 0)

    def test_history_is_kept_for_the_user_alone(self):
        shell = self.open()
        shell.send("RETURN 'remembered' AS x;\n")
        shell.expect("remembered │")
        shell.expect("kith> ")
        shell.send(".quit\n")
        shell.exit_code()
        history = pathlib.Path(self.home.name) / ".kith_history"
        self.assertEqual(history.stat().st_mode & 0o077, 0)
        shell = self.open()
        shell.send("\x10\x10\n")  # Ctrl-P twice: past .quit.
        shell.expect("remembered │")
        shell.expect("kith> ")
        shell.send(".quit\n")
        shell.exit_code()


class Documents(unittest.TestCase):
    def test_ingest_ask_forget(self):
        with tempfile.TemporaryDirectory() as folder:
            out = run("ingest", DEMO, "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 0, out.stderr)
            self.assertIn(f"{len(list(DEMO.iterdir()))} documents added", out.stdout)
            document = pathlib.Path(folder) / "torvik.md"
            document.write_text("# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n")
            self.assertIn("1 documents added", run("ingest", document, "--db", "d.kith", cwd=folder).stdout)
            out = run("ask", "Who built the lighthouse of Torvik?", "--db", "d.kith", "--picture", "e.svg", cwd=folder)
            self.assertEqual(out.returncode, 0, out.stderr)
            for expected in ["Marit Oen", "[1]", "torvik.md", "route: ", "passages:"]:
                self.assertIn(expected, out.stdout)
            self.assertIn("<svg", (pathlib.Path(folder) / "e.svg").read_text())
            out = run("ask", "Who built the lighthouse of Torvik?", "--db", "d.kith", "--mode", "json", "--picture", "e.html",
                      cwd=folder)
            answer = json.loads(out.stdout)
            citation = answer["citations"][0]
            self.assertEqual(document.read_bytes()[citation["begin"]:citation["end"]].decode(), citation["text"])
            self.assertIn("<html", (pathlib.Path(folder) / "e.html").read_text().lower())
            out = run("ask", "What is the airspeed of the spaceship Zyxglorb in parsecs?", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 4, out.stdout)
            self.assertIn("forgot", run("forget", "torvik.md", "--db", "d.kith", cwd=folder).stdout)
            self.assertEqual(run("forget", "torvik.md", "--db", "d.kith", cwd=folder).returncode, 1)

    def test_what_cannot_be_done_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            out = run("ask", "Anything?", "--db", "missing.kith", cwd=folder)
            self.assertEqual(out.returncode, 3)
            self.assertIn("missing.kith", out.stderr)
            self.assertEqual(os.listdir(folder), [])
            out = run("ingest", "no-such-folder", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("no-such-folder", out.stderr)
            (pathlib.Path(folder) / "docs").mkdir()
            (pathlib.Path(folder) / "docs" / "bad.txt").write_bytes(b"caf\xe9 is Latin-1")
            (pathlib.Path(folder) / "docs" / "empty.txt").write_bytes(b"")
            (pathlib.Path(folder) / "docs" / "good.txt").write_text("Iron melts at 1538 degrees.")
            out = run("ingest", "docs", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("bad.txt", out.stderr)
            self.assertIn("UTF-8", out.stderr)
            self.assertIn("Iron", run("ask", "At how many degrees does iron melt?", "--db", "d.kith", cwd=folder).stdout)


if __name__ == "__main__":
    unittest.main()
