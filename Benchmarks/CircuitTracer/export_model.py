#!/usr/bin/env python3
"""Turn a Llama-architecture GGUF file into a Hugging Face folder with float32 weights.

1. Dequantise every tensor and give it its Hugging Face name.
2. Undo the row order of the query and key projections: GGUF interleaves the two halves that RoPE rotates.
3. Rebuild the byte-level BPE tokenizer from the file's pieces and merges.
4. With --check, compare the last position's logits with recorded ones.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

BLOCK_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
GLOBAL_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
CONTROL_TOKEN = 3
LOGIT_TOLERANCE = 1e-3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gguf", type=Path, help="the GGUF file")
    parser.add_argument("output", type=Path, help="the folder to write")
    parser.add_argument("--check", type=Path, metavar="JSON", help="recorded logits to compare with")
    return parser.parse_args()


def metadata(reader: GGUFReader) -> dict:
    """The file's key-value pairs as plain Python values."""
    return {name: field.contents() for name, field in reader.fields.items()}


def hugging_face_name(name: str) -> str:
    """`blk.3.attn_q.weight` becomes `model.layers.3.self_attn.q_proj.weight`."""
    if name in GLOBAL_NAMES:
        return GLOBAL_NAMES[name]
    _, layer, part, _ = name.split(".")
    return f"model.layers.{layer}.{BLOCK_NAMES[part]}.weight"


def without_interleaving(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows (head, pair, half) put back to (head, half, pair), the order of half-split RoPE."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def weights(reader: GGUFReader, values: dict) -> dict[str, torch.Tensor]:
    heads = {
        "attn_q": values["llama.attention.head_count"],
        "attn_k": values["llama.attention.head_count_kv"],
    }
    tensors = {}
    for tensor in reader.tensors:
        weight = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        part = tensor.name.split(".")[-2]
        if part in heads:
            weight = without_interleaving(weight, heads[part])
        tensors[hugging_face_name(tensor.name)] = torch.from_numpy(np.ascontiguousarray(weight))
    return tensors


def configuration(values: dict, tied: bool) -> dict:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": values["llama.embedding_length"],
        "intermediate_size": values["llama.feed_forward_length"],
        "num_hidden_layers": values["llama.block_count"],
        "num_attention_heads": values["llama.attention.head_count"],
        "num_key_value_heads": values["llama.attention.head_count_kv"],
        "max_position_embeddings": values["llama.context_length"],
        "rms_norm_eps": float(np.float32(values["llama.attention.layer_norm_rms_epsilon"])),
        "rope_theta": values["llama.rope.freq_base"],
        "vocab_size": values["llama.vocab_size"],
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": tied,
        "bos_token_id": values["tokenizer.ggml.bos_token_id"],
        "eos_token_id": values["tokenizer.ggml.eos_token_id"],
        "torch_dtype": "float32",
    }


def tokenizer(values: dict) -> Tokenizer:
    """Byte-level BPE with digits split one by one: the `smollm` rule."""
    if (values["tokenizer.ggml.model"], values["tokenizer.ggml.pre"]) != ("gpt2", "smollm"):
        sys.exit(f"The tokenizer rule {values['tokenizer.ggml.pre']} is not known here; only smollm is.")
    pieces = values["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in values["tokenizer.ggml.merges"]]
    result = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(pieces)}, merges=merges))
    result.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    result.decoder = decoders.ByteLevel()
    kinds = values["tokenizer.ggml.token_type"]
    special = [AddedToken(p, special=True) for p, kind in zip(pieces, kinds) if kind == CONTROL_TOKEN]
    result.add_special_tokens(special)
    return result


def tokenizer_configuration(values: dict) -> dict:
    def piece(role: str) -> str:
        return values["tokenizer.ggml.tokens"][values[f"tokenizer.ggml.{role}_token_id"]]

    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": piece("bos"),
        "eos_token": piece("eos"),
        "unk_token": piece("unknown"),
        "pad_token": piece("padding"),
        "clean_up_tokenization_spaces": False,
        "model_max_length": values["llama.context_length"],
    }


def export(gguf: Path, output: Path) -> None:
    reader = GGUFReader(gguf)
    values = metadata(reader)
    if values["general.architecture"] != "llama":
        sys.exit(f"{gguf} holds a {values['general.architecture']} model; only llama is exported here.")
    output.mkdir(parents=True, exist_ok=True)
    tensors = weights(reader, values)
    save_file(tensors, output / "model.safetensors", metadata={"format": "pt"})
    tokenizer(values).save(str(output / "tokenizer.json"))
    for name, content in {
        "config.json": configuration(values, tied="lm_head.weight" not in tensors),
        "tokenizer_config.json": tokenizer_configuration(values),
    }.items():
        (output / name).write_text(json.dumps(content, indent=2) + "\n")
    digest = hashlib.sha256(gguf.read_bytes()).hexdigest()
    print(f"{output}: {len(tensors)} tensors from {gguf.name}, sha256 {digest}")


def check(output: Path, recorded: Path) -> bool:
    """Compare token ids and the recorded logits of the last position, prompt by prompt."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32).eval()
    encode = AutoTokenizer.from_pretrained(output)
    worst = 0.0
    same_ids = True
    for prompt in json.loads(recorded.read_text())["prompts"]:
        same_ids &= encode(prompt["prompt"], add_special_tokens=False).input_ids == prompt["ids"]
        with torch.no_grad():
            logits = model(torch.tensor([prompt["ids"]])).logits[0, -1]
        difference = logits[prompt["top50_ids"]] - torch.tensor(prompt["top50_logits"])
        worst = max(worst, difference.abs().max().item())
    print(f"worst logit difference {worst:.2e} (allowed {LOGIT_TOLERANCE}); token ids equal: {same_ids}")
    return worst <= LOGIT_TOLERANCE and same_ids


def main() -> None:
    options = arguments()
    export(options.gguf, options.output)
    if options.check and not check(options.output, options.check):
        sys.exit(1)


if __name__ == "__main__":
    main()
