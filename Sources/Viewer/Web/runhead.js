// What a run is, and how far it has come.

import { make, sized } from "./dom.js";
import { count, date, estimate, percent, twoDecimals } from "./format.js";

const STATES = { running: "running", finished: "finished", stale: "stopped" };

/** How much of a run is done, 0…1. */
export function progressOf({ state, step, stepCount }) {
  if (state === "finished") return 1;
  return stepCount ? step / stepCount : 0;
}

/** A line about a run for the list. */
export function aboutRun(run) {
  const parts = [STATES[run.state]];
  if (run.state === "running" && !run.step) parts.push("computing the start");
  else if (run.stepCount && run.state !== "finished") parts.push(percent(progressOf(run)));
  if (run.state === "running" && run.secondsLeft) parts.push(`${estimate(run.secondsLeft)} left`);
  return parts.join(" · ");
}

/** The list's entries. */
export function runEntries(runs, selected, choose) {
  return runs.map((run) => make("button", {
    type: "button", "aria-current": String(run.name === selected), onclick: () => choose(run.name),
  },
  make("span", { class: "name" }, make("span", { class: `state ${run.state}`, "aria-hidden": true }), run.name,
    run.unexplained === undefined ? null : make("span", { class: "fvu" }, `FVU ${twoDecimals(run.unexplained)}`)),
  make("span", { class: "about" }, aboutRun(run)),
  make("div", { class: "done", "aria-hidden": true }, sized(make("i"), progressOf(run)))));
}

/** The head of one run. */
export function runHead(run, hasCurves) {
  const numbers = [
    ["state", STATES[run.state]], ["kind", kindOf(run.settings)],
    ["steps", run.stepCount ? `${count(run.step)} of ${count(run.stepCount)}` : null],
    ["tokens", run.tokens ? count(run.tokens) : null],
    ["tokens a second", run.tokensPerSecond ? count(run.tokensPerSecond) : null],
    ["left", run.secondsLeft !== undefined ? estimate(run.secondsLeft) : null],
    ["last numbers", date(run.updated)],
  ].filter(([, value]) => value);
  return [
    make("h2", {}, run.name), make("p", { class: "path" }, run.folder),
    make("dl", { class: "numbers" }, ...numbers.map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, value)))),
    make("div", { class: "done", role: "progressbar", "aria-label": "Steps done", "aria-valuemin": 0,
      "aria-valuemax": 100, "aria-valuenow": Math.round(progressOf(run) * 100) }, sized(make("i"), progressOf(run))),
    hasCurves ? null : make("p", { class: "nothing" }, withoutCurves(run)),
  ].filter(Boolean);
}

/** The settings as a list, in the order of their names. */
export function settingEntries(settings) {
  return Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) =>
    make("div", {}, make("dt", {}, key), make("dd", {}, shortNumber(value))));
}

/** A setting's number as people write it: 1.99999995529652e-2 is 0.02. */
export function shortNumber(text) {
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? text : String(Number(value.toPrecision(6)));
}

function kindOf({ kind, features, k }) {
  return [kind?.toUpperCase(), features ? `${shortNumber(features)} features` : null, k ? `k ${shortNumber(k)}` : null]
    .filter(Boolean).join(", ");
}

function withoutCurves(run) {
  if (run.state === "running") return "No step is taken yet: the first round of activations and the start come before the first numbers.";
  if (run.state === "finished") return "This set was computed in closed form or refitted, without gradient steps, so there are no curves.";
  return "The run ended before its first numbers.";
}
