# SPDX-License-Identifier: Apache-2.0
"""Folders that cannot be opened or written: each gets an error that names the folder and what to do, and is left as
it was."""

import os
import pathlib
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

from hang_limit import HANG_SECONDS

SHELL = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build/kith")


def run(*arguments, text="", shell=SHELL, **more):
    return subprocess.run([shell, *map(str, arguments)], input=text, capture_output=True, text=True,
                          timeout=HANG_SECONDS, **more)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class BadOpen(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.work.name)
        self.database = self.folder / "a.kith"

    def tearDown(self):
        self.work.cleanup()

    def make(self):
        result = run(self.database, "-c", "CREATE (:A {x: 1})")
        self.assertEqual(result.returncode, 0, result.stderr)

    def another_user(self):
        """Arguments of run for a user who is not root, who may do anything; none where root is not who tests. The clone
        may lie where nobody else comes (/root), so the shell is copied."""
        if os.geteuid() != 0:
            return {}
        os.chmod(self.folder, 0o755)
        return {"shell": shutil.copy(SHELL, self.folder / "kith"), "user": 65534, "group": 65534, "cwd": "/"}

    def refuse(self, *arguments, **more):
        """Runs something that cannot open the database, and gives the error."""
        result = run(*arguments, "-c", "RETURN 1", **more)
        self.assertEqual((result.returncode, result.stdout), (3, ""), result.stderr)
        self.assertTrue(result.stderr.startswith("kith: "), result.stderr)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        return result.stderr

    def check_unharmed(self):
        result = run(self.database, "-m", "csv", "-c", "MATCH (a:A) RETURN a.x AS x")
        self.assertEqual(result.stdout, "x\n1\n", result.stderr)

    def test_second_writer(self):
        self.make()
        first = subprocess.Popen([SHELL, self.database, "-m", "csv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first.stdin.write("RETURN 1 AS x;\n")
        first.stdin.flush()
        self.assertEqual(first.stdout.readline(), "x\n")
        error = self.refuse(self.database)
        self.assertIn(str(self.database), error)
        self.assertIn(str(first.pid), error)
        first.communicate()
        self.check_unharmed()

    def test_foreign_folder(self):
        self.database.mkdir()
        (self.database / "letter.txt").write_text("Dear Ada,")
        self.assertIn(str(self.database), self.refuse(self.database))
        self.assertEqual(contents(self.database), {"letter.txt": b"Dear Ada,"})

    def test_a_file_is_no_folder(self):
        self.database.write_text("not a folder")
        self.assertIn(str(self.database), self.refuse(self.database))
        self.assertEqual(self.database.read_text(), "not a folder")

    def test_missing_parent(self):
        self.assertIn("no/such", self.refuse(self.folder / "no" / "such" / "a.kith"))
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_parent_that_is_a_file(self):
        (self.folder / "file").write_text("no folder")
        self.assertIn("file", self.refuse(self.folder / "file" / "a.kith"))
        self.assertEqual((self.folder / "file").read_text(), "no folder")

    def test_empty_path(self):
        self.assertIn("path is empty", self.refuse(""))

    def test_read_only_needs_a_database(self):
        self.refuse(self.database, "--read-only")
        self.assertFalse(self.database.exists())
        self.assertIn("memory", self.refuse("--read-only"))

    def test_read_only_refuses_writes(self):
        self.make()
        result = run(self.database, "--read-only", "-c", "CREATE (:B)")
        self.assertEqual(result.returncode, 1)
        self.assertIn("ReadOnly", result.stderr)
        result = run(self.database, "--read-only", "-c", "CREATE INDEX i FOR (b:B) ON (b.x)")
        self.assertIn("ReadOnly", result.stderr)
        self.check_unharmed()

    def test_no_permission(self):
        self.make()
        other = self.another_user()
        os.chmod(self.database, 0o700 if other else 0)
        error = self.refuse(self.database, **other)
        os.chmod(self.database, 0o700)
        self.assertIn(str(self.database), error)
        self.assertIn("ermission", error)
        self.check_unharmed()

    def copy(self):
        """The database's folder again, to be damaged."""
        copy = self.folder / "copy.kith"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.database, copy)
        return copy

    def superblock(self, copy, change):
        """Writes a superblock with a right checksum after change(bytes) altered it."""
        block = bytearray((copy / "KITH").read_bytes())
        change(block)
        checksum = 0xCBF29CE484222325
        for byte in block[:40]:
            checksum = ((checksum ^ byte) * 0x100000001B3) % 2**64
        block[40:48] = struct.pack("<Q", checksum)
        (copy / "KITH").write_bytes(block)

    def test_other_versions_of_the_format(self):
        self.make()
        for version in (0, 7, 2**32 - 1):
            copy = self.copy()
            self.superblock(copy, lambda block: struct.pack_into("<I", block, 8, version))
            before = contents(copy)
            for arguments in ([copy], [copy, "--read-only"]):
                error = self.refuse(*arguments)
                self.assertIn(f"copy.kith/KITH has format version {version}", error)
                self.assertIn("reads version 1; open it with the release that wrote it", error)
            self.assertEqual(run("ask", "What?", "--db", copy).returncode, 3)
            self.assertEqual(run("ingest", __file__, "--db", copy).returncode, 3)
            self.assertEqual(contents(copy), before)

    def test_superblocks_that_do_not_fit(self):
        self.make()

        def other_id(block):
            block[16] ^= 1

        for change, expected in [(other_id, "does not belong to the data beside it"),
                                 (lambda block: struct.pack_into("<Q", block, 32, 10**6), "files were lost or replaced")]:
            copy = self.copy()
            self.superblock(copy, change)
            self.assertIn(expected, self.refuse(copy))
        copy = self.copy()
        (copy / "KITH").write_bytes(b"")
        self.assertIn("copy.kith/KITH is not the superblock", self.refuse(copy))
        copy = self.copy()
        (copy / "KITH").unlink()
        before = contents(copy)
        self.assertIn("copy.kith is not a Kith database", self.refuse(copy))
        self.assertEqual(contents(copy), before)
        copy = self.copy()
        shutil.rmtree(copy / "data")
        self.assertIn("restore the folder from a backup", self.refuse(copy))

    def test_another_rocksdb_database(self):
        self.make()
        foreign = self.folder / "foreign"
        shutil.copytree(self.database / "data", foreign)
        before = contents(foreign)
        self.assertIn("foreign is not a Kith database", self.refuse(foreign))
        self.assertEqual(contents(foreign), before)

    def test_damaged_files(self):
        self.make()
        for i in range(2):  # Two runs, so that there are tables and a log.
            run(self.database, "-c", f"UNWIND range(1, 1000) AS i CREATE (:B {{i: i, run: {i}, t: toString(i)}})")
        query = ["-m", "csv", "-c", "MATCH (b:B) RETURN count(b) AS n, sum(b.i) AS s, sum(size(b.t)) AS t"]
        whole = run(self.database, "--read-only", *query).stdout  # Opening it to write would empty the log.
        self.assertEqual(whole, "n,s,t\n2000,1001000,5786\n")
        names = sorted(str(path.relative_to(self.database)) for path in self.database.rglob("*") if path.is_file())
        self.assertTrue(any(name.endswith(".sst") for name in names) and any("MANIFEST" in name for name in names), names)
        refused = set()
        for name in names:
            for damage in ("cut", "garbage", "gone", "empty", "bit"):
                copy = self.copy()
                data = bytearray((copy / name).read_bytes())
                (copy / name).unlink()
                if damage == "bit" and data:
                    data[len(data) // 3] ^= 0x10
                if damage != "gone":
                    (copy / name).write_bytes({"cut": data[:len(data) // 2], "garbage": b"\xA5" * max(len(data), 64),
                                               "empty": b"", "bit": data}[damage])
                with self.subTest(name=name, damage=damage):
                    result = run(copy, *query)
                    # It says what is wrong, or the file did not matter; it never dies and never gives less.
                    self.assertIn(result.returncode, (0, 1, 3), result.stderr)
                    if result.returncode == 0:
                        self.assertEqual(result.stdout, whole)
                    else:
                        refused.add(name)
                        self.assertRegex(result.stderr, "copy.kith.*(restore|open|choose|check)")
        for kind in ("KITH", ".sst", "MANIFEST", "CURRENT", ".log"):
            self.assertTrue(any(kind in name for name in refused), (kind, refused))

    def test_a_folder_that_may_only_be_read(self):
        self.make()
        run("ingest", pathlib.Path(__file__).resolve().parents[2] / "README.md", "--db", self.database)
        other = self.another_user()
        for path in [self.database, *self.database.rglob("*")]:
            os.chmod(path, 0o555 if path.is_dir() else 0o444)
        before = contents(self.database)
        error = self.refuse(self.database, **other)
        self.assertIn(f"{self.database} cannot be opened for writing: Permission denied", error)
        result = run(self.database, "--read-only", "-m", "csv", "-c", "MATCH (a:A) RETURN a.x AS x", **other)
        self.assertEqual(result.stdout, "x\n1\n", result.stderr)
        self.assertIn(run("ask", "What is Kith?", "--db", self.database, **other).returncode, (0, 4))
        self.assertEqual(contents(self.database), before)
        for path in [self.database, *self.database.rglob("*")]:
            os.chmod(path, 0o755 if path.is_dir() else 0o644)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "mounting a small file system needs root")
    def test_full_disk(self):
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", small], capture_output=True).returncode != 0:
            self.skipTest("this machine does not let us mount a file system")
        try:
            self.database = small / "a.kith"
            self.make()
            text = "".join(f"CREATE (:B {{i: {i}, t: '{'x' * 60000}'}});\n" for i in range(300))
            result = run(self.database, text=text)
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, "(?i)no space|disk is full|full")
            acknowledged = result.stdout.count("1 node created")
            result = run(self.database, "--read-only", "-m", "csv", "-c", "MATCH (b:B) RETURN count(b) AS c")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertGreaterEqual(int(result.stdout.split()[1]), acknowledged)
        finally:
            subprocess.run(["umount", small], check=True)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "mounting a small file system needs root")
    def test_full_disk_gets_room(self):
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", small], capture_output=True).returncode != 0:
            self.skipTest("this machine does not let us mount a file system")
        ballast = small / "ballast"
        ballast.write_bytes(b"b" * (8 << 20))
        self.database = small / "a.kith"
        shell = None
        try:
            self.make()
            schema = run(self.database, text="CREATE CONSTRAINT one FOR (b:B) REQUIRE b.i IS UNIQUE;\n"
                                             "CREATE FULLTEXT INDEX words FOR (b:B) ON EACH [b.t];\n")
            self.assertEqual(schema.returncode, 0, schema.stderr)
            shell = subprocess.Popen([SHELL, self.database, "--keep-going"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)

            def create(i):
                shell.stdin.write(f"CREATE (:B {{i: {i}, t: '{'word ' * 12000}'}});\n")
                shell.stdin.flush()
                for line in shell.stdout:
                    if "1 node created" in line:
                        return ""
                    if "disk is full" in line:
                        return line
                raise AssertionError("the shell ended")

            made = 0
            error = ""
            while not error:
                error = create(made)
                made += not error
            self.assertIn("reading goes on", error)
            ballast.unlink()
            for i in range(made, made + 5):
                self.assertEqual(create(i), "")
            shell.stdin.write(f"CREATE INDEX more FOR (b:B) ON (b.t, b.i);\nMATCH (b:B {{i: {made}}}) RETURN count(b) AS c;\n")
            out, _ = shell.communicate(timeout=HANG_SECONDS)
            self.assertEqual(shell.returncode, 1, out)  # A statement has failed.
            result = run(self.database, "-m", "csv", "-c", "MATCH (b:B) RETURN count(b) AS c, max(b.i) AS m")
            self.assertEqual(result.stdout, f"c,m\n{made + 5},{made + 4}\n", result.stderr)
        finally:
            if shell is not None and shell.poll() is None:
                shell.kill()
                shell.communicate()
            subprocess.run(["umount", small], check=True)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "mounting a small file system needs root")
    def test_an_index_that_fills_the_disk(self):
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", small], capture_output=True).returncode != 0:
            self.skipTest("this machine does not let us mount a file system")
        ballast = small / "ballast"
        shell = None
        try:
            # Little memory makes the steps of the build small.
            shell = subprocess.Popen([SHELL, small / "a.kith", "--keep-going", "--memory", "64MB"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

            def say(statement):
                shell.stdin.write(f"{statement};\nRETURN 'said' AS m;\n")
                shell.stdin.flush()
                answer = ""
                for line in shell.stdout:
                    if "said" in line:
                        return answer
                    answer += line
                raise AssertionError(f"the shell ended: {answer}")

            # Different numbers, which do not shrink much in files.
            text = "reduce(s = '', j IN range(1, 40) | s + ' ' + toString((i * 40 + j) * 2654435761 % 1000000007))"
            self.assertIn("10000 nodes created", say(f"UNWIND range(1, 10000) AS i CREATE (:D {{i: i, t: {text}}})"))
            ballast.write_bytes(b"b" * (shutil.disk_usage(small).free - (6 << 20)))
            error = say("CREATE FULLTEXT INDEX words FOR (d:D) ON EACH [d.t]")
            self.assertIn("disk is full", error)
            self.assertNotIn("ONLINE", say("SHOW INDEXES YIELD name, state"))
            ballast.unlink()
            made = say("CREATE FULLTEXT INDEX words IF NOT EXISTS FOR (d:D) ON EACH [d.t]")
            self.assertIn("1 index added", made)
            self.assertRegex(say("SHOW INDEXES YIELD name, state"), "words . ONLINE")
            found = say("CALL db.index.fulltext.queryNodes('words', '243136849') YIELD node RETURN node.i AS i")
            self.assertRegex(found, r"\b77\b")
            shell.communicate()
        finally:
            if shell is not None and shell.poll() is None:
                shell.kill()
                shell.communicate()
            subprocess.run(["umount", small], check=True)

    def test_file_size_limit(self):
        self.make()

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        text = "".join(f"CREATE (:B {{t: '{'x' * 60000}'}});\n" for _ in range(60))
        result = run(self.database, text=text, preexec_fn=limit)
        self.assertIn(result.returncode, (1, 3), result.stderr)
        self.assertTrue(result.stderr.strip())
        self.check_unharmed()


if __name__ == "__main__":
    unittest.main()
