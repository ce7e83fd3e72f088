// What an intervention did: outputs before and after, supernodes, text, and the sweep as curves.

import { make, sized } from "../core/dom.js";
import { percent, plain, signedWeight, visibleToken } from "../core/format.js";
import { t } from "../core/words.js";
import { lineChart } from "../draw/linechart.js";
import { boxName } from "./subgraph.js";
import { levelsByLabel } from "./boxchanges.js";
import { subgraph } from "../graph/subgraph.js";

const SHOWN = 6;

/** The elements that tell what came of the last run. */
export function outcome(state) {
  const { intervention } = state;
  if (!intervention) return [make("p", { class: "note" }, t("outcome.none"))];
  const { running, failure, result, sweep, phase } = intervention;
  const parts = [];
  if (running) parts.push(make("p", { class: "note running" }, t("outcome.running", { phase: t(`phase.${phase || "load"}`) })));
  if (failure) parts.push(make("p", { class: "failure" }, failure));
  if (result) parts.push(outputs(result), supernodes(state, result), text(result.text));
  if (sweep) parts.push(curves(state, sweep));
  return parts.filter(Boolean);
}

// The most probable before or after: two bars each, and what the graph predicted for the logit.
function outputs({ candidates, comparison }) {
  if (!candidates?.length) return null;
  const most = (each) => Math.max(each.probabilityBefore, each.probabilityAfter);
  const predicted = new Map((comparison?.logits ?? []).map((line) => [line.name, line]));
  const rows = [...candidates].sort((a, b) => most(b) - most(a)).slice(0, SHOWN);
  return make("section", { class: "outputs" }, make("h3", {}, t("outcome.outputs"),
    make("span", { class: "unit" }, t("outcome.outputsUnit"))),
    make("ol", {}, ...rows.map((each) => make("li", {},
      make("span", { class: "name" }, visibleToken(each.piece)),
      bar("before", each.probabilityBefore), bar("after", each.probabilityAfter),
      make("span", { class: "told", title: t("outcome.predictedHelp") }, told(predicted.get(each.piece)))))));
}

function bar(name, probability) {
  return make("span", { class: `pair ${name}`, role: "img", "aria-label": `${t(`outcome.${name}`)} ${percent(probability)}` },
    make("span", { class: "track" }, sized(make("i"), probability)), make("span", { class: "value" }, percent(probability)));
}

function told(line) {
  return line ? t("outcome.logit", { observed: signedWeight(line.observed), predicted: signedWeight(line.predicted) }) : "";
}

function supernodes(state, result) {
  const levels = levelsByLabel(result);
  const boxes = subgraph(state.graph, state.work).boxes.filter((box) => levels.has(box.id));
  if (!boxes.length) return null;
  return make("section", { class: "levels" }, make("h3", {}, t("outcome.supernodes"),
    make("span", { class: "unit" }, t("outcome.supernodesUnit"))),
    make("ol", {}, ...boxes.map((box) => {
      const { level, predicted } = levels.get(box.id);
      return make("li", {}, make("span", { class: "name" }, boxName(state, box)),
        make("span", { class: level < 0 ? "track negative" : "track positive" }, sized(make("i"), Math.abs(level))),
        make("span", { class: "value" }, percent(level)), make("span", { class: "told" }, percent(predicted)));
    })));
}

function text(texts) {
  if (!texts?.before && !texts?.after) return null;
  return make("section", { class: "texts" }, make("h3", {}, t("outcome.text")),
    make("dl", {}, make("dt", {}, t("outcome.before")), make("dd", {}, texts.before), make("dt", {}, t("outcome.after")),
      make("dd", {}, texts.after)));
}

function curves(state, { points, watched, supernodes: groups, crossover }) {
  if (!points?.length) return null;
  const steps = points.map((point) => point.value);
  const probabilities = (watched ?? []).slice(0, 5).map(({ piece }, at) =>
    ({ name: visibleToken(piece), values: points.map((point) => point.probabilities[at] ?? null) }));
  const boxes = new Map(subgraph(state.graph, state.work).boxes.map((box) => [box.id, boxName(state, box)]));
  const levels = (groups ?? []).slice(0, 5).map((label, at) =>
    ({ name: boxes.get(label) ?? label, values: points.map((point) => point.supernodes?.[at] ?? null) }));
  return make("section", { class: "sweep" }, make("h3", {}, t("outcome.sweep"),
    make("span", { class: "unit" }, crossover === null || crossover === undefined ? ""
      : t("outcome.crossover", { value: plain(crossover) }))),
  make("div", { class: "charts" },
    lineChart({ title: t("outcome.probability"), unit: t("outcome.byFactor"), steps, lines: probabilities, format: percent,
      stepName: t("outcome.factor") }),
    levels.some((line) => line.values.some((value) => value !== null))
      ? lineChart({ title: t("outcome.supernodes"), unit: t("outcome.byFactor"), steps, lines: levels, format: percent,
        stepName: t("outcome.factor") }) : null));
}
