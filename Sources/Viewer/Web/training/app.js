// The page of training runs: asks the server every few seconds, and draws what changed.

import { paths, read } from "../core/api.js";
import { byId, make } from "../core/dom.js";
import { dressPage } from "../core/dress.js";
import { percent, plain } from "../core/format.js";
import { t } from "../core/words.js";
import { heatStrip } from "./heatstrip.js";
import { lineChart } from "../draw/linechart.js";
import { runEntries, runHead, settingEntries } from "./runhead.js";

const PAUSE = 3000;
let drawn = "";

dress();
window.addEventListener("hashchange", refresh);
keepFresh();

function dress() {
  dressPage("view.training");
  byId("runs").setAttribute("aria-label", t("training.runs"));
  byId("heat").setAttribute("aria-label", t("training.heat"));
}

async function keepFresh() {
  await refresh();
  setTimeout(keepFresh, PAUSE);
}

async function refresh() {
  if (document.hidden && drawn) return;
  try {
    const list = await read(paths.training());
    byId("pulse").textContent = list.runs.some((run) => run.state === "running") ? t("training.live") : "";
    if (!list.runs.length) return showEmpty(list.folders);
    const selected = list.runs.find((run) => run.name === wantedRun())?.name ?? list.runs[0].name;
    show(list, await read(paths.run(selected)));
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
  document.title = `${run.name} – ${t("view.training")} – Microscope`;
  byId("settings").querySelector("dl").replaceChildren(...settingEntries(run.settings));
  byId("charts").replaceChildren(...(curves.steps.length ? charts(curves) : []));
  byId("heat").replaceChildren(...((curves.steps.length && heatStrip(curves)) || []));
}

function charts(curves) {
  const { steps } = curves;
  const one = (title, unit, values, format, fromZero = true) =>
    has(values) ? lineChart({ title, unit, steps, lines: [{ name: title, values }], format, fromZero }) : null;
  const parts = [
    [t("training.reconstruction"), curves.reconstruction], [t("training.sparsity"), curves.sparsity],
      [t("training.auxiliary"), curves.auxiliary],
    [t("training.preActivation"), curves.preActivation],
  ].filter(([, values]) => values.some((value) => value));
  return [
    parts.length ? lineChart({
      title: t("training.loss"), unit: t("training.terms"), steps, lines: parts.map(([name, values]) => ({ name, values })),
    }) : null,
    one("FVU", t("training.fvu"), curves.unexplained, plain),
    one("L0", t("training.activeFeatures"), curves.activeFeatures, plain),
    one(t("training.dead"), t("training.deadUnit"), curves.dead, percent),
    one("KL", t("training.kl"), curves.divergence, plain),
  ].filter(Boolean);
}

function has(values) { return values.some((value) => value !== null && value !== undefined); }

function showEmpty(folders) {
  byId("training").hidden = true;
  byId("empty").hidden = false;
  byId("empty").replaceChildren(make("h2", {}, t("training.empty")),
    make("p", {}, t("training.emptyHelp")),
    make("pre", {}, make("code", {}, "microscope train --text corpus/en --output runs/first\nmicroscope serve --runs runs")),
    make("p", {}, t("training.lookedAt"), folders.join(", ")));
}
