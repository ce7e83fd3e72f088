import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGraph } from "../../../Sources/Viewer/Web/graph/decode.js";
import { inputShare, prune } from "../../../Sources/Viewer/Web/graph/prune.js";
import { inputMix, shownScores } from "../../../Sources/Viewer/Web/graph/scores.js";
import { smallGraphFile } from "./fixtures.js";

const graph = decodeGraph(smallGraphFile());

test("at the largest influence everything is visible", () => {
  const visible = prune(graph, graph.maxInfluence);
  assert.deepEqual([visible.nodeCount, visible.linkCount], [6, 5]);
  assert.deepEqual(visible.kinds, { feature: 1, error: 1, token: 2, logit: 2 });
});

test("the threshold hides what is less influential, and its links", () => {
  const visible = prune(graph, 0.3);
  assert.deepEqual([...visible.mask], [1, 1, 1, 0, 1, 1]);
  assert.equal(visible.linkCount, 4);
});

test("at zero only tokens and logits stay", () => {
  assert.deepEqual([...prune(graph, 0).mask], [1, 1, 0, 0, 1, 1]);
});

test("a feature whose only targets are hidden vanishes with them", () => {
  const file = smallGraphFile();
  file.nodes[2].influence = 0.7;
  file.nodes.splice(2, 0, { ...file.nodes[2], node_id: "0_5_0", ctx_idx: 0, influence: 0.1 });
  file.links.push({ source: "E_1_0", target: "0_5_0", weight: 1 });
  file.links.push({ source: "0_5_0", target: "0_7_1", weight: 1 });
  const stranded = decodeGraph(file);
  assert.equal(prune(stranded, 0.7).mask[2], 1);
  assert.equal(prune(stranded, 0.65).mask[2], 0);
});

test("shares of a node's input sum to one, over links and over kinds", () => {
  const shares = graph.inputs[4].map((link) => inputShare(graph, link));
  assert.deepEqual(shares, [0.75, 0.25]);
  assert.deepEqual(inputMix(graph, 4), { feature: 0.75, token: 0, error: 0.25, logit: 0 });
});

test("scores that the file does not state are null, never guessed", () => {
  assert.deepEqual(shownScores(graph).map((each) => each.value), [null, null, null]);
  const file = smallGraphFile();
  file.metadata.microscope = { coverage: 0.55, replacementScore: 0.42 };
  assert.deepEqual(shownScores(decodeGraph(file)).map((each) => each.value), [0.42, null, 0.55]);
});
