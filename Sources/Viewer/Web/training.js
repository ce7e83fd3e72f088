// The page of training runs: asks the server every few seconds, and draws what changed.

import { fetchRun, fetchRuns } from "./api.js";
import { byId, make } from "./dom.js";
import { percent, plain } from "./format.js";
import { heatStrip } from "./heatstrip.js";
import { lineChart } from "./linechart.js";
import { runEntries, runHead, settingEntries } from "./runhead.js";

const PAUSE = 3000;
let drawn = "";

window.addEventListener("hashchange", refresh);
keepFresh();

async function keepFresh() {
  await refresh();
  setTimeout(keepFresh, PAUSE);
}

async function refresh() {
  if (document.hidden && drawn) return;
  try {
    const list = await fetchRuns();
    byId("pulse").textContent = list.runs.some((run) => run.state === "running") ? "live" : "";
    if (!list.runs.length) return showEmpty(list.folders);
    const selected = list.runs.find((run) => run.name === wantedRun())?.name ?? list.runs[0].name;
    show(list, await fetchRun(selected));
  } catch (error) {
    byId("pulse").textContent = error.message;
  }
}

function wantedRun() { return new URLSearchParams(location.hash.slice(1)).get("run"); }

function choose(name) { location.hash = new URLSearchParams({ run: name }).toString(); }

function show(list, { run, curves }) {
  byId("training").hidden = false;
  byId("empty").hidden = true;
  const focused = document.activeElement?.closest("#runs button") !== null;
  byId("runs").replaceChildren(...runEntries(list.runs, run.name, choose));
  if (focused) byId("runs").querySelector("[aria-current=true]")?.focus();
  byId("run-head").replaceChildren(...runHead(run, curves.steps.length > 0));
  // A chart under the pointer is left alone until there is something new in it.
  const state = JSON.stringify([run.name, curves.steps.at(-1), curves.steps.length]);
  if (state === drawn) return;
  drawn = state;
  document.title = `${run.name} – Training – Microscope`;
  byId("settings").querySelector("dl").replaceChildren(...settingEntries(run.settings));
  byId("charts").replaceChildren(...(curves.steps.length ? charts(curves) : []));
  byId("heat").replaceChildren(...((curves.steps.length && heatStrip(curves)) || []));
}

function charts(curves) {
  const { steps } = curves;
  const one = (title, unit, values, format, fromZero = true) =>
    has(values) ? lineChart({ title, unit, steps, lines: [{ name: title, values }], format, fromZero }) : null;
  const parts = [
    ["reconstruction", curves.reconstruction], ["sparsity", curves.sparsity], ["auxiliary", curves.auxiliary],
    ["pre-activation", curves.preActivation],
  ].filter(([, values]) => values.some((value) => value));
  return [
    parts.length ? lineChart({
      title: "Loss", unit: "its terms", steps, lines: parts.map(([name, values]) => ({ name, values })),
    }) : null,
    one("FVU", "unexplained fraction of variance, mean over layers", curves.unexplained, plain),
    one("L0", "active features at a position, mean over layers", curves.activeFeatures, plain),
    one("Dead features", "share, mean over layers", curves.dead, percent),
    one("KL", "nats, model ‖ replacement model", curves.divergence, plain),
  ].filter(Boolean);
}

function has(values) { return values.some((value) => value !== null && value !== undefined); }

function showEmpty(folders) {
  byId("training").hidden = true;
  byId("empty").hidden = false;
  byId("empty").replaceChildren(make("h2", {}, "No training run yet"),
    make("p", {}, "Runs appear here as soon as they begin. Start one, or name the folder of others with --runs:"),
    make("pre", {}, make("code", {}, "microscope train --text corpus/en --output runs/first\nmicroscope serve --runs runs")),
    make("p", {}, "Looked at, with the folders in them: ", folders.join(", ")));
}
