# SPDX-License-Identifier: Apache-2.0
"""The queries beside the generator and their answers: which come out right, and how long a call takes.

The queries are openCypher. Where a peer means something else by the same words (paths that go over a relationship
twice), its answer differs from the expected one, and the table says so.
"""

import datetime
import json
import math
import os
import time

from graph_data import shared_bench
from layout import read_parameters

# Of these the expected answer is the number of rows of each call.
_ROW_COUNTS = {"p_hop1_list", "p_friends_tags", "p_recent_messages"}


def queries(run):
    """Figures "queries": name -> [what came out, milliseconds a call or None]. The file of answers is run.expected."""
    with open(run.expected, encoding="utf-8") as file:
        expected = json.load(file)
    session, found = run.open(), {}
    session.set_timeout(run.limit_s)
    for name, answer in sorted(expected.items()):
        with open(os.path.join(shared_bench(), "queries", name + ".cypher"), encoding="utf-8") as file:
            text = run.engine.dialect(file.read().strip())
        begin = time.perf_counter()
        try:
            found[name] = _check(name, session.prepare(text), _calls(run.data, name), answer, run.limit_s)
        except Exception as error:  # Each package has its own; the table is to have the other queries.
            over = time.perf_counter() - begin > run.limit_s
            found[name] = [f"over {run.limit_s} s" if over else f"failed: {str(error).splitlines()[0][:80]}", None]
    session.close()
    return {"queries": found}


def _calls(data, name):
    """The parameters of every call."""
    if name.startswith("pair_"):
        return [{"a": a, "b": b} for a, b in read_parameters(data, "param_pairs")]
    if name.startswith("point_"):
        return [{"id": row[name == "point_message"]} for row in read_parameters(data, "param_lookups")]
    if name.startswith("p_"):
        return [{"id": row[0]} for row in read_parameters(data, "param_persons")]
    return [{}]


def _check(name, statement, calls, expected, limit_s):
    """Calls until the limit: what came out of it, and the mean milliseconds."""
    answers, begin = [], time.perf_counter()
    for parameters in calls:
        rows = statement(parameters)
        answers.append(len(rows) if name in _ROW_COUNTS or name.startswith("point_") else _plain(rows))
        if time.perf_counter() - begin > limit_s:
            break
    milliseconds = 1e3 * (time.perf_counter() - begin) / len(answers)
    if len(calls) == 1:
        answers, right = answers[0], expected
    elif name.startswith("point_"):
        # The expected answer is of all calls, which all find their row.
        answers, right = sum(answers), len(answers) if expected == [len(calls)] else None
    else:
        right = expected[:len(answers)]
    return ["right" if _equal(answers, right) else "another answer", milliseconds]


def _plain(rows):
    """A number where there is one alone, else lists."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return _plain_value(rows[0][0])
    return [[_plain_value(value) for value in row] for row in rows]


def _plain_value(value):
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat() + "T00:00:00.000Z"
    return value


def _equal(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9)
    return a == b
