import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGraph } from "../../../Sources/Viewer/Web/graph/decode.js";
import { pinnedScores, subgraph } from "../../../Sources/Viewer/Web/graph/subgraph.js";
import { layOutBoxes } from "../../../Sources/Viewer/Web/graph/sublayout.js";
import { emptyWork, grouping, pinning } from "../../../Sources/Viewer/Web/graph/work.js";
import { node, smallGraphFile } from "./fixtures.js";

const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);

// token ─4→ p, token ─1→ q; p ─3→ q; p ─2→ t, q ─(−6)→ t, error ─2→ t; t ─5→ logit
function groupFile() {
  return {
    metadata: { prompt_tokens: ["a", "b"] },
    nodes: [
      node("E_1_1", "embedding", "E", 1), node("0_1_1", "clt", "0", 1), node("1_1_1", "clt", "1", 1), node("2_1_1", "clt", "2", 1),
      node("error", "mlp reconstruction error", "1", 1), node("4_9_1", "logit", "4", 1, { token_prob: 1 }),
    ],
    links: [
      { source: "E_1_1", target: "0_1_1", weight: 4 }, { source: "E_1_1", target: "1_1_1", weight: 1 },
      { source: "0_1_1", target: "1_1_1", weight: 3 }, { source: "0_1_1", target: "2_1_1", weight: 2 },
      { source: "1_1_1", target: "2_1_1", weight: -6 }, { source: "error", target: "2_1_1", weight: 2 },
      { source: "2_1_1", target: "4_9_1", weight: 5 },
    ],
  };
}

test("edges between supernodes are the paper's: weighted by what comes from outside of the target", () => {
  const graph = decodeGraph(groupFile());
  const work = grouping(pinning(emptyWork(), ["E_1_1", "2_1_1"]), "group", ["0_1_1", "1_1_1"]);
  const { boxes, edges } = subgraph(graph, work);
  const edge = (from, to) => edges.find(({ source, target }) => boxes[source].id === from && boxes[target].id === to)?.weight;
  // ext(p) = 1, ext(q) = 1/4: (1·1 + 1/4·1/4) / (5/4)
  near(edge("E_1_1", "group:0_1_1"), (1 + 1 / 16) / 1.25);
  // one target: (2 − 6) / 10
  near(edge("group:0_1_1", "2_1_1"), -0.4);
  assert.equal(edge("group:0_1_1", "group:0_1_1"), undefined);
});

test("with everything but errors pinned, the scores are those of the graph", () => {
  const graph = decodeGraph(groupFile());
  const { replacement, completeness } = pinnedScores(graph, ["E_1_1", "0_1_1", "1_1_1", "2_1_1", "4_9_1"]);
  near(replacement, 0.8);
  // logit 1·1; t 1·0.8; q 0.6·1; p (0.2 + 0.45)·1
  near(completeness, (1 + 0.8 + 0.6 + 0.65) / (1 + 1 + 0.6 + 0.65));
});

test("what is not pinned counts as error, and only pinned outputs are explained", () => {
  const graph = decodeGraph(smallGraphFile());
  near(pinnedScores(graph, []).replacement, 0);
  near(pinnedScores(graph, []).completeness, 0);
  const all = graph.nodes.map((each) => each.key);
  near(pinnedScores(graph, all.filter((key) => key !== "3_9_1")).replacement, 1);
  near(pinnedScores(graph, all).replacement, 0.2 + 0.8 * 0.75);
  assert.deepEqual(pinnedScores(decodeGraph({ ...smallGraphFile(), nodes: [], links: [] }), []),
    { replacement: null, completeness: null });
});

test("boxes go from tokens to outputs, upwards or across, and those that were moved stay", () => {
  const graph = decodeGraph(groupFile());
  const sub = subgraph(graph, pinning(emptyWork(), ["4_9_1", "E_1_1", "2_1_1"]));
  const up = layOutBoxes(sub, { "2_1_1": [0.9, 0.1] }).places;
  assert.ok(up["E_1_1"][1] > up["4_9_1"][1]);
  assert.deepEqual(up["2_1_1"], [0.9, 0.1]);
  const across = layOutBoxes(sub, {}, { across: true }).places;
  assert.ok(across["E_1_1"][0] < across["2_1_1"][0] && across["2_1_1"][0] < across["4_9_1"][0]);
});

test("no two boxes are laid in one place, and none outside", () => {
  const boxes = Array.from({ length: 57 }, (_, at) => ({ id: String(at), row: at % 9, position: at % 5,
    kind: at < 5 ? "token" : at > 53 ? "logit" : "feature" }));
  const edges = boxes.slice(1).map((_, at) => ({ source: at, target: (at * 7 + 3) % 57, weight: at % 3 - 1 }));
  for (const options of [{ perLine: 3 }, { perLine: 9 }, { perLine: 4, across: true }]) {
    const { places, widest } = layOutBoxes({ boxes, edges }, {}, options);
    assert.equal(new Set(Object.values(places).map(String)).size, 57);
    assert.ok(Object.values(places).flat().every((value) => value >= 0 && value <= 1));
    assert.ok(widest <= options.perLine);
  }
});
