#!/usr/bin/env python3
"""Make a transcoder set for a benchmark, without training: right sizes, right sparsity, fair reconstruction.

1. Run the model over text and record each layer's MLP inputs x and outputs y (never at position 0).
2. Encoder rows: matched filters of randomly drawn tokens, that is their centred inputs, whitened and
   scaled so that the filter answers 1 to its own token. The whitening adds --shrinkage times the mean
   variance to every direction.
3. Thresholds: each feature's own quantile, so that on the fitted text --l0 features are active a token
   and layer.
4. Decoders: ridge regression of y - mean(y) on the activations. In a cross-layer transcoder the layers
   are taken in turn, each fitted to what the ones before have left, at its own layer and every later one.
5. Report L0 and the fraction of variance unexplained (FVU) on held-out text.

Without --text the text is the docstrings of Python's own standard library, so nothing is downloaded.
"""

import argparse
import ast
import json
import random
import sysconfig
import warnings
from pathlib import Path

import torch
import yaml
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

SEQUENCE_LENGTH = 128
SMALLEST_DOCSTRING = 300
HELD_OUT_SHARE = 0.2
HOOKS = {"feature_input_hook": "mlp.hook_in", "feature_output_hook": "mlp.hook_out"}
KINDS = {"plt": "transcoder_set", "clt": "cross_layer_transcoder"}
PRECISIONS = {"bf16": torch.bfloat16, "fp32": torch.float32}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="the Hugging Face folder that export_model.py wrote")
    parser.add_argument("output", type=Path, help="the folder to write")
    parser.add_argument("--kind", choices=KINDS, default="plt")
    parser.add_argument("--features", type=int, help="features a layer (default: 4096, for a CLT 1024)")
    parser.add_argument("--precision", choices=PRECISIONS, default="bf16", help="how weights are stored")
    parser.add_argument(
        "--l0", type=float, default=45, help="mean number of active features a token and layer"
    )
    parser.add_argument("--tokens", type=int, default=20_480, help="how much text to record")
    parser.add_argument("--shrinkage", type=float, default=1.0)
    parser.add_argument(
        "--ridge", type=float, default=0.3, help="in units of the mean squared norm of a feature"
    )
    parser.add_argument("--text", type=Path, nargs="*", help="text files to use instead of docstrings")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.features = options.features or (4096 if options.kind == "plt" else 1024)
    return options


def docstrings() -> list[str]:
    """Every longer docstring of the standard library, in a fixed order."""
    root = Path(sysconfig.get_path("stdlib"))
    skipped = {"site-packages", "dist-packages", "test", "tests", "idlelib", "lib2to3"}
    found = []
    for path in sorted(root.rglob("*.py")):
        if skipped & set(path.relative_to(root).parts):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        texts = [ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, documented)]
        found += [text for text in texts if text and len(text) >= SMALLEST_DOCSTRING]
    return found


def sequences(options: argparse.Namespace) -> torch.Tensor:
    """Token ids [sequences, SEQUENCE_LENGTH], each beginning with the model's first token."""
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    texts = [path.read_text(errors="replace") for path in options.text] if options.text else docstrings()
    random.Random(options.seed).shuffle(texts)
    ids: list[int] = []
    for text in texts:
        ids += tokenizer(text + "\n\n", add_special_tokens=False, truncation=False).input_ids
        if len(ids) >= options.tokens:
            break
    rows = torch.tensor(ids[: len(ids) // (SEQUENCE_LENGTH - 1) * (SEQUENCE_LENGTH - 1)])
    rows = rows.view(-1, SEQUENCE_LENGTH - 1)[: options.tokens // (SEQUENCE_LENGTH - 1)]
    return torch.cat([torch.full((len(rows), 1), tokenizer.bos_token_id), rows], dim=1)


def record(model_path: Path, tokens: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """MLP inputs and outputs of every layer, each [tokens, d], position 0 left out."""
    model = AutoModelForCausalLM.from_pretrained(model_path, dtype=torch.float32).eval()
    layers = model.model.layers
    inputs = [[] for _ in layers]
    outputs = [[] for _ in layers]

    def keep(index: int):
        def hook(_module, arguments, output):
            inputs[index].append(arguments[0][:, 1:].flatten(0, 1))
            outputs[index].append(output[:, 1:].flatten(0, 1))

        return hook

    for index, layer in enumerate(layers):
        layer.mlp.register_forward_hook(keep(index))
    with torch.no_grad():
        for batch in tokens.split(4):
            model.model(batch)
    return [torch.cat(parts) for parts in inputs], [torch.cat(parts) for parts in outputs]


class Encoder:
    """One layer's features: `W_enc` [F, d], `b_enc` [F], `threshold` [F], rounded as they are stored."""

    def __init__(self, x: torch.Tensor, options: argparse.Namespace, generator: torch.Generator):
        mean = x.mean(0)
        centred = x - mean
        covariance = centred.T @ centred / len(x)
        covariance += options.shrinkage * covariance.diagonal().mean() * torch.eye(x.shape[1])
        chosen = centred[torch.randperm(len(x), generator=generator)[: options.features]]
        filters = torch.linalg.solve(covariance, chosen.T).T
        filters /= (filters * chosen).sum(1, keepdim=True)
        self.precision = PRECISIONS[options.precision]
        self.W_enc = self.stored(filters)
        self.b_enc = self.stored(-filters @ mean)
        rank = max(1, round(len(x) * options.l0 / options.features))
        highest = (x @ self.W_enc.T + self.b_enc).topk(rank, dim=0).values
        self.threshold = self.stored(highest[-1].clamp(min=0))

    def stored(self, tensor: torch.Tensor) -> torch.Tensor:
        """The values that a reader of the file will get."""
        return tensor.to(self.precision).float()

    def activations(self, x: torch.Tensor) -> torch.Tensor:
        """JumpReLU of `x` [tokens, d]: [tokens, F]."""
        z = x @ self.W_enc.T + self.b_enc
        return z * (z > self.threshold)


def ridge_decoder(activations: torch.Tensor, targets: torch.Tensor, ridge: float) -> torch.Tensor:
    """The matrix W_dec [F, width] that minimises ‖targets − activations W_dec‖² + penalty ‖W_dec‖²."""
    gram = activations.T @ activations
    gram.diagonal().add_(ridge * gram.diagonal().mean())
    return torch.cholesky_solve(activations.T @ targets, torch.linalg.cholesky(gram))


def sparsity(encoder: Encoder, x: torch.Tensor) -> float:
    return (encoder.activations(x) != 0).sum(1).float().mean().item()


def unexplained(residual: torch.Tensor, target: torch.Tensor) -> float:
    return (residual.square().sum() / (target - target.mean(0)).square().sum()).item()


def make(options: argparse.Namespace) -> list[dict]:
    """Fit layer by layer, write each layer's files when they are done, and report on held-out tokens."""
    generator = torch.Generator().manual_seed(options.seed)
    inputs, outputs = record(options.model, sequences(options))
    split = int(len(inputs[0]) * (1 - HELD_OUT_SHARE))
    stored = PRECISIONS[options.precision]
    b_dec = [y[:split].mean(0).to(stored).float() for y in outputs]
    residual = [y - bias for y, bias in zip(outputs, b_dec)]
    report = []
    for layer, x in enumerate(inputs):
        encoder = Encoder(x[:split], options, generator)
        a = encoder.activations(x)
        written = range(layer, len(inputs) if options.kind == "clt" else layer + 1)
        together = torch.cat([residual[to][:split] for to in written], dim=1)
        W_dec = ridge_decoder(a[:split], together, options.ridge).view(options.features, len(written), -1)
        W_dec = W_dec.to(stored).float()
        for place, to in enumerate(written):
            residual[to] -= a @ W_dec[:, place]
        save(options, layer, encoder, W_dec, b_dec[layer])
        y = outputs[layer][split:]
        report.append(
            {
                "layer": layer,
                "l0": round(sparsity(encoder, x[split:]), 2),
                "fvu": round(unexplained(residual[layer][split:], y), 4),
                "fvuFitted": round(unexplained(residual[layer][:split], outputs[layer][:split]), 4),
            }
        )
        print(
            "layer {layer:2}  L0 {l0:6.2f}  FVU {fvu:.4f} (on the fitted text {fvuFitted:.4f})".format(
                **report[-1]
            ),
            flush=True,
        )
    return report


def save(
    options: argparse.Namespace, layer: int, encoder: Encoder, W_dec: torch.Tensor, b_dec: torch.Tensor
) -> None:
    """Write one layer in circuit-tracer's format."""
    if options.kind == "plt":
        files = {
            f"layer_{layer}": {
                "W_enc": encoder.W_enc,
                "b_enc": encoder.b_enc,
                "W_dec": W_dec[:, 0],
                "b_dec": b_dec,
                "activation_function.threshold": encoder.threshold,
            }
        }
    else:
        files = {
            f"W_enc_{layer}": {
                f"W_enc_{layer}": encoder.W_enc,
                f"b_enc_{layer}": encoder.b_enc,
                f"b_dec_{layer}": b_dec,
                f"threshold_{layer}": encoder.threshold,
            },
            f"W_dec_{layer}": {f"W_dec_{layer}": W_dec},
        }
    for name, tensors in files.items():
        rounded = {
            key: tensor.to(PRECISIONS[options.precision]).contiguous() for key, tensor in tensors.items()
        }
        save_file(rounded, options.output / f"{name}.safetensors")


def main() -> None:
    options = arguments()
    options.output.mkdir(parents=True, exist_ok=True)
    configuration = {"model_name": options.model.name, "model_kind": KINDS[options.kind], **HOOKS}
    (options.output / "config.yaml").write_text(yaml.safe_dump(configuration, sort_keys=False))
    report = make(options)
    mean = {key: sum(row[key] for row in report) / len(report) for key in ("l0", "fvu")}
    print(f"mean L0 {mean['l0']:.2f}, mean FVU {mean['fvu']:.4f}")
    (options.output / "report.json").write_text(
        json.dumps({"mean": mean, "layers": report}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
