# SPDX-License-Identifier: Apache-2.0
"""The Python module over the C API: values in and out, errors, transactions, threads, documents.

Length: one class for each subject of one module, which share the helpers at the top.
"""

import datetime
import faulthandler
import gc
import importlib.util
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zoneinfo

import kith
from hang_limit import HANG_SECONDS

DEMO = pathlib.Path(__file__).resolve().parents[2] / "demo" / "documents"
ENDLESS = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(a * b % 7)"


class Values(unittest.TestCase):
    def setUp(self):
        self.db = kith.open()

    def tearDown(self):
        self.db.close()

    def echo(self, value):
        return self.db.execute("RETURN $x AS x", x=value).value()

    def test_every_type_comes_back_as_it_went_in(self):
        stockholm = zoneinfo.ZoneInfo("Europe/Stockholm")
        plus_one = datetime.timezone(datetime.timedelta(hours=1))
        for value in [None, True, False, 0, -2**63, 2**63 - 1, 0.1, float("inf"), "", "Ada\0Lovelace", "知识图谱",
                      [], [1, [2.5, "x"], None], {}, {"b": [1], "a": {"c": None}},
                      datetime.date(1815, 12, 10), datetime.date(1, 1, 1), datetime.date(9999, 12, 31),
                      datetime.time(12, 31, 14, 645876), datetime.time(1, 2, tzinfo=plus_one),
                      datetime.datetime(1984, 10, 11, 12, 31, 14, 5), datetime.datetime(2024, 7, 1, tzinfo=stockholm),
                      datetime.datetime(1900, 1, 1, 12, tzinfo=datetime.timezone.utc),
                      kith.Duration(14, 3, -5, 999_999_999)]:
            with self.subTest(value=value):
                back = self.echo(value)
                self.assertEqual(back, value)
                self.assertIs(type(back), type(value))
        self.assertNotEqual(self.echo(float("nan")), self.echo(float("nan")))
        self.assertEqual(self.echo((1, 2)), [1, 2])
        self.assertEqual(self.echo(datetime.timedelta(days=2, seconds=3)), kith.Duration(0, 2, 3, 0))

    def test_lists_that_are_made_at_once_come_back_too(self):
        for value in [["", "a\0b", "知识"], ["a", None], ["a", 1], [{"b": 1, "a": "x"}, {"b": 2, "a": None}],
                      [{"a": [1, 2]}, {"a": {"b": [{"c": 0.5}]}}], [{"a": 1}, {"b": 1}], [{"a": 1, "b": 2}, {"b": 2, "a": 1}],
                      [{}, {"a": 1}], [{"a": 1}, {}], [{}, {}], [{"a": 1}, None], [{"a": 2**62}] * 1000, [[], []]]:
            with self.subTest(value=value):
                self.assertEqual(self.echo(value), value)
        for bad, error in [([{"a": 2**63}], OverflowError), ([{1: 1}], TypeError), ([{"a\0": 1}], ValueError),
                           ([{"a": object()}], TypeError), (["\ud800"], UnicodeEncodeError)]:
            with self.subTest(bad=bad), self.assertRaises(error):
                self.echo(bad)

    def test_what_datetime_cannot_hold_is_a_temporal(self):
        value = self.db.execute("RETURN localtime('12:31:14.645876123')").value()
        self.assertEqual((value.kind, value.text, value.nanos), ("localtime", "12:31:14.645876123", 645876123))
        self.assertEqual(self.echo(value), value)
        year = self.db.execute("RETURN date({year: -44, month: 3, day: 15})").value()
        self.assertEqual(self.echo(year), year)

    def test_what_is_no_value_is_refused(self):
        for value in [object(), {1, 2}, {1: 2}, b"bytes", 1j]:
            with self.subTest(value=value), self.assertRaises(TypeError):
                self.echo(value)
        with self.assertRaises(OverflowError):
            self.echo(2**63)
        with self.assertRaises(OverflowError):
            self.echo([1, 2, -2**63 - 1])
        with self.assertRaises(ValueError):
            self.echo({"a\0b": 1})
        with self.assertRaisesRegex(ValueError, "Nowhere"):
            self.echo(kith.Temporal("datetime", "", 0, 0, 0, "Nowhere/None"))
        with self.assertRaises(UnicodeEncodeError):
            self.echo("\ud800")
        loop = []
        loop.append(loop)
        with self.assertRaises(RecursionError):
            self.echo(loop)
        with self.assertRaisesRegex(kith.Error, "name is empty"):
            self.db.execute("RETURN 1", {"": 1})

    def test_lists_of_numbers(self):
        for value in [[1, -2**63, 2**63 - 1], [0.1, float("inf")], [1, 2.5], [True, 1], []]:
            self.assertEqual([(type(x), x) for x in self.echo(value)], [(type(x), x) for x in value])
        self.assertEqual(self.db.execute("UNWIND $x AS i RETURN sum(i)", x=list(range(10**6))).value(), 499999500000)

    def test_nodes_relationships_and_paths(self):
        row = self.db.execute("CREATE p = (a:A:B {x: 1})-[r:R {y: [1, 2]}]->(b) RETURN a, r, p").one()
        self.assertEqual(row.a.labels, ("A", "B"))
        self.assertEqual(row["a"]["x"], 1)
        self.assertIsNone(row.a.get("z"))
        self.assertEqual((row.r.type, row.r.start, row.r["y"]), ("R", row.a.id, [1, 2]))
        self.assertEqual(len(row.p), 1)
        self.assertEqual(row.p.nodes[0], row.a)
        self.assertEqual(row.p.relationships[0], row.r)
        self.assertEqual(row.as_dict()["r"], row.r)
        with self.assertRaisesRegex(KeyError, "a, r, p"):
            row["nobody"]
        with self.assertRaisesRegex(AttributeError, "there is no column"):
            row.nobody


class Statements(unittest.TestCase):
    def setUp(self):
        self.db = kith.open()

    def tearDown(self):
        self.db.close()

    def test_errors_say_where(self):
        with self.assertRaises(kith.Error) as caught:
            self.db.execute("RETURN 1 AS x,\n  nobody AS y")
        error = caught.exception
        self.assertEqual((error.code, error.detail, error.line, error.column),
                         ("SyntaxError", "UndefinedVariable", 2, 3))
        self.assertIn("^", str(error))
        with self.assertRaises(kith.Error) as caught:
            self.db.execute("RETURN $x")
        self.assertEqual(caught.exception.code, "ParameterMissing")

    def test_prepared_statements_run_again(self):
        create = self.db.prepare("CREATE (:N {i: $i})")
        for i in range(10):
            self.assertEqual(create(i=i).stats["nodes_created"], 1)
        self.assertEqual(self.db.execute("MATCH (n:N) RETURN sum(n.i)").value(), 45)
        with self.assertRaises(kith.Error):
            create()  # Nothing is left of the last call's values.

    def test_transactions(self):
        with self.db.transaction():
            self.db.execute("CREATE (:T)")
        with self.assertRaisesRegex(RuntimeError, "changed my mind"), self.db.transaction():
            self.db.execute("CREATE (:T)")
            raise RuntimeError("changed my mind")
        self.assertEqual(self.db.execute("MATCH (t:T) RETURN count(t)").value(), 1)

    def test_serializable(self):
        self.db.execute("CREATE (:Skew {n: 1, x: 0}), (:Skew {n: 2, x: 0})")
        other = self.db.connect()

        def skew(connection, n):
            connection.execute("MATCH (s:Skew) RETURN sum(s.x)").value()
            connection.execute("MATCH (s:Skew {n: $n}) SET s.x = s.x + 1", n=n)

        with self.db.transaction():
            skew(self.db, 1)
            with other.transaction():
                skew(other, 2)
        with self.assertRaisesRegex(kith.Error, "run this transaction again") as caught:
            with self.db.transaction(serializable=True):
                skew(self.db, 1)
                with other.transaction():
                    skew(other, 2)
        self.assertTrue(caught.exception.retryable)
        other.set_isolation("serializable")
        with self.assertRaises(kith.Error), other.transaction():
            skew(other, 2)
            self.db.execute("MATCH (s:Skew {n: 1}) SET s.x = 7")
        other.set_isolation("snapshot")
        with self.assertRaisesRegex(ValueError, "none"):
            other.set_isolation("none")

    def test_plan(self):
        self.assertTrue(self.db.explain("MATCH (t:T) RETURN t"))

    def test_one_and_value(self):
        with self.assertRaisesRegex(ValueError, "3 rows"):
            self.db.execute("UNWIND [1, 2, 3] AS x RETURN x").one()

    def test_cancel_and_timeout(self):
        connection = self.db.connect()
        threading.Timer(0.1, connection.cancel).start()
        with self.assertRaises(kith.Error) as caught:
            connection.execute(ENDLESS).all()
        self.assertEqual(caught.exception.code, "Cancelled")
        connection.set_timeout(0.05)
        with self.assertRaises(kith.Error) as caught:
            connection.execute(ENDLESS).all()
        self.assertEqual(caught.exception.code, "Timeout")

    def test_closing_in_any_order(self):
        connection = self.db.connect()
        statement = connection.prepare("UNWIND range(1, 10000) AS x RETURN x")
        rows = statement()
        next(rows)
        connection.close()
        with self.assertRaisesRegex(kith.Error, "closed"):  # Not an early end, which would hide rows.
            list(rows)
        with self.assertRaisesRegex(kith.Error, "closed"):
            statement()
        result = self.db.execute("UNWIND range(1, 10000) AS x RETURN x")
        self.db.close()
        self.db.close()
        with self.assertRaisesRegex(kith.Error, "closed"):
            list(result)
        with self.assertRaisesRegex(kith.Error, "closed"):
            self.db.execute("RETURN 1")
        del statement, rows, connection, result
        gc.collect()

    def test_with_blocks(self):
        with self.db.connect() as connection:
            with connection.prepare("UNWIND range(1, 3) AS x RETURN x") as statement, statement() as result:
                self.assertEqual(next(result).x, 1)
            with self.assertRaisesRegex(kith.Error, "closed"):
                next(result)
            with connection.transaction():
                self.assertTrue(connection.in_transaction)
            self.assertFalse(connection.in_transaction)
        with self.assertRaisesRegex(kith.Error, "closed"):
            connection.execute("RETURN 1")

    def test_a_finished_result_stays_finished(self):
        result = self.db.execute("EXPLAIN RETURN 1")
        self.assertEqual((result.all(), result.all()), ([], []))
        self.assertTrue(result.plan)

    def test_closing_while_another_thread_runs(self):
        caught = []

        def work():
            try:
                self.db.execute(ENDLESS).all()
            except kith.Error as error:
                caught.append(error.code)

        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(0.2)
        self.db.close()  # Stops the statement, and waits for it.
        thread.join()
        self.assertIn(caught, (["Cancelled"], ["InvalidArgument"]))

    def test_threads_have_connections_of_their_own(self):
        errors = []

        def work(number):
            try:
                for i in range(20):
                    self.db.execute("CREATE (:W {thread: $number, i: $i})", number=number, i=i)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        self.assertEqual(self.db.execute("MATCH (w:W) RETURN count(w)").value(), 80)


class Folders(unittest.TestCase):
    def test_what_was_written_is_there_again(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.kith"
            with kith.open(path) as db:
                db.execute("CREATE (:P {name: '玛丽'})")
            with kith.open(path, read_only=True) as db:
                self.assertEqual(db.execute("MATCH (p:P) RETURN p.name").value(), "玛丽")
                with self.assertRaises(kith.Error) as caught:
                    db.execute("CREATE (:P)")
                self.assertEqual(caught.exception.code, "ReadOnly")

    def test_options(self):
        with self.assertRaisesRegex(kith.Error, "memory_limit_bytes"):
            kith.open(":memory:", memory=1)
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(kith.Error) as caught:
            kith.open(os.path.join(folder, "missing"), create_if_missing=False)
        self.assertEqual(caught.exception.code, "NotFound")
        with self.assertRaisesRegex(kith.Error, r"no option 'read_only' that is a text; .* embedding_model \(a text\)"):
            kith.open(read_only="yes")
        with self.assertRaisesRegex(TypeError, "read_only is a whole number, a text or a boolean, not None"):
            kith.open(read_only=None)

    def test_an_embedding_model_is_read_by_its_first_use(self):
        for model in ["/none/model", pathlib.Path("/none/model")]:
            with kith.open(embedding_model=model, embedding_threads=1) as db:
                self.assertEqual(db.execute("RETURN 1").value(), 1)
                with self.assertRaisesRegex(kith.Error, "/none/model"):
                    db.execute("RETURN embed('x')").value()

    @unittest.skipUnless(os.environ.get("KITH_MODEL"), "skipped: KITH_MODEL names no embedding model's folder")
    def test_embedding_what_was_ingested_without_a_model(self):
        for stops in (False, True):
            with self.subTest(stops=stops), tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "d"
                with kith.open(path) as db:
                    db.ingest_text("torvik.md", "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n")
                    with self.assertRaises(kith.Error) as caught:
                        db.embed()
                    self.assertEqual(caught.exception.code, "InvalidArgument")
                with kith.open(path, embedding_model=os.environ["KITH_MODEL"]) as db:
                    seen = []

                    def progress(done, total):
                        seen.append((done, total))
                        return not stops

                    if stops:
                        with self.assertRaises(kith.Error) as caught:
                            db.embed(progress)
                        self.assertEqual(caught.exception.code, "Cancelled")
                    else:
                        self.assertEqual(db.embed(progress), 1)
                        self.assertEqual(seen[-1], (1, 1))
                    # What was committed stays, and the rest is made.
                    embedded = db.execute("MATCH (c:Chunk) RETURN count(c.embedding) AS n").one().n
                    self.assertEqual(db.embed(), 1 - embedded)

    @unittest.skipUnless(os.environ.get("KITH_MODEL"), "skipped: KITH_MODEL names no embedding model's folder")
    def test_an_embedding_model_makes_vectors(self):
        with kith.open(embedding_model=os.environ["KITH_MODEL"]) as db:
            db.ingest_text("iron.txt", "Iron melts at 1538 degrees.")
            size = db.execute("MATCH (c:Chunk) RETURN size(c.embedding)").value()
            self.assertEqual(db.execute("RETURN size(embed('iron'))").value(), size)


class Documents(unittest.TestCase):
    def test_ask(self):
        with kith.open() as db:
            seen = []
            report = db.ingest(DEMO, progress=lambda done, total, document: seen.append((done, total, document)))
            self.assertEqual(report.added, len(list(DEMO.iterdir())))
            self.assertEqual(report.skipped, [])
            self.assertEqual(seen[-1][0], report.added)
            self.assertEqual(db.ingest(DEMO).unchanged, report.added)
            db.ingest_text("torvik.md", "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n")
            answer = db.ask("Who built the lighthouse of Torvik?")
            self.assertIn("Marit Oen", answer.text)
            self.assertEqual(answer.citations[0].document, "torvik.md")
            self.assertIn(answer.route, ("factual", "analytical"))
            self.assertTrue(answer.svg.startswith("<svg") or answer.svg.startswith("<?xml"))
            with self.assertRaises(kith.Error) as caught:
                db.ask("Who built the lighthouse of Torvik?", model="/none/a.gguf")
            self.assertIn(caught.exception.code, ("NotFound", "Unsupported"))
            self.assertEqual(db.retrieve("lighthouse of Torvik", 1)[0].document, "torvik.md")
            db.forget("torvik.md")
            self.assertNotIn("torvik.md", [p.document for p in db.retrieve("lighthouse of Torvik")])

    def test_backups(self):
        with tempfile.TemporaryDirectory() as folder, kith.open() as db:
            backups = pathlib.Path(folder) / "backups"
            db.execute("CREATE (:A {x: 1})")
            self.assertEqual(db.backup(backups), 1)
            db.execute("CREATE (:A {x: 2})")
            self.assertEqual(db.backup(backups, keep=1), 2)
            kith.restore(backups, pathlib.Path(folder) / "new")
            with kith.open(pathlib.Path(folder) / "new") as restored:
                self.assertEqual(restored.execute("MATCH (a:A) RETURN sum(a.x) AS x").one().x, 3)
            for restore, code in [(lambda: kith.restore(backups, pathlib.Path(folder) / "one", 1), "NotFound"),
                                  (lambda: kith.restore(backups, pathlib.Path(folder) / "new"), "InvalidArgument")]:
                with self.assertRaises(kith.Error) as caught:
                    restore()
                self.assertEqual(caught.exception.code, code)
            with self.assertRaises(ValueError):
                db.backup(backups, keep=-1)

    def test_a_check(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "db"
            with kith.open(path) as db:
                db.execute("UNWIND range(1, 100) AS x CREATE (:A {x: x})-[:R]->(:B)")
                stages = []
                self.assertEqual(db.check(progress=lambda stage, done, total: stages.append(stage)), [])
                self.assertEqual(list(dict.fromkeys(stages)), ["files", "graph"])
                with self.assertRaises(kith.Error) as caught:
                    db.check(progress=lambda *_: False)
                self.assertEqual(caught.exception.code, "Cancelled")
                with self.assertRaises(ValueError):
                    db.check(limit=0)
                db.backup(pathlib.Path(folder) / "backups")  # Which flushes.
                for file in (path / "data").glob("*.sst"):
                    damaged = bytearray(file.read_bytes())
                    damaged[5] ^= 16
                    file.write_bytes(damaged)
                findings = db.check()
                self.assertTrue(any(".sst" in finding.place for finding in findings), findings)
                self.assertEqual(len(db.check(limit=1)), 1)

    def test_import(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "Person.csv").write_text("id,name\n1,Ada\n2,Alan\n2,Twice\n", encoding="utf-8")
            (folder / "knows.csv").write_text(":START_ID(Person),:END_ID(Person)\n1,2\n", encoding="utf-8")
            phases = set()
            report = kith.import_csv(folder / "new", folder / "Person.csv", relationships={"KNOWS": [folder / "knows.csv"]},
                                     labels=["Person:Human"], bad_tolerance=1, delimiter=",",
                                     progress=lambda phase, done, total: phases.add(phase))
            self.assertEqual((report.nodes, report.relationships, report.bad_lines), (2, 1, 1))
            self.assertEqual((report.bad[0].line, report.bad[0].problem), (4, "another node has the id 2 in Person"))
            self.assertLessEqual({"nodes", "relationships"}, phases)
            with kith.open(folder / "new", read_only=True) as db:
                self.assertEqual(db.execute("MATCH (a:Human)-[:KNOWS]->(b) RETURN b.name AS n").one().n, "Alan")
            for path, more, code in [("new", {}, "InvalidArgument"), ("other", {"delimiter": "::"}, "InvalidArgument"),
                                     ("other", {"progress": lambda *_: False}, "Cancelled")]:
                with self.assertRaises(kith.Error) as caught:
                    kith.import_csv(folder / path, folder / "Person.csv", **{"bad_tolerance": 1, **more})
                self.assertEqual(caught.exception.code, code)
            with self.assertRaises(ZeroDivisionError):
                kith.import_csv(folder / "other", folder / "Person.csv", progress=lambda *_: 1 // 0)
            self.assertFalse((folder / "other").exists())

    def test_options_of_a_question(self):
        question = "Who built the lighthouse of Torvik?"
        with kith.open() as db:
            db.ingest_text("torvik.md", "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n")
            db.ingest_text("skagen.md", "# Skagen\n\nThe lighthouse of Skagen is older than the one of Torvik.\n")
            heard = []
            answer = db.ask(question, limit=1, route="text", on_text=heard.append)
            self.assertEqual((heard, len(answer.passages), answer.passages[0].found_by), ([answer.text], 1, "text"))
            self.assertEqual(db.ask(question, route="analytical").route, "analytical")
            self.assertEqual(db.ask(question, conversation="talk").asked, question)
            self.assertEqual(db.execute("MATCH (t:Turn) RETURN count(t) AS turns").one().turns, 1)
            self.assertEqual([p.found_by for p in db.retrieve("lighthouse", 1, route="text")], ["text"])
            with self.assertRaises(kith.Error) as caught:
                db.ask(question, on_text=lambda _: False)
            self.assertEqual(caught.exception.code, "Cancelled")
            for wrong, error, expected in [
                    ({"limit": 0}, kith.Error, "limit is 0; give at least 1"),
                    ({"limit": 1001}, kith.Error, "limit is 1001; give 1 to 1000"),
                    ({"limit": 1.5}, kith.Error, "no option 'limit' that is a fraction; the options are limit, max_tokens"),
                    ({"limit": "1"}, kith.Error, "no option 'limit' that is a text"),
                    ({"limit": None}, TypeError, "a whole number, a fraction, a text or a boolean, not None"),
                    ({"limt": 1}, kith.Error, "no option 'limt' .* limit, max_tokens"),
                    ({"route": "up"}, kith.Error, "routes are"),
                    ({"seed": 2**32}, kith.Error, "seed is 4294967296; give 0 to 4294967295"),
                    ({"model": 5}, kith.Error, "no option 'model' that is a whole number")]:
                with self.subTest(wrong=wrong), self.assertRaisesRegex(error, expected):
                    db.ask(question, **wrong)

    def test_what_is_no_document_is_named(self):
        with kith.open() as db, tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "latin.txt").write_bytes(b"caf\xe9")
            (pathlib.Path(folder) / "good.txt").write_text("Iron melts at 1538 degrees.")
            report = db.ingest(folder)
            self.assertEqual((report.added, [skipped.document for skipped in report.skipped]), (1, ["latin.txt"]))
            self.assertIn("UTF-8", report.skipped[0].reason)
            before = db.execute("MATCH (n) RETURN count(n)").value()
            for name, text, expected in [("a.txt", "", "'a.txt' is empty"), ("a.txt", "a\0b", "zero byte"),
                                         ("a.txt", "x" * (17 << 20), "limited to 16777216"), ("", "x", "needs a name")]:
                with self.subTest(name=name, expected=expected), self.assertRaisesRegex(kith.Error, expected) as caught:
                    db.ingest_text(name, text)
                self.assertEqual(caught.exception.code, "InvalidArgument")
            self.assertEqual(db.execute("MATCH (n) RETURN count(n)").value(), before)
            answer = db.ask("At how many degrees does iron melt?")
            self.assertGreater(answer.confidence, 0)
            self.assertIn("Iron melts", answer.html)

    @unittest.skipUnless(os.environ.get("KITH_GGUF"), "skipped: KITH_GGUF names no model file")
    def test_a_model_words_the_answer(self):
        model, question = os.environ["KITH_GGUF"], "Who built the lighthouse of Torvik?"
        with kith.open() as db:
            db.ingest_text("torvik.md", "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n")
            heard = []
            try:
                answer = db.ask(question, model=model, on_text=heard.append)
            except kith.Error as error:
                self.skipTest(f"skipped: {error}") if error.code == "Unsupported" else self.fail(error)
            self.assertEqual("".join(heard), answer.text)
            self.assertTrue(answer.abstained or answer.citations[0].document == "torvik.md")
            with self.assertRaises(kith.Error) as caught:
                db.ask(question, model=model, on_text=lambda _: False)
            self.assertEqual(caught.exception.code, "Cancelled")
            with self.assertRaises(ZeroDivisionError):
                db.ask(question, model=model, on_text=lambda _: 1 / 0)

    def test_the_limit_on_documents_is_an_option(self):
        text = "Iron melts at 1538 degrees. " * 100
        with tempfile.TemporaryDirectory() as folder, kith.open(max_document_bytes=1000) as db:
            (pathlib.Path(folder) / "iron.txt").write_text(text)
            self.assertIn("limited to 1000", db.ingest(folder).skipped[0].reason)
            with self.assertRaisesRegex(kith.Error, "limited to 1000"):
                db.ingest_text("iron.txt", text)
        with kith.open(max_document_bytes=20 << 20) as db:
            db.ingest_text("long.txt", "x" * (17 << 20))
            self.assertEqual(db.execute("MATCH (d:Document) RETURN count(d)").value(), 1)

    def test_several_paths_and_a_mirror(self):
        with tempfile.TemporaryDirectory() as name, kith.open() as db:
            root = pathlib.Path(name)
            for path, text in [("a/iron.txt", "Iron melts at 1538 degrees."), ("b/gold.txt", "Gold melts at 1064 degrees."),
                               ("b/iron.txt", "Iron rusts in water."), ("lead.txt", "Lead melts at 327 degrees.")]:
                (root / path).parent.mkdir(exist_ok=True)
                (root / path).write_text(text)
            report = db.ingest([root / "a", str(root / "b"), root / "lead.txt"])
            self.assertEqual((report.added, report.forgotten), (3, 0))
            self.assertEqual([skipped.document for skipped in report.skipped], ["iron.txt"])  # Two of one name.
            # Something was skipped, so it is not sure what is gone.
            self.assertEqual(db.ingest([root / "a", root / "b"], forget_others=True).forgotten, 0)
            report = db.ingest([root / "a"], forget_others=True)
            self.assertEqual((report.unchanged, report.forgotten, report.skipped), (1, 2, []))
            self.assertEqual(db.execute("MATCH (d:Document) RETURN collect(d.uri)").value(), ["iron.txt"])

    def test_options_of_an_ingest(self):
        with tempfile.TemporaryDirectory() as folder, kith.open() as db:
            (pathlib.Path(folder) / "latin.txt").write_bytes(b"caf\xe9")
            for wrong, error, expected in [
                    ({"mirror": 1}, kith.Error, "no option 'mirror'; the options are forget_others, skip_unreadable"),
                    ({"forget_others": 2}, kith.Error, "forget_others is 0 or 1, not 2"),
                    ({"documents_per_transaction": 0}, kith.Error, "documents_per_transaction is 0; give at least 1"),
                    ({"max_document_bytes": -1}, kith.Error, "max_document_bytes is -1; give 0 for the default, or more"),
                    ({"max_document_bytes": "1MB"}, TypeError, "max_document_bytes is a whole number .*'1MB'"),
                    ({"skip_unreadable": False}, kith.Error, "latin.txt.*UTF-8")]:
                with self.subTest(wrong=wrong), self.assertRaisesRegex(error, expected):
                    db.ingest(folder, **wrong)
            with self.assertRaisesRegex(kith.Error, "no path"):
                db.ingest([])
            for wrong in [[1], 1]:
                with self.assertRaisesRegex(TypeError, "a path is text, not int"):
                    db.ingest(wrong)
            with self.assertRaisesRegex(TypeError, "a document is text, not bytes"):
                db.ingest_text("a.md", b"Iron")
            self.assertEqual(db.execute("MATCH (n) RETURN count(n)").value(), 0)
            (pathlib.Path(folder) / "iron.txt").write_text("Iron melts at 1538 degrees.")
            report = db.ingest(folder, max_document_bytes=10, documents_per_transaction=8)
            self.assertIn("limited to 10", report.skipped[0].reason)

    def test_a_limit_that_is_none(self):
        with kith.open() as db:
            for limit, error in [(0, kith.Error), (1001, kith.Error), (-1, ValueError), ("5", ValueError)]:
                with self.subTest(limit=limit), self.assertRaisesRegex(error, f"limit is {limit!r}; give"):
                    db.retrieve("iron", limit)

    def test_progress_may_stop_or_raise(self):
        with kith.open() as db:
            with self.assertRaises(kith.Error) as caught:
                db.ingest(DEMO, progress=lambda done, total, document: done < 3)
            self.assertEqual(caught.exception.code, "Cancelled")
            with self.assertRaises(ZeroDivisionError):
                db.ingest(DEMO, progress=lambda done, total, document: 1 / 0)


class CtrlC(unittest.TestCase):
    def setUp(self):
        self.before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def tearDown(self):
        signal.signal(signal.SIGINT, self.before)

    def press(self, seconds=0.3):
        timer = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGINT])
        timer.start()
        self.addCleanup(timer.join)

    def test_a_statement_stops(self):
        with kith.open() as db:
            for _ in range(2):
                self.press()
                with self.assertRaises(KeyboardInterrupt):  # In the rows of a statement that only reads...
                    db.execute(ENDLESS).value()
                self.assertEqual(db.execute("RETURN 1").value(), 1)
            self.press()
            with self.assertRaises(KeyboardInterrupt):  # ...or in running it.
                with db.transaction():
                    db.execute("CREATE (:A)")
                    db.execute(ENDLESS)
            self.assertEqual(db.execute("MATCH (a) RETURN count(a)").value(), 0)

    def test_an_ingest_stops(self):
        with kith.open() as db, tempfile.TemporaryDirectory() as folder:
            lines = (f'{{"id": {i}, "text": "Iron number {i} melts."}}\n' for i in range(100_000))
            path = pathlib.Path(folder) / "many.jsonl"
            path.write_text("".join(lines))
            begun = threading.Event()
            threading.Thread(target=lambda: begun.wait() and os.kill(os.getpid(), signal.SIGINT)).start()
            with self.assertRaises(KeyboardInterrupt):
                db.ingest(path, progress=lambda *_: begun.set())
            self.assertGreater(db.execute("MATCH (d:Document) RETURN count(d)").value(), 0)

    def test_a_handler_of_the_programs_own_is_left_alone(self):
        pressed = []
        signal.signal(signal.SIGINT, lambda *_: pressed.append(1))
        with kith.open() as db, db.connect() as connection:
            connection.set_timeout(1)
            self.press()
            with self.assertRaises(kith.Error) as caught:
                connection.execute(ENDLESS).value()
            self.assertEqual((caught.exception.code, pressed), ("Timeout", [1]))

    def test_a_child_process_keeps_the_programs_wakeup_file(self):
        read, write = os.pipe()
        os.set_blocking(write, False)
        before = signal.set_wakeup_fd(-1)
        try:
            with kith.open() as db:
                self.assertEqual(db.execute("RETURN 1").value(), 1)
                signal.set_wakeup_fd(write)
                child = os.fork()
                if child == 0:
                    os._exit(0 if signal.set_wakeup_fd(-1) == write else 1)
                self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        finally:
            signal.set_wakeup_fd(before)
            os.close(read)
            os.close(write)

    def test_a_sub_interpreter_runs_statements(self):
        # In a process of its own: an interpreter that ends leaves Python's own modules in disorder for the others.
        if importlib.util.find_spec("_xxsubinterpreters") is None:
            self.skipTest("this Python has no module of sub-interpreters")
        inside = f"""if True:
            import sys
            sys.path[:] = {sys.path}
            import kith
            with kith.open() as db:
                assert db.execute("RETURN 1").value() == 1
                assert db.ingest({str(next(DEMO.glob("*.md")))!r}).added == 1
            left_open = kith.open()
            assert left_open.execute("RETURN 2").value() == 2
            """
        program = f"""if True:
            import _xxsubinterpreters as interpreters
            made = interpreters.create(isolated=False)
            interpreters.run_string(made, {inside!r})
            interpreters.destroy(made)
            """
        subprocess.run([sys.executable, "-c", program], check=True)


class ClosingInThreads(unittest.TestCase):
    """A call that outlived its database would read freed memory: these tests end the process when one does."""

    def run_until_closed(self, db, work, ended):
        def repeat():
            try:
                while True:
                    work()
            except kith.Error as error:
                ended.append((error.code, str(error)))

        thread = threading.Thread(target=repeat)
        thread.start()
        return thread

    def test_an_ingest_is_stopped_and_waited_for(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.kith")
            for _ in range(5):
                db, begun, ended = kith.open(path), threading.Event(), []
                thread = self.run_until_closed(db, lambda: db.ingest(DEMO, progress=lambda *_: begun.set()), ended)
                begun.wait()
                closing = [threading.Thread(target=db.close) for _ in range(4)]
                for closer in closing:
                    closer.start()
                for closer in closing:
                    closer.join()
                with kith.open(path) as again:  # Every close() has returned, so the folder is free.
                    self.assertEqual(again.execute("RETURN 1").value(), 1)
                thread.join()
                self.assertIn(ended[0][0], ("Cancelled", "InvalidArgument"), ended)

    def test_every_call_survives_a_close(self):
        for round in range(10):
            db, ended = kith.open(), []
            db.ingest_text("torvik.md", "# Torvik\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n")
            calls = [lambda: db.ask("Who built the lighthouse of Torvik?"), lambda: db.retrieve("lighthouse", 1),
                     lambda: db.ingest_text("b.md", "Iron melts."), lambda: db.connect().execute("RETURN 1").value(),
                     lambda: db.execute("RETURN 1").value()]
            threads = [self.run_until_closed(db, call, ended) for call in calls]
            time.sleep(0.005 * round)
            db.close()
            for thread in threads:
                thread.join()
            self.assertEqual(len(ended), len(calls))
            for code, message in ended:
                self.assertIn(code, ("Cancelled", "InvalidArgument"), message)

    def test_a_progress_function_cannot_close(self):
        with kith.open() as db:
            with self.assertRaisesRegex(kith.Error, "return False to stop"):
                db.ingest(DEMO, progress=lambda *_: db.close())
            self.assertEqual(db.execute("RETURN 1").value(), 1)


if __name__ == "__main__":
    faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
    unittest.main()
