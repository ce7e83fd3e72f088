// Changing features while the model reads the prompt: factors, and what came of them beside the prediction.

import { button, check, make } from "../core/dom.js";
import { plain } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { emptyIntervention } from "../actions/live.js";
import { subgraph } from "../graph/subgraph.js";
import { boxName } from "./subgraph.js";
import { outcome } from "./outcome.js";

const LOW = -5;
const HIGH = 5;

/** Builds the panel. */
export function makeIntervene({ store, actions }) {
  const rows = make("div", { class: "factors" });
  const results = make("div", { class: "outcome", "aria-live": "polite" });
  const run = button(t("intervene.run"), () => actions.runIntervention(), { class: "plain main", id: "intervene-run" });
  const sweep = button(t("intervene.sweep"), () => actions.runIntervention("factor=-4..4:0.5"), { id: "intervene-sweep" });
  const clear = button(t("intervene.clear"), () => actions.setIntervention(emptyIntervention()), { id: "intervene-clear" });
  const frozen = check(t("intervene.freeze"), true, (value) => actions.setIntervention({ freezeAttention: value }),
    { id: "intervene-freeze" });
  const count = make("input", { type: "number", id: "intervene-count", min: 0, max: 200, value: 12,
    "aria-label": t("intervene.generate"),
    onchange: (event) => actions.setIntervention({ generate: Math.min(Math.max(Number(event.target.value) || 0, 0), 200) }) });
  const tools = make("div", { class: "panel-tools" }, run, sweep, clear, frozen,
    make("label", { class: "check" }, t("intervene.generate"), count));
  const closed = make("div", { class: "hint" });
  const columns = make("div", { class: "intervene-columns" }, rows, results);
  return {
    element: make("div", { class: "intervene-panel" }, tools, columns, closed),
    update: (state, previous) => {
      if (!state.graph) return;
      const live = state.abilities?.isLive;
      closed.hidden = Boolean(live);
      tools.hidden = columns.hidden = !live;
      if (!live) { closed.textContent = t("intervene.notLive"); return; }
      if (changed(state, previous, "graph", "work", "selected", "cards") ||
        !rows.children.length) rows.replaceChildren(...factorRows(state, store, actions));
      if (changed(state, previous, "intervention", "graph", "work", "selected")) {
        syncRows(rows, state);
        const { factors, running } = state.intervention ?? emptyIntervention();
        run.disabled = sweep.disabled = running || !Object.keys(factors).length;
        results.replaceChildren(...outcome(state));
      }
    },
    focus: () => rows.querySelector("input")?.focus(),
  };
}

// A row for each box of the subgraph, and one for the selected feature when it is not among them.
function factorRows(state, store, actions) {
  const { graph, work, selected } = state;
  const boxes = subgraph(graph, work).boxes.filter((box) => box.kind !== "logit");
  const node = selected === null ? null : graph.nodes[selected];
  const entries = boxes.map((box) => [box.id, boxName(state, box)]);
  if (node && node.kind !== "logit" && !boxes.some((box) => box.members.includes(selected))) {
    entries.unshift([node.key, boxName(state, { group: null, members: [selected] })]);
  }
  if (!entries.length) return [make("p", { class: "note" }, t("intervene.empty"))];
  return [make("p", { class: "note" }, t("intervene.help")), ...entries.map(([id, name]) => factorRow(id, name, store, actions))];
}

function factorRow(id, name, store, actions) {
  const slider = make("input", {
    type: "range", min: LOW, max: HIGH, step: 0.25, value: 1, "aria-label": t("intervene.factorOf", { name }), list: "factor-marks",
    oninput: () => actions.setFactor(id, Number(slider.value)),
    onchange: () => { if (Object.keys(store.read().intervention?.factors ?? {}).length) actions.runIntervention(); },
  });
  const preset = (text, factor, title) => button(text, () => { actions.setFactor(id, factor); actions.runIntervention(); },
    { class: "plain preset", title, "aria-label": `${title}: ${name}` });
  return make("div", { class: "factor", "data-box": id }, make("span", { class: "name", title: name }, name), slider,
    make("output", {}),
    preset("0", 0, t("intervene.ablate")), preset("−1", -1, t("intervene.flip")), preset("2", 2, t("intervene.double")));
}

function syncRows(rows, { intervention }) {
  const { factors } = intervention ?? emptyIntervention();
  for (const row of rows.querySelectorAll(".factor")) {
    const factor = factors[row.dataset.box] ?? 1;
    const slider = row.querySelector("input");
    if (Number(slider.value) !== factor) slider.value = String(factor);
    row.querySelector("output").textContent = factor === 1 ? t("intervene.unchanged") : `× ${plain(factor)}`;
    row.classList.toggle("set", factor !== 1);
  }
}
