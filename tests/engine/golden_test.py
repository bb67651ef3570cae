#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""golden_test.py KITH [FOLDER]: every golden database (tests/golden/README.md) opens and reads as when it was made."""
import difflib
import pathlib
import subprocess
import sys
import tarfile
import tempfile

SKIPPED = 77
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


def kith(program, *arguments, text=None):
    done = subprocess.run([program, *map(str, arguments)], input=text, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise SystemExit(f"kith {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def compare(program, folder, database, *options):
    statements = (folder / "dump.cypher").read_text(encoding="utf-8")
    expected = (folder / "dump.txt").read_text(encoding="utf-8").splitlines()
    found = kith(program, database, "--quiet", "--mode", "jsonl", *options, text=statements).splitlines()
    differences = list(difflib.unified_diff(expected, found, "dump.txt", "what was read", lineterm="", n=0))
    if differences:
        raise SystemExit(f"{folder.name} {' '.join(options)}:\n" + "\n".join(line[:300] for line in differences[:20]))


def check(program, folder):
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(folder / "database.tar.gz") as archive:
            archive.extractall(place)
        database = pathlib.Path(place) / "database"
        compare(program, folder, database, "--read-only")
        kith(program, "check", database, "--quiet")
        compare(program, folder, database)
        # What is written goes through every index, and leaves what was there before.
        kith(program, database, "--quiet", text="""
            CREATE (:Person {number: -1, name: 'new', born: date('2000-01-01'), height: 1.0})-[:KNOWS {since: -1}]->
                   (:Note {text: 'a new note', place: [1.0, 2.0, 3.0]});
            MATCH (p:Person {name: 'new'})-[:KNOWS]->(n) DETACH DELETE p, n;""")
        kith(program, "check", database, "--quiet")
        compare(program, folder, database)


def main(program, golden):
    folders = sorted(path.parent for path in golden.glob("*/database.tar.gz"))
    if not folders:
        print(f"skipped: there is no golden database in {golden}")
        return SKIPPED
    for folder in folders:
        check(program, folder)
        print(f"{folder.name} reads as when it was made")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else GOLDEN))
