#!/usr/bin/env python3
"""Compare an attribution graph of `microscope trace --graph` with circuit-tracer's of the same prompt.

Both have their nodes in the order features | errors (layer-major) | tokens | logits, and rows are
targets. Features and logits that both graphs have are put into the same order, then the entries between
common nodes are compared.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

SCORES = ("replacementScore", "completenessScore")
EXAMPLES = 10
SMALLEST_ROW_SUM = 1e-10
LARGEST_ENTRY_DIFFERENCE = 1e-3
LARGEST_SCORE_DIFFERENCE = 5e-4
SMALLEST_FEATURE_OVERLAP = 0.995


class Graph:
    """`matrix` [nodes, nodes], `features` (layer, position, index) → node, `logits` token id → node."""

    def __init__(self, tensors: dict[str, np.ndarray], layers: int | None):
        self.tokens = tensors["tokens"].astype(int).tolist()
        self.feature_count = len(tensors["features"])
        self.activations = tensors["activations"].astype(np.float64)
        self.probabilities = tensors["logit_probabilities"].astype(np.float64)
        logit_count = len(self.probabilities)
        if "adjacency_rows" in tensors:
            count = tensors["adjacency_rows"].shape[1]
            self.matrix = np.zeros((count, count))
            rows = tensors["adjacency_rows"]
            self.matrix[: self.feature_count] = rows[: self.feature_count]
            self.matrix[count - logit_count :] = rows[self.feature_count :]
        else:
            count = self.feature_count + (layers + 1) * len(self.tokens) + logit_count
            self.matrix = np.zeros((count, count))
            places = tensors["edge_rows"].astype(int), tensors["edge_columns"].astype(int)
            self.matrix[places] = tensors["edge_weights"]
        self.first_token = count - logit_count - len(self.tokens)
        self.layers = (self.first_token - self.feature_count) // len(self.tokens)
        self.features = {tuple(map(int, row)): node for node, row in enumerate(tensors["features"])}
        first_logit = count - logit_count
        self.logits = {int(token): first_logit + i for i, token in enumerate(tensors["logit_tokens"])}

    def scores(self) -> tuple[float, float]:
        """The replacement and completeness scores, from the unpruned matrix.

        1. Normalise rows of |matrix|.
        2. Influence: the logits' probabilities carried back along all paths, until nothing is left.
        3. Replacement: the tokens' share of the influence that reaches tokens and errors.
        4. Completeness: the share of a node's input that is no error, weighted by influence + probability.
        """
        normalised = np.abs(self.matrix)
        normalised /= np.maximum(normalised.sum(1, keepdims=True), SMALLEST_ROW_SUM)
        weights = np.zeros(len(normalised))
        weights[len(weights) - len(self.probabilities) :] = self.probabilities
        influence = np.zeros(len(normalised))
        step = weights @ normalised
        while step.any():
            influence += step
            step = step @ normalised
        errors = slice(self.feature_count, self.first_token)
        tokens = slice(self.first_token, self.first_token + len(self.tokens))
        from_tokens, from_errors = influence[tokens].sum(), influence[errors].sum()
        share = 1 - normalised[:, errors].sum(1)
        importance = influence + weights
        return from_tokens / (from_tokens + from_errors), (share * importance).sum() / importance.sum()


def common_nodes(ours: Graph, theirs: Graph) -> tuple[np.ndarray, np.ndarray]:
    """Node numbers in each graph of the features, errors, tokens and logits that both have."""
    features = sorted(ours.features.keys() & theirs.features.keys())
    logits = [token for token in ours.logits if token in theirs.logits]
    return tuple(
        np.array(
            [graph.features[f] for f in features]
            + list(range(graph.feature_count, graph.first_token + len(graph.tokens)))
            + [graph.logits[token] for token in logits]
        )
        for graph in (ours, theirs)
    )


def report(ours: Graph, theirs: Graph) -> dict:
    mine, their = common_nodes(ours, theirs)
    shared = len(ours.features.keys() & theirs.features.keys())
    a = ours.matrix[np.ix_(mine, mine)]
    b = theirs.matrix[np.ix_(their, their)]
    activations = ours.activations[mine[:shared]] - theirs.activations[their[:shared]]
    probabilities = dict(zip(theirs.logits, theirs.probabilities))
    gaps = [
        abs(p - probabilities[t]) for t, p in zip(ours.logits, ours.probabilities) if t in probabilities
    ]
    return {
        "features": {
            "ours": ours.feature_count,
            "theirs": theirs.feature_count,
            "common": shared,
            "overlap": shared / len(ours.features.keys() | theirs.features.keys()),
            "onlyOurs": sorted(ours.features.keys() - theirs.features.keys())[:EXAMPLES],
            "onlyTheirs": sorted(theirs.features.keys() - ours.features.keys())[:EXAMPLES],
        },
        "logits": {"ours": list(ours.logits), "theirs": list(theirs.logits)},
        "largestProbabilityDifference": float(max(gaps, default=0)),
        "largestActivationDifference": float(np.abs(activations).max(initial=0)),
        "adjacency": adjacency_difference(a, b),
        **{
            name: {"ours": float(our), "theirs": float(their), "difference": float(our - their)}
            for name, our, their in zip(SCORES, ours.scores(), theirs.scores())
        },
    }


def adjacency_difference(a: np.ndarray, b: np.ndarray) -> dict:
    difference, largest = np.abs(a - b).max(), np.abs(b).max()
    return {
        "largestDifference": float(difference),
        "largestEntry": float(largest),
        "largestDifferenceToLargestEntry": float(difference / largest),
        "differenceNormToNorm": float(np.linalg.norm(a - b) / np.linalg.norm(b)),
    }


def agrees(result: dict) -> bool:
    """Whether the two may be called equal: rounding may exchange a few features at the edge of the choice."""
    return bool(
        result["features"]["overlap"] >= SMALLEST_FEATURE_OVERLAP
        and result["logits"]["ours"] == result["logits"]["theirs"]
        and result["adjacency"]["largestDifference"] <= LARGEST_ENTRY_DIFFERENCE
        and abs(result["replacementScore"]["difference"]) <= LARGEST_SCORE_DIFFERENCE
        and abs(result["completenessScore"]["difference"]) <= LARGEST_SCORE_DIFFERENCE
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--graph", type=Path, required=True, help="our raw graph")
    parser.add_argument(
        "--circuit-tracer", type=Path, required=True, help="what run_circuit_tracer.py --output saved"
    )
    options = parser.parse_args()
    theirs = Graph(load_file(options.circuit_tracer), layers=None)
    ours = Graph(load_file(options.graph), layers=theirs.layers)
    if ours.tokens != theirs.tokens:
        sys.exit(f"The graphs are of different prompts: {ours.tokens} and {theirs.tokens}.")
    result = report(ours, theirs)
    result["agrees"] = agrees(result)
    print(json.dumps(result, indent=1))
    sys.exit(0 if result["agrees"] else 1)


if __name__ == "__main__":
    main()
