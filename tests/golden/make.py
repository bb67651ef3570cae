#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py KITH NAME: makes the golden database NAME beside this file, with the shell program KITH (see README.md)."""
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(kith, database, statements, *options):
    """What the statements of a file print."""
    with open(statements, encoding="utf-8") as lines:
        return subprocess.run([kith, str(database), "--quiet", *options], stdin=lines, stdout=subprocess.PIPE, check=True,
                              encoding="utf-8").stdout


def main(kith, name):
    folder = HERE / name
    folder.mkdir()
    try:
        with tempfile.TemporaryDirectory() as place:
            database = pathlib.Path(place) / "database"
            run(kith, database, HERE / "script.cypher")
            subprocess.run([kith, "check", str(database), "--quiet"], check=True)
            (folder / "dump.txt").write_text(run(kith, database, HERE / "dump.cypher", "--mode", "jsonl"), encoding="utf-8")
            shutil.copy(HERE / "dump.cypher", folder)
            with tarfile.open(folder / "database.tar.gz", "w:gz") as archive:
                archive.add(database, "database", filter=lambda info: None if info.name.endswith("/kith.lock") else info)
    except BaseException:
        shutil.rmtree(folder)
        raise
    print(f"{folder} is made")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
