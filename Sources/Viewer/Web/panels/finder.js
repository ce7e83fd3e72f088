// Finding nodes by label, token, or id.

import { glyph, make } from "../core/dom.js";
import { nodeLabel, place, plain } from "../core/format.js";
import { t } from "../core/words.js";
import { findNodes } from "../graph/filters.js";
import { briefNameOf, readingOf } from "../graph/reading.js";

const LISTED = 60;

/** Builds the search field of a graph and its list of what was found. */
export function makeFinder({ store, actions }) {
  const input = make("input", {
    type: "search", id: "find", placeholder: t("find.placeholder"), "aria-label": t("find.label"), role: "combobox",
    "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
  });
  const list = make("ul", { id: "found", role: "listbox", "aria-label": t("find.found"), hidden: true });
  const note = make("span", { class: "note", role: "status" });
  let active = 0;
  let nodes = [];

  const show = () => {
    const state = store.read();
    nodes = state.graph ? findNodes(state.graph, input.value, readingOf(state).name) : [];
    active = Math.min(active, Math.max(nodes.length - 1, 0));
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
    list.replaceChildren(...nodes.slice(0, LISTED).map((node, at) => entry(state, node, at === active, at, pick)));
    note.textContent = input.value.trim() ? t("find.count", { n: nodes.length }) : "";
    input.setAttribute("aria-activedescendant", nodes.length ? `found-${active}` : "");
    list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  };
  const pick = (node) => { actions.select(node.index); close(); };
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
  input.addEventListener("input", () => { active = 0; show(); });
  input.addEventListener("focus", show);
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") active = Math.min(active + 1, Math.min(nodes.length, LISTED) - 1);
    else if (event.key === "ArrowUp") active = Math.max(active - 1, 0);
    else if (event.key === "Enter") { if (event.shiftKey) { actions.choose(nodes.map((node) => node.index)); close(); } else if (nodes[active]) pick(nodes[active]); return; }
    else if (event.key === "Escape") { input.value = ""; close(); document.getElementById("graph").focus(); return; }
    else return;
    event.preventDefault();
    show();
  });
  return {
    element: make("div", { class: "finder" }, input, note, list),
    update: (state, previous) => { if (state.graph !== previous.graph) { input.value = ""; close(); note.textContent = ""; } },
  };
}

function entry(state, node, active, at, pick) {
  const name = node.kind === "feature" ? briefNameOf(state, node) : nodeLabel(node);
  return make("li", {
    id: `found-${at}`, role: "option", class: active ? "active" : null, "aria-selected": String(active),
    onpointerdown: (event) => { event.preventDefault(); pick(node); },
  }, glyph(node.kind), make("span", { class: "name" }, name),
  make("span", { class: "where" }, place(node, state.graph.tokens)),
  make("span", { class: "value" }, node.influence === null ? "" : plain(node.influence)));
}
