import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGraph } from "../../../Sources/Viewer/Web/graph/decode.js";
import { strongestPath, topLogit } from "../../../Sources/Viewer/Web/graph/paths.js";
import { prune } from "../../../Sources/Viewer/Web/graph/prune.js";
import { smallGraphFile } from "./fixtures.js";

test("the strongest path multiplies shares from a token to the top logit", () => {
  const graph = decodeGraph(smallGraphFile());
  const path = strongestPath(graph, prune(graph, 1).mask, topLogit(graph));
  assert.deepEqual(path.nodes, [0, 2, 4]);
  assert.deepEqual(path.links.map((link) => link.weight), [2, 3]);
  assert.equal(path.share, 2 / 3 * 3 / 4);
});

test("a detour of strong links beats a weak direct link, and loses to a strong one", () => {
  const file = smallGraphFile();
  file.links.push({ source: "E_2_1", target: "3_9_1", weight: 1 });
  let graph = decodeGraph(file);
  assert.deepEqual(strongestPath(graph, prune(graph, 1).mask, 4).nodes, [0, 2, 4]);
  file.links[5].weight = -9;
  graph = decodeGraph(file);
  assert.deepEqual(strongestPath(graph, prune(graph, 1).mask, 4).nodes, [1, 4]);
});

test("there is no path when the slider hides every way", () => {
  const graph = decodeGraph(smallGraphFile());
  assert.equal(strongestPath(graph, prune(graph, 0).mask, 4), null);
});

test("links that do not lead upwards are not walked, so a cycle ends", () => {
  const file = smallGraphFile();
  file.links.push({ source: "3_9_1", target: "0_7_1", weight: 50 });
  const graph = decodeGraph(file);
  assert.deepEqual(strongestPath(graph, prune(graph, 1).mask, 4).nodes, [0, 2, 4]);
});

test("a graph without logits has no top logit", () => {
  assert.equal(topLogit(decodeGraph({ metadata: { prompt_tokens: ["a"] }, nodes: [], links: [] })), null);
});
