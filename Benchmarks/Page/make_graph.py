#!/usr/bin/env python3
"""Writes a made-up attribution graph of a given size, the same one for the same numbers.

As in real graphs nearly every node has a link to the most probable output, and many have one to the others.

    make_graph.py OUTPUT.json [--nodes 5000] [--links 50000] [--tokens 64] [--layers 30]
"""
import argparse
import json
import random

WORDS = " the of and to in is was for on as with by at from it that his her one two small large city capital France says".split()


def make_graph(nodes, links, tokens, layers, slug="made-up"):
    chance = random.Random(7)
    pieces = [" " + chance.choice(WORDS) for _ in range(tokens)]
    graph = [entry(f"E_{at}_{at}", "E", at, "embedding", influence=0.4) for at in range(tokens)]
    seen = set()
    while len(graph) < nodes - 10:
        layer, position = chance.randrange(layers), min(int(chance.paretovariate(1.1)), tokens - 1)
        position = tokens - position if chance.random() < 0.6 else chance.randrange(1, tokens)
        feature = chance.randrange(4096)
        is_error = chance.random() < 0.12
        key = f"0_{layer}_{position}" if is_error else f"{layer}_{feature}_{position}"
        if key in seen or (layer == 0 and feature < layers):
            continue
        seen.add(key)
        kind = "mlp reconstruction error" if is_error else "cross layer transcoder"
        label = "" if is_error else f"{chance.choice(['say', 'fires on', 'about'])} {chance.choice(WORDS)} {chance.choice(WORDS)}"
        graph.append(entry(key, str(layer), position, kind, feature=feature, influence=round(chance.random() * 0.8, 5),
                           activation=None if is_error else round(chance.expovariate(0.3), 4), clerp=label))
    probability = 0.6
    for at in range(10):
        word = chance.choice(WORDS)
        graph.append(entry(f"{layers + 1}_{at}_{tokens - 1}", str(layers + 1), tokens - 1, "logit", feature=at,
                           token_prob=round(probability, 4), clerp=f'Output " {word}{at}" (p={probability:.3f})'))
        probability *= 0.45
    return {"metadata": {"slug": slug, "scan": "made-up", "transcoder_list": [], "prompt_tokens": pieces, "prompt": "".join(pieces),
                         "node_threshold": 0.8, "schema_version": 1, "info": {"create_time_ms": 1763800000000},
                         "microscope": {"model": "made-up", "replacementScore": 0.45, "completenessScore": 0.81, "coverage": 0.88}},
            "qParams": {}, "nodes": graph, "links": join(graph, links, layers, chance)}


def entry(node_id, layer, position, kind, **rest):
    return {"node_id": node_id, "feature": 0, "layer": layer, "ctx_idx": position, "feature_type": kind, "token_prob": 0,
            "is_target_logit": False, "run_idx": 0, "reverse_ctx_idx": 0, "jsNodeId": node_id, "clerp": "", **rest}


def join(graph, count, layers, chance):
    row = lambda node: -1 if node["layer"] == "E" else int(node["layer"])
    order = sorted(graph, key=row)
    rows = [row(node) for node in order]
    links, seen = [], set()

    def add(source, target):
        if rows[source] >= rows[target] or order[source]["ctx_idx"] > order[target]["ctx_idx"] or (source, target) in seen:
            return
        seen.add((source, target))
        weight = chance.gauss(0, 1) * chance.expovariate(1)
        links.append({"source": order[source]["node_id"], "target": order[target]["node_id"], "weight": round(weight, 5)})

    outputs = [at for at, node in enumerate(order) if node["feature_type"] == "logit"]
    for rank, target in enumerate(outputs):
        for source in range(0, len(order), rank * 4 + 1):
            add(source, target)
    while len(links) < count:
        target = chance.randrange(len(order))
        if order[target]["feature_type"] not in ("embedding", "mlp reconstruction error"):
            add(chance.randrange(target + 1), target)
    return links


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output")
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--links", type=int, default=50000)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--layers", type=int, default=30)
    options = parser.parse_args()
    graph = make_graph(options.nodes, options.links, options.tokens, options.layers)
    with open(options.output, "w") as file:
        json.dump(graph, file)


if __name__ == "__main__":
    main()
