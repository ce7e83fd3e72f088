// Bringing things in: a graph file, a subgraph of circuit-tracer or Neuronpedia, or a viewer's address.

import { button, make } from "../core/dom.js";
import { paths, send } from "../core/api.js";
import { t } from "../core/words.js";
import { readImport } from "../graph/qparams.js";

/** Builds the sheet. */
export function makeImport({ store, actions }) {
  const note = make("p", { class: "note", role: "status" });
  const text = make("textarea", { id: "import-text", rows: 6, "aria-label": t("import.text"),
    placeholder: t("import.placeholder"), spellcheck: "false" });
  const file = make("input", { type: "file", id: "import-file", accept: ".json,application/json",
    "aria-label": t("import.file"), onchange: async () => {
    const [chosen] = file.files;
    if (chosen) take(await chosen.text());
  } });
  const take = async (content) => {
    note.textContent = t("export.working");
    try {
      const found = readImport(content);
      if (found.graph) await takeGraph(found.graph, actions);
      else note.textContent = await takeQuery(found.query, store, actions);
    } catch (error) { note.textContent = error instanceof SyntaxError ? t("import.unreadable") : error.message; }
  };
  const drop = make("div", { class: "drop", ondragover: (event) => event.preventDefault(), ondrop: async (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer.files;
    if (dropped) take(await dropped.text());
  } }, file, text, button(t("import.take"), () => take(text.value), { class: "plain main", id: "import-take" }));
  return { element: make("div", { class: "import" }, make("p", { class: "note" }, t("import.help")), drop, note),
    focus: () => text.focus() };
}

async function takeGraph(graph, actions) {
  const { slug } = await send("POST", paths.graphs(), graph);
  await actions.list();
  await actions.open(slug);
}

// Ids that this graph has no node for are left out, and told.
async function takeQuery(query, store, actions) {
  const { slug, graph } = store.read();
  if (!graph) return t("import.noGraph");
  const answer = await send("POST", paths.imported(slug), query).catch(() => null);
  actions.takeWork(answer?.query ?? query);
  actions.showPanel("subgraph");
  const { pinned, supernodes } = store.read().work;
  const lost = answer?.unknown?.length ? t("import.unknown", { n: answer.unknown.length }) : "";
  return `${t("import.taken", { pins: pinned.length, groups: supernodes.length })} ${lost}`;
}
