# SPDX-License-Identifier: Apache-2.0
"""What an ingest reports, and answers with their sources."""

from __future__ import annotations

import ctypes
import dataclasses

from ._error import to_text
from ._library import PassageFields, lib


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A document that was not ingested, and why."""
    document: str
    reason: str


@dataclasses.dataclass(frozen=True)
class IngestReport:
    """Numbers of documents; chunks, entities and links are those new in the graph. forgotten: by forget_others."""
    added: int
    replaced: int
    unchanged: int
    chunks: int
    entities: int
    links: int
    skipped: list[Skipped]
    forgotten: int = 0


@dataclasses.dataclass(frozen=True)
class Passage:
    """A passage, or the place a citation [number] stands for. Bytes are of the document's text."""
    number: int
    document: str
    title: str
    begin_byte: int
    end_byte: int
    text: str
    score: float
    found_by: str


@dataclasses.dataclass(frozen=True)
class Answer:
    """text cites [1], [2], ... as in citations. abstained: the documents do not say. by_model: the model worded it, else
    it is sentences of the documents. svg, html: pictures of it. asked: the question as it was understood."""
    asked: str
    text: str
    abstained: bool
    by_model: bool
    confidence: float
    route: str
    reasons: list[str]
    citations: list[Passage]
    passages: list[Passage]
    svg: str
    html: str

    def _repr_svg_(self):
        return self.svg


def _read_passages(count, get, answer):
    passages = []
    for i in range(count(answer)):
        read = PassageFields()
        get(answer, i, ctypes.byref(read))
        passages.append(Passage(read.number, to_text(read.document), to_text(read.title), read.begin_byte,
                                read.end_byte, to_text(read.text), read.score, to_text(read.found_by)))
    return passages


def take_answer(answer):
    try:
        return Answer(to_text(lib.kith_answer_asked(answer)), to_text(lib.kith_answer_text(answer)),
                      bool(lib.kith_answer_abstained(answer)), bool(lib.kith_answer_by_model(answer)),
                      lib.kith_answer_confidence(answer), to_text(lib.kith_answer_route(answer)),
                      [to_text(lib.kith_answer_reason(answer, i)) for i in range(lib.kith_answer_reason_count(answer))],
                      _read_passages(lib.kith_answer_citation_count, lib.kith_answer_citation, answer),
                      _read_passages(lib.kith_answer_passage_count, lib.kith_answer_passage, answer),
                      to_text(lib.kith_answer_evidence_svg(answer)), to_text(lib.kith_answer_html(answer)))
    finally:
        lib.kith_answer_free(answer)


def take_report(report):
    try:
        counts = [lib.kith_ingest_report_count(report, i) for i in range(8)]
        skipped = [Skipped(to_text(lib.kith_ingest_report_skipped(report, i)),
                           to_text(lib.kith_ingest_report_reason(report, i))) for i in range(counts[3])]
        return IngestReport(*counts[:3], *counts[4:7], skipped, counts[7])
    finally:
        lib.kith_ingest_report_free(report)
