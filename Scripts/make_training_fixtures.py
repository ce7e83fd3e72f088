#!/usr/bin/env python3
"""Makes Tests/TranscoderTrainingTests/Fixtures: five steps of training by PyTorch's autograd and Adam, for each activation.

Usage: Scripts/make_training_fixtures.py   (needs torch)
"""
import hashlib
import json
import pathlib

import torch

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
LAYERS, WIDTH, FEATURES, POSITIONS, STEPS = 3, 6, 12, 20, 5
BASE = dict(
    features=FEATURES, k=3, tokens=STEPS * POSITIONS, batch=POSITIONS, roundTokens=POSITIONS, learningRate=0.01,
    warmUp=0.4, decay=0.4, gradientClip=0.05, sparsity=0.05, sparsitySlope=2.0, preActivation=0.01, annealFrom=2.0,
    annealOver=0.6, auxiliaryK=2, auxiliaryWeight=0.25, deadDensity=0.01, densityTokens=2000, outlier=1.2, skip=True)


class Jump(torch.autograd.Function):
    """JumpReLU with a rectangular straight-through estimator for the threshold."""

    @staticmethod
    def forward(context, h, threshold, bandwidth):
        context.save_for_backward(h, threshold)
        context.bandwidth = bandwidth
        return h * (h > threshold)

    @staticmethod
    def backward(context, gradient):
        h, threshold = context.saved_tensors
        near = (h - threshold).abs() < context.bandwidth / 2
        by_threshold = (-threshold / context.bandwidth * near * gradient).sum(0)
        return gradient * (h > threshold), by_threshold, None


def parameters(kind, generator):
    layers = []
    for layer in range(LAYERS):
        span = LAYERS - layer if kind == "clt" else 1
        normal = lambda *shape: torch.randn(*shape, generator=generator) * 0.5
        bias = normal(FEATURES) * 0.3
        density = torch.full((FEATURES,), 0.25)
        density[[1, 4, 7, 8]] = 0.0
        bias[[1, 4]] -= 2.5
        layers.append(dict(
            encoder=normal(FEATURES, WIDTH), encoderBias=bias, threshold=0.2 + 0.3 * torch.rand(FEATURES, generator=generator),
            decoder=normal(FEATURES * span, WIDTH), decoderBias=normal(WIDTH), skip=normal(WIDTH, WIDTH) * 0.2,
            density=density, span=span))
    return layers


def select(h, threshold, c, k, bandwidth):
    if c["activation"] == "jumprelu":
        return Jump.apply(h, threshold, bandwidth)
    if c["activation"] == "relu":
        return h.relu()
    if c["activation"] == "topk":
        top = h.relu().topk(round(k), dim=1)
        return torch.zeros_like(h).scatter(1, top.indices, top.values)
    positive = h.relu()
    least = positive.flatten().topk(round(k * POSITIONS)).values[-1]
    return positive * (positive >= least)


def losses(layers, x, y, weights, c, step):
    share = lambda s: s / STEPS
    lam = c["sparsity"] * min(1, share(step + 1))
    fallen = min(1, share(step) / c["annealOver"])
    k = c["annealFrom"] * c["k"] + (c["k"] - c["annealFrom"] * c["k"]) * fallen
    sparse = c["activation"] in ("jumprelu", "relu")
    pre = [x[i] @ p["encoder"].T + p["encoderBias"] for i, p in enumerate(layers)]
    acts = [select(h, p["threshold"], c, k, c["halfBand"]) for h, p in zip(pre, layers)]
    parts = dict(reconstruction=0.0, sparsity=0.0, preActivation=0.0, auxiliary=0.0)
    dead = [p["density"] < c["deadDensity"] for p in layers]
    auxiliary = []
    for h, d in zip(pre, dead):
        masked = torch.where(d, h, torch.full_like(h, -torch.inf))
        top = masked.topk(min(c["auxiliaryK"], FEATURES), dim=1)
        auxiliary.append(torch.zeros_like(h).scatter(1, top.indices, top.values.relu()))
    for target in range(LAYERS):
        p = layers[target]
        guess = p["decoderBias"] + x[target] @ p["skip"].T
        rest = 0
        for source in range(target + 1):
            q = layers[source]
            if target - source < q["span"]:
                rows = q["decoder"].view(FEATURES, q["span"], WIDTH)[:, target - source]
                guess = guess + acts[source] @ rows
                rest = rest + auxiliary[source] @ rows
        scale = weights[target][:, None] / (WIDTH * POSITIONS)
        parts["reconstruction"] += (scale * (guess - y[target]) ** 2).sum()
        tries = any(bool((auxiliary[s] > 0).any()) for s in range(target + 1) if target - s < layers[s]["span"])
        parts["auxiliary"] += tries * c["auxiliaryWeight"] * (scale * (rest - (y[target] - guess).detach()) ** 2).sum()
    if sparse:
        for h, a, p, d in zip(pre, acts, layers, dead):
            norms = p["decoder"].view(FEATURES, -1).norm(dim=1)
            parts["sparsity"] += lam * torch.tanh(c["sparsitySlope"] * norms * a / WIDTH ** 0.5).sum() / POSITIONS
            limit = p["threshold"] if c["activation"] == "jumprelu" else torch.zeros(FEATURES)
            parts["preActivation"] += c["preActivation"] * (limit - h).relu()[:, d].sum() / POSITIONS
    return parts, acts


def train(kind, activation):
    c = dict(BASE, kind=kind, activation=activation)
    generator = torch.Generator().manual_seed(len(kind + activation))
    layers = parameters(kind, generator)
    x = torch.randn(LAYERS, POSITIONS, WIDTH, generator=generator)
    y = torch.randn(LAYERS, POSITIONS, WIDTH, generator=generator)
    limit = c["outlier"] ** 2 * WIDTH
    weights = torch.where((y ** 2).sum(2) > limit, limit / (y ** 2).sum(2), torch.ones(()))
    c["halfBand"] = 0.3
    plain = lambda p: {k: v.tolist() if torch.is_tensor(v) else v for k, v in p.items()}
    result = dict(configuration={k: v for k, v in c.items() if k != "halfBand"}, bandwidth=c["halfBand"],
                  inputs=x.tolist(), outputs=y.tolist(), start=[plain(p) for p in layers], steps=[])
    names = ["encoder", "encoderBias", "threshold", "decoder", "decoderBias", "skip"]
    moments = [{n: [torch.zeros_like(p[n]), torch.zeros_like(p[n])] for n in names} for p in layers]
    for step in range(STEPS):
        for p in layers:
            for n in names:
                p[n] = p[n].detach().requires_grad_()
        parts, acts = losses(layers, x, y, weights, c, step)
        sum(parts.values()).backward()
        result["steps"].append({k: float(torch.as_tensor(v).detach()) for k, v in parts.items()})
        now, after = step / STEPS, (step + 1) / STEPS
        rate = c["learningRate"] * min(1, after / c["warmUp"], (1 - now) / c["decay"])
        with torch.no_grad():
            for p, memory, a in zip(layers, moments, acts):
                gradients = {n: p[n].grad if p[n].grad is not None else torch.zeros_like(p[n]) for n in names}
                norm = sum((g ** 2).sum() for g in gradients.values()).sqrt()
                scale = min(1.0, c["gradientClip"] / float(norm))
                for n in names:
                    m, v = memory[n]
                    g = gradients[n] * scale
                    m.mul_(0.9).add_(0.1 * g)
                    v.mul_(0.999).add_(0.001 * g * g)
                    t = step + 1
                    p[n] = p[n].detach() - rate / (1 - 0.9 ** t) * m / ((v / (1 - 0.999 ** t)).sqrt() + 1e-8)
                if activation == "jumprelu":
                    p["threshold"] = p["threshold"].clamp(min=1e-6)
                share = min(1, POSITIONS / c["densityTokens"])
                p["density"] = p["density"] + share * ((a > 0).double().mean(0) - p["density"])
    result["end"] = [plain(p) for p in layers]
    return result


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


folder = pathlib.Path(__file__).parent.parent / "Tests/TranscoderTrainingTests/Fixtures"
folder.mkdir(parents=True, exist_ok=True)
manifest = {}
for kind, activation in [("plt", "batchtopk"), ("clt", "jumprelu"), ("clt", "topk"), ("clt", "relu")]:
    path = folder / f"{kind}-{activation}.json"
    path.write_text(json.dumps(rounded(train(kind, activation))))
    manifest[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
(folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
