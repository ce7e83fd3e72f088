// The selected node: what it is, what feeds it, what it feeds, and what its feature means.

import { button, glyph, make, signButton } from "../core/dom.js";
import { beginEditing, makeEditor } from "../core/edit.js";
import { nodeLabel, percent, place, plain } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { nameOf } from "../graph/reading.js";
import { makeDashboard } from "./dashboard.js";
import { linkList, mixBar } from "./nodelinks.js";

/** Builds the panel. */
export function makeDetail({ store, actions }) {
  const element = make("div", { id: "detail", class: "detail" });
  const dashboard = makeDashboard({ actions });
  return {
    element,
    update: (state, previous) => {
      if (!state.graph || state.selected === null) { element.replaceChildren(make("p", { class: "note" },
        t("node.none"))); return; }
      if (changed(state, previous, "graph", "selected", "visible", "work", "cards")) redraw(element, state, previous, dashboard,
        actions);
      if (state.graph !== previous.graph || state.selected !== previous.selected) announce(state);
    },
    focus: () => element.querySelector("h2, button")?.focus(),
  };
}

function redraw(element, state, previous, dashboard, actions) {
  const editing = element.contains(document.activeElement) && document.activeElement.tagName === "INPUT";
  const moved = state.graph !== previous.graph || state.selected !== previous.selected;
  if (editing && !moved) return;
  const focused = !moved && element.contains(document.activeElement) ? document.activeElement.id : null;
  const top = moved ? 0 : element.scrollTop;
  element.replaceChildren(...panel(state, dashboard, actions));
  element.scrollTop = top;
  if (focused) document.getElementById(focused)?.focus();
}

function announce(state) {
  const node = state.graph.nodes[state.selected];
  document.getElementById("status").textContent =
    `${t(`kind.${node.kind}`)} ${node.kind === "feature" ? nameOf(state, node) : nodeLabel(node)}, ${place(node, state.graph.tokens)}`;
}

function panel(state, dashboard, actions) {
  const { graph, visible } = state;
  const node = graph.nodes[state.selected];
  const mix = mixBar(graph, node.index);
  return [
    head(state, node, actions), numbers(node),
    node.kind === "error" ? make("p", { class: "meaning" }, t("node.errorMeaning")) : null,
    visible.mask[node.index] ? null : make("p", { class: "meaning" }, t("node.hidden")),
    node.kind === "feature" ? dashboard(state, node) : null,
    node.kind === "feature" || node.kind === "logit" ? linkList(state, actions, "inputs", mix) : null,
    node.kind === "logit" ? null : linkList(state, actions, "outputs", null),
  ].filter(Boolean);
}

function head(state, node, actions) {
  const pinned = state.work.pinned.includes(node.key);
  return make("header", {},
    make("div", { class: "kind" }, glyph(node.kind), make("span", {}, t(`kind.${node.kind}`)),
      button(pinned ? t("node.unpin") : t("node.pin"), () => actions.pin([node.index], !pinned),
        { id: "pin", "aria-pressed": String(pinned) })),
    node.kind === "feature" ? labelField(state, node, actions) : make("h2", { title: node.key, tabindex: -1 }, nodeLabel(node)),
    make("p", { class: "place" }, place(node, state.graph.tokens)));
}

// The label is edited where it stands; Enter keeps it, Escape gives it up, empty takes a person's label away.
function labelField(state, node, actions) {
  const name = nameOf(state, node);
  const title = make("h2", { title: node.key, tabindex: -1 }, name);
  const edit = signButton("✎", t("node.rename"), () => {
    const input = makeEditor({
      id: "label-input", value: name, label: t("node.label"), longest: 500,
      done: (text, isLeft) => {
        row.replaceChildren(title, edit);
        if (text === null && !isLeft) edit.focus();
        else if (text !== null) actions.labelFeature(node.featureKey, text);
      },
    });
    row.replaceChildren(input);
    beginEditing(input);
  }, { id: "rename" });
  const row = make("div", { class: "label-row" }, title, edit);
  return row;
}

function numbers(node) {
  const rows = [
    ["probability", node.probability, percent], ["activation", node.activation, plain], ["influence", node.influence, plain],
  ].filter(([, value]) => value !== null);
  if (node.kind === "feature") rows.unshift(["feature", node.featureKey, String]);
  return make("dl", { class: "numbers" }, ...rows.map(([name, value, write]) =>
    make("div", { title: t(`meaning.${name}`) }, make("dt", {}, t(`scalar.${name}`)), make("dd", {}, write(value)))));
}
