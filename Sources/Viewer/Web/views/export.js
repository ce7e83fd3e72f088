// Taking things away: pictures for a paper, data for other programs, and a page that opens without a server.

import { button, choice, make } from "../core/dom.js";
import { paths, read } from "../core/api.js";
import { t } from "../core/words.js";
import { circuitTracerQuery, neuronpediaQuery, writeQuery } from "../graph/qparams.js";
import { pageFile } from "../exchange/page.js";
import { pngFile, svgFile } from "../exchange/pictures.js";
import { keepFile } from "../exchange/save.js";

/** Builds the sheet. */
export function makeExport({ store, actions, embedded }) {
  const note = make("p", { class: "note", role: "status" });
  let figure = "links";
  const name = () => store.read().slug ?? "graph";
  const guarded = (work) => async () => {
    note.textContent = t("export.working");
    try { note.textContent = t("export.done", { file: await work() }); } catch (error) { note.textContent = error.message; }
  };
  const save = (extension, make) => guarded(async () => keepFile(`${name()}${extension}`, await make()));
  const which = choice(t("export.figure"), [["links", t("panel.links")], ["subgraph", t("panel.subgraph")]], figure,
    (value) => { figure = value; }, { id: "export-figure" });
  const json = (value) => new Blob([JSON.stringify(value, null, 1)], { type: "application/json" });
  const group = (title, help, ...items) => make("section", { class: "export-group" }, make("h3", {}, title),
    make("p", { class: "note" }, help), make("div", { class: "tool-row" }, ...items));
  const element = make("div", { class: "export" },
    group(t("export.pictures"), t("export.picturesHelp"), which,
      button("SVG", save(".svg", () => svgFile(store.read(), figure)), { id: "export-svg" }),
      button("PNG", save(".png", () => pngFile(store.read(), figure)), { id: "export-png" })),
    group(t("export.graph"), t("export.graphHelp"), button("JSON", save(".json", () => json(wholeFile(store.read()))),
      { id: "export-json" })),
    group(t("export.subgraph"), t("export.subgraphHelp"),
      button("circuit-tracer", save(".circuit-tracer.json", () => json(circuitTracerQuery(store.read().work))),
        { id: "export-circuit-tracer" }),
      button("Neuronpedia", save(".neuronpedia.json", () => json(neuronpedia(store.read()))), { id: "export-neuronpedia" }),
      button(t("export.address"), guarded(() => copyAddress(store.read())), { id: "export-address" })),
    embedded ? null : group(t("export.page"), t("export.pageHelp"),
      button("HTML", save(".html", () => pageFile(wholeFile(store.read()), store.read())), { id: "export-html" })),
    embedded ? null : group(t("sheet.import"), t("import.help"), button(t("import.button"), () => actions.openSheet("import"))),
      note);
  return { element, focus: () => element.querySelector("select")?.focus() };
}

/** The graph file as it is shown now, with the reader's work and labels in it. */
export function wholeFile({ file, graph, work, selected, cards, threshold }) {
  const clickedId = selected === null ? "" : graph.nodes[selected].key;
  const shown = new Map(graph.nodes.map((node) => [node.id, node]));
  const nodes = file.nodes.map((raw) => {
    const node = shown.get(String(raw.node_id));
    const label = node?.featureKey ? work.labels[node.featureKey] ?? cards?.[node.featureKey]?.label?.text : null;
    return label ? { ...raw, clerp: label } : raw;
  });
  const kept = threshold < graph.maxInfluence ? threshold : null;
  return { ...file, nodes, qParams: writeQuery(work, { clickedId, threshold: kept, before: file.qParams ?? {}, withLabels: true }) };
}

function neuronpedia({ work, slug, graph, threshold }) { return neuronpediaQuery(work,
  { slug, scan: graph.facts.model || graph.scan, threshold }); }

// The server writes addresses in the form of circuit-tracer's viewer; without it the page does.
async function copyAddress({ slug, work }) {
  const answer = await read(paths.exported(slug, "circuit-tracer")).catch(() => null);
  const text = answer?.address ?? `?${new URLSearchParams({ slug, ...circuitTracerQuery(work) })}`;
  await navigator.clipboard?.writeText(text).catch(() => {});
  return text;
}
