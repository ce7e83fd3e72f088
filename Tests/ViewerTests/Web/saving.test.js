import assert from "node:assert/strict";
import { test } from "node:test";
import { makeStore } from "../../../Sources/Viewer/Web/core/state.js";
import { emptyWork, pinning } from "../../../Sources/Viewer/Web/graph/work.js";

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A server that answers a save after `delay` and refuses one that did not begin with the last revision.
function slowServer(delay) {
  const seen = { saves: 0, refused: 0, pinned: [], paths: [] };
  globalThis.fetch = async (path, { method, body } = {}) => {
    seen.paths.push(path);
    const { revision, query } = body ? JSON.parse(body) : {};
    await pause(delay);
    const answer = (status, value) => new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });
    if (method !== "PUT") return answer(200, { revision: String(seen.saves), query: {} });
    if (revision !== null && revision !== String(seen.saves)) {
      seen.refused += 1;
      return answer(409, { error: { code: "conflict", message: "Somebody saved before you." } });
    }
    seen.saves += 1;
    seen.pinned = query.pinnedIds;
    return answer(200, { revision: String(seen.saves) });
  };
  return seen;
}

test("changes while a slow save is under way are saved after it, and are no conflict", async () => {
  globalThis.addEventListener ??= () => {};
  const { makeSaving } = await import("../../../Sources/Viewer/Web/actions/works.js");
  const seen = slowServer(900);
  const work = emptyWork();
  const store = makeStore();
  store.change({
    slug: "a", graph: { nodes: [], byKey: new Map() }, file: {}, sets: [], work, savedWork: work, revision: "0", selected: null,
  });
  const failures = [];
  const saved = makeSaving(store, { fail: (error) => failures.push(error), notify: (text) => failures.push(text) });
  store.subscribe(saved);
  for (const id of ["x", "y", "z"]) {
    store.change({ work: pinning(store.read().work, [id]) });
    await pause(450);
  }
  await pause(2600);
  assert.deepEqual({ refused: seen.refused, failures, pinned: seen.pinned }, { refused: 0, failures: [], pinned: ["x", "y", "z"] });
});

test("what is unsaved of a graph that is left goes to its own file, after a save under way", async () => {
  globalThis.addEventListener ??= () => {};
  const { makeSaving, savesUnderWay } = await import("../../../Sources/Viewer/Web/actions/works.js");
  const seen = slowServer(200);
  const work = emptyWork();
  const store = makeStore();
  const graph = { nodes: [], byKey: new Map() };
  store.change({ slug: "a", graph, file: {}, sets: [], work, savedWork: work, revision: "0", selected: null });
  const failures = [];
  store.subscribe(makeSaving(store, { fail: (error) => failures.push(error), notify: (text) => failures.push(text) }));
  // As `open` does: the next graph's name comes at once, its work later.
  const open = (slug) => store.change({ slug, savedWork: null });
  store.change({ work: pinning(store.read().work, ["x"]) });
  open("b");
  await savesUnderWay();
  assert.deepEqual([seen.paths, seen.pinned, failures], [["/api/v1/graphs/a/query"], ["x"], []]);
  const other = emptyWork();
  store.change({ work: other, savedWork: other, revision: "1" });
  store.change({ work: pinning(other, ["y"]) });
  await pause(450);
  store.change({ work: pinning(store.read().work, ["z"]) });
  open("c");
  await pause(450);
  await savesUnderWay();
  assert.deepEqual(seen.paths.slice(1), ["/api/v1/graphs/b/query", "/api/v1/graphs/b/query"]);
  assert.deepEqual([seen.pinned, seen.saves, failures], [["y", "z"], 3, []]);
});
