import assert from "node:assert/strict";
import { test } from "node:test";
import { searchGraphs } from "../../../Sources/Viewer/Web/search.js";
import { makeStore, readHash, writeHash } from "../../../Sources/Viewer/Web/state.js";

test("the address keeps graph, node, and slider, whatever characters they hold", () => {
  const hash = writeHash({ slug: "a b/ü&x", node: "0_7_1~1", threshold: 0.42 });
  assert.deepEqual(readHash(hash), { slug: "a b/ü&x", node: "0_7_1~1", threshold: 0.42 });
});

test("what is missing or malformed in the address is null", () => {
  assert.deepEqual(readHash(""), { slug: null, node: null, threshold: null });
  for (const text of ["#influence=", "#influence=abc", "#influence=7", "#influence=-1"]) {
    assert.equal(readHash(text).threshold, null);
  }
  assert.equal(writeHash({ slug: null, node: null, threshold: null }), "");
});

test("the store replaces its state and tells what it was before", () => {
  const store = makeStore(Object.freeze({ a: 1, b: 2 }));
  const seen = [];
  store.subscribe((state, previous) => seen.push([state.a, previous.a]));
  store.change({ a: 5 });
  assert.deepEqual(store.read(), { a: 5, b: 2 });
  assert.deepEqual(seen, [[5, 1]]);
  assert.ok(Object.isFrozen(store.read()));
});

test("a search finds graphs that hold every word, in any case", () => {
  const graphs = [
    { slug: "one", prompt: "The capital of Italy" },
    { slug: "two", prompt: "Capital letters", model: "gemma" },
  ];
  assert.deepEqual(searchGraphs(graphs, "CAPITAL").map((each) => each.slug), ["one", "two"]);
  assert.deepEqual(searchGraphs(graphs, "gemma capital").map((each) => each.slug), ["two"]);
  assert.deepEqual(searchGraphs(graphs, "paris"), []);
});
