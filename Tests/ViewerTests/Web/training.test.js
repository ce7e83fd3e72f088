import assert from "node:assert/strict";
import { test } from "node:test";
import { heatColour } from "../../../Sources/Viewer/Web/training/heatstrip.js";
import { aboutRun, progressOf, shortNumber } from "../../../Sources/Viewer/Web/training/runhead.js";
import { makeRuns, makeScale, nearest, tickText } from "../../../Sources/Viewer/Web/graph/scale.js";

test("an axis spans its values with few round ticks", () => {
  for (const values of [[0.413, 0.98], [3, 3], [0, 0], [1e-9, 2e-9], [-5, 12, null], [1e7, 3e7], []]) {
    const { low, high, ticks } = makeScale(values);
    const finite = values.filter((value) => value !== null);
    assert.ok(finite.every((value) => value >= low - 1e-12 && value <= high + 1e-12), String(values));
    assert.ok(high > low && ticks.length >= 2 && ticks.length <= 7, String(values));
  }
  assert.equal(makeScale([0.4, 0.9], { fromZero: true }).low, 0);
  assert.deepEqual(makeScale([0, 0], { fromZero: true }).ticks.at(-1), 0.5);
  assert.equal(tickText(327680), "328k");
  assert.equal(tickText(0.30000000000000004), "0.3");
});

test("a line is broken where numbers are missing", () => {
  const same = (value) => value;
  assert.deepEqual(makeRuns([1, 2, 3, 4], [5, null, 6, 7], same, same), [[[1, 5]], [[3, 6], [4, 7]]]);
  assert.deepEqual(makeRuns([1, 2], [undefined, NaN], same, same), []);
  assert.equal(nearest([10, 20, 30], 26), 2);
});

test("a run tells its state in a few words", () => {
  const run = { state: "running", step: 20, stepCount: 80, secondsLeft: 90 };
  assert.equal(aboutRun(run), "running · 25 % · 2 min left");
  assert.equal(aboutRun({ state: "running", step: 0 }), "running · computing the start");
  assert.equal(aboutRun({ ...run, secondsLeft: 10_680 }), "running · 25 % · 2 h 58 min left");
  assert.equal(aboutRun({ state: "finished", step: 80, stepCount: 80 }), "finished");
  assert.equal(progressOf({ state: "stale", step: 20, stepCount: 80 }), 0.25);
  assert.equal(shortNumber("1.99999995529652e-2"), "0.02");
  assert.equal(shortNumber("batchtopk"), "batchtopk");
});

test("colours of the strip end at nothing explained", () => {
  assert.deepEqual(heatColour(1), heatColour(98));
  assert.deepEqual(heatColour(-1), heatColour(0));
  assert.notDeepEqual(heatColour(0.2), heatColour(0.6));
});
