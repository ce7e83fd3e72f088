import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyHistory, redone, remembered, rewritten, undone } from "../../../Sources/Viewer/Web/core/history.js";

test("undo and redo walk through the values in order", () => {
  let history = remembered(emptyHistory(), "a");
  history = remembered(history, "b");
  const first = undone(history, "c");
  assert.equal(first.value, "b");
  const second = undone(first.history, first.value);
  assert.equal(second.value, "a");
  assert.equal(undone(second.history, second.value), null);
  const again = redone(second.history, second.value);
  assert.equal(again.value, "b");
  assert.equal(redone(again.history, again.value).value, "c");
});

test("a new change forgets what could have been redone", () => {
  const back = undone(remembered(emptyHistory(), "a"), "b");
  assert.equal(redone(remembered(back.history, back.value), "x"), null);
});

test("changes with one tag in a row are one step", () => {
  let history = emptyHistory();
  for (const value of ["a", "b", "c"]) history = remembered(history, value, "drag");
  history = remembered(history, "d", "other");
  const last = undone(history, "e");
  assert.equal(last.value, "d");
  assert.equal(undone(last.history, last.value).value, "a");
});

test("the history does not grow without end", () => {
  let history = emptyHistory();
  for (let at = 0; at < 1000; at += 1) history = remembered(history, at);
  assert.equal(history.past.length, 200);
  assert.equal(history.past.at(-1).value, 999);
});

test("what is no step of its own reaches every remembered value", () => {
  const history = undone(remembered(remembered(emptyHistory(), 1), 2), 3).history;
  const changed = rewritten(history, (value) => value * 10);
  assert.deepEqual([...changed.past, ...changed.future].map((step) => step.value), [10, 30]);
});
