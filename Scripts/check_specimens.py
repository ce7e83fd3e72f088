#!/usr/bin/env python3
"""Checks that `transformers` reads the specimens as microscope does: tokens, and logits within 1e-4.

    pip install torch transformers safetensors
    Scripts/check_specimens.py [MODEL…]                 all of Specimens/ without names; prints a table
    Scripts/check_specimens.py --fixture twohop boolean  remakes Tests/microscopeTests/Fixtures/specimen-logits.json

Each model is asked its own prompts: those of `specimen describe --json`, one for each circuit and some seeds. Arithmetic is in
float32 on both sides, whatever the weights are stored in.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import safetensors.numpy
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPECIMENS = ROOT / "Specimens"
FIXTURE = ROOT / "Tests/microscopeTests/Fixtures/specimen-logits.json"
MICROSCOPE = os.environ.get("MICROSCOPE", str(ROOT / "microscope"))
SEEDS = range(3, 8)


def microscope(*arguments):
    environment = os.environ | {"MICROSCOPE_SHARE": str(ROOT)}
    return subprocess.run([MICROSCOPE, *map(str, arguments)], env=environment, check=True, capture_output=True,
                          text=True).stdout


def prompts(model, seeds):
    """Token ids of the prompts of all circuits."""
    specimen = model.split("-")[0]
    keys = [key for seed in seeds
            for key in json.loads(microscope("specimen", "describe", specimen, "--seed", seed, "--json"))]
    return [key["tokens"] for key in keys]


def theirs(network, ids):
    with torch.no_grad():
        return network(torch.tensor([ids])).logits[0]


def ours(model, ids):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "run.safetensors"
        microscope("run", "--ids", ",".join(map(str, ids)), "--model", SPECIMENS / model, "--output", path)
        return torch.from_numpy(safetensors.numpy.load_file(path)["logits"])


def load(model):
    folder = SPECIMENS / model
    network = transformers.AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32).eval()
    return network, transformers.AutoTokenizer.from_pretrained(folder)


def check(model):
    """The number of prompts, the largest deviation of a logit, and the largest logit."""
    network, tokenizer = load(model)
    worst, largest, asked = 0.0, 0.0, prompts(model, SEEDS)
    for ids in asked:
        text = " ".join(tokenizer.convert_ids_to_tokens(ids[1:]))
        assert tokenizer(text)["input_ids"] == ids, text
        expected = theirs(network, ids)
        worst = max(worst, (ours(model, ids) - expected).abs().max().item())
        largest = max(largest, expected.abs().max().item())
    return len(asked), worst, largest


def fixture(models):
    cases = []
    for model in models:
        network, _ = load(model)
        for ids in prompts(model, [3]):
            logits = [round(value, 6) for value in theirs(network, ids)[-1].tolist()]
            cases.append({"model": model, "tokens": ids, "logits": logits})
    FIXTURE.parent.mkdir(exist_ok=True)
    FIXTURE.write_text("[" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "]\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--fixture", action="store_true")
    arguments = parser.parse_args()
    models = arguments.models or sorted(path.parent.name for path in SPECIMENS.glob("*/config.json"))
    if arguments.fixture:
        return fixture(models)
    print("| model | prompts | largest difference | largest logit |\n|---|---:|---:|---:|")
    failed = []
    for model in models:
        count, worst, largest = check(model)
        print(f"| `{model}` | {count} | {worst:.1e} | {largest:.1f} |", flush=True)
        if worst > 1e-4:
            failed.append(model)
    if failed:
        raise SystemExit(f"Beyond 1e-4: {', '.join(failed)}")


if __name__ == "__main__":
    main()
