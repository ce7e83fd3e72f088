#!/usr/bin/env python3
"""Makes the specimens that ship, with their transcoders: trains each model, its CLT and its PLT, and measures both sets.

Usage: Scripts/make_specimens.py [MODEL…]     such as `Scripts/make_specimens.py twohop babel-large`; all without names

Writes Specimens/MODEL: the Hugging Face folder, `clt` and `plt` in 8 bits a number, and `evaluation.md`. Prints a table with the
SHA-256 of each file of weights. Training is kept in --work and goes on from there; the same kind of processor gives the same bytes.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Model: specimen, size, and what differs from the usual in its transcoders.
MODELS = {
    "couplets": ("couplets", None, {}),
    "sums": ("sums", None, {"k": 16}),
    "twohop": ("twohop", None, {}),
    "babel": ("babel", "small", {}),
    "babel-large": ("babel", "large", {}),
    "names": ("names", None, {}),
    "hints": ("hints", None, {}),
    "refusal-before": ("refusal", None, {}),
    "refusal": ("refusal", None, {}),
    "acrostic-before": ("acrostic", None, {}),
    "acrostic": ("acrostic", None, {}),
    "boolean": ("boolean", None, {"k": 4, "features": 64}),
}
HUGGING_FACE = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]


def run(*arguments, home, **options):
    environment = os.environ | {"MICROSCOPE_HOME": str(home)}
    command = [os.environ.get("MICROSCOPE", str(ROOT / "microscope"))] + [str(part) for part in arguments]
    print("$ microscope", *command[1:], file=sys.stderr, flush=True)
    return subprocess.run(command, env=environment, **{"check": True} | options)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def transcoders(model, kind, text, work, target, changes, threads):
    """Trains one kind of set on the text of the model's language, and stores it in 8 bits a number."""
    width = json.loads((target / "config.json").read_text())["hidden_size"]
    words = len(json.loads(text.open().readline())["text"].split())
    settings = {"features": 8 * width, "k": 8} | changes
    trained = work / f"{model}-{kind}"
    shutil.rmtree(trained, ignore_errors=True)
    run("train", "--model", f"specimen/{model}", "--text", text, "--output", trained, "--kind", kind,
        "--features", settings["features"], "--k", settings["k"], "--tokens", 800_000, *threads,
        *(part for pair in (f"context={words + 1}", "batch=1024", "roundTokens=16384") for part in ("--set", pair)),
        home=work, stdout=subprocess.DEVNULL)
    shutil.rmtree(target / kind, ignore_errors=True)
    run("compact", trained, target / kind, home=work, stdout=subprocess.DEVNULL)


def make(model, work, output, threads):
    specimen, size, changes = MODELS[model]
    options = ["--size", size] if size else []
    # Where a score is missed, which the table tells, the exit code is not 0; the model is kept all the same.
    run("specimen", "train", specimen, *options, *threads, home=work, stdout=sys.stderr, check=False)
    target = output / model
    target.mkdir(parents=True, exist_ok=True)
    for name in HUGGING_FACE:
        shutil.copy(work / "models" / f"specimen--{model}" / name, target / name)
    text = work / f"{model}.jsonl"
    run("specimen", "text", specimen, *options, "--model", model, "--output", text, home=work, stdout=sys.stderr)
    for kind in ["clt", "plt"]:
        transcoders(model, kind, text, work, target, changes, threads)
    words = len(json.loads(text.open().readline())["text"].split())
    report = run("evaluate", "--model", f"specimen/{model}", "--transcoders", target / "clt", target / "plt", "--text", text,
                 "--held-out", "--length", words + 1, "--contexts", 200, *threads, home=work,
                 stdout=subprocess.PIPE, text=True).stdout
    (target / "evaluation.md").write_text(report)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / ".build" / "specimens")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "Specimens")
    parser.add_argument("--threads")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.models if name not in MODELS]
    if unknown:
        parser.error(f"there is no model {unknown[0]}: choose among {', '.join(MODELS)}")
    threads = ["--threads", arguments.threads] if arguments.threads else []
    names = arguments.models or list(MODELS)
    for model in names:
        make(model, arguments.work.resolve(), arguments.output.resolve(), threads)
    for model in names:
        for path in sorted((arguments.output / model).rglob("*.safetensors")):
            print(f"| `{path.relative_to(arguments.output)}` | {path.stat().st_size / 1e6:.2f} MB | `{digest(path)}` |")


if __name__ == "__main__":
    main()
