#!/usr/bin/env python3
"""Writes a model and a per-layer transcoder set of Gemma 2 2B's size, with cheap random weights.

Every tensor repeats one block of random numbers from another place on, so that writing is as fast as the disk. The
thresholds let about a hundred features of 16,384 be active at a position, as in Gemma Scope's sets. Nothing of it means
anything; it takes the memory that the real thing takes.

    python3 make_sparse_model.py /tmp/large --transcoder-format F32   # 5.2 GB + 7.9 GB on disk
"""

import argparse
import json
import pathlib
import struct

import numpy

BLOCK = 16_000_057  # a prime, so that rows of any width differ
DEVIATION = 0.02


class Numbers:
    """Random numbers of one deviation, in the formats that files hold."""

    def __init__(self, deviation):
        floats = numpy.random.default_rng(1).standard_normal(BLOCK, dtype=numpy.float32) * deviation
        self.parts = {"F32": floats.view(numpy.uint8), "BF16": (floats.view(numpy.uint32) >> 16).astype(numpy.uint16).view(numpy.uint8)}

    def write(self, file, count, form, seed):
        width = 4 if form == "F32" else 2
        block = self.parts[form]
        place = seed * 104_729 % BLOCK * width
        left = count * width
        while left > 0:
            piece = block[place : place + left]
            file.write(piece)
            left -= len(piece)
            place = 0


def write_tensors(path, tensors, numbers):
    """Writes safetensors; a tensor is (name, shape, format, value), its value a number for all entries or None."""
    header, place = {}, 0
    for name, shape, form, _ in tensors:
        size = int(numpy.prod(shape)) * (4 if form == "F32" else 2)
        header[name] = {"dtype": form, "shape": shape, "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for seed, (_, shape, form, value) in enumerate(tensors):
            count = int(numpy.prod(shape))
            if value is None:
                numbers.write(file, count, form, seed + len(str(path)))
            else:
                bits = numpy.full(count, value, dtype=numpy.float32)
                file.write(bits.tobytes() if form == "F32" else (bits.view(numpy.uint32) >> 16).astype(numpy.uint16).tobytes())


def configuration(o):
    gemma = {
        "query_pre_attn_scalar": 256, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
        "sliding_window": 4096, "hidden_activation": "gelu_pytorch_tanh",
    }
    common = {
        "model_type": o.architecture, "hidden_size": o.width, "num_hidden_layers": o.layers,
        "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "intermediate_size": 4 * o.width,
        "vocab_size": o.vocabulary, "max_position_embeddings": 8192, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
        "tie_word_embeddings": True,
        "hidden_act": "gelu_pytorch_tanh",
    }
    return common | (gemma if o.architecture == "gemma2" else {})


def write_model(folder, o, numbers):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(configuration(o)))
    norm = 0.0 if o.architecture == "gemma2" else 1.0
    tensors = [("model.embed_tokens.weight", [o.vocabulary, o.width], "BF16", None), ("model.norm.weight", [o.width], "BF16", norm)]
    norms = ["input_layernorm", "post_attention_layernorm"]
    if o.architecture == "gemma2":
        norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
    maps = {
        "self_attn.q_proj": [2048, o.width], "self_attn.k_proj": [1024, o.width], "self_attn.v_proj": [1024, o.width],
        "self_attn.o_proj": [o.width, 2048], "mlp.gate_proj": [4 * o.width, o.width], "mlp.up_proj": [4 * o.width, o.width],
        "mlp.down_proj": [o.width, 4 * o.width],
    }
    for layer in range(o.layers):
        prefix = f"model.layers.{layer}."
        tensors += [(f"{prefix}{name}.weight", [o.width], "BF16", norm) for name in norms]
        tensors += [(f"{prefix}{name}.weight", shape, "BF16", None) for name, shape in maps.items()]
    write_tensors(folder / "model.safetensors", tensors, numbers)
    write_tokenizer(folder, o.vocabulary)


def write_tokenizer(folder, vocabulary):
    # The characters that stand for bytes in byte-level vocabularies, then names.
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    alphabet = {byte: chr(byte) for byte in shown}
    alphabet |= {byte: chr(256 + place) for place, byte in enumerate(b for b in range(256) if b not in alphabet)}
    pieces = [alphabet[byte] for byte in range(256)] + [f"t{i}" for i in range(256, vocabulary)]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    tokenizer = {
        "version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": level, "post_processor": None,
        "decoder": level,
        "model": {"type": "BPE", "vocab": {piece: i for i, piece in enumerate(pieces)}, "merges": []},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


def write_transcoders(folder, o, numbers):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(
        "model_name: made-up\nmodel_kind: transcoder_set\nscan: made-up\n"
        "feature_input_hook: ln2.hook_normalized\nfeature_output_hook: hook_mlp_out\n")
    # Pre-activations of a normalised input have the deviation DEVIATION · √width; 0.6 % lie above 2.5 of it.
    threshold = 2.5 * DEVIATION * o.width**0.5
    form = o.transcoder_format
    for layer in range(o.layers):
        write_tensors(folder / f"layer_{layer}.safetensors", [
            ("W_enc", [o.features, o.width], form, None), ("W_dec", [o.features, o.width], form, None),
            ("b_enc", [o.features], form, 0.0), ("b_dec", [o.width], form, 0.0),
            ("activation_function.threshold", [o.features], form, threshold),
        ], numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--architecture", choices=["llama", "gemma2"], default="gemma2")
    parser.add_argument("--transcoder-format", choices=["F32", "BF16"], default="F32")
    parser.add_argument("--layers", type=int, default=26)
    parser.add_argument("--width", type=int, default=2304)
    parser.add_argument("--features", type=int, default=16384)
    parser.add_argument("--vocabulary", type=int, default=256_000)
    o = parser.parse_args()
    numbers = Numbers(DEVIATION)
    write_model(o.folder / "model", o, numbers)
    write_transcoders(o.folder / "transcoders", o, numbers)


if __name__ == "__main__":
    main()
