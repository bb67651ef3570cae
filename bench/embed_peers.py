# SPDX-License-Identifier: Apache-2.0
"""Kith's text encoder beside PyTorch, onnxruntime and llama.cpp: the same weights, texts, threads and machine, in one run.

usage: embed_peers.py KITH_BENCH_EMBED CORPUS.jsonl MODEL_FOLDER [--texts N] [--threads N] [--rounds N]
In each round every program embeds all texts once, so that what else the machine does meets all of them; the table
has medians over the rounds. The peers cut texts with the package "tokenizers", sort them by length and pad batches
of 32 to their longest. PyTorch runs the model by "transformers"; onnxruntime a graph exported from that (which needs
the package "onnx"), float32, and the same with its dynamic 8-bit quantisation. llama.cpp, as Kith calls it for a .gguf
file (passes of a few texts, no padding), reads the weights from files that bert_to_gguf.py beside this one makes (which
needs the package "gguf"). Peers that are not installed are left out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from tokenizers import Tokenizer

BATCH = 32


def read_texts(path, limit):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for _, line in zip(range(limit), file)]
    return [row["title"] + "\n" + row["text"] for row in rows]


def pool(hidden, mask):
    mask = mask[:, :, None].astype(np.float32)
    mean = (hidden * mask).sum(1) / mask.sum(1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


class Peer:
    """Batches of padded ids through `forward`, which gives the last hidden states as a numpy array."""

    def __init__(self, name, folder, forward):
        self.name, self.forward = name, forward
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        with open(os.path.join(folder, "sentence_bert_config.json"), encoding="utf-8") as file:
            self.tokenizer.enable_truncation(json.load(file)["max_seq_length"])
        self.tokenizer.enable_padding()

    def embed(self, texts):
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = None
        for first in range(0, len(order), BATCH):
            places = order[first:first + BATCH]
            encoded = self.tokenizer.encode_batch([texts[i] for i in places])
            ids = np.array([e.ids for e in encoded], dtype=np.int64)
            mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
            pooled = pool(self.forward(ids, mask), mask)
            if vectors is None:
                vectors = np.empty((len(texts), pooled.shape[1]), np.float32)
            vectors[places] = pooled
        return vectors

    def run(self, texts):
        start, cpu = time.perf_counter(), time.process_time()
        vectors = self.embed(texts)
        return time.perf_counter() - start, time.process_time() - cpu, vectors

    def question_ms(self):
        times = []
        for _ in range(21):
            start = time.perf_counter()
            self.embed(["When did the director of the film Polish-Russian War die?"])
            times.append(1e3 * (time.perf_counter() - start))
        return statistics.median(times)


def torch_peer(folder, threads):
    import torch
    from transformers import BertModel
    torch.set_num_threads(threads)
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()

    def forward(ids, mask):
        with torch.inference_mode():
            return model(torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).last_hidden_state.numpy()
    return Peer("torch " + torch.__version__, folder, forward), model


def onnx_peers(folder, threads, model, scratch):
    import onnx  # noqa: F401: the exporter needs it.
    import onnxruntime
    import torch
    path = os.path.join(scratch, "model.onnx")

    class Graph(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model
            # The exporter puts all modules back into the mode of the outermost: a new one trains, with dropout.
            self.eval()

        def forward(self, ids, mask):
            return self.model(ids, attention_mask=mask).last_hidden_state
    axes = {0: "texts", 1: "tokens"}
    example = torch.ones((2, 8), dtype=torch.long)
    torch.onnx.export(Graph(), (example, example), path, input_names=["ids", "mask"], output_names=["hidden"],
                      dynamic_axes={"ids": axes, "mask": axes, "hidden": axes}, opset_version=17, dynamo=False)
    paths = {"onnxruntime " + onnxruntime.__version__: path}
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic
        small = os.path.join(scratch, "int8.onnx")
        quantize_dynamic(path, small, weight_type=QuantType.QInt8)
        paths["onnxruntime int8"] = small
    except ImportError:
        pass
    for name, file in paths.items():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        yield Peer(name, folder, lambda ids, mask, s=session: s.run(None, {"ids": ids, "mask": mask})[0])


def kith(arguments, model, precision, scratch):
    """A model folder is computed by Kith's encoder, a .gguf file, which has its own precision, by llama.cpp."""
    vectors = os.path.join(scratch, "vectors")
    command = [arguments.program, arguments.corpus, model, "--precision", precision, "--threads", str(arguments.threads),
               "--texts", str(arguments.texts), "--runs", "1", "--vectors", vectors]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1])
    return figures, np.fromfile(vectors, np.float32).reshape(figures["passages"], -1)


def gguf_files(model, scratch):
    """Names and paths."""
    converter = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bert_to_gguf.py")
    files = {}
    for kind in ("f32", "f16", "q8_0"):
        path = os.path.join(scratch, kind + ".gguf")
        done = subprocess.run([sys.executable, converter, model, path, "--type", kind], capture_output=True, text=True)
        if done.returncode != 0:
            print("left out: llama.cpp: " + done.stderr.strip().splitlines()[-1], file=sys.stderr)
            return {}
        files["llama.cpp " + kind] = path
    return files


def installed_peers(arguments, scratch):
    peers = []
    try:
        peer, model = torch_peer(arguments.model, arguments.threads)
        peers.append(peer)
        peers.extend(onnx_peers(arguments.model, arguments.threads, model, scratch))
    except ImportError as error:
        print(f"left out: {error}", file=sys.stderr)
    return peers


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "corpus", "model"):
        parser.add_argument(name)
    parser.add_argument("--texts", type=int, default=1 << 30)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    texts = read_texts(arguments.corpus, arguments.texts)
    arguments.texts = len(texts)
    rows, reference = {}, None
    with tempfile.TemporaryDirectory() as scratch:
        peers = installed_peers(arguments, scratch)
        programs = [(name, path, "float32") for name, path in gguf_files(arguments.model, scratch).items()]
        programs += [("kith " + precision, arguments.model, precision) for precision in ("float32", "int16", "int8")]
        for _ in range(arguments.rounds):
            for peer in peers:
                wall, cpu, vectors = peer.run(texts)
                reference = vectors if reference is None else reference
                rows.setdefault(peer.name, []).append(
                    (len(texts) / wall, len(texts) / cpu, peer.question_ms(), vectors))
            for name, model, precision in programs:
                figures, vectors = kith(arguments, model, precision, scratch)
                reference = vectors if reference is None else reference
                rows.setdefault(name, []).append(
                    (figures["passages_per_s"], figures["passages_per_cpu_s"], figures["question_p50_ms"], vectors))
    print(f"{len(texts)} passages, {arguments.threads} threads, medians of {arguments.rounds} rounds, "
          f"load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'':<24}{'passages/s':>12}{'per CPU s':>12}{'question ms':>13}{'1 - cosine':>12}")
    for name, runs in rows.items():
        wall, cpu, question = (statistics.median(run[i] for run in runs) for i in range(3))
        away = 1 - (runs[-1][3] * reference).sum(1).min()
        print(f"{name:<24}{wall:>12.1f}{cpu:>12.1f}{question:>13.2f}{away:>12.1e}")


if __name__ == "__main__":
    main()
