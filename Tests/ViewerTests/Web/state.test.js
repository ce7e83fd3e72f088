import assert from "node:assert/strict";
import { test } from "node:test";
import { searchGraphs } from "../../../Sources/Viewer/Web/graph/search.js";
import { makeStore, readHash, writeHash } from "../../../Sources/Viewer/Web/core/state.js";

test("the address keeps view, graph, node, and slider, whatever characters they hold", () => {
  const kept = { view: "compare", slug: "a b/ü&x", other: "c#d", node: "0_7_1~1", threshold: 0.42 };
  assert.deepEqual(readHash(writeHash(kept)), kept);
});

test("what is missing or malformed in the address is null", () => {
  const nothing = { view: null, slug: null, other: null, node: null, threshold: null };
  assert.deepEqual(readHash(""), nothing);
  assert.deepEqual(readHash("#view=elsewhere"), nothing);
  for (const text of ["#influence=", "#influence=abc", "#influence=7", "#influence=-1"]) {
    assert.equal(readHash(text).threshold, null);
  }
  assert.equal(writeHash(nothing), "");
});

test("a listener that leaves is told nothing more", () => {
  const store = makeStore(Object.freeze({ a: 1 }));
  let told = 0;
  const leave = store.subscribe(() => { told += 1; });
  store.change({ a: 2 });
  leave();
  store.change({ a: 3 });
  assert.equal(told, 1);
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
