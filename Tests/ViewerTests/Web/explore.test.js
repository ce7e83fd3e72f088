import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGraph } from "../../../Sources/Viewer/Web/graph/decode.js";
import { areOpen, findNodes, noFilters, passes } from "../../../Sources/Viewer/Web/graph/filters.js";
import { routesBetween } from "../../../Sources/Viewer/Web/graph/paths.js";
import { prune } from "../../../Sources/Viewer/Web/graph/prune.js";
import { brief, briefNameOf, nameOf } from "../../../Sources/Viewer/Web/graph/reading.js";
import { pointsOf, rankCorrelation, SCALARS } from "../../../Sources/Viewer/Web/graph/scalars.js";
import { noTrail, walk } from "../../../Sources/Viewer/Web/graph/walk.js";
import { smallGraphFile } from "./fixtures.js";

const graph = decodeGraph(smallGraphFile());
const everything = new Uint8Array(graph.nodes.length).fill(1);
const reading = { graph, name: (node) => node.label, density: (node) => (node.kind === "feature" ? 0.3 : null) };
const kept = (patch) => graph.nodes.filter((node) => passes(node, { ...noFilters(), ...patch }, reading)).map((node) => node.index);

test("each filter hides what it should, and open filters nothing", () => {
  assert.ok(areOpen(noFilters()));
  assert.deepEqual(kept({}), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(kept({ kinds: { ...noFilters().kinds, error: false } }), [0, 1, 2, 4, 5]);
  assert.deepEqual(kept({ layers: [1, null] }), [0, 1, 3, 4, 5]);
  assert.deepEqual(kept({ positions: [null, 0] }), [0]);
  assert.deepEqual(kept({ density: 0.2 }), [0, 1, 3, 4, 5]);
  assert.deepEqual(kept({ sign: "negative" }), [0, 1, 4, 5]);
  assert.deepEqual(kept({ text: "SAY" }), [2]);
});

test("filters hide nodes without touching the others", () => {
  const visible = prune(graph, graph.maxInfluence, { ...noFilters(), kinds: { ...noFilters().kinds, token: false } });
  assert.deepEqual([...visible.mask], [0, 0, 1, 1, 1, 1]);
  assert.equal(visible.linkCount, 3);
});

test("nodes are found by label, token, and id", () => {
  const found = (query) => findNodes(graph, query, reading.name).map((node) => node.index);
  assert.deepEqual(found("say"), [2]);
  assert.deepEqual(found("0/7"), [2]);
  assert.deepEqual(found("E_1_0"), [0]);
  assert.deepEqual(found("  "), []);
});

test("a person's label wins over the store's, and that over the file's", () => {
  const node = graph.nodes[2];
  const cards = { "0/7": { label: { text: "stored" } } };
  assert.equal(nameOf({ work: { labels: {} }, cards: null }, node), "say x");
  assert.equal(nameOf({ work: { labels: {} }, cards }, node), "stored");
  assert.equal(nameOf({ work: { labels: { "0/7": "mine" } }, cards }, node), "mine");
});

test("arrows walk up and down the strongest links, and sideways among them", () => {
  const down = walk(graph, everything, 4, noTrail(), "down");
  assert.equal(down.index, 2);
  assert.equal(walk(graph, everything, 2, down.trail, "right").index, 3);
  assert.equal(walk(graph, everything, 2, down.trail, "left"), null);
  assert.equal(walk(graph, everything, 2, noTrail(), "up").index, 4);
  assert.equal(walk(graph, everything, 0, noTrail(), "down"), null);
  const mask = Uint8Array.from(everything);
  mask[4] = 0;
  assert.equal(walk(graph, mask, 2, noTrail(), "up").index, 5);
});

test("the routes from a token to an output hold what flows between them, and nothing else", () => {
  const route = routesBetween(graph, everything, 0, 4);
  assert.deepEqual([...route.nodes].sort(), [0, 2, 4]);
  assert.ok(Math.abs(route.share - 2 / 3 * 3 / 4) < 1e-12);
  assert.equal(routesBetween(graph, everything, 3, 5), null);
});

test("every scalar gives a finite number or null for every node", () => {
  for (const value of Object.values(SCALARS)) {
    for (const node of graph.nodes) {
      const number = value(node, { ...reading, logit: 4 });
      assert.ok(number === null || Number.isFinite(number));
    }
  }
  assert.equal(SCALARS.toOutput(graph.nodes[2], { graph, logit: 4 }), 3);
});

test("points are the visible features that have both numbers", () => {
  assert.deepEqual(pointsOf({ ...reading, logit: 4 }, everything, "activation", "outDegree"), [{ index: 2, x: 1.5, y: 2 }]);
  assert.deepEqual(pointsOf(reading, everything, "inWeight", "layer", [true, false]), [{ index: 2, x: Math.log10(3), y: 0 }]);
});

test("rank correlation sees order only, and ties share their ranks", () => {
  const points = (pairs) => pairs.map(([x, y]) => ({ x, y }));
  assert.ok(Math.abs(rankCorrelation(points([[1, 1], [2, 10], [3, 1000]])) - 1) < 1e-12);
  assert.ok(Math.abs(rankCorrelation(points([[1, 3], [2, 2], [3, 1]])) + 1) < 1e-12);
  assert.ok(Math.abs(rankCorrelation(points([[1, 1], [1, 2], [2, 3], [2, 4]])) - 0.8944271909999159) < 1e-9);
  assert.equal(rankCorrelation(points([[1, 1], [2, 2]])), null);
});

test("in narrow places a label by rule loses its words, and nothing else", () => {
  assert.equal(brief("fires on ‘Paris’, ‘France’ · says ‘French’"), "‘Paris’ ‘France’ → ‘French’");
  assert.equal(brief("says ‘ disadvant’ ‘age’"), "→ ‘ disadvant’ ‘age’");
  assert.equal(brief("fires on capital letters"), "fires on capital letters");
  assert.equal(brief("12/845"), "12/845");
  const state = { work: { labels: { "0/7": "fires on ‘x’" } }, cards: null };
  assert.equal(briefNameOf(state, graph.nodes[2]), "fires on ‘x’");
});
