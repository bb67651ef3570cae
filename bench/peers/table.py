# SPDX-License-Identifier: Apache-2.0
"""Medians over the rounds, and tables in Markdown of them: one row a figure, one column an engine."""

import statistics

# Name -> (what, unit, whether more is better).
FIGURES = {
    "load_s": ("bulk load", "s", False),
    "disk_mb": ("size on disk", "MB", False),
    "load_peak_mb": ("peak memory of loading", "MB", False),
    "first_answer_ms": ("open after loading to first answer", "ms", False),
    "first_answer_again_ms": ("open again to first answer", "ms", False),
    "point_us": ("point read, prepared, Python, p50", "us", False),
    "cpp_point_us": ("point read, prepared, C++, p50", "us", False),
    "hop2_first_per_s": ("2-hop neighbourhoods/s, first pass", "", True),
    "hop2_again_per_s": ("2-hop neighbourhoods/s, again", "", True),
    "node_commits_per_s": ("durable transactions/s, a node each", "", True),
    "node_commits_several_per_s": ("the same, four writers", "", True),
    "relationship_commits_per_s": ("durable transactions/s, a relationship each", "", True),
    "unwind_nodes_per_s": ("UNWIND of 1,000 rows: nodes/s", "", True),
    "unwind_relationships_per_s": ("UNWIND of 1,000 rows: relationships between matched nodes/s", "", True),
}


def medians(rounds):
    """Figures by name from a list of them, one a round."""
    names = {name for figures in rounds for name in figures if name in FIGURES}
    return {name: statistics.median(figures[name] for figures in rounds if name in figures) for name in names}


def times_better(name, mine, others):
    """How many times better Kith's figure is than the best of the others; None where it cannot be said."""
    if mine is None or not others or not mine or not all(others):
        return None
    return mine / max(others) if FIGURES[name][2] else min(others) / mine


def make_table(results):
    """`results`: engine -> medians, Kith's first."""
    engines = list(results)
    lines = ["| figure | " + " | ".join(engines) + " | Kith to the best, more is better |", "|---" * (len(engines) + 2) + "|"]
    for name, (what, unit, _) in FIGURES.items():
        values = [results[engine].get(name) for engine in engines]
        if all(value is None for value in values):
            continue
        ratio = times_better(name, values[0], [value for value in values[1:] if value is not None])
        cells = [_text(value, unit) for value in values] + ["" if ratio is None else f"{ratio:.2f}"]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _text(value, unit):
    if value is None:
        return ""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def make_query_table(results):
    """`results`: engine -> query -> [what came out, milliseconds a call or None]."""
    engines = list(results)
    lines = ["| query, ms a call | " + " | ".join(engines) + " |", "|---" * (len(engines) + 1) + "|"]
    for name in results[engines[0]]:
        lines.append(f"| {name} | " + " | ".join(_query_text(*results[engine][name]) for engine in engines) + " |")
    return "\n".join(lines)


def _query_text(outcome, milliseconds):
    if milliseconds is None:
        return outcome
    return f"{milliseconds:,.3f}" + ("" if outcome == "right" else f" ({outcome})")
