#!/usr/bin/env python3
"""Writes the tiny golden transcoders in other libraries' formats: Tests/TranscodersTests/Fixtures.

SAELens and sparsify checkpoints are written by those libraries, numpy archives by numpy; Gemma Scope 2 and clt-training
files, whose libraries are not published as packages, are written with safetensors under their published tensor names.

    pip install numpy torch safetensors sae-lens eai-sparsify
    Scripts/make_transcoder_fixtures.py
"""

import hashlib
import json
import pathlib
import shutil

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDENS = ROOT / "Sources/_TestSupport/Goldens/tiny/llama"
TARGET = ROOT / "Tests/TranscodersTests/Fixtures"
LAYERS = 4
MODEL = "tiny/llama"


def layer(kind, index):
    """One layer of a golden set, its names without the layer's number."""
    folder = GOLDENS / kind / "transcoder"
    if not kind.startswith("clt"):
        return load_file(folder / f"layer_{index}.safetensors")
    tensors = load_file(folder / f"W_enc_{index}.safetensors") | load_file(folder / f"W_dec_{index}.safetensors")
    return {name.removesuffix(f"_{index}"): value for name, value in tensors.items()}


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")


def gemma_scope(folder, save):
    """Google's repository of Gemma Scope transcoders: one numpy archive a layer."""
    for index in range(LAYERS):
        source = layer("plt-jumprelu", index)
        path = TARGET / folder / f"layer_{index}/width_24/average_l0_5/params.npz"
        path.parent.mkdir(parents=True)
        save(
            path,
            W_enc=np.ascontiguousarray(source["W_enc"].T),
            W_dec=source["W_dec"],
            b_enc=source["b_enc"],
            b_dec=source["b_dec"],
            threshold=source["activation_function.threshold"],
        )


def gemma_scope_2():
    """Per-layer transcoders with an affine skip connection, and a cross-layer set."""
    for index in range(LAYERS):
        source = layer("plt-jumprelu", index)
        folder = TARGET / f"gemma-scope-2/layer_{index}_width_24_l0_small_affine"
        write_json(
            folder / "config.json",
            {
                "hf_hook_point_in": f"model.layers.{index}.pre_feedforward_layernorm.output",
                "hf_hook_point_out": f"model.layers.{index}.post_feedforward_layernorm.output",
                "width": 24,
                "model_name": MODEL,
                "architecture": "jump_relu",
                "l0": 5,
                "affine_connection": True,
                "type": "transcoder",
            },
        )
        save_file(
            {
                "w_enc": np.ascontiguousarray(source["W_enc"].T),
                "w_dec": source["W_dec"],
                "b_enc": source["b_enc"],
                "b_dec": source["b_dec"],
                "threshold": source["activation_function.threshold"],
                "affine_skip_connection": np.ascontiguousarray(layer("plt-topk-skip", index)["W_skip"].T),
            },
            folder / "params.safetensors",
        )
    folder = TARGET / "gemma-scope-2-clt"
    write_json(
        folder / "config.json",
        {
            "hf_hook_point_in": "model.layers.{layer}.pre_feedforward_layernorm.output",
            "hf_hook_point_out": "model.layers.{layer}.post_feedforward_layernorm.output",
            "model_name": MODEL,
            "architecture": "jump_relu",
        },
    )
    for index in range(LAYERS):
        source = layer("clt-jumprelu", index)
        features, span, width = source["W_dec"].shape
        decoder = np.zeros((features, LAYERS, width), np.float32)
        decoder[:, index:] = source["W_dec"]
        save_file(
            {
                "w_enc": np.ascontiguousarray(source["W_enc"].T),
                "w_dec": decoder,
                "b_enc": source["b_enc"],
                "b_dec": source["b_dec"],
                "threshold": source["threshold"],
            },
            folder / f"params_layer_{index}.safetensors",
        )


def saelens():
    """What SAELens saves: a JumpReLU transcoder, and one with ReLU and a skip connection."""
    from sae_lens.saes.sae import SAEMetadata
    from sae_lens.saes import transcoder as library

    kinds = [
        ("saelens-jumprelu", "plt-jumprelu", library.JumpReLUTranscoder, library.JumpReLUTranscoderConfig),
        ("saelens-skip", "plt-topk-skip", library.SkipTranscoder, library.SkipTranscoderConfig),
    ]
    for name, kind, transcoder_class, config_class in kinds:
        for index in range(LAYERS):
            source = {key: torch.from_numpy(value) for key, value in layer(kind, index).items()}
            features, width = source["W_dec"].shape
            config = config_class(d_in=width, d_sae=features, d_out=width, apply_b_dec_to_input=False)
            config.metadata = SAEMetadata(
                model_name=MODEL,
                hook_name=f"blocks.{index}.mlp.hook_in",
                hook_name_out=f"blocks.{index}.mlp.hook_out",
            )
            transcoder = transcoder_class(config)
            weights = {key: source[key] for key in ["b_enc", "W_dec", "b_dec", "W_skip"] if key in source}
            weights["W_enc"] = source["W_enc"].T.contiguous()
            if "activation_function.threshold" in source:
                weights["threshold"] = source["activation_function.threshold"]
            transcoder.load_state_dict(weights)
            folder = TARGET / name / f"blocks.{index}.mlp"
            folder.mkdir(parents=True)
            transcoder.save_model(folder)


def sparsify():
    """What sparsify saves for transcoders with a skip connection."""
    from sparsify import SparseCoder, SparseCoderConfig

    for index in range(LAYERS):
        source = {key: torch.from_numpy(value) for key, value in layer("plt-topk-skip", index).items()}
        features, width = source["W_dec"].shape
        config = SparseCoderConfig(num_latents=features, k=4, skip_connection=True, transcode=True)
        coder = SparseCoder(width, config)
        coder.load_state_dict(
            {
                "encoder.weight": source["W_enc"],
                "encoder.bias": source["b_enc"],
                "W_dec": source["W_dec"],
                "b_dec": source["b_dec"],
                "W_skip": source["W_skip"],
            }
        )
        coder.save_to_disk(TARGET / f"sparsify/layers.{index}.mlp")


def clt_training():
    """clt-training's cross-layer checkpoints; the bias that a layer writes one layer on is 0.25."""
    for index in range(LAYERS):
        source = layer("clt-jumprelu", index)
        features, span, width = source["W_dec"].shape
        tensors = {"encoder.weight": source["W_enc"], "encoder.bias": source["b_enc"]}
        for target in range(span):
            tensors[f"W_decs.{target}"] = np.ascontiguousarray(source["W_dec"][:, target])
            tensors[f"b_decs.{target}"] = (
                source["b_dec"] if target == 0 else np.full(width, 0.25 if target == 1 else 0, np.float32)
            )
            tensors[f"post_encs.{target}"] = np.zeros(features, np.float32)
        tensors["W_dec"], tensors["b_dec"] = tensors["W_decs.0"], tensors["b_decs.0"]
        folder = TARGET / f"clt-training/layers.{index}.mlp"
        write_json(
            folder / "cfg.json",
            {
                "activation": "topk",
                "coalesce_topk": "none",
                "d_in": width,
                "k": 4,
                "n_sources": index + 1,
                "n_targets": span,
                "normalize_io": False,
                "num_latents": features,
                "skip_connection": False,
                "transcode": True,
            },
        )
        save_file(tensors, folder / "sae.safetensors")
    write_json(TARGET / "clt-training/config.json", {"model": MODEL, "sae": {"k": 4}})


def listed():
    """A set that lists its files on the hub, fetched: two in Gemma Scope's format, two in circuit-tracer's."""
    folder = TARGET / "listed"
    files, places = [], {}
    for index in range(LAYERS):
        if index < 2:
            source = TARGET / f"gemma-scope/layer_{index}/width_24/average_l0_5/params.npz"
            files.append(f"hf://google/tiny-scope/layer_{index}/params.npz")
            place = f"references/google--tiny-scope/layer_{index}/params.npz"
        else:
            source = GOLDENS / f"plt-jumprelu/transcoder/layer_{index}.safetensors"
            files.append(f"hf://ada/tiny/layer_{index}.safetensors?revision=v1")
            place = f"references/ada--tiny@v1/layer_{index}.safetensors"
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / place)
        places[files[-1]] = place
    write_json(folder / "references.json", places)
    lines = ["model_name: tiny/llama", "model_kind: transcoder_set", "feature_input_hook: mlp.hook_in"]
    lines += ["feature_output_hook: mlp.hook_out", "transcoders:"] + [f"- {file}" for file in files]
    (folder / "config.yaml").write_text("\n".join(lines) + "\n")


def write_manifest():
    files = sorted(path for path in TARGET.rglob("*") if path.is_file())
    write_json(
        TARGET / "MANIFEST.json",
        {
            "script": "Scripts/make_transcoder_fixtures.py",
            "files": {
                str(path.relative_to(TARGET)): {
                    "bytes": path.stat().st_size,
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                }
                for path in files
            },
        },
    )


if __name__ == "__main__":
    shutil.rmtree(TARGET, ignore_errors=True)
    torch.manual_seed(0)
    gemma_scope("gemma-scope", np.savez)
    gemma_scope("gemma-scope-compressed", np.savez_compressed)
    gemma_scope_2()
    saelens()
    sparsify()
    clt_training()
    listed()
    write_manifest()
