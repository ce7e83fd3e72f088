#!/usr/bin/env python3
"""Turns golden attribution graphs into the fixtures of the graph tests.

Usage: make_graph_fixtures.py GOLDENS OUTPUT [--all]

GOLDENS is the folder that holds tiny/<arch>/<kind>/prompt<i>.{safetensors,json,graph.json}. Each chosen graph
becomes OUTPUT/<arch>-<kind>-prompt<i>-<prefix>.json: the graph as sparse rows, and what the reference
computed from it. Numbers are the shortest that give back the same float32. --all converts every graph there is.
Needs only the standard library.
"""
import array
import glob
import json
import os
import struct
import sys

CHOSEN = [
    ("llama", "plt-relu", 0, "full"),
    ("llama", "plt-topk-skip", 1, "full"),
    ("llama", "clt-jumprelu", 0, "full"),
    ("llama", "clt-jumprelu", 0, "half"),
    ("gpt2", "plt-jumprelu", 0, "custom"),
]
TYPES = {"F32": "f", "I32": "i", "U8": "B"}


def tensors(path):
    """Reads a safetensors file into {name: (shape, flat array)}."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        body = file.read()
    result = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        values = array.array(TYPES[entry["dtype"]])
        values.frombytes(body[start:end])
        result[name] = (entry["shape"], values)
    return result


def shortest(value):
    """The shortest decimal that reads back as the same float32."""
    single = struct.unpack("<f", struct.pack("<f", value))[0]
    for digits in range(1, 10):
        text = float(f"{single:.{digits}g}")
        if struct.unpack("<f", struct.pack("<f", text))[0] == single:
            return text
    return single


def rows_of(tensor, size):
    shape, values = tensor
    return [values[row * size:(row + 1) * size] for row in range(shape[0])]


def graph(data, details, prefix):
    """Describes one graph: its nodes, its edges, and the reference's results."""
    info = details[prefix]
    nodes, logits, features = info["n_nodes"], info["n_logits"], info["n_features"]
    active = rows_of(data["active_features"], 3)
    selected_name = prefix + ".selected_features"
    selected = list(data[selected_name][1]) if selected_name in data else range(len(active))
    if prefix + ".adjacency_rows" in data:
        adjacency = rows_of(data[prefix + ".adjacency_rows"], nodes)
    else:  # Feature rows are those of the full graph, with its logit columns cut off.
        full = rows_of(data["full.adjacency_rows"], details["full"]["n_nodes"])
        adjacency = [row[:nodes - logits] + array.array("f", [0] * logits) for row in full[:features]]
        adjacency += rows_of(data[prefix + ".logit_rows"], nodes)
    bits = rows_of(data[prefix + ".edge_mask_bits"], nodes)
    masks = rows_of(data[prefix + ".node_mask"], nodes)

    row_lengths, columns, weights, kept = [], [], [], ([], [])
    for row, row_bits in zip(adjacency, bits):
        length = len(columns)
        for column, (weight, mask) in enumerate(zip(row, row_bits)):
            assert weight != 0 or mask == 0
            if weight == 0:
                continue
            for choice in (0, 1):
                if mask >> choice & 1:
                    kept[choice].append(len(columns))
            columns.append(column)
            weights.append(shortest(weight))
        row_lengths.append(len(columns) - length)

    prunings = []
    for choice, pruning in enumerate(info["prune"]):
        prunings.append({
            "nodeThreshold": pruning["node_threshold"],
            "edgeThreshold": pruning["edge_threshold"],
            "cutMargin": min(pruning["node_cut_margin"], pruning["edge_cut_margin"]),
            "nodes": [node for node, mask in enumerate(masks[choice]) if mask],
            "edges": kept[choice],
        })
    return {
        "layerCount": info["n_layers"],
        "tokens": list(data["token_ids"][1]),
        "features": [list(active[index]) for index in selected],
        "activations": [shortest(data["activation_values"][1][index]) for index in selected],
        "logits": [
            {"vocabularyIndex": target["vocab_idx"], "label": target["token_str"],
             "probability": shortest(target["probability"])}
            for target in info["logit_targets"]
        ],
        "rowLengths": row_lengths,
        "columns": columns,
        "weights": weights,
        "influence": [shortest(value) for value in data[prefix + ".node_influence"][1]],
        "cumulativeScores": [shortest(value) for value in data[prefix + ".cumulative_scores"][1]],
        "replacementScore": info["replacement_score"],
        "completenessScore": info["completeness_score"],
        "prunings": prunings,
    }


def main():
    goldens, output = sys.argv[1:3]
    everything = "--all" in sys.argv[3:]
    os.makedirs(output, exist_ok=True)
    for path in sorted(glob.glob(os.path.join(goldens, "tiny/*/*/prompt?.safetensors"))):
        arch, kind, name = path.split(os.sep)[-3:]
        prompt = int(name[6])
        stem = path[: -len(".safetensors")]
        with open(stem + ".json", encoding="utf-8") as file:
            details = json.load(file)
        data = None
        for prefix in ("full", "half", "strings", "custom"):
            if prefix not in details or not (everything or (arch, kind, prompt, prefix) in CHOSEN):
                continue
            data = data or tensors(path)
            fixture = {"name": f"{arch}-{kind}-prompt{prompt}-{prefix}", **graph(data, details, prefix)}
            if prefix == "full" and os.path.exists(stem + ".graph.json"):
                with open(stem + ".graph.json", encoding="utf-8") as file:
                    fixture["graphFile"] = file.read()
            with open(os.path.join(output, fixture["name"] + ".json"), "w", encoding="utf-8") as file:
                json.dump(fixture, file, ensure_ascii=False, separators=(",", ":"))
                file.write("\n")


main()
