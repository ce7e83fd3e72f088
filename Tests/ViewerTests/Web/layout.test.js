import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenLabels } from "../../../Sources/Viewer/Web/draw/axes.js";
import { decodeGraph } from "../../../Sources/Viewer/Web/graph/decode.js";
import { layOut, nearestNode, neighbour, placeColumns, rowMiddle } from "../../../Sources/Viewer/Web/graph/layout.js";
import { largeGraphFile, smallGraphFile } from "./fixtures.js";

const size = { width: 800, height: 400 };

test("rows go from tokens at the bottom to logits on top", () => {
  const graph = decodeGraph(smallGraphFile());
  const layout = layOut(graph, size);
  assert.deepEqual([...layout.y], [350, 350, 250, 150, 50, 50]);
});

test("columns fill the width, and the fuller column is the wider one", () => {
  const layout = layOut(decodeGraph(smallGraphFile()), size);
  const [first, second] = layout.columns;
  assert.ok(Math.abs(first.width + second.width - 800) < 1e-6);
  assert.ok(second.width > first.width);
});

test("nodes of one cell stand side by side, the likelier logit first, and do not touch", () => {
  const layout = layOut(decodeGraph(smallGraphFile()), size);
  assert.ok(layout.x[5] - layout.x[4] >= layout.radius[4] + layout.radius[5]);
});

test("every node lies inside its column and row, even in crowded cells", () => {
  for (const [tokens, layers, perCell] of [[16, 30, 12], [128, 30, 14], [4, 2, 400]]) {
    const graph = decodeGraph(largeGraphFile(tokens, layers, perCell));
    const layout = layOut(graph, size);
    for (const node of graph.nodes) {
      const column = layout.columns[node.position];
      assert.ok(Math.abs(layout.x[node.index] - column.middle) <= column.width / 2);
      assert.ok(Math.abs(layout.y[node.index] - rowMiddle(layout, node.row)) <= layout.rowHeight / 2);
    }
  }
});

test("a long prompt becomes wider than the area instead of unreadably narrow", () => {
  const layout = layOut(decodeGraph(largeGraphFile(128, 30, 3)), size);
  assert.ok(layout.width > 800);
  assert.ok(layout.columns.every((column) => column.width >= 17));
});

test("columns shrink towards the minimum before the drawing gets wider", () => {
  const columns = placeColumns([40, 40, 100], 120);
  assert.ok(Math.abs(columns.reduce((sum, column) => sum + column.width, 0) - 120) < 1e-9);
});

test("the node under the pointer is the nearest visible one within reach", () => {
  const graph = decodeGraph(smallGraphFile());
  const layout = layOut(graph, size);
  const mask = new Uint8Array(6).fill(1);
  const point = { x: layout.x[2] + 3, y: layout.y[2] };
  assert.equal(nearestNode(layout, mask, point, 8), 2);
  mask[2] = 0;
  assert.equal(nearestNode(layout, mask, point, 8), null);
});

test("arrow keys walk to the nearest node in their direction", () => {
  const graph = decodeGraph(smallGraphFile());
  const layout = layOut(graph, size);
  const mask = new Uint8Array(6).fill(1);
  assert.equal(neighbour(layout, mask, 2, "up"), 3);
  assert.equal(neighbour(layout, mask, 2, "down"), 1);
  assert.equal(neighbour(layout, mask, 4, "right"), 5);
  assert.equal(neighbour(layout, mask, 0, "left"), null);
});

test("two thousand nodes are laid out in well under a frame's worth of patience", () => {
  const graph = decodeGraph(largeGraphFile(100, 30, 40));
  const start = performance.now();
  layOut(graph, size);
  assert.ok(graph.nodes.length > 2000);
  assert.ok(performance.now() - start < 200);
});

test("token labels stand level when they do not meet, even where one overhangs its narrow column", () => {
  const context = { measureText: (text) => ({ width: 6 * [...text].length }) };
  const columns = (...widths) => placeColumns(widths, widths.reduce((sum, width) => sum + width, 0));
  const read = (widths, tokens) => tokenLabels(context, { columns: columns(...widths) }, { font: "any" }, tokens);
  assert.deepEqual(read([100, 100], [" France", " is"]), { level: true, labels: ["France", "is"] });
  assert.deepEqual(read([20, 200, 90], ["<|end|>", "The", " capital"]), { level: true, labels: ["<|end|>", "The", "capital"] });
  assert.equal(read([20, 20, 200], ["<|end|>", " capital", "The"]).level, false);
  assert.deepEqual(read([20, 200], ["a very long token", " France | Italy"]).labels[1], "France | Italy");
});
