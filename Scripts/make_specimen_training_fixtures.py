#!/usr/bin/env python3
"""Makes Tests/SpecimenTrainingTests/Fixtures: five steps of AdamW on a tiny Llama by PyTorch's autograd and optimiser.

Usage: Scripts/make_specimen_training_fixtures.py   (needs torch and transformers)

The model is written out in float64; before anything is trained, its logits are compared with transformers' Llama.
"""
import hashlib
import json
import math
import pathlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_default_dtype(torch.float64)
STEPS, SEQUENCES = 5, 3
SIZES = dict(layers=2, dModel=8, dMLP=12, vocabularySize=11, contextLength=9, steps=STEPS, sequencesPerStep=SEQUENCES,
             rotaryBase=100.0, normEpsilon=1e-3, initialDeviation=0.02, peakRate=0.02, finalRateShare=0.1, warmup=2,
             weightDecay=0.1, clip=1.0, beta1=0.9, beta2=0.98, stepsPerLine=1, checkpointMinutes=60.0, seed=0)


def start(c, generator):
    """Weights by their names in files, rounded to float32."""
    width, head = c["dModel"], c["dModel"] // c["heads"]
    normal = lambda *shape: (torch.randn(*shape, generator=generator) * 0.4).float().double()
    norm = lambda: (1 + 0.2 * torch.randn(width, generator=generator)).float().double()
    result = {"model.embed_tokens": normal(c["vocabularySize"], width)}
    for layer in range(c["layers"]):
        at = f"model.layers.{layer}."
        result[at + "input_layernorm"] = norm()
        for name, heads in [("q", c["heads"]), ("k", c["kvHeads"]), ("v", c["kvHeads"])]:
            result[at + f"self_attn.{name}_proj"] = normal(heads * head, width)
        result[at + "self_attn.o_proj"] = normal(width, c["heads"] * head)
        result[at + "post_attention_layernorm"] = norm()
        result[at + "mlp.gate_proj"] = normal(c["dMLP"], width)
        result[at + "mlp.up_proj"] = normal(c["dMLP"], width)
        result[at + "mlp.down_proj"] = normal(width, c["dMLP"])
    result["model.norm"] = norm()
    if not c["tiesEmbeddings"]:
        result["lm_head"] = normal(c["vocabularySize"], width)
    return result


def logits(w, tokens, c):
    head, shared = c["dModel"] // c["heads"], c["heads"] // c["kvHeads"]
    count = len(tokens)
    frequencies = c["rotaryBase"] ** (-2 * torch.arange(head // 2) / head)
    angles = torch.arange(count)[:, None, None] * frequencies
    mask = torch.full((count, count), -torch.inf).triu(1)

    def norm(x, weight):
        return x / ((x ** 2).mean(-1, keepdim=True) + c["normEpsilon"]).sqrt() * weight

    def turn(x):
        a, b = x[..., : head // 2], x[..., head // 2:]
        return torch.cat([a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()], -1)

    x = w["model.embed_tokens"][tokens]
    for layer in range(c["layers"]):
        at = f"model.layers.{layer}."
        n = norm(x, w[at + "input_layernorm"])
        q = turn((n @ w[at + "self_attn.q_proj"].T).view(count, -1, head))
        k = turn((n @ w[at + "self_attn.k_proj"].T).view(count, -1, head)).repeat_interleave(shared, 1)
        v = (n @ w[at + "self_attn.v_proj"].T).view(count, -1, head).repeat_interleave(shared, 1)
        pattern = (torch.einsum("ihd,jhd->hij", q, k) / math.sqrt(head) + mask).softmax(-1)
        x = x + torch.einsum("hij,jhd->ihd", pattern, v).reshape(count, -1) @ w[at + "self_attn.o_proj"].T
        n = norm(x, w[at + "post_attention_layernorm"])
        gate, up = n @ w[at + "mlp.gate_proj"].T, n @ w[at + "mlp.up_proj"].T
        x = x + (torch.nn.functional.silu(gate) * up) @ w[at + "mlp.down_proj"].T
    return norm(x, w["model.norm"]) @ w.get("lm_head", w["model.embed_tokens"]).T


def compare(w, tokens, c):
    """Refuses to go on when transformers' Llama says something else."""
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=c["vocabularySize"], hidden_size=c["dModel"], intermediate_size=c["dMLP"],
        num_hidden_layers=c["layers"], num_attention_heads=c["heads"], num_key_value_heads=c["kvHeads"],
        max_position_embeddings=c["contextLength"], rms_norm_eps=c["normEpsilon"], rope_theta=c["rotaryBase"],
        tie_word_embeddings=c["tiesEmbeddings"], attn_implementation="eager"))
    model.load_state_dict({name + ".weight": value for name, value in w.items()}, strict=not c["tiesEmbeddings"])
    if c["tiesEmbeddings"]:
        model.tie_weights()
    with torch.no_grad():
        given = model(torch.tensor([tokens])).logits[0]
    assert (given - logits(w, tokens, c)).abs().max() < 1e-5, (given - logits(w, tokens, c)).abs().max()


def rate(step, c):
    if step < c["warmup"]:
        return c["peakRate"] * (step + 1) / c["warmup"]
    share = (step - c["warmup"]) / max(1, c["steps"] - c["warmup"])
    return c["peakRate"] * (c["finalRateShare"] + (1 - c["finalRateShare"]) * 0.5 * (1 + math.cos(math.pi * share)))


def train(name, **form):
    c = dict(SIZES, **form)
    generator = torch.Generator().manual_seed(len(name))
    w = start(c, generator)
    sequences = []
    for index in range(STEPS * SEQUENCES):
        count = 2 + (3 * index + 1) % (c["contextLength"] - 1)
        tokens = torch.randint(c["vocabularySize"], (count,), generator=generator).tolist()
        weights = [[1.0, 0.0, 0.25, 1.0][(index + place) % 4] for place in range(count - 1)]
        sequences.append(dict(tokens=tokens, weights=weights))
    compare(w, sequences[2]["tokens"], c)
    plain = lambda: {n: v.detach().flatten().tolist() for n, v in w.items()}
    result = dict(settings=c, sequences=sequences, start=plain(), steps=[])
    for value in w.values():
        value.requires_grad_()
    matrices, norms = [v for v in w.values() if v.ndim == 2], [v for v in w.values() if v.ndim == 1]
    optimizer = torch.optim.AdamW(
        [dict(params=matrices, weight_decay=c["weightDecay"]), dict(params=norms, weight_decay=0.0)],
        betas=(c["beta1"], c["beta2"]), eps=1e-8)
    for step in range(STEPS):
        batch = sequences[step * SEQUENCES:(step + 1) * SEQUENCES]
        total, loss = 0.0, 0.0
        for sequence in batch:
            given = logits(w, sequence["tokens"][:-1], c).log_softmax(-1)
            targets, weights = torch.tensor(sequence["tokens"][1:]), torch.tensor(sequence["weights"])
            loss = loss - (weights * given.gather(1, targets[:, None])[:, 0]).sum()
            total += sum(sequence["weights"])
        loss = loss / total
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(w.values()), c["clip"])
        for group in optimizer.param_groups:
            group["lr"] = rate(step, c)
        optimizer.step()
        result["steps"].append(dict(loss=float(loss.detach()), gradientNorm=float(norm)))
    result["end"] = plain()
    return result


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


folder = pathlib.Path(__file__).parent.parent / "Tests/SpecimenTrainingTests/Fixtures"
folder.mkdir(parents=True, exist_ok=True)
manifest = {}
for name, form in [("grouped", dict(heads=4, kvHeads=2, tiesEmbeddings=False)),
                   ("tied", dict(heads=2, kvHeads=2, tiesEmbeddings=True))]:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(rounded(train(name, **form))))
    manifest[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
(folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
