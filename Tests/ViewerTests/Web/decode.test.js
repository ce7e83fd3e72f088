import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGraph, GraphFormatError } from "../../../Sources/Viewer/Web/graph/decode.js";
import { node, smallGraphFile } from "./fixtures.js";

test("a graph is decoded into frozen nodes with kinds, rows, and labels", () => {
  const graph = decodeGraph(smallGraphFile());
  const all = (field) => graph.nodes.map((each) => each[field]);
  assert.deepEqual(all("kind"), ["token", "token", "feature", "error", "logit", "logit"]);
  assert.deepEqual(all("row"), [0, 0, 1, 2, 3, 3]);
  assert.deepEqual(all("label"), ["a", " b", "say x", "error 1", " x", "y"]);
  assert.equal(graph.layerCount, 2);
  assert.equal(graph.set, "demo");
  assert.equal(graph.nodes[2].feature, 7);
  assert.ok(Object.isFrozen(graph) && Object.isFrozen(graph.nodes) && graph.nodes.every(Object.isFrozen));
});

test("links are listed strongest first at both ends, and inputs are summed by magnitude", () => {
  const graph = decodeGraph(smallGraphFile());
  assert.deepEqual(graph.inputs[2].map((link) => link.weight), [2, -1]);
  assert.deepEqual(graph.outputs[2].map((link) => link.weight), [3, 0.5]);
  assert.equal(graph.inputTotals[2], 3);
});

test("a feature without a label is called layer/index", () => {
  const file = smallGraphFile();
  file.nodes[2].clerp = "";
  assert.equal(decodeGraph(file).nodes[2].label, "0/7");
});

test("a layer written as a number, and logits at the layer count, are understood", () => {
  const file = smallGraphFile();
  for (const each of file.nodes) if (each.layer !== "E") each.layer = Number(each.layer);
  file.nodes[4].layer = file.nodes[5].layer = 2;
  assert.equal(decodeGraph(file).layerCount, 2);
});

test("an id that names a feature and an error gives two keys, and says so", () => {
  const file = smallGraphFile();
  file.nodes.push(node("0_7_1", "mlp reconstruction error", "7", 1, { influence: 0.7 }));
  file.links.push({ source: "0_7_1", target: "3_9_1", weight: -0.25 });
  const graph = decodeGraph(file);
  assert.deepEqual([graph.nodes[2].key, graph.nodes[6].key], ["0_7_1", "0_7_1~1"]);
  assert.equal(graph.outputs[6][0].weight, -0.25);
  assert.deepEqual(graph.inputs[6], []);
  assert.deepEqual(graph.warnings[0], { key: "warning.twins", n: 1 });
});

test("links to unknown nodes or without a number are left out and counted", () => {
  const file = smallGraphFile();
  const [unknown, notANumber] = [{ source: "nowhere", weight: 1 }, { source: "E_1_0", weight: "x" }];
  file.links.push({ target: "3_9_1", ...unknown }, { target: "3_9_1", ...notANumber }, null);
  const graph = decodeGraph(file);
  assert.equal(graph.links.length, 5);
  assert.deepEqual(graph.warnings[0], { key: "warning.dangling", n: 3 });
});

test("what our tracer writes is read, and missing parts are null", () => {
  const file = smallGraphFile();
  const logits = [{ token: " x", probability: 0.8 }];
  file.metadata.microscope = { model: "m", replacementScore: 0.42, logits, seconds: "soon" };
  const { facts } = decodeGraph(file);
  assert.equal(facts.model, "m");
  assert.equal(facts.replacementScore, 0.42);
  assert.deepEqual(facts.logits.map((each) => each.token), [" x"]);
  assert.equal(facts.seconds, null);
  assert.equal(facts.coverage, null);
});

test("files that are no graphs are refused with one sentence", () => {
  for (const wrong of [null, [], {}, { metadata: {} }, { metadata: { prompt_tokens: [] }, nodes: [] },
    { metadata: { prompt_tokens: [] }, nodes: [{}], links: [] }]) {
    assert.throws(() => decodeGraph(wrong), GraphFormatError);
  }
});

test("hostile layers and positions are brought into range", () => {
  const file = smallGraphFile();
  file.nodes[2].layer = "1e9";
  file.nodes[2].ctx_idx = -5;
  file.nodes[3].ctx_idx = "abc";
  const graph = decodeGraph(file);
  assert.ok(graph.rowCount < 10);
  assert.equal(graph.nodes[2].position, 0);
  assert.equal(graph.nodes[3].position, 0);
});

test("a graph in neurons belongs to the set of its model's neurons", () => {
  const file = smallGraphFile();
  file.metadata.microscope = { transcoders: "neurons", model: "tiny" };
  assert.equal(decodeGraph(file).set, "neurons:tiny");
});
