# SPDX-License-Identifier: Apache-2.0
"""kith ingest, embed, ask and forget: documents that are none, large ones, questions, Ctrl-C."""

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
DEMO = pathlib.Path(__file__).resolve().parents[2] / "demo" / "documents"


def run(*arguments, text="", cwd=None):
    return subprocess.run([SHELL, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=HANG_SECONDS,
                          cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8"})


class Documents(unittest.TestCase):
    def test_ingest_ask_forget(self):
        with tempfile.TemporaryDirectory() as folder:
            out = run("ingest", DEMO, "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 0, out.stderr)
            self.assertIn(f"{len(list(DEMO.iterdir()))} documents added", out.stdout)
            document = pathlib.Path(folder) / "torvik.md"
            document.write_text("# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n")
            self.assertIn("1 document added", run("ingest", document, "--db", "d.kith", cwd=folder).stdout)
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
            nodes = {node["id"]: node for node in answer["evidence"]["nodes"]}
            self.assertIn("Question", [node["label"] for node in nodes.values()])
            for edge in answer["evidence"]["relationships"]:
                self.assertTrue(edge["type"] and nodes[edge["start"]] and nodes[edge["end"]])
            self.assertGreater(answer["confidence"], 0)
            self.assertIn("<html", (pathlib.Path(folder) / "e.html").read_text().lower())
            out = run("ask", "What is the airspeed of the spaceship Zyxglorb in parsecs?", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 4, out.stdout)
            self.assertIn("forgot", run("forget", "torvik.md", "--db", "d.kith", cwd=folder).stdout)
            self.assertEqual(run("forget", "torvik.md", "--db", "d.kith", cwd=folder).returncode, 1)

    def test_embed_needs_a_model_and_a_database(self):
        with tempfile.TemporaryDirectory() as folder:
            out = run("embed", "--db", "d.kith", "--embedding-model", "x", cwd=folder)
            self.assertEqual(out.returncode, 3)
            self.assertIn("there is no database", out.stderr)
            (pathlib.Path(folder) / "torvik.md").write_text("# Torvik\n\nA lighthouse.\n")
            self.assertEqual(run("ingest", "torvik.md", "--db", "d.kith", cwd=folder).returncode, 0)
            out = run("embed", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("no embedding model", out.stderr)
            out = run("embed", "torvik.md", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 2)
            self.assertIn("usage: kith embed", out.stderr)
            self.assertIn("embed writes", run("embed", "--db", "d.kith", "--read-only", cwd=folder).stderr)

    @unittest.skipUnless(os.environ.get("KITH_MODEL"), "skipped: KITH_MODEL names no embedding model's folder")
    def test_embed_stops_and_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = [json.dumps({"id": str(i), "title": f"Tower {i}", "text": f"Tower {i} stands by the sea. " * 10})
                     for i in range(1200)]
            (pathlib.Path(folder) / "towers.jsonl").write_text("\n".join(lines))
            self.assertEqual(run("ingest", "towers.jsonl", "--db", "d.kith", cwd=folder).returncode, 0)
            command = ["embed", "--db", "d.kith", "--embedding-model", os.environ["KITH_MODEL"]]
            process = subprocess.Popen([SHELL, *command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(3)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=HANG_SECONDS)
            counts = "MATCH (c:Chunk) RETURN count(c.embedding), count(c)"
            made, chunks = map(int, run("d.kith", "-m", "csv", "-c", counts, cwd=folder).stdout.split()[-1].split(","))
            if process.returncode == 1:  # Else it was done, or had not begun to listen.
                self.assertIn("what was embedded stays", errors)
                self.assertLess(made, chunks)
            out = run(*command, cwd=folder)
            self.assertEqual(out.returncode, 0, out.stderr)
            self.assertIn(f"{chunks - made} chunks embedded, {made} had a vector", out.stdout)

    def test_conversation(self):
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder) / "torvik.md"
            document.write_text("# Torvik Lighthouse\n\nTorvik Lighthouse was built by Marit Oen. It is 24 metres high.\n")
            self.assertEqual(run("ingest", document, "--db", "d.kith", cwd=folder).returncode, 0)
            ask = ["ask", "--db", "d.kith", "--conversation", "tower", "--mode", "json"]
            out = run(*ask, text="Who built Torvik Lighthouse?\n\n   How high is it?  \n", cwd=folder)
            self.assertEqual(out.returncode, 0, out.stderr)
            answers = [json.loads(line) for line in out.stdout.splitlines()]
            self.assertEqual([answer["asked"] for answer in answers],
                             ["Who built Torvik Lighthouse?", "How high is Torvik Lighthouse?"])
            self.assertIn("24", answers[1]["answer"])
            out = run(*ask, "What is its colour?", cwd=folder)
            self.assertEqual(out.returncode, 4, out.stderr)
            self.assertEqual(json.loads(out.stdout)["asked"], "What is Torvik Lighthouse's colour?")
            out = run(*ask, text="What is its colour?\nHow high is it?\n", cwd=folder)
            self.assertEqual(out.returncode, 4, "one of two was not answered")
            self.assertEqual(run(*ask, text="", cwd=folder).returncode, 0)
            out = run("d.kith", "-c", "MATCH (t:Turn) RETURN count(t)", "--mode", "csv", cwd=folder)
            self.assertEqual(out.stdout.split(), ["count(t)", "5"])
            for wrong, word in [(["--conversation="], "empty"), (["--conversation", "x" * 257, "Who?"], "257"),
                                (["--conversation", "a", "--read-only", "Who?"], "--read-only")]:
                out = run("ask", "--db", "d.kith", *wrong, cwd=folder)
                self.assertIn(out.returncode, (1, 2))
                self.assertIn(word, out.stderr)
            self.assertEqual(run("ingest", document, "--conversation", "a", cwd=folder).returncode, 2)

    def ingest(self, name, contents, *more):
        """The exit code and both outputs of ingesting one file, alone."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.write_bytes(contents)
            return run("ingest", path, "--db", os.path.join(folder, "d.kith"), *more)

    def test_documents_that_are_none(self):
        for name, contents, expected in [
                ("empty.md", b"", "is empty"), ("blank.txt", b" \n\t\n", "is empty"), ("nul.txt", b"a\0b", "zero byte (byte 1)"),
                ("latin.txt", b"caf\xe9", "iconv -f ISO-8859-1 -t UTF-8"),
                ("utf16.txt", "Iron melts.".encode("utf-16"), "iconv -f UTF-16 -t UTF-8"),
                ("picture.png", b"\x89PNG", ".md, .markdown, .html"), ("deep.html", b"<div>" * 100000, "100000 deep"),
                ("bad.jsonl", b"{\n", "line 1 is not JSON"), ("list.jsonl", b"[1]\n", "line 1 is not a JSON object"),
                ("id.jsonl", b'{"text": "x"}\n', 'line 1 has no "id"'), ("text.jsonl", b'{"id": 1}\n', 'line 1 has no "text"'),
                ("number.jsonl", b'{"id": 1, "text": 5}\n', 'line 1 has no "text" that is a string'),
                ("title.jsonl", b'{"id": 1, "title": [], "text": "x"}\n', '"title" that is neither a string nor an integer')]:
            with self.subTest(name=name):
                out = self.ingest(name, contents)
                self.assertEqual(out.returncode, 1)
                self.assertIn(expected, out.stderr)
                self.assertIn(name, out.stderr)
        for name, contents in [("crlf.txt", b"Iron melts.\r\nTin too.\r\n"), ("mark.md", b"\xef\xbb\xbf# Tin\n\nTin melts.\n"),
                               ("null.jsonl", b'{"id": 1, "title": null, "text": "Tin melts."}\n'),
                               ("year.jsonl", b'{"id": 1, "title": 1984, "text": "Tin melts."}\n')]:
            self.assertEqual(self.ingest(name, contents).returncode, 0)

    def test_documents_of_a_hundred_megabytes(self):
        line = b"The lighthouse of Torvik was built by Marit Oen in 1887. "
        large = line * (100000000 // len(line))
        for name, contents in [("a.txt", large), ("a.md", b"# T\n\n" + large), ("a.html", b"<p>" + large)]:
            with self.subTest(name=name):
                out = self.ingest(name, contents)
                self.assertEqual(out.returncode, 1)
                self.assertIn("documents are limited to 16777216; split it", out.stderr)
                self.assertIn("0 documents added", out.stdout)
        out = self.ingest("a.jsonl", b'{"id": 1, "text": "Iron melts."}\n{"id": 2, "text": "' + large + b'"}\n'
                          b'{"id": 3, "text": "Tin melts."}\n')
        self.assertRegex(out.stderr, r"a.jsonl: line 2 is \d{8,9} bytes, and documents are limited to 16777216; split it")
        self.assertIn("2 documents added", out.stdout)

    def test_documents_of_one_name_are_not_lost(self):
        with tempfile.TemporaryDirectory() as folder:
            for part, text in [("a", "Iron melts at 1538 degrees."), ("b", "Tin melts at 232 degrees.")]:
                (pathlib.Path(folder) / part).mkdir()
                (pathlib.Path(folder) / part / "readme.md").write_text(text)
            out = run("ingest", "a", "b", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("1 document added, 0 replaced", out.stdout)
            self.assertRegex(out.stderr, "skipped readme.md: .*give a folder that holds both")
            self.assertIn("1538", run("ask", "At how many degrees does iron melt?", "--db", "d.kith", cwd=folder).stdout)
            out = run("ingest", folder, "--db", "e.kith", cwd=folder)
            self.assertEqual((out.returncode, "2 documents added" in out.stdout), (0, True), out.stderr)

    def test_mirror_forgets_what_is_gone(self):
        with tempfile.TemporaryDirectory() as folder:
            docs = pathlib.Path(folder) / "docs"
            docs.mkdir()
            for name in ["iron", "tin", "zinc"]:
                (docs / f"{name}.md").write_text(f"# {name}\n\nSome words about {name}.\n")
            self.assertEqual(run("ingest", "docs", "--db", "d.kith", cwd=folder).returncode, 0)
            (docs / "tin.md").unlink()
            names = ["d.kith", "-m", "csv", "-c", "MATCH (d:Document) RETURN d.uri AS uri ORDER BY uri"]
            self.assertEqual(run("ingest", "docs", "--db", "d.kith", cwd=folder).returncode, 0)
            self.assertEqual(run(*names, cwd=folder).stdout, "uri\niron.md\ntin.md\nzinc.md\n")
            (docs / "zinc.md").write_bytes(b"caf\xe9")
            out = run("ingest", "docs", "--mirror", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("nothing was forgotten", out.stderr)
            self.assertEqual(run(*names, cwd=folder).stdout, "uri\niron.md\ntin.md\nzinc.md\n")
            (docs / "zinc.md").unlink()
            out = run("ingest", "docs", "--mirror", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 0, out.stderr)
            self.assertIn("2 documents forgotten", out.stdout)
            self.assertEqual(run(*names, cwd=folder).stdout, "uri\niron.md\n")
            out = run("ask", "Which metal?", "--mirror", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 2)
            self.assertIn("kith ingest takes it", out.stderr)

    def test_large_documents_take_time_as_their_size(self):
        # When something looks at the whole text once for every piece of it, one of these seems to hang.
        for name, contents in [("word.txt", b"x" * 8000000), ("brackets.md", b"[" * 4000000),
                               ("links.md", b"[a](b) " * 300000), ("stars.md", b"*a " * 1000000)]:
            with self.subTest(name=name):
                out = self.ingest(name, contents)
                self.assertEqual(out.returncode, 0, out.stderr)
        self.assertIn("limited to 1048576", self.ingest("a.txt", b"a " * 600000, "--max-document", "1MB").stderr)

    def test_no_document_acts_on_the_terminal(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "torvik.txt").write_text(
                "The lighthouse of Torvik was built by \x1b[31mMarit Oen\x9b2J in 1887.\n")
            self.assertEqual(run("ingest", "torvik.txt", "--db", "d.kith", cwd=folder).returncode, 0)
            out = run("ask", "Who built the lighthouse of Torvik?", "--db", "d.kith", cwd=folder)
            self.assertIn("Marit Oen", out.stdout.split("[1]")[0])  # In the answer, not only in what it cites.
            self.assertNotRegex(out.stdout, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_a_question_writes_nothing_and_needs_no_lock(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "iron.txt").write_text("Iron melts at 1538 degrees.")
            self.assertEqual(run("ingest", "iron.txt", "--db", "d.kith", cwd=folder).returncode, 0)
            writer = subprocess.Popen([SHELL, "d.kith", "-m", "csv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      cwd=folder)
            writer.stdin.write("RETURN 1 AS x;\n")
            writer.stdin.flush()
            self.assertEqual(writer.stdout.readline(), "x\n")
            out = run("ask", "At how many degrees does iron melt?", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 0, out.stderr)
            self.assertIn("1538", out.stdout)
            writer.communicate()

    def test_interrupt_keeps_what_was_ingested(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "many.jsonl"
            path.write_text("".join(f'{{"id": {i}, "text": "Iron number {i} melts."}}\n' for i in range(200000)))
            shell = subprocess.Popen([SHELL, "ingest", path, "--db", "d.kith"], stderr=subprocess.PIPE, text=True, cwd=folder)
            while not (pathlib.Path(folder) / "d.kith" / "KITH").exists():
                time.sleep(0.05)
            time.sleep(1)
            shell.send_signal(signal.SIGINT)
            error = shell.communicate(timeout=HANG_SECONDS)[1]
            self.assertEqual(shell.returncode, 1)
            self.assertEqual(error.count("stopped"), 1, error)  # Said once.
            out = run("d.kith", "-m", "csv", "-c", "MATCH (d:Document) OPTIONAL MATCH (d)-[:HAS_CHUNK]->(c) WITH d, count(c) AS n "
                      "RETURN count(d) > 0 AS some, min(n) AS least", cwd=folder)
            self.assertEqual(out.stdout, "some,least\ntrue,1\n", out.stderr)

    def test_what_cannot_be_done_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            out = run("ask", "Anything?", "--db", "missing.kith", cwd=folder)
            self.assertEqual(out.returncode, 3)
            self.assertIn("kith ingest PATH --db missing.kith", out.stderr)
            self.assertEqual(os.listdir(folder), [])
            out = run("ingest", "no-such-folder", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("no-such-folder", out.stderr)
            self.assertEqual(os.listdir(folder), [])
            (pathlib.Path(folder) / "docs").mkdir()
            (pathlib.Path(folder) / "docs" / "bad.txt").write_bytes(b"caf\xe9 is Latin-1")
            (pathlib.Path(folder) / "docs" / "empty.txt").write_bytes(b"")
            (pathlib.Path(folder) / "docs" / "good.txt").write_text("Iron melts at 1538 degrees.")
            out = run("ingest", "docs", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("bad.txt", out.stderr)
            self.assertIn("UTF-8", out.stderr)
            self.assertIn("Iron", run("ask", "At how many degrees does iron melt?", "--db", "d.kith", cwd=folder).stdout)
            out = run("ask", "At how many degrees does iron melt?", "--model", "none.gguf", "--db", "d.kith", cwd=folder)
            self.assertEqual(out.returncode, 1)
            self.assertIn("none.gguf", out.stderr)
            self.assertEqual(run("ingest", "docs", "--model", "none.gguf", cwd=folder).returncode, 2)
            for question, expected in [("", "empty"), ("  ", "empty"), ("x" * 20000, "16384 is the limit"),
                                       (b"caf\xe9", "UTF-8")]:
                out = subprocess.run([SHELL, "ask", question, "--db", "d.kith"], capture_output=True, cwd=folder)
                self.assertEqual(out.returncode, 1)
                self.assertIn(expected, out.stderr.decode())


if __name__ == "__main__":
    unittest.main()
