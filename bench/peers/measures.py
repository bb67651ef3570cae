# SPDX-License-Identifier: Apache-2.0
"""What is measured of one engine. Each function gets the Run and returns figures by the names that table.py knows, and
under "answers" what all engines have to agree on.
"""

import dataclasses
import os
import random
import statistics
import threading
import time

from layout import count_rows
from queries import queries

POINT = "MATCH (p:Person {id: $id}) RETURN p.firstName"
# Without the WHERE a path may go back over the relationship that it came by in Kuzu, but not in openCypher.
NEIGHBOURS = ("MATCH (p:Person {id: $id})-[:KNOWS]-(:Person)-[:KNOWS]-(f:Person) WHERE id(f) <> id(p) "
              "RETURN count(DISTINCT id(f))")
NODE = "CREATE (:Person {id: $id, firstName: $name})"
RELATIONSHIP = "MATCH (a:Person {id: $a}), (b:Person {id: $b}) CREATE (a)-[:KNOWS]->(b)"
NODES = "UNWIND $rows AS r CREATE (:Person {id: r.id, firstName: r.name})"
RELATIONSHIPS = "UNWIND $rows AS r MATCH (a:Person {id: r.a}), (b:Person {id: r.b}) CREATE (a)-[:KNOWS]->(b)"
COUNT_NODES = "MATCH (p:Person) RETURN count(*)"
COUNT_RELATIONSHIPS = "MATCH (:Person)-[k:KNOWS]->(:Person) RETURN count(*)"

# Ids of new persons begin here; each measure and writer has its own range.
_NEW = 1_000_000_000
_RANGE = 10_000_000


@dataclasses.dataclass
class Run:
    """`data` are the files, `folder` the database, `shell` Kith's. The counts say how much is measured. `expected` are the
    queries' answers, `limit_s` the seconds that a query may take."""
    engine: object
    data: str
    folder: str
    shell: str
    reads: int
    seconds: float
    rows: int
    seed: int
    expected: str = None
    limit_s: float = 2

    def open(self):
        return self.engine.Session(self.folder)

    def persons(self):
        return count_rows(self.data, "Person")

    def random(self):
        return random.Random(self.seed)


def load(run):
    begin = time.perf_counter()
    how, other_peak = run.engine.load(run.data, run.folder, run.shell)
    seconds = time.perf_counter() - begin
    return {"load_s": seconds, "disk_mb": _allocated_bytes(run.folder) / 1e6,
            "load_peak_mb": (other_peak or _peak_bytes()) / 1e6, "note": f"loaded by {how}"}


def _allocated_bytes(folder):
    paths = (os.path.join(where, name) for where, _, names in os.walk(folder) for name in names)
    return sum(os.stat(path).st_blocks * 512 for path in paths)


def _peak_bytes():
    with open("/proc/self/status", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def first_answer(run):
    """Right after loading, and once more."""
    first, name = _open_to_answer(run)
    again, _ = _open_to_answer(run)
    return {"first_answer_ms": 1e3 * first, "first_answer_again_ms": 1e3 * again, "answers": name}


def _open_to_answer(run):
    begin = time.perf_counter()
    session = run.open()
    name = session.prepare(POINT)({"id": run.persons() // 2})[0][0]
    seconds = time.perf_counter() - begin
    session.close()
    return seconds, name


def reads(run):
    session = run.open()
    found = _timed_reads(run, session.prepare(POINT), run.reads)[0]  # What is read once is warm.
    again, times = _timed_reads(run, session.prepare(POINT), run.reads)
    figures = {"point_us": 1e6 * statistics.median(times), "answers": [found, again]}
    cold, times = _timed_reads(run, session.prepare(NEIGHBOURS), run.reads)
    figures["hop2_first_per_s"] = run.reads / sum(times)
    warm, times = _timed_reads(run, session.prepare(NEIGHBOURS), run.reads)
    figures["hop2_again_per_s"] = run.reads / sum(times)
    figures["answers"] += [sum(cold), sum(warm)]
    session.close()
    return figures


def _timed_reads(run, statement, count):
    """The values that `count` reads of random persons gave, and the seconds of each."""
    rng, persons, values, times = run.random(), run.persons(), [], []
    for _ in range(count):
        parameters = {"id": rng.randrange(persons)}
        begin = time.perf_counter()
        rows = statement(parameters)
        times.append(time.perf_counter() - begin)
        values.append(rows[0][0])
    return values, times


def commits(run):
    session = run.open()
    figures = {"node_commits_per_s": _node_commits(run, [session], _NEW)}
    if run.engine.WRITERS > 1:
        sessions = [session.another() for _ in range(run.engine.WRITERS)]
        figures["node_commits_several_per_s"] = _node_commits(run, sessions, _NEW + _RANGE)
        for other in sessions:
            other.close()
    rng, persons = run.random(), run.persons()
    figures["relationship_commits_per_s"] = _counted(
        session, COUNT_RELATIONSHIPS, lambda: _repeat(run, session.prepare(RELATIONSHIP), lambda _: _pair(rng, persons)))
    session.close()
    return figures


def _node_commits(run, sessions, first):
    def write(place):
        own = first + (place + 1) * _RANGE
        done[place] = _repeat(run, sessions[place].prepare(NODE), lambda i: {"id": own + i, "name": "new"})

    def work():
        threads = [threading.Thread(target=write, args=(place,)) for place in range(len(sessions))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(count for count, _ in done), max(seconds for _, seconds in done)
    done = [(0, 0.0)] * len(sessions)
    return _counted(sessions[0], COUNT_NODES, work)


def unwind(run):
    session = run.open()
    rng, persons = run.random(), run.persons()

    def new_nodes(batch):
        first = _NEW + 50 * _RANGE + batch * run.rows
        return {"rows": [{"id": first + i, "name": "new"} for i in range(run.rows)]}

    def new_relationships(_):
        return {"rows": [_pair(rng, persons) for _ in range(run.rows)]}
    figures = {}
    for name, text, count, batch in [("unwind_nodes_per_s", NODES, COUNT_NODES, new_nodes),
                                     ("unwind_relationships_per_s", RELATIONSHIPS, COUNT_RELATIONSHIPS, new_relationships)]:
        figures[name] = _counted(session, count, lambda: _repeat(run, session.prepare(text), batch, run.rows))
    session.close()
    return figures


def _pair(rng, persons):
    a, b = rng.sample(range(persons), 2)
    return {"a": a, "b": b}


def _repeat(run, statement, parameters_of, rows=1):
    """Runs the statement for some seconds, once at least: how many rows it wrote, and the seconds that it ran."""
    done, seconds = 0, 0.0
    while seconds < run.seconds:
        parameters = parameters_of(done)
        begin = time.perf_counter()
        statement(parameters)
        seconds += time.perf_counter() - begin
        done += 1
    return done * rows, seconds


def _counted(session, count_text, work):
    """Rows a second of `work`, which gives (rows, seconds); what it wrote has to be there."""
    count = session.prepare(count_text)
    before = count({})[0][0]
    rows, seconds = work()
    after = count({})[0][0]
    if after - before != rows:
        raise AssertionError(f"{rows} rows were written, and {after - before} are there")
    return rows / seconds


# In the order of a round: those that write come last.
MEASURES = {"load": load, "first_answer": first_answer, "reads": reads, "queries": queries, "commits": commits,
            "unwind": unwind}
