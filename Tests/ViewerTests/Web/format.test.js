import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../../Sources/Viewer/Web/core/format.js";
import { speak } from "../../../Sources/Viewer/Web/core/words.js";

test("weights carry a sign and about three digits", () => {
  assert.equal(format.signedWeight(1.236), "+1.24");
  assert.equal(format.signedWeight(-0.0312), "−0.031");
  assert.equal(format.signedWeight(0), "+0");
  assert.equal(format.signedWeight(NaN), "–");
  assert.equal(format.plain(1e-7), "1.0e−7");
  assert.equal(format.plain(123.4), "123");
});

test("shares are percentages that never claim more than they hold", () => {
  assert.equal(format.percent(0.416), "42 %");
  assert.equal(format.percent(0.0416), "4.2 %");
  assert.equal(format.percent(0.00001), "<0.1 %");
  assert.equal(format.percent(0), "0 %");
  assert.equal(format.percent(null), "–");
});

test("counts and durations read well", () => {
  assert.equal(format.count(21345), "21\u2009345");
  assert.equal(format.duration(0.424), "0.42 s");
  assert.equal(format.duration(185.4), "3 min 5 s");
});

test("invisible characters of tokens become visible", () => {
  assert.equal(format.visibleToken(" Rome"), "·Rome");
  assert.equal(format.visibleToken("\n"), "⏎");
  assert.equal(format.visibleToken(""), "∅");
  assert.equal(format.shortToken(" Rome"), "Rome");
  assert.equal(format.shortToken(" "), "·");
  assert.equal(format.shortToken("abcdefghijklmnop", 6), "abcde…");
  assert.equal(format.truncate("👩‍🔬👩‍🔬", 2).length > 0, true);
});

test("a date that is no date is left out", () => {
  assert.equal(format.date(NaN), "");
  assert.equal(format.date(null), "");
  assert.match(format.date(1763800000000), /^2025-11-2\d \d\d:\d\d$/);
});

test("Chinese readers get their own numbers and dates", () => {
  speak("zh");
  assert.equal(format.percent(0.41), "41%");
  assert.equal(format.count(21345), "21,345");
  assert.match(format.date(new Date(2025, 10, 22, 8, 5).getTime()), /^2025年11月22日 08:05$/);
  assert.equal(format.duration(12), "12 秒");
  speak("en");
});
