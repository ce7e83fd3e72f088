#!/usr/bin/env python3
"""Checks feature files with circuit-tracer's own model of them.

    pip install pydantic; pip download --no-deps circuit-tracer==0.5.0 && unzip circuit_tracer-*.whl -d ct
    microscope dashboards export files --form circuit-tracer
    microscope dashboards export archive --form circuit-tracer-archive
    Scripts/check_feature_files.py ct/circuit_tracer/frontend/feature_models.py files archive
"""
import gzip
import importlib.util
import json
import pathlib
import struct
import sys
import zlib


def load(path):
    spec = importlib.util.spec_from_file_location("feature_models", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Model


def unpair(number):
    """circuit-tracer's util.js, cantorUnpair."""
    w = int(((8 * number + 1) ** 0.5 - 1) / 2)
    y = number - w * (w + 1) // 2
    return w - y, y


def check(model, text):
    feature = model.model_validate(json.loads(text), strict=False)
    for quantile in feature.examples_quantiles:
        for example in quantile.examples:
            assert len(example.tokens) == len(example.tokens_acts_list)
            assert 0 <= example.train_token_ind < len(example.tokens)
    return feature


def main():
    model, files, archive = load(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    single = {}
    for path in files.glob("*.json"):
        feature = check(model, path.read_text())
        assert unpair(int(path.stem))[1] == feature.index
        single[unpair(int(path.stem))] = feature
    index = json.loads(gzip.decompress((archive / "index.json.gz").read_bytes()))
    archived = {}
    for layer, entry in index.items():
        data = (archive / entry["filename"]).read_bytes()
        for feature, (start, end) in enumerate(zip(entry["offsets"], entry["offsets"][1:])):
            if start == end:
                continue
            # What the front end fetches: one byte more than the record.
            record = data[start : end + 1]
            length = struct.unpack("<I", record[:4])[0]
            archived[int(layer), feature] = check(model, zlib.decompress(record[4 : 4 + length]))
    assert single == archived, "the two forms differ"
    print(f"{len(single)} features are valid, alone and in the archive")


main()
