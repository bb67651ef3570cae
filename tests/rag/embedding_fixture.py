# SPDX-License-Identifier: Apache-2.0
"""Writes the expected vectors of embedding_fixture_test.cpp: all-MiniLM-L6-v2 by sentence-transformers, in double.

usage: embedding_fixture.py MODEL_FOLDER > embedding_fixture.jsonl
Made with sentence-transformers 6.2.0, transformers and torch of November 2026. The texts are this file's: short and
long (more than the model's 256 tokens), many scripts, punctuation, nothing at all. A line is {"text", "vector"}; each
number is rounded to 7 digits behind the point.
"""

import json
import sys

import torch
from sentence_transformers import SentenceTransformer

SENTENCES = [
    "The lighthouse keeper wrote every storm into a ledger that nobody else could read.",
    "Who built the bridge across the Halden, and in which year was it opened?",
    "A graph database stores entities as nodes and the facts between them as relationships.",
    "In 1871 a fever closed the harbour for eleven weeks; 412 people died.",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.",
    "def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)",
    "E = mc^2, but what is the energy of a photon of 532 nm?",
    "Der Fluss fließt langsam durch die alte Stadt, über die Brücke führt nur ein Weg.",
    "Où se trouve la bibliothèque la plus ancienne d'Europe ?",
    "El río cruza la ciudad de norte a sur y desemboca en el mar.",
    "Мост через реку был построен в девятнадцатом веке.",
    "Η γέφυρα χτίστηκε πριν από εκατό χρόνια.",
    "这座桥是在一九〇八年的洪水之后重建的。",
    "この橋は百年前に建てられました。",
    "이 다리는 백 년 전에 지어졌다.",
    "بُنِيَ الجسر قبل مئة عام.",
    "पुल सौ साल पहले बनाया गया था।",
    "Prices: $1,299.99 (-15%), €849, £12.50/month; see https://example.org/a?b=c#d",
    "😀 emoji, \u200bzero width, \u0301 a lonely accent and\ttabs\n\nnew lines",
]


def texts():
    yield from SENTENCES
    yield from ("", " ", ".", "a", "Antidisestablishmentarianism", "x" * 150)
    for count in (2, 3, 5, 8, 13, 21):
        yield " ".join((SENTENCES * 2)[:count])
    yield SENTENCES[0] * 40


def main():
    torch.set_num_threads(1)
    model = SentenceTransformer(sys.argv[1], device="cpu").double()
    for text in texts():
        vector = model.encode([text], normalize_embeddings=True)[0]
        print(json.dumps({"text": text, "vector": [round(x, 7) for x in vector.tolist()]}))


if __name__ == "__main__":
    main()
