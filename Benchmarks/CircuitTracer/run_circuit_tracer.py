#!/usr/bin/env python3
"""Attribute one prompt with circuit-tracer and print times, peak memory, the graph's size and scores as JSON.

circuit-tracer's TransformerLens back end is made for models that it can look up by name. A local folder
works too if the configuration is built by hand, and three things are then easy to get wrong: RoPE's base
must be the model's own (the default is taken silently), the context must be small (the mask is context ×
context), and no weights may be folded.

batch_size × update_interval decides how often circuit-tracer ranks the features anew, and so which ones
it keeps: compare only runs with the same product.
"""

import argparse
import ctypes
import json
import logging
import os
import re
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

BATCH_SIZE = 16
UPDATE_INTERVAL = 128
MAX_FEATURE_NODES = 2048

# glibc's mallopt parameters: keep freed memory, and give out blocks of any size from the heap, so that the
# buffers of one backward pass are not returned to the system and zeroed again for the next.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
MALLOC_SETTINGS = {M_TRIM_THRESHOLD: 2**31 - 1, M_TOP_PAD: 64 << 20, M_MMAP_MAX: 0}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face folder of a Llama model")
    parser.add_argument("--transcoders", type=Path, required=True, help="folder in circuit-tracer's format")
    parser.add_argument("--ids", required=True, help="the prompt's token ids, as 1,2,3")
    parser.add_argument("--max-feature-nodes", type=int, default=MAX_FEATURE_NODES)
    parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)
    parser.add_argument("--update-interval", type=int, default=UPDATE_INTERVAL)
    parser.add_argument("--threads", type=int, help="default: PyTorch's own choice")
    parser.add_argument("--malloc", choices=["tuned", "default"], default="tuned")
    parser.add_argument(
        "--eager-decoder", action="store_true", help="load decoders at once, not row by row"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.safetensors", help="save the graph for compare.py"
    )
    return parser.parse_args()


def tune_malloc() -> None:
    mallopt = ctypes.CDLL(None).mallopt
    for parameter, value in MALLOC_SETTINGS.items():
        if mallopt(parameter, value) != 1:
            sys.exit(f"mallopt({parameter}, {value}) was refused.")


def peak_bytes() -> int:
    """The largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def processor_seconds() -> float:
    """User and system time of all threads so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def transformer_lens_configuration(config, context: int):
    from transformer_lens import HookedTransformerConfig

    if config.model_type != "llama" or config.rope_scaling:
        sys.exit(f"Only Llama models without RoPE scaling are set up here, not {config.model_type}.")
    grouped = config.num_key_value_heads != config.num_attention_heads
    d_head = config.hidden_size // config.num_attention_heads
    return HookedTransformerConfig(
        model_name=config.name_or_path,
        original_architecture="LlamaForCausalLM",
        n_layers=config.num_hidden_layers,
        d_model=config.hidden_size,
        d_head=d_head,
        n_heads=config.num_attention_heads,
        n_key_value_heads=config.num_key_value_heads if grouped else None,
        d_mlp=config.intermediate_size,
        d_vocab=config.vocab_size,
        n_ctx=context,
        act_fn=config.hidden_act,
        gated_mlp=True,
        eps=config.rms_norm_eps,
        normalization_type="RMS",
        final_rms=True,
        positional_embedding_type="rotary",
        rotary_base=config.rope_theta,
        rotary_dim=d_head,
        rotary_adjacent_pairs=False,
        default_prepend_bos=False,
        init_weights=False,
        device="cpu",
    )


def load_transcoders(folder: Path, lazy_decoder: bool):
    """circuit-tracer's own loaders, on a local folder."""
    import torch
    import yaml
    from circuit_tracer.transcoder.cross_layer_transcoder import load_clt
    from circuit_tracer.transcoder.single_layer_transcoder import load_transcoder_set

    config = yaml.safe_load((folder / "config.yaml").read_text())
    hooks = {key: config[key] for key in ("feature_input_hook", "feature_output_hook")}
    shared = dict(
        scan=folder.name, dtype=torch.float32, lazy_encoder=False, lazy_decoder=lazy_decoder, **hooks
    )
    if config["model_kind"] == "cross_layer_transcoder":
        return load_clt(str(folder), **shared)
    files = {
        int(path.stem.removeprefix("layer_")): str(path) for path in folder.glob("layer_*.safetensors")
    }
    return load_transcoder_set(files, **shared)


def load_model(folder: Path, context: int):
    """The model alone, its weights converted by TransformerLens and neither folded nor centred."""
    import torch
    from circuit_tracer.replacement_model.replacement_model_transformerlens import (
        TransformerLensReplacementModel,
    )
    from transformer_lens.pretrained.weight_conversions import convert_llama_weights
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    config = transformer_lens_configuration(source.config, context)
    model = TransformerLensReplacementModel(config, tokenizer=AutoTokenizer.from_pretrained(folder))
    missing, unexpected = model.load_state_dict(convert_llama_weights(source, config), strict=False)
    forgotten = [
        name
        for name in missing
        if name.split(".")[-1] not in ("mask", "IGNORE", "rotary_sin", "rotary_cos")
    ]
    if forgotten or unexpected:
        sys.exit(f"Weights do not fit: missing {forgotten}, unexpected {unexpected}.")
    return model


class PhaseTimes(logging.Filter):
    """Reads circuit-tracer's own phase times out of its log, and lets nothing through."""

    def __init__(self):
        super().__init__()
        self.seconds: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        match = re.match(r"(.+) (?:completed|built) in ([\d.]+)s", record.getMessage())
        if match:
            self.seconds[match[1].lower()] = float(match[2])
        return False


def save(graph, path: Path) -> None:
    """The graph without its always empty rows: `adjacency_rows` [features + logits, nodes]."""
    import torch
    from safetensors.torch import save_file

    count = len(graph.selected_features)
    rows = graph.adjacency_matrix
    tensors = {
        "tokens": graph.input_tokens.to(torch.int32),
        "features": graph.active_features[graph.selected_features].to(torch.int32),
        "activations": graph.activation_values[graph.selected_features].float(),
        "adjacency_rows": torch.cat([rows[:count], rows[-len(graph.logit_targets) :]]),
        "logit_tokens": graph.logit_token_ids.to(torch.int32),
        "logit_probabilities": graph.logit_probabilities.float(),
    }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)


def attribute_timed(ids: list[int], model, options: argparse.Namespace) -> tuple[object, dict]:
    """The graph, and the seconds of `attribute()` alone: elapsed, of all processors, and by phase."""
    from circuit_tracer.attribution.attribute import attribute

    phases = PhaseTimes()
    logging.getLogger("attribution").addFilter(phases)
    processor = processor_seconds()
    started = time.perf_counter()
    graph = attribute(
        ids,
        model,
        batch_size=options.batch_size,
        update_interval=options.update_interval,
        max_feature_nodes=options.max_feature_nodes,
        verbose=True,
    )
    return graph, {
        "attribution": round(time.perf_counter() - started, 3),
        "attributionProcessor": round(processor_seconds() - processor, 3),
        "phases": phases.seconds,
    }


def summary(graph) -> dict:
    from circuit_tracer.graph import compute_graph_scores

    replacement, completeness = compute_graph_scores(graph)
    logits = zip(graph.logit_targets, graph.logit_probabilities.tolist())
    return {
        "activeFeatures": len(graph.active_features),
        "selectedFeatures": len(graph.selected_features),
        "nodes": len(graph.adjacency_matrix),
        "edges": int(graph.adjacency_matrix.count_nonzero()),
        "logits": [
            {"token": t.token_str, "id": t.vocab_idx, "probability": round(p, 6)} for t, p in logits
        ],
        "replacementScore": replacement,
        "completenessScore": completeness,
    }


def main() -> None:
    options = arguments()
    ids = [int(text) for text in options.ids.split(",")]

    started = time.perf_counter()
    import torch

    if options.threads:
        torch.set_num_threads(options.threads)
    model = load_model(options.model, context=len(ids))
    model._configure_replacement_model(load_transcoders(options.transcoders, not options.eager_decoder))
    seconds = {"load": round(time.perf_counter() - started, 3)}
    loaded_bytes = peak_bytes()
    if options.malloc == "tuned":
        tune_malloc()

    graph, attribution_seconds = attribute_timed(ids, model, options)
    attribution_bytes = peak_bytes()
    if graph.input_tokens.tolist() != ids:
        sys.exit(
            f"The ids must begin with a special token; circuit-tracer used {graph.input_tokens.tolist()}."
        )
    if options.output:
        save(graph, options.output)
    result = {
        "tool": "circuit-tracer",
        "tokens": len(ids),
        "batchSize": options.batch_size,
        "updateInterval": options.update_interval,
        "maxFeatureNodes": options.max_feature_nodes,
        "threads": torch.get_num_threads(),
        "malloc": options.malloc,
        "seconds": seconds | attribution_seconds,
        "peakBytes": attribution_bytes,
        "peakBytesWhenLoaded": loaded_bytes,
        **summary(graph),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
