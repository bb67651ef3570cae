# SPDX-License-Identifier: Apache-2.0
"""Kith beside Kuzu and Ladybug: the same graph and statements through the Python packages, on one machine in one run.

usage: run.py [S|M|L ...] [--rounds N] [--reads N] [--seconds N] [--queries] [--scratch FOLDER] [--build FOLDER] [--smoke]
In each round every engine loads the graph into a new database and is measured, in turns, each measure in a process of
its own; the tables have the medians over the rounds. Loading Kith is `kith import`, or batches of UNWIND where the shell
has no such command: the lines under a table say which. Every answer is compared with the other engines' and with what
was written. Engines that are not installed are left out. --queries asks the generator's queries in the first round too,
and compares the answers with those beside it. --build is Kith's build folder. --smoke measures a tiny graph for an
instant, and fails when something does.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile

from engines import PACKAGES, is_installed, version_of
from graph_data import expected_answers, make_size, make_tiny
from layout import count_rows
from measures import MEASURES
from table import make_query_table, make_table, medians

_HERE = os.path.dirname(os.path.abspath(__file__))
_ROOT = os.path.dirname(os.path.dirname(_HERE))
_SMOKE = {"reads": 20, "seconds": 0.02, "rows": 50}


def read_arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("sizes", nargs="*", choices=["S", "M", "L", []])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reads", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--queries", action="store_true")
    parser.add_argument("--scratch", help="keeps the generated graphs there")
    parser.add_argument("--build", default=os.path.join(_ROOT, "build"))
    parser.add_argument("--smoke", action="store_true")
    return parser.parse_args()


def set_environment(build):
    """For this process and its workers: where Kith's Python module and its library are."""
    module = os.path.join(_ROOT, "engine", "capi", "python")
    sys.path.append(module)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), module]))
    os.environ["KITH_LIBRARY"] = os.path.join(build, "cmake", "library", "libkith.so.0")


def run_worker(engine, measure, fields):
    print(f"{engine}: {measure}", file=sys.stderr, flush=True)
    command = [sys.executable, os.path.join(_HERE, "worker.py"), engine, measure, json.dumps(fields)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{engine} could not be measured ({measure}); its error is above")
    return json.loads(done.stdout.splitlines()[-1])


def run_point_reads(build, fields):
    """Kith without Python in between."""
    command = [os.path.join(build, "bench", "kith_bench_point_read"), fields["folder"],
               str(count_rows(fields["data"], "Person")), str(10 * fields["reads"])]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def run_round(engines, fields, build, scratch):
    """Figures by engine. Fails when the engines' answers differ."""
    figures = {engine: {} for engine in engines}
    with tempfile.TemporaryDirectory(prefix="graphs.", dir=scratch) as graphs:
        for measure in MEASURES:
            if measure == "queries" and not fields["expected"]:
                continue
            answers = {}
            for engine in engines:
                own = {**fields, "folder": os.path.join(graphs, engine)}
                found = run_worker(engine, measure, own)
                answers[engine] = found.pop("answers", None)
                figures[engine].update(found)
                if engine == "Kith" and measure == "reads":
                    figures[engine].update(run_point_reads(build, own))
            if any(answer != answers[engines[0]] for answer in answers.values()):
                raise SystemExit(f"the engines gave different answers ({measure}): {answers}")
    return figures


def run_size(name, data, arguments, engines, scratch):
    rounds = []
    counts = _SMOKE if arguments.smoke else {"reads": arguments.reads, "seconds": arguments.seconds, "rows": 1000}
    for number in range(arguments.rounds):
        order = engines[number % len(engines):] + engines[:number % len(engines)]
        expected = expected_answers(name) if arguments.queries and number == 0 else None
        fields = {"data": data, "shell": os.path.join(arguments.build, "kith"), "seed": 42 + number, "expected": expected,
                  **counts}
        rounds.append(run_round(order, fields, arguments.build, scratch))
        print(f"size {name}: round {number + 1} of {arguments.rounds} is measured, load {os.getloadavg()[0]:.1f}",
              file=sys.stderr, flush=True)
    print(f"\nSize {name}, medians of {arguments.rounds} rounds:\n")
    print(make_table({engine: medians([figures[engine] for figures in rounds]) for engine in engines}) + "\n")
    for engine in engines:
        print(f"{engine} was {rounds[0][engine]['note']}.")
    if "queries" in rounds[0][engines[0]]:
        print("\n" + make_query_table({engine: rounds[0][engine]["queries"] for engine in engines}))
    print(json.dumps({"size": name, "rounds": rounds}), flush=True)


def main():
    arguments = read_arguments()
    set_environment(arguments.build)
    engines = [name for name in PACKAGES if is_installed(name)]
    for name, package in PACKAGES.items():
        print(f"{name} {version_of(name)}" if name in engines else
              f"{name} is not measured: the Python package {package} is not installed")
    print(f"{os.cpu_count()} processors, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kith-peers.") as temporary:
        scratch = arguments.scratch or temporary
        os.makedirs(scratch, exist_ok=True)
        if arguments.smoke:
            arguments.rounds = 1
            run_size("tiny", make_tiny(scratch), arguments, engines, scratch)
            return
        for size in arguments.sizes or ["S", "M"]:
            run_size(size, make_size(size, scratch), arguments, engines, scratch)


if __name__ == "__main__":
    main()
