#!/usr/bin/env python3
"""Make the fixtures of ModelFilesTests: random blocks of every stored format, and the floats they stand for.

    python3 -m venv venv && venv/bin/pip install gguf==0.19.0 safetensors==0.8.0 numpy==2.4.6
    venv/bin/python Scripts/make_dequantisation_fixtures.py Tests/ModelFilesTests/Fixtures

blocks.gguf         one tensor per format (named by it), integer and F64 tensors, metadata of every type
blocks.safetensors  the tensors of blocks.gguf that are floats, widened to F32 by the package gguf
dtypes.safetensors  a tensor of every dtype, written by the package safetensors
MANIFEST.json       sha256 of the files, versions of the packages, the seed
"""
import hashlib
import importlib.metadata
import json
import pathlib
import sys
import warnings

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, GGUFValueType, GGUFWriter, quants
from safetensors.numpy import save_file

SEED = 20260101
ROWS, COLUMNS = 4, 512
FORMATS = ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
# Where the half-precision scales (and minimums) of a block lie.
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
          "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
# Zero, minus zero, the least and greatest subnormal, the least normal, one, the greatest, both infinities.
EXTREMES = [0x0000, 0x8000, 0x0001, 0x03FF, 0x0400, 0x3C00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00]


def blocks(name, rng):
    """Random bytes in which every scale is a plausible number, and some scales are extreme."""
    length, size = GGML_QUANT_SIZES[Type[name]]
    count = ROWS * COLUMNS // length
    raw = rng.integers(0, 256, size=(count, size), dtype=np.uint8)
    for at in HALVES.get(name, []):
        scales = rng.normal(scale=0.05, size=count).astype(np.float16).view(np.uint16)
        chosen = rng.permutation(count)[: min(len(EXTREMES), count // 2)]
        scales[chosen] = rng.permutation(EXTREMES)[: len(chosen)]
        raw[:, at : at + 2] = scales.view(np.uint8).reshape(count, 2)
    if name in ("F16", "BF16"):
        raw.reshape(-1)[: 2 * len(EXTREMES)] = np.array(EXTREMES, np.uint16).view(np.uint8)
    return raw.reshape(ROWS, -1)


def widen(name, raw):
    if name == "F16":
        return raw.view(np.float16).astype(np.float32)
    return quants.dequantize(raw, Type[name])


def write_metadata(writer):
    writer.add_uint8("test.u8", 200)
    writer.add_int8("test.i8", -100)
    writer.add_uint16("test.u16", 60000)
    writer.add_int16("test.i16", -30000)
    writer.add_uint32("test.u32", 4000000000)
    writer.add_int32("test.i32", -2000000000)
    writer.add_uint64("test.u64", 2**62)
    writer.add_int64("test.i64", -(2**62))
    writer.add_float32("test.f32", 1e-5)
    writer.add_float64("test.f64", 0.1)
    writer.add_bool("test.yes", True)
    writer.add_bool("test.no", False)
    writer.add_string("test.text", "größer 大 🙂")
    writer.add_array("test.texts", ["", "a", "ĠParis", "<eos>"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_array("test.floats", [0.5, -1.25])
    writer.add_array("test.flags", [True, False, True])
    writer.add_key_value("test.nested", [[1, 2], [3]], GGUFValueType.ARRAY, sub_type=GGUFValueType.ARRAY)


def main(folder):
    rng = np.random.default_rng(SEED)
    writer = GGUFWriter(folder / "blocks.gguf", "test")
    writer.add_custom_alignment(64)
    write_metadata(writer)
    widened = {}
    for name in FORMATS:
        raw = blocks(name, rng)
        if name == "F16":
            writer.add_tensor(name, raw.view(np.float16))
        else:
            writer.add_tensor(name, raw, raw_dtype=Type[name])
        widened[name] = widen(name, raw)
    widened["F32"] = np.arange(6, dtype=np.float32).reshape(1, 2, 3) / 7
    writer.add_tensor("F32", widened["F32"])
    for dtype in (np.int8, np.int16, np.int32, np.int64, np.float64):
        name = np.dtype(dtype).kind.upper() + str(8 * np.dtype(dtype).itemsize)
        writer.add_tensor(name, np.array([[-3, -2, -1], [0, 1, 2]], dtype=dtype))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(widened, folder / "blocks.safetensors", metadata={"generator": "gguf"})
    dtypes = {
        ("BOOL" if t is np.bool_ else np.dtype(t).kind.upper() + str(8 * np.dtype(t).itemsize)):
        np.array([[0, 1, 2], [3, 4, 5]]).astype(t)
        for t in (np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64,
                  np.float16, np.float32, np.float64)}
    dtypes["empty"] = np.zeros((0, 3), np.float32)
    dtypes["scalar"] = np.array(7, np.int32)
    save_file(dtypes, folder / "dtypes.safetensors", metadata={"format": "np", "note": "ü \"quoted\"\n"})
    write_manifest(folder)


def write_manifest(folder):
    files = sorted(folder.glob("*.gguf")) + sorted(folder.glob("*.safetensors"))
    manifest = {
        "generator": "Scripts/make_dequantisation_fixtures.py",
        "seed": SEED,
        "versions": {p: importlib.metadata.version(p) for p in ("gguf", "numpy", "safetensors")},
        "files": {f.name: {"bytes": f.stat().st_size, "sha256": hashlib.sha256(f.read_bytes()).hexdigest()}
                  for f in files},
    }
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


warnings.simplefilter("ignore", RuntimeWarning)
main(pathlib.Path(sys.argv[1]))
