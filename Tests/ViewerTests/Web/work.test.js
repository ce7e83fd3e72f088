import assert from "node:assert/strict";
import { test } from "node:test";
import {
  circuitTracerQuery, neuronpediaQuery, queryOfAddress, readImport, readQuery, writeQuery,
} from "../../../Sources/Viewer/Web/graph/qparams.js";
import {
  boxes, boxId, emptyWork, grouping, labelling, naming, pinning, placing, releasing, ungrouping,
} from "../../../Sources/Viewer/Web/graph/work.js";

const grouped = () => grouping(pinning(emptyWork(), ["a", "b", "c"]), "two", ["b", "c"]);

test("grouping takes members out of other groups, and a group of one is none", () => {
  const work = grouping(grouped(), "new", ["a", "c"]);
  assert.deepEqual(work.supernodes, [{ name: "new", ids: ["a", "c"] }]);
  assert.deepEqual(work.pinned, ["a", "b", "c"].sort());
  assert.deepEqual(releasing(work, "a").supernodes, []);
});

test("unpinning a member shrinks its group, and its box's place is forgotten", () => {
  let work = grouping(pinning(emptyWork(), ["a"]), "three", ["b", "c", "d"]);
  work = placing(work, { [boxId(["b", "c", "d"])]: [0.1, 0.2], a: [0.5, 0.5] });
  work = pinning(work, ["b"], false);
  assert.deepEqual(work.supernodes[0].ids, ["c", "d"]);
  assert.deepEqual(work.positions, { a: [0.5, 0.5] });
});

test("a group keeps its box when it is renamed, and its members when it is broken up", () => {
  const work = naming(grouped(), 0, "renamed");
  assert.equal(boxes(work)[0].id, boxes(grouped())[0].id);
  assert.deepEqual(boxes(ungrouping(work, 0)).map((box) => box.id), ["a", "b", "c"]);
});

test("an empty label takes a person's label away", () => {
  const named = labelling(emptyWork(), "3/7", "Paris");
  assert.deepEqual(named.labels, { "3/7": "Paris" });
  assert.deepEqual(labelling(named, "3/7", "").labels, {});
});

test("what is written into qParams is read back, beside what others keep there", () => {
  const work = placing(grouped(), { a: [0.25, 0.75] });
  const query = JSON.parse(JSON.stringify(writeQuery(work, { clickedId: "a", threshold: 0.5,
    before: { linkType: "input", own: 7 } })));
  assert.equal(query.own, 7);
  assert.equal(query.linkType, "input");
  assert.equal(query.clickedId, "a");
  assert.equal(query.pruningThreshold, 0.5);
  assert.deepEqual(readQuery(query), work);
});

test("circuit-tracer's address and Neuronpedia's subgraph are read back", () => {
  const work = grouped();
  const address = `http://localhost:8032/index.html?slug=x&${new URLSearchParams(circuitTracerQuery(work))}`;
  assert.deepEqual(readQuery(readImport(address).query), work);
  assert.equal(queryOfAddress(address).slug, undefined);
  const saved = neuronpediaQuery(work, { slug: "x", scan: "gemma-2-2b" });
  assert.equal(saved.modelId, "gemma-2-2b");
  assert.deepEqual(readQuery(readImport(JSON.stringify(saved)).query), work);
  assert.deepEqual(readQuery(readImport(JSON.stringify({ qParams: writeQuery(work) })).query), work);
});

test("ids that a graph does not have are left out, and so are groups that they leave too small", () => {
  const read = readQuery(writeQuery(grouped()), new Map([["a", 0], ["b", 1]]));
  assert.deepEqual(read.pinned, ["a", "b"]);
  assert.deepEqual(read.supernodes, []);
});

test("hostile qParams give nothing, never an error", () => {
  const hostile = [null, 7, "x", [], { pinnedIds: 7 }, { pinnedIds: "[" }, { supernodes: "[[" },
    { supernodes: [7, ["x"], [null, {}, []]] },
    { microscope: { positions: { a: "x", b: [1], c: [NaN, 2] } } }];
  for (const value of hostile) {
    const work = readQuery(value);
    assert.ok(Array.isArray(work.pinned) && Array.isArray(work.supernodes) && typeof work.positions === "object");
    assert.ok(work.supernodes.every((group) => group.ids.length > 1));
  }
  assert.deepEqual(readQuery({ microscope: { positions: { a: [7, -1] } } }).positions, { a: [1, 0] });
});

test("a graph file is told apart from pins", () => {
  assert.ok(readImport('{"nodes":[],"links":[]}').graph);
  assert.throws(() => readImport("nonsense"), SyntaxError);
});

test("labels travel as other viewers number features, and as ours where no store keeps them", () => {
  const work = labelling(labelling(grouped(), "3/7", "Paris"), "0/0", "first");
  assert.deepEqual(JSON.parse(circuitTracerQuery(work).clerps), [["62", "Paris"], ["0", "first"]]);
  assert.deepEqual(readQuery(circuitTracerQuery(work)).labels, work.labels);
  assert.deepEqual(readQuery(writeQuery(work, { withLabels: true })).labels, work.labels);
  assert.deepEqual(readQuery(writeQuery(work)).labels, {});
  for (const hostile of ["{", [["x", "y"]], [[-1, "y"]], [["1"]], [[1e300, "y"]], 7]) assert.deepEqual(readQuery({ clerps: hostile }).labels, {});
});
