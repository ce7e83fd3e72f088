#!/usr/bin/env python3
"""Train a transcoder on every MLP of a model with eai-sparsify for a few steps and print tokens a second as JSON.

1. Contexts of 128 random tokens, 16 of them a step: 2,048 tokens. What the tokens are does not change the work.
2. The time of a step is that between the beginnings of two forward passes, so it holds everything; the median counts,
   without the first step, which initialises.
"""

import argparse
import json
import statistics
import tempfile
import time

import torch
from datasets import Dataset
from sparsify import SparseCoderConfig, TrainConfig, Trainer
from transformers import AutoModel

CONTEXT = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a Hugging Face folder")
    parser.add_argument("--features", type=int, default=4096)
    parser.add_argument("--k", type=int, default=32)
    parser.add_argument("--contexts", type=int, default=16, help="contexts of a step")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"], help="of the model")
    options = parser.parse_args()

    torch.manual_seed(0)
    model = AutoModel.from_pretrained(options.model, dtype=getattr(torch, options.dtype))
    count = options.steps * options.contexts
    tokens = torch.randint(3, model.config.vocab_size, (count, CONTEXT))
    data = Dataset.from_dict({"input_ids": tokens.tolist()}).with_format("torch")

    starts = []
    model.register_forward_pre_hook(lambda *_: starts.append((time.perf_counter(), time.process_time())))
    config = TrainConfig(
        SparseCoderConfig(num_latents=options.features, k=options.k, transcode=True),
        batch_size=options.contexts,
        optimizer=options.optimizer,
        hookpoints=["layers.*.mlp"],
        log_to_wandb=False,
        save_every=10**9,
    )
    with tempfile.TemporaryDirectory() as folder:
        config.save_dir = folder
        Trainer(config, data, model).fit()
    seconds, processor = ([b[i] - a[i] for a, b in zip(starts[1:], starts[2:])] for i in range(2))
    step = statistics.median(seconds)
    print(
        json.dumps(
            dict(
                features=options.features, k=options.k, dtype=options.dtype, optimizer=options.optimizer,
                threads=torch.get_num_threads(), secondsPerStep=seconds,
                processorSecondsPerStep=processor,
                tokensPerSecond=options.contexts * CONTEXT / step,
            )
        )
    )


if __name__ == "__main__":
    main()
