# SPDX-License-Identifier: Apache-2.0
"""The shell, driven as scripts drive it: arguments and pipes."""

import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from hang_limit import HANG_SECONDS

SHELL = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build/kith")
ENDLESS = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(a * b % 7);"


def run(*arguments, text="", cwd=None):
    return subprocess.run([SHELL, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=HANG_SECONDS,
                          cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8"})


class Backups(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def kith(self, *arguments, code=0):
        result = run(*arguments, cwd=self.path)
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stdout if code == 0 else result.stderr

    def test_backups_are_made_listed_and_restored(self):
        self.kith("d.kith", "-c", "CREATE (:A {x: 1})")
        self.assertRegex(self.kith("backup", "b", "--db", "d.kith"),
                         r"^backup 1 of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, .*B, is in b\n$")
        self.kith("d.kith", "-c", "CREATE (:A {x: 2})")
        self.kith("backup", "b", "--db", "d.kith")
        self.assertEqual(self.kith("restore", "b").count("backup"), 2)
        self.assertIn("backup 2 of", self.kith("restore", "b", "new.kith"))
        self.kith("restore", "b", "old.kith", "--number", "1")
        for name, count in [("new.kith", 2), ("old.kith", 1)]:
            self.assertEqual(self.kith(name, "-m", "csv", "-c", "MATCH (a:A) RETURN count(a) AS n"), f"n\n{count}\n")
        self.kith("backup", "b", "--db", "d.kith", "--keep", "1")
        self.assertRegex(self.kith("restore", "b"), r"^backup 3 of .*\n$")

    def test_what_cannot_be(self):
        self.kith("d.kith", "-c", "CREATE (:A)")
        self.assertIn("no database in none.kith", self.kith("backup", "b", "--db", "none.kith", code=3))
        self.assertFalse((self.path / "none.kith").exists())
        self.assertIn("own", self.kith("backup", "d.kith", "--db", "d.kith", code=1))
        self.assertIn("no backups in b", self.kith("restore", "b", code=1))
        self.kith("backup", "b", "--db", "d.kith")
        self.assertIn("is there already", self.kith("restore", "b", "d.kith", code=1))
        self.assertIn("number 9", self.kith("restore", "b", "new.kith", "--number", "9", code=1))

    def test_a_check_names_what_is_wrong(self):
        self.kith("d.kith", "-c", "CREATE INDEX FOR (a:A) ON (a.x); UNWIND range(1, 100) AS x CREATE (:A {x: x})-[:R]->(:B)")
        self.assertEqual(self.kith("check", "d.kith"), "nothing is wrong in d.kith\n")
        self.kith("backup", "b", "--db", "d.kith")  # Which flushes.
        files = list((self.path / "d.kith" / "data").glob("*.sst"))
        self.assertTrue(files)
        for file in files:
            damaged = bytearray(file.read_bytes())
            damaged[5] ^= 16
            file.write_bytes(damaged)
        result = run("check", "d.kith", cwd=self.path)
        self.assertIn(result.returncode, (1, 3))
        self.assertIn(".sst", result.stdout + result.stderr)
        self.assertIn("no database in none.kith", self.kith("check", "none.kith", code=3))
        self.assertFalse((self.path / "none.kith").exists())


class Imports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        (self.path / "csv").mkdir()
        self.write("Person.csv", "id|name\n" + "".join(f"{i}|person {i}\n" for i in range(1000)))
        self.write("Person_KNOWS_Person.csv", "startId|endId|since\n0|1|1833\n1|2|1834\n")

    def write(self, name, text):
        (self.path / "csv" / name).write_text(text, encoding="utf-8")

    def kith(self, *arguments, code=0):
        result = subprocess.run([SHELL, *arguments], cwd=self.path, capture_output=True, text=True,
                                timeout=HANG_SECONDS)
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stdout + result.stderr

    def test_a_folder_becomes_a_database(self):
        self.write("counts.csv", "file|rows\n")
        out = self.kith("import", "csv", "--into", "d.kith", "--labels", "Person:Human")
        self.assertRegex(out, r"(?m)^1000 nodes and 2 relationships of .* MB are in d.kith; .* s$")
        self.assertIn("passed over csv/counts.csv", out)
        self.assertEqual(self.kith("d.kith", "-m", "csv", "-c",
                                   "MATCH (:Human {id: 0})-[k:KNOWS]->(b) RETURN k.since, b.name"),
                         "k.since,b.name\n1833,person 1\n")
        self.assertIn("is there already", self.kith("import", "csv", "--into", "d.kith", code=1))

    def test_bad_lines(self):
        self.write("Person_KNOWS_Person.csv", "startId|endId\n0|1\n0|x\n")
        out = self.kith("import", "csv", "--into", "d.kith", code=1)
        self.assertIn("Person_KNOWS_Person.csv, line 3: no node has the id x in Person, its end", out)
        self.assertEqual([one.name for one in self.path.iterdir()], ["csv"])
        out = self.kith("import", "csv", "--into", "d.kith", "--bad-tolerance", "1")
        self.assertIn("passed over csv/Person_KNOWS_Person.csv, line 3", out)
        self.assertIn("1000 nodes and 1 relationships", out)

    def test_files_by_name(self):
        self.write("head.csv", "key:ID(P);age:int\n")
        self.write("rows.csv", "a;1\nb;2\n")
        self.kith("import", "--nodes", "P:Q=csv/head.csv,csv/rows.csv", "--into", "d.kith")
        self.assertEqual(self.kith("d.kith", "-m", "csv", "-c", "MATCH (n:P:Q) RETURN sum(n.age) AS s"), "s\n3\n")

    def test_a_killed_import_leaves_no_database(self):
        self.write("Person.csv", "id|name\n" + "".join(f"{i}|person {i}\n" for i in range(200_000)))
        process = subprocess.Popen([SHELL, "import", "csv", "--into", "d.kith"], cwd=self.path,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Its draft is there when it is at work.
        while process.poll() is None and not any(self.path.glob("d.kith.importing-*")):
            time.sleep(0.001)
        process.kill()
        process.wait()
        self.assertEqual((self.path / "d.kith").exists(), process.returncode == 0)

    def test_arguments(self):
        self.assertIn("into which database", self.kith("import", "csv", code=2))
        self.assertIn("which files", self.kith("import", "--into", "d.kith", code=2))
        self.assertIn("one character", self.kith("import", "csv", "--into", "d", "--delimiter", "::", code=2))
        self.assertIn("kith import takes it", self.kith("d.kith", "--into", "x", code=2))
        self.assertIn("--into names", self.kith("import", "csv", "--db", "d.kith", code=2))


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
                (["ask", "x", "--picture", "a.png"], ".svg or .html"), (["-"], "is no database"),
                (["ask", "x", "--db", ""], "is empty"), (["ask", "x", "--mode", "csv"], "--mode json"),
                (["ingest", "x", "-c", "RETURN 1"], "-c does not apply"),
                (["forget", "x", "--mode", "csv"], "--mode does not apply"),
                (["ingest", "x", "--timeout", "5"], "--timeout does not apply"),
                (["-c", "RETURN 1", "--picture", "a.svg"], "kith ask takes it"),
                (["--max-document", "1MB"], "kith ingest takes it"),
                (["ingest", "x", "--max-document", "0"], "at least 1 byte"),
                (["--batch", "1"], "kith ingest takes it"),
                (["ingest", "x", "--batch", "0"], "1 or more"),
                (["ingest", "x", "--batch", "many"], "1 or more"),
                (["ingest", "x", "--batch"], "needs a number of documents"),
                (["ask", "x", "--db", ":memory:"], "name a folder after --db"),
                (["-x"], "no option -x"), (["igest", "docs"], "did you mean kith ingest?"),
                (["a.kith", "--db", "b.kith"], "'a.kith' and 'b.kith'"),
                (["ingest", "x", "--read-only"], "ingest writes, so --read-only does not apply"),
                (["forget", "x", "--read-only"], "forget writes"),
                (["backup"], "one folder for backups"), (["backup", "a", "b"], "one folder for backups"),
                (["backup", "a", "--keep", "0"], "number of backups, 1 or more"), (["--keep", "2"], "kith backup takes it"),
                (["backup", "a", "--db", ":memory:"], "name a folder after --db"),
                (["check"], "kith check DATABASE"), (["check", "a", "b"], "which database"),
                (["check", ":memory:"], "nothing to check"),
                (["restore"], "kith restore FOLDER DATABASE"), (["restore", "a", "b", "c"], "usage: kith restore"),
                (["restore", "a", "--number", "2"], "kith restore a DATABASE --number 2"),
                (["restore", "a", "b", "--number", "new"], "kith restore FOLDER lists them"),
                (["restore", "a", "b", "--db", "c"], "opens no database"), (["bakup", "a"], "did you mean kith backup?"),
                (["--memory", "1e30"], "512MB"), (["--timeout", "-5"], "milliseconds")]:
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
        self.assertEqual(run("-cRETURN $x AS x", "-px=1", "-mcsv").stdout, "x\n1\n")
        self.assertEqual(run("-cRETURN $x AS x", "-px=1 + 1 // two", "-mcsv").stdout, "x\n2\n")
        for bad in ["x=1 AS y, 2", "x=1; RETURN 2", "x=1;", "x=", "x=1) AS value UNION ALL RETURN (2",
                    "x=1) AS value CREATE (:Injected) RETURN (2"]:  # One expression, not a way around it.
            with self.subTest(bad=bad), tempfile.TemporaryDirectory() as folder:
                self.assertEqual(run("d.kith", "-c", "RETURN 1", "-p", bad, cwd=folder).returncode, 1)
                self.assertEqual(run("d.kith", "-c", "MATCH (n) RETURN count(n) AS n", "-m", "csv", cwd=folder).stdout,
                                 "n\n0\n")
        error = run("-c", "RETURN 1", "-p", "x=1 + nobody").stderr  # It points into what was typed.
        self.assertIn("(line 1, column 5)\n  1 + nobody\n      ^^^^^^", error)
        result = run("-c", "RETURN 1", "-p", "x=((")
        self.assertEqual(result.returncode, 1)
        self.assertIn("$x could not be set", result.stderr)

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([SHELL, "-c", "RETURN 1"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("standard output could not be written", result.stderr)
        for option in ["--help", "--version"]:
            with open("/dev/full", "w") as full:
                result = subprocess.run([SHELL, option], stdout=full, stderr=subprocess.PIPE, text=True)
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

    def test_a_long_value_widens_its_own_line_only(self):
        out = run("-c", "UNWIND ['a', 'b'] AS s RETURN s, CASE s WHEN 'a' THEN reduce(t = '', i IN range(1, 20000) | "
                  "t + 'x') ELSE s END AS t").stdout.splitlines()
        self.assertEqual([len(line) > 10000 for line in out], [False, False, False, True, False, False, False])
        self.assertTrue(all(len(line) < 600 for line in out[:3] + out[4:]), [len(line) for line in out])

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

    def test_a_script_may_be_long(self):
        statements = "RETURN 1;\n" * 20000
        result = run("-m", "csv", text="CREATE (:A {t: '" + ";\n" * 1000000 + "'});\n" + statements +
                     "MATCH (a:A) RETURN size(a.t) AS n")
        self.assertEqual(result.stdout[-10:], "n\n2000000\n", result.stderr)

    def test_a_reader_may_leave(self):
        shell = subprocess.Popen([SHELL, "-m", "csv", "-c", "UNWIND range(1, 10000000) AS x RETURN x"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(shell.stdout.readline(), "x\n")
        shell.stdout.close()
        self.assertEqual(shell.communicate(timeout=HANG_SECONDS)[1], "")
        self.assertNotEqual(shell.returncode, 0)

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
            self.assertIn("Is a directory", run(text=f".read {folder}\n").stderr)
            script.write_bytes(b"RETURN 1 AS a;\n\0RETURN 2 AS b;\n")
            out = run("-m", "csv", text=f".read {script}\n")
            self.assertEqual((out.returncode, out.stdout), (1, "a\n1\n"))
            self.assertIn("U+0000", out.stderr)
            script.write_bytes(b"RETURN 'caf\xe9' AS a;\n")
            self.assertIn("not UTF-8", run(text=f".read {script}\n").stderr)
        out = run(text=".help\n.hlep\n")
        self.assertIn(".schema", out.stdout)
        self.assertIn("did you mean .help", out.stderr)
        self.assertEqual(out.returncode, 1)

    def test_a_plan_comes_without_an_empty_result(self):
        for mode in ["table", "csv", "json", "line"]:
            out = run("-m", mode, "-c", "EXPLAIN MATCH (n) RETURN n", "-c", ".explain MATCH (n) RETURN n").stdout
            self.assertEqual(out.count("AllNodesScan"), 2)
            self.assertNotRegex(out, r"(?m)┌|0 rows|\[\]|^n$")
        self.assertIn("1 row", run("-c", "PROFILE RETURN 1 AS x").stdout)

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
            path.write_bytes("a\n1\n".encode("utf-16"))
            self.assertIn("not UTF-8", run(text=f".import {path} Bad\n").stderr)
            self.assertIn("Is a directory", run(text=f".import {folder} Bad\n").stderr)
            self.assertIn("usage: .import", run(text=".import people.csv\n").stderr)
            path.write_text("\ufb01rst\n1\n")  # Begins with the byte that a byte order mark begins with.
            out = run("-m", "jsonl", text=f".import {path} P\nMATCH (p:P) RETURN p;\n")
            self.assertEqual(json.loads(out.stdout.splitlines()[1])["p"]["properties"], {"\ufb01rst": 1}, out.stderr)

    def test_interrupt_ends_an_import(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "many.csv"
            path.write_text("a\n" + "1\n" * 3000000)
            shell = subprocess.Popen([SHELL, "-m", "csv", "--keep-going"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
            shell.stdin.write(f"RETURN 1 AS x;\n.import {path} A\n")
            shell.stdin.flush()
            self.assertEqual([shell.stdout.readline(), shell.stdout.readline()], ["x\n", "1\n"])
            time.sleep(0.3)
            shell.send_signal(signal.SIGINT)
            error = shell.communicate(timeout=HANG_SECONDS)[1]
            self.assertRegex(error, "Cancelled|interrupted")
            self.assertEqual(shell.returncode, 1)

    def test_what_is_too_deep_or_too_long_is_an_error(self):
        n = 100000
        for text in ["[" * n + "1" + "]" * n, "(" * n + "1" + ")" * n, "{a: " * n + "1" + "}" * n, "NOT " * n + "true",
                     "- " * n + "1", "abs(" * n + "1" + ")" * n, "CASE WHEN true THEN " * n + "1" + " END" * n,
                     "1+" * n + "1", "EXISTS { MATCH (n) WHERE " * n + "true" + "}" * n, "[x IN " * n + "[1]" + "]" * n,
                     "size([p = (a)" + "-->()" * n + " | p])"]:
            with self.subTest(text=text[:20]):
                out = run(text=f"RETURN {text} AS x;\n")
                self.assertEqual((out.returncode, out.stdout), (1, ""))
                self.assertRegex(out.stderr, "nested too deeply|too long")
                self.assertLess(len(out.stderr), 1000)
        for text in ["CALL { " * n + "RETURN 1 AS x" + " }" * n + " RETURN x", "MATCH (a)" + "-->()" * n + " RETURN a",
                     "MATCH (a) " * n + "RETURN 1"]:
            with self.subTest(text=text[:20]):
                self.assertRegex(run(text=text + ";\n").stderr, "nested too deeply|too long")
        out = run(text="RETURN " + "x" * 10000000 + ";\n")
        self.assertIn("SyntaxError: the variable 'xxx", out.stderr)
        self.assertLess(len(out.stderr), 4000)  # The name is not printed ten million bytes long.
        self.assertEqual(run("-m", "csv", text="RETURN size('" + "x" * 10000000 + "') AS n;\n").stdout, "n\n10000000\n")

    def test_bytes_that_are_not_text(self):
        for data, expected in [(b"RETURN '\xff';", "not UTF-8"), (b"RETURN \0 1;", "U+0000"),
                               (b"MATCH (n:Caf\xe9) RETURN n;", "not UTF-8"), (b"\xff\xfeR\0E\0", "not UTF-8")]:
            with self.subTest(data=data):
                out = subprocess.run([SHELL], input=data, capture_output=True, timeout=HANG_SECONDS)
                self.assertEqual((out.returncode, out.stdout), (1, b""))
                self.assertIn(expected, out.stderr.decode())

    def test_unknown_names(self):
        for statement, expected in [
                ("DROP INDEX nope", "there is no index 'nope'"), ("DROP CONSTRAINT nope", "there is no constraint 'nope'"),
                ("SHOW NOTHING", "expected INDEXES"), ("CALL rag.asc('x')", "did you mean rag.ask"),
                ("CALL db.index.fulltext.queryNodes('nope', 'x') YIELD node RETURN node", "'nope'"),
                ("CALL rag.ask()", "takes 1 to 2 arguments"), ("CALL rag.ask(5)", "must be String"),
                ("CALL rag.ask(null)", "give a string"), ("CALL rag.ask('x', {limt: 5})", "known are limit, route, model"),
                ("CALL rag.ask('x', {limit: 0})", "from 1 to 1000"), ("CALL rag.ask('x', {route: 'up'})", "routes are"),
                ("CALL rag.ask('')", "question is empty"), ("CALL rag.retrieve('x', {limit: 'many'})", "from 1 to 1000"),
                ("CALL rag.ingest('/no/such')", "no file or folder '/no/such'"), ("CALL rag.ingest(5)", "must be String"),
                ("CALL rag.ingest('/tmp', {skip: 1})", "known are skipUnreadable"),
                ("CALL rag.ingest('/tmp', {maxDocumentBytes: 0})", "maxDocumentBytes is 0; give an integer above 0"),
                ("CALL rag.ingest('/tmp', {skipUnreadable: 'no'})", "skipUnreadable is 'no'; give true or false"),
                ("CALL rag.delete('nope')", "no document 'nope'"), ("CALL rag.ask('x') YIELD nope RETURN nope", "it has answer")]:
            with self.subTest(statement=statement):
                out = run("-c", statement)
                self.assertEqual(out.returncode, 1)
                self.assertIn(expected, out.stderr)

    def test_interrupt_ends_a_script(self):
        shell = subprocess.Popen([SHELL, "-m", "csv", "-c", "RETURN 1 AS x", "-c", ENDLESS], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        self.assertEqual([shell.stdout.readline(), shell.stdout.readline()], ["x\n", "1\n"])
        time.sleep(0.5)
        shell.send_signal(signal.SIGINT)
        self.assertIn("Cancelled", shell.communicate(timeout=HANG_SECONDS)[1])
        self.assertEqual(shell.returncode, 1)


if __name__ == "__main__":
    unittest.main()
