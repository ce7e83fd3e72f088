// What a run is, and how far it has come.

import { make, sized } from "../core/dom.js";
import { count, date, estimate, percent, twoDecimals } from "../core/format.js";
import { t } from "../core/words.js";

/** How much of a run is done, 0…1. */
export function progressOf({ state, step, stepCount }) {
  if (state === "finished") return 1;
  return stepCount ? step / stepCount : 0;
}

/** A line about a run for the list. */
export function aboutRun(run) {
  const parts = [t(`training.state.${run.state}`)];
  if (run.state === "running" && !run.step) parts.push(t("training.starting"));
  else if (run.stepCount && run.state !== "finished") parts.push(percent(progressOf(run)));
  if (run.state === "running" && run.secondsLeft) parts.push(t("training.leftTime", { time: estimate(run.secondsLeft) }));
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
    ["state", t(`training.state.${run.state}`)], ["kind", kindOf(run.settings)],
    ["steps", run.stepCount ? t("training.stepsOf", { done: count(run.step), all: count(run.stepCount) }) : null],
    ["tokens", run.tokens ? count(run.tokens) : null],
    ["tokensPerSecond", run.tokensPerSecond ? count(run.tokensPerSecond) : null],
    ["left", run.secondsLeft !== undefined ? estimate(run.secondsLeft) : null],
    ["lastNumbers", date(run.updated)],
  ].filter(([, value]) => value);
  return [
    make("h2", {}, run.name), make("p", { class: "path" }, run.folder),
    make("dl", { class: "numbers" }, ...numbers.map(([name, value]) =>
      make("div", {}, make("dt", {}, t(`training.${name}`)), make("dd", {}, value)))),
    make("div", { class: "done", role: "progressbar", "aria-label": t("training.stepsDone"), "aria-valuemin": 0,
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
  return [kind?.toUpperCase(), features ? t("training.features", { n: shortNumber(features) }) : null,
    k ? `k ${shortNumber(k)}` : null]
    .filter(Boolean).join(", ");
}

function withoutCurves(run) {
  if (run.state === "running") return t("training.waiting");
  return run.state === "finished" ? t("training.closed") : t("training.ended");
}
