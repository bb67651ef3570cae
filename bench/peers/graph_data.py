# SPDX-License-Identifier: Apache-2.0
"""The graphs that are measured: a tiny one made here, and sizes of the generator snbgen.cpp, which lies beside the
project's tree or where KITH_SHARED says and is compiled once.
"""

import os
import random
import subprocess

PERSONS = {"S": 1_000, "M": 10_000, "L": 50_000}
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def shared_bench():
    """The folder with the generator, the queries and their answers; None where it is absent."""
    folder = os.path.join(os.environ.get("KITH_SHARED") or os.path.join(_ROOT, "..", "shared"), "bench")
    return folder if os.path.exists(os.path.join(folder, "snbgen.cpp")) else None


def expected_answers(size):
    """The file of the queries' answers for a size; None where there is none."""
    path = os.path.join(shared_bench() or "", "expected", size + ".json")
    return path if os.path.exists(path) else None


def make_size(size, scratch):
    """The folder of a size's files below `scratch`, generated unless it is there already."""
    folder = os.path.join(scratch, "data-" + size)
    if os.path.exists(os.path.join(folder, "counts.csv")):  # The generator writes it last.
        return folder
    source = shared_bench()
    if source is None:
        raise SystemExit("the generator snbgen.cpp was not found; set KITH_SHARED to the folder that has bench/snbgen.cpp")
    program = os.path.join(scratch, "snbgen")
    if not os.path.exists(program):
        subprocess.run(["g++", "-O2", "-std=c++17", "-o", program, os.path.join(source, "snbgen.cpp")], check=True)
    os.makedirs(folder, exist_ok=True)
    subprocess.run([program, "--persons", str(PERSONS[size]), "--out", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def make_tiny(scratch, persons=60):
    """A graph of a few persons, comments and tags in the same layout, without the generator."""
    rng = random.Random(42)
    folder = os.path.join(scratch, "data-tiny")
    os.makedirs(folder, exist_ok=True)
    when = "2012-03-04T05:06:07.089Z"
    pairs = sorted({tuple(sorted(rng.sample(range(persons), 2))) for _ in range(5 * persons)})
    comments = range(3 * persons)
    files = {
        "Person": ("id|firstName|lastName|birthday|creationDate|speaks",
                   [(i, f"Jörg{i % 7}", "", "1985-02-03", when, "en;de") for i in range(persons)]),
        "Comment": ("id|creationDate|content|length", [(i, when, f"About {i}", i) for i in comments]),
        "Tag": ("id|name", [(i, f"tag {i}") for i in range(10)]),
        "Person_KNOWS_Person": ("startId|endId|creationDate", [(a, b, when) for a, b in pairs]),
        "Person_HAS_INTEREST_Tag": ("startId|endId", [(i, rng.randrange(10)) for i in range(persons)]),
        "Comment_HAS_CREATOR_Person": ("startId|endId", [(i, rng.randrange(persons)) for i in comments]),
        "param_persons": ("personId", [(rng.randrange(persons),) for _ in range(10)]),
    }
    for name, (header, rows) in files.items():
        with open(os.path.join(folder, name + ".csv"), "w", encoding="utf-8") as file:
            file.write("\n".join([header] + ["|".join(map(str, row)) for row in rows]) + "\n")
    return folder
