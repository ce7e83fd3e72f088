#!/usr/bin/env python3
"""Time circuit-tracer's feature_intervention on one prompt and print the seconds as JSON.

Each repetition sets one feature at one position, without constrained layers and with free attention, and takes logits
and recomputed activations back, as `feature_intervention` gives them.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import run_circuit_tracer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face folder of a Llama model")
    parser.add_argument("--transcoders", type=Path, required=True, help="folder in circuit-tracer's format")
    parser.add_argument("--ids", required=True, help="the prompt's token ids, as 1,2,3")
    parser.add_argument("--layer", type=int, required=True)
    parser.add_argument("--position", type=int, required=True)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    ids = [int(text) for text in options.ids.split(",")]

    import torch

    model = run_circuit_tracer.load_model(options.model, context=len(ids))
    model._configure_replacement_model(run_circuit_tracer.load_transcoders(options.transcoders, True))
    run_circuit_tracer.tune_malloc()
    tokens = torch.tensor(ids)
    change = [(options.layer, options.position, 7, 3.0)]
    seconds = {"features": [], "logits": []}
    with torch.inference_mode():
        for _ in range(options.repeats):
            for kind, returns in (("features", True), ("logits", False)):
                started = time.perf_counter()
                logits, _ = model.feature_intervention(
                    tokens, change, freeze_attention=False, sparse=returns, return_activations=returns
                )
                seconds[kind].append(time.perf_counter() - started)
    top = torch.topk(logits.reshape(-1, logits.shape[-1])[-1], 5)
    print(
        json.dumps(
            {
                "tokens": len(ids),
                "secondsWithFeatures": statistics.median(seconds["features"]),
                "seconds": statistics.median(seconds["logits"]),
                "topLogits": [[int(i), round(float(v), 4)] for v, i in zip(*top)],
            }
        )
    )


if __name__ == "__main__":
    main()
