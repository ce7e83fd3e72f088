import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGraph } from "../../../Sources/Viewer/Web/graph/decode.js";
import { alignTokens, differences, mergeGraphs } from "../../../Sources/Viewer/Web/graph/diff.js";
import { layOut } from "../../../Sources/Viewer/Web/graph/layout.js";
import { node, smallGraphFile } from "./fixtures.js";

test("tokens are aligned by what both have in order, and replaced ones stand in one column", () => {
  assert.deepEqual(alignTokens(["The", " capital", " of", " France"],
    ["The", " capital", " of", " Italy"]).map(({ left, right }) => [left, right]),
    [[0, 0], [1, 1], [2, 2], [3, 3]]);
  assert.deepEqual(alignTokens(["a", "b"], ["a", "x", "b"]).map(({ left, right }) => [left, right]), [[0, 0], [null, 1], [1, 2]]);
  assert.deepEqual(alignTokens([], ["a"]).map(({ left, right }) => [left, right]), [[null, 0]]);
});

test("a graph merged with itself is itself", () => {
  const graph = decodeGraph(smallGraphFile());
  const merged = mergeGraphs(graph, graph);
  assert.equal(merged.graph.nodes.length, graph.nodes.length);
  assert.equal(merged.graph.links.length, graph.links.length);
  assert.ok(merged.sides.every((side) => side === "both"));
  assert.ok(merged.pairs.every(({ left, right }) => left === right));
});

function other() {
  const file = smallGraphFile();
  file.metadata.prompt_tokens = ["a", " c"];
  file.nodes[2].activation = 2.5;
  file.nodes.push(node("1_4_1", "clt", "1", 1, { activation: 9 }));
  file.links.push({ source: "1_4_1", target: "3_9_1", weight: 2 });
  file.nodes = file.nodes.filter((each) => each.node_id !== "3_8_1");
  return decodeGraph(file);
}

test("the same feature at an aligned position is one node, what one side lacks is marked", () => {
  const left = decodeGraph(smallGraphFile());
  const right = other();
  const merged = mergeGraphs(left, right);
  const side = (label) => merged.sides[merged.graph.nodes.find((each) => each.label === label).index];
  assert.equal(side("say x"), "both");
  assert.equal(side("1/4"), "right");
  assert.equal(side("y"), "left");
  assert.equal(merged.graph.tokens[1], " b | c");
});

test("differences list one-sided features first, then by the change of activation", () => {
  const left = decodeGraph(smallGraphFile());
  const right = other();
  const merged = mergeGraphs(left, right);
  const rows = differences(merged, left, right);
  assert.equal(merged.graph.nodes[rows[0].index].label, "1/4");
  assert.deepEqual([rows[0].left, rows[0].right], [null, 9]);
  const same = rows.find((row) => merged.graph.nodes[row.index].label === "say x");
  assert.deepEqual([same.left, same.right, same.side], [1.5, 2.5, "both"]);
  assert.ok(rows.findIndex((row) => row.side === "both") > rows.findIndex((row) => row.side === "left"));
});

test("a merged graph can be laid out like any other", () => {
  const merged = mergeGraphs(decodeGraph(smallGraphFile()), other());
  const layout = layOut(merged.graph, { width: 400, height: 300 });
  assert.ok([...layout.x, ...layout.y].every(Number.isFinite));
});
