// The graph picker: a button that opens a searchable list.

import { byId, make } from "./dom.js";
import { counted, date, truncate } from "./format.js";
import { searchGraphs } from "./search.js";

/** Builds the picker; it opens graphs through `actions.open`. */
export function makePicker(store, actions) {
  const title = make("span", { class: "title" }, "Graphs");
  const button = make("button", {
    type: "button", class: "current", "aria-haspopup": "listbox", "aria-expanded": "false",
  }, title, make("span", { class: "chevron", "aria-hidden": true }, "▾"));
  const search = make("input", {
    type: "search", placeholder: "Search prompts", role: "combobox",
    "aria-label": "Search graphs by prompt or model",
    "aria-expanded": "true", "aria-controls": "graph-list", autocomplete: "off", spellcheck: "false",
  });
  const list = make("ul", { id: "graph-list", role: "listbox", "aria-label": "Graphs" });
  const note = make("p", { class: "note" });
  const panel = make("div", { class: "panel", hidden: true }, search, list, note);
  byId("picker").append(button, panel);

  let active = 0;
  const found = () => searchGraphs(store.read().graphs?.graphs ?? [], search.value);
  const close = (refocus) => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (refocus) button.focus();
  };
  const choose = (graph) => { close(true); actions.open(graph.slug); };
  const draw = () => {
    const graphs = found();
    active = Math.min(Math.max(active, 0), Math.max(graphs.length - 1, 0));
    const { slug } = store.read();
    list.replaceChildren(...graphs.map((graph, at) => entry(graph, at, at === active, slug, choose)));
    if (!graphs.length) list.append(make("li", { class: "none" }, "No graph matches."));
    note.textContent = unreadableNote(store.read().graphs?.unreadable ?? []);
    note.hidden = !note.textContent;
    search.setAttribute("aria-activedescendant", graphs.length ? `graph-option-${active}` : "");
    list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    search.value = "";
    active = found().findIndex((graph) => graph.slug === store.read().slug);
    draw();
    search.focus();
  };

  button.addEventListener("click", () => (panel.hidden ? open() : close(true)));
  search.addEventListener("input", () => { active = 0; draw(); });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") active += 1;
    else if (event.key === "ArrowUp") active -= 1;
    else if (event.key === "Enter") { const graph = found()[active]; if (graph) choose(graph); return; }
    else if (event.key === "Escape") { event.preventDefault(); close(true); return; }
    else return;
    event.preventDefault();
    draw();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !byId("picker").contains(event.target)) close(false);
  });

  return (state, previous) => {
    if (["graphs", "slug", "graph"].every((key) => state[key] === previous[key])) return;
    byId("picker").hidden = !state.graphs?.graphs.length;
    const current = state.graphs?.graphs.find((graph) => graph.slug === state.slug);
    title.textContent = current?.prompt ?? state.slug ?? "Choose a graph";
    button.title = current ? `${current.prompt}\n${current.slug}` : "";
    document.title = current ? `${truncate(current.prompt, 50)} – Microscope` : "Microscope";
  };
}

function entry(graph, at, isActive, slug, choose) {
  const about = [graph.model ?? graph.scan, counted(graph.tokenCount, "token"), date(graph.created)];
  return make("li", {
    id: `graph-option-${at}`, role: "option", class: isActive ? "active" : null,
    "aria-selected": String(graph.slug === slug), title: graph.slug, onclick: () => choose(graph),
  },
  make("span", { class: "what" }, graph.prompt || graph.slug),
  make("span", { class: "about" }, about.filter(Boolean).join(" · ")));
}

function unreadableNote(files) {
  if (!files.length) return "";
  return `${counted(files.length, "file")} in the graph directory could not be read: ` +
    files.map(({ file, reason }) => `${file} (${reason})`).join("; ");
}
