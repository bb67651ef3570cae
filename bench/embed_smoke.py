# SPDX-License-Identifier: Apache-2.0
"""A small run of kith_bench_embed, so that it cannot rot: a model of random weights, a corpus of a few passages.

usage: embed_smoke.py KITH_BENCH_EMBED
Fails when a precision does not run, or when its vectors depend on the number of threads.
"""

import array
import json
import os
import random
import subprocess
import sys
import tempfile

HIDDEN, LAYERS, INTERMEDIATE, POSITIONS = 32, 2, 64, 64
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [prefix + chr(c) for prefix in ("", "##") for c in range(97, 123)]


def shapes():
    yield "embeddings.word_embeddings.weight", [len(VOCABULARY), HIDDEN]
    yield "embeddings.position_embeddings.weight", [POSITIONS, HIDDEN]
    yield "embeddings.token_type_embeddings.weight", [2, HIDDEN]
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        norms += [name + "attention.output.LayerNorm", name + "output.LayerNorm"]
        for module, rows, columns in [("attention.self.query", HIDDEN, HIDDEN), ("attention.self.key", HIDDEN, HIDDEN),
                                      ("attention.self.value", HIDDEN, HIDDEN), ("attention.output.dense", HIDDEN, HIDDEN),
                                      ("intermediate.dense", INTERMEDIATE, HIDDEN), ("output.dense", HIDDEN, INTERMEDIATE)]:
            yield f"{name}{module}.weight", [rows, columns]
            yield f"{name}{module}.bias", [rows]
    for norm in norms:
        yield norm + ".weight", [HIDDEN]
        yield norm + ".bias", [HIDDEN]


def write_model(folder, rng):
    config = {"model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
              "num_attention_heads": 4, "intermediate_size": INTERMEDIATE, "max_position_embeddings": POSITIONS,
              "vocab_size": len(VOCABULARY), "type_vocab_size": 2, "layer_norm_eps": 1e-12}
    header, data = {}, b""
    for name, shape in shapes():
        count = shape[0] * (shape[1] if len(shape) == 2 else 1)
        values = array.array("f", (rng.gauss(0, 0.3) for _ in range(count))).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(len(head).to_bytes(8, "little") + head + data)
    for name, text in [("config.json", json.dumps(config)), ("vocab.txt", "\n".join(VOCABULARY) + "\n"),
                       ("tokenizer_config.json", json.dumps({"do_lower_case": True}))]:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def main():
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        write_model(folder, rng)
        corpus = os.path.join(folder, "corpus.jsonl")
        with open(corpus, "w", encoding="utf-8") as file:
            for _ in range(200):
                text = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz   ") for _ in range(rng.randint(0, 90)))
                file.write(json.dumps({"title": "t", "text": text}) + "\n")
        for precision in ("float32", "int16", "int8"):
            sums = set()
            for threads in ("1", "3"):
                command = [sys.argv[1], corpus, folder, "--precision", precision, "--threads", threads, "--runs", "1"]
                figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
                assert figures["passages"] == 200 and figures["passages_per_s"] > 0, figures
                sums.add(figures["checksum"])
            assert len(sums) == 1, f"{precision}: the vectors depend on the number of threads"


if __name__ == "__main__":
    main()
