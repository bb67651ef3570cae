# SPDX-License-Identifier: Apache-2.0
"""An embedding model of the BERT family as a GGUF file, which llama.cpp reads: the same weights in another file.

usage: bert_to_gguf.py MODEL_FOLDER OUTPUT.gguf [--type f32|f16|q8_0]
MODEL_FOLDER is as sentence-transformers writes it (docs/models.md); the table of positions ends where texts are cut, at
max_seq_length of sentence_bert_config.json, so that llama.cpp cuts them there. Matrices have the type given; vectors, and the
tables of positions and token types, stay float32, as llama.cpp's own converter has it. Needs the packages gguf and
safetensors.
"""

import argparse
import json
import os

import gguf
from safetensors.numpy import load_file

TYPES = {"f32": gguf.GGMLQuantizationType.F32, "f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0}

# Names of a layer's modules: in a checkpoint, in a GGUF file.
LAYER = {
    "attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output", "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up", "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm",
}
EMBEDDINGS = {
    "embeddings.word_embeddings": "token_embd", "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types", "embeddings.LayerNorm": "token_embd_norm",
}


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def most_tokens(folder, config):
    positions = config["max_position_embeddings"]
    if not os.path.exists(os.path.join(folder, "sentence_bert_config.json")):
        return positions
    return min(positions, read(folder, "sentence_bert_config.json")["max_seq_length"])


def add_shape(writer, config, pooling, positions):
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(positions)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    cls = pooling.get("pooling_mode_cls_token", False)
    writer.add_pooling_type(gguf.PoolingType.CLS if cls else gguf.PoolingType.MEAN)


def add_tokenizer(writer, tokenizer, config):
    places = tokenizer["model"]["vocab"]
    special = {token["content"] for token in tokenizer["added_tokens"] if token["special"]}
    tokens, types = [], []
    for token in sorted(places, key=places.get):
        # A word's beginning is marked, not its continuation.
        plain = token in special
        tokens.append(token if plain else token[2:] if token.startswith("##") else "\u2581" + token)
        types.append(gguf.TokenType.CONTROL if plain else gguf.TokenType.NORMAL)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_type_count(config["type_vocab_size"])
    writer.add_unk_token_id(places["[UNK]"])
    writer.add_sep_token_id(places["[SEP]"])
    writer.add_pad_token_id(places["[PAD]"])
    writer.add_bos_token_id(places["[CLS]"])
    writer.add_eos_token_id(places["[SEP]"])
    writer.add_mask_token_id(places["[MASK]"])


def gguf_name(name):
    """None for what makes no vectors."""
    name = name.removeprefix("bert.")
    module, _, kind = name.rpartition(".")
    if module in EMBEDDINGS:
        return f"{EMBEDDINGS[module]}.{kind}"
    if not name.startswith("encoder.layer."):
        return None
    layer, _, module = module.removeprefix("encoder.layer.").partition(".")
    return f"blk.{layer}.{LAYER[module]}.{kind}"


def add_tensors(writer, weights, kind, positions):
    for name, values in weights.items():
        place = gguf_name(name)
        if place is None:
            continue
        if place.startswith("position_embd"):
            values = values[:positions]
        stays = values.ndim == 1 or place.startswith(("position_embd", "token_types"))
        chosen = TYPES["f32" if stays else kind]
        writer.add_tensor(place, gguf.quants.quantize(values.astype("float32"), chosen), raw_dtype=chosen)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("--type", choices=TYPES, default="f16")
    arguments = parser.parse_args()
    config = read(arguments.model, "config.json")
    writer = gguf.GGUFWriter(arguments.output, "bert")
    writer.add_name(os.path.basename(os.path.abspath(arguments.model)))
    positions = most_tokens(arguments.model, config)
    add_shape(writer, config, read(arguments.model, "1_Pooling/config.json"), positions)
    add_tokenizer(writer, read(arguments.model, "tokenizer.json"), config)
    add_tensors(writer, load_file(os.path.join(arguments.model, "model.safetensors")), arguments.type, positions)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
