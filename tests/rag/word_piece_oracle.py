# SPDX-License-Identifier: Apache-2.0
"""Compares WordPiece with the models' original tokeniser (the Python package "tokenizers").

usage: word_piece_oracle.py CHILD TOKENIZER.JSON [SEED]
Every code point is tried inside a word, alone and under an accent, then 20,000 random texts of many scripts.
Exits with 77, skipped, where the package or the file is missing.
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile

BLOCKS = [(0x00, 0x20), (0x20, 0x7F), (0xA0, 0x250), (0x250, 0x300), (0x300, 0x370), (0x370, 0x400), (0x400, 0x530),
          (0x590, 0x700), (0x900, 0xE00), (0xE00, 0x1100), (0x1100, 0x1200), (0x1E00, 0x2000), (0x2000, 0x2070),
          (0x3000, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xD7A4), (0xF900, 0xFB00), (0xFF00, 0xFFF0), (0x1F300, 0x1F700),
          (0x20000, 0x20100)]
GLUE = ["", " ", "-", "'", "[SEP]", "[CLS", "]", "\u0301", "\u200d", "\u00a0", "\n"]


def every_code_point():
    for point in range(0x110000):
        if not 0xD800 <= point < 0xE000:
            c = chr(point)
            yield f"a{c}b {c} {c}\u0301"


def random_text(vocabulary):
    kind = random.random()
    if kind < 0.4:
        blocks = random.sample(BLOCKS, random.randint(1, 3))
        return "".join(chr(random.randrange(*random.choice(blocks))) for _ in range(random.randint(1, 60)))
    if kind < 0.8:
        return "".join(random.choice(vocabulary).removeprefix("##") + random.choice(GLUE)
                       for _ in range(random.randint(1, 40)))
    return "x" * random.randint(95, 105) + " " + "é" * random.randint(95, 105) + " word" * random.choice([1, 505, 515])


def compare(child, vocabulary_path, original, texts):
    data = b"".join(struct.pack("<I", len(raw)) + raw for raw in (text.encode() for text in texts))
    lines = subprocess.run([child, vocabulary_path], input=data, capture_output=True, check=True).stdout.decode().splitlines()
    assert len(lines) == len(texts), f"{len(lines)} answers to {len(texts)} texts"
    wrong = 0
    for text, expected, line in zip(texts, original.encode_batch(texts), lines):
        if expected.ids != [int(number) for number in line.split()]:
            wrong += 1
            if wrong <= 5:
                print(f"{text[:80]!r}: {expected.ids[:20]} expected, {line[:80]} found")
    return wrong


def main():
    child, path = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
    try:
        from tokenizers import Tokenizer
    except ImportError:
        print("skipped: the Python package tokenizers is not installed")
        return 77
    if not os.path.exists(path):
        print(f"skipped: there is no {path}")
        return 77
    print("seed", seed)
    random.seed(seed)
    original = Tokenizer.from_file(path)
    original.no_padding()
    original.enable_truncation(512)
    ids = json.load(open(path, encoding="utf-8"))["model"]["vocab"]
    vocabulary = sorted(ids, key=ids.get)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.write("\n".join(vocabulary) + "\n")
        file.flush()
        wrong = compare(child, file.name, original, list(every_code_point()))
        wrong += compare(child, file.name, original, [random_text(vocabulary) for _ in range(20000)])
    print(wrong, "texts differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
