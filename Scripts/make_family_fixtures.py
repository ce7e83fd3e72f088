#!/usr/bin/env python3
"""Remakes the tiny random models of TransformersTests, and the logits that transformers gives for them.

Usage: make_family_fixtures.py FIXTURES

Needs the packages torch, transformers 4.57.x and safetensors. Each model is a folder as such a model is published:
config.json, safetensors (whole or sharded, float32 or half precision), and expected.safetensors with `tokens` and
`logits`, computed in float32 from the stored weights. MANIFEST.json lists every file.
"""
import hashlib, json, math, os, shutil, sys

import torch
from safetensors.torch import load_file, save_file
from transformers import (Gemma3ForCausalLM, Gemma3TextConfig, GPT2Config, GPT2LMHeadModel, GPTNeoXConfig,
                          GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM,
                          Qwen2Config, Qwen2ForCausalLM, SmolLM3Config, SmolLM3ForCausalLM)

FIXTURES = sys.argv[1]
SIZES = {"vocab_size": 40, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4,
         "num_key_value_heads": 2, "max_position_embeddings": 64, "attn_implementation": "eager"}


def draw(model, seed):
    """Weights that make attention and logits far from uniform."""
    random = torch.Generator().manual_seed(seed)
    centre = 0.0 if "Gemma" in type(model).__name__ else 1.0
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=random)
            if weight.dim() == 1:
                is_norm = name.endswith("weight")
                weight.copy_(noise * 0.2 + (centre if is_norm else 0.0))
            else:
                inputs = weight.shape[0] if "c_" in name else weight.shape[1]
                weight.copy_(noise * (0.7 if "emb" in name or "wte" in name or "wpe" in name else 1.6 / math.sqrt(inputs)))


def make(name, model, seed, dtype=torch.float32, change=None, **saving):
    folder = os.path.join(FIXTURES, name)
    shutil.rmtree(folder, ignore_errors=True)
    draw(model, seed)
    model.to(dtype).save_pretrained(folder, **saving)
    tokens = torch.randint(0, 40, (1, 14), generator=torch.Generator().manual_seed(seed + 1))
    with torch.no_grad():
        logits = model.to(torch.float32).eval()(tokens).logits[0]
    save_file({"tokens": tokens[0].to(torch.int32), "logits": logits.contiguous()}, os.path.join(folder, "expected.safetensors"))
    generation = os.path.join(folder, "generation_config.json")
    if os.path.exists(generation):
        os.remove(generation)
    if change:
        change(folder)


def rewrite(folder, config, rename):
    path = os.path.join(folder, "model.safetensors")
    save_file({rename(name): weight for name, weight in load_file(path).items()}, path)
    path = os.path.join(folder, "config.json")
    with open(path) as file:
        said = config(json.load(file))
    with open(path, "w") as file:
        json.dump(said, file, indent=2, sort_keys=True)


def nested(folder):
    """Gemma 3 as it is published with its vision tower: little is said, and inside `text_config`."""
    keys = ["hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
            "model_type", "rope_scaling", "sliding_window", "vocab_size", "query_pre_attn_scalar"]

    def config(said):
        text = {key: said[key] for key in keys} | {"sliding_window_pattern": 3}
        return {"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "text_config": text}

    rewrite(folder, config, lambda name: "language_model." + name)


def bare(folder):
    """GPT-2 as it is published: the body alone."""
    rewrite(folder, lambda said: said, lambda name: name.removeprefix("transformer."))


make("llama2-sharded", LlamaForCausalLM(LlamaConfig(
    **SIZES | {"num_key_value_heads": 4}, tie_word_embeddings=False)), 1, max_shard_size="12KB")
make("llama-linear-fp16", LlamaForCausalLM(LlamaConfig(
    **SIZES, rope_scaling={"rope_type": "linear", "factor": 4.0}, attention_bias=True, mlp_bias=True,
    tie_word_embeddings=True)), 2, torch.float16)
make("mistral-window", MistralForCausalLM(MistralConfig(**SIZES, head_dim=6, sliding_window=5)), 3)
make("smollm3", SmolLM3ForCausalLM(SmolLM3Config(
    **SIZES | {"num_hidden_layers": 5}, pad_token_id=0, bos_token_id=1, eos_token_id=2)), 4)
make("qwen25-window-bf16", Qwen2ForCausalLM(Qwen2Config(
    **SIZES, use_sliding_window=True, sliding_window=4, max_window_layers=1, rope_theta=1e6,
    tie_word_embeddings=False)), 5, torch.bfloat16)
NEOX = {key: value for key, value in SIZES.items() if key != "num_key_value_heads"} | {"hidden_size": 32, "rotary_pct": 0.25}
make("pythia", GPTNeoXForCausalLM(GPTNeoXConfig(**NEOX, hidden_act="gelu")), 6)
make("neox-sequential", GPTNeoXForCausalLM(GPTNeoXConfig(
    **NEOX, hidden_act="gelu", use_parallel_residual=False)), 7)
make("gemma3-nested", Gemma3ForCausalLM(Gemma3TextConfig(
    **SIZES | {"num_hidden_layers": 4, "num_key_value_heads": 1}, head_dim=8, sliding_window=4, query_pre_attn_scalar=12,
    sliding_window_pattern=3, rope_scaling={"rope_type": "linear", "factor": 8.0})), 8, change=nested)
make("gpt2-bare-bf16", GPT2LMHeadModel(GPT2Config(
    vocab_size=40, n_embd=16, n_layer=3, n_head=4, n_positions=32, scale_attn_by_inverse_layer_idx=True,
    attn_implementation="eager")), 9, torch.bfloat16, change=bare)

files = {}
for folder, _, names in sorted(os.walk(FIXTURES)):
    for name in sorted(names):
        path = os.path.relpath(os.path.join(folder, name), FIXTURES)
        if path.endswith((".safetensors", "config.json", ".index.json")) and os.path.dirname(path):
            data = open(os.path.join(folder, name), "rb").read()
            files[path] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
with open(os.path.join(FIXTURES, "MANIFEST.json"), "w") as file:
    json.dump({"files": files}, file, indent=1, sort_keys=True)
    file.write("\n")
print(len(files), "files,", sum(entry["bytes"] for entry in files.values()), "bytes")
