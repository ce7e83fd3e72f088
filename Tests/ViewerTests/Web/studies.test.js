import assert from "node:assert/strict";
import { test } from "node:test";
import { speak } from "../../../Sources/Viewer/Web/core/words.js";
import { subject, tally } from "../../../Sources/Viewer/Web/studies/entries.js";
import { numbers, verdict } from "../../../Sources/Viewer/Web/studies/report.js";
import { body, stateSentence } from "../../../Sources/Viewer/Web/studies/start.js";

speak("en");

test("a report is told by sign and word, and what it has none of is left out", () => {
  assert.deepEqual(tally({ held: 3, failed: 1, untestable: 0 }).map(({ sign, n, text }) => [sign, n, text]),
    [["✓", 3, "3 hypotheses held"], ["✗", 1, "1 hypothesis failed"]]);
  assert.equal(subject({ model: "m", transcoders: "neurons", control: null }), "m · neurons");
  assert.equal(subject({ model: "m", transcoders: "s", control: "shuffled" }), "m · s · in its place control: shuffled");
});

test("verdicts, known and new ones", () => {
  assert.equal(verdict("held").sign, "✓");
  assert.equal(verdict("failed").kind, "failed");
  assert.equal(verdict("not testable here").kind, "untestable");
  assert.equal(verdict("").kind, "untestable");
});

test("a finding's numbers, and none where nothing was measured", () => {
  const finding = { value: 0.5, interval: [0.41, 0.62], threshold: 0.8, isUpperBound: false, count: 60 };
  assert.deepEqual(numbers(finding), { value: "50 %", interval: "41 % to 62 %", claimed: "≥ 80 %", prompts: "60" });
  assert.deepEqual(numbers({ threshold: 0.1, isUpperBound: true, count: 0 }),
    { value: "–", interval: "", claimed: "≤ 10 %", prompts: "0" });
});

test("how far a run has come", () => {
  assert.equal(stateSentence({ state: "waiting", waiting: 2 }), "2 studies are before it.");
  assert.equal(stateSentence({ state: "waiting", waiting: 0 }), "Next in line.");
  assert.equal(stateSentence({ state: "running", phase: "'cities'", done: 1200, total: 3000 }).replace(/\s/gu, " "), "'cities' · 1 200 / 3 000");
  assert.equal(stateSentence({ state: "running", phase: "", done: 0, total: 0 }), "loading the model");
  assert.equal(stateSentence({ state: "failed", error: { message: "No." } }), "No.");
  assert.deepEqual(body({ model: "m", control: "" }), { model: "m" });
});
