// All graphs: a picture of each, its prompt, model and date; search, open, import, delete.

import { button, make, signButton } from "../core/dom.js";
import { paths, read } from "../core/api.js";
import { count, date, twoDecimals } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { drawThumbnail } from "../draw/thumbnail.js";
import { readTheme } from "../draw/theme.js";
import { searchGraphs } from "../graph/search.js";

/** Builds the view. */
export function makeGallery({ store, actions }) {
  const grid = make("ul", { class: "cards", id: "cards" });
  const note = make("p", { class: "note", role: "status" });
  const unreadable = make("ul", { class: "warnings" });
  const search = make("input", { type: "search", id: "gallery-search", placeholder: t("gallery.search"),
    "aria-label": t("gallery.search"),
    oninput: () => fill(store.read()) });
  const pictures = new Map();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { watch.unobserve(entry.target); picture(entry.target, pictures); }
  });
  const fill = (state) => {
    const all = state.graphs?.graphs ?? [];
    const found = searchGraphs(all, search.value);
    watch.disconnect();
    grid.replaceChildren(...found.map((graph) => card(graph, state, actions)));
    for (const canvas of grid.querySelectorAll("canvas")) watch.observe(canvas);
    note.textContent = all.length ? t("gallery.count", { n: found.length, shown: count(found.length) }) : "";
    unreadable.replaceChildren(...(state.graphs?.unreadable ?? []).map(({ file, reason }) => make("li", {}, `${file}: ${reason}`)));
    empty.hidden = all.length > 0 || state.graphs === null;
  };
  const empty = make("div", { class: "empty" }, make("h2", {}, t("gallery.empty")), make("p", {}, t("gallery.emptyHelp")),
    button(t("trace.new"), () => actions.openSheet("trace"), { class: "plain main" }),
    make("pre", {}, make("code", {}, 'microscope trace "The capital of Italy is"')));
  const element = make("main", { class: "gallery", id: "gallery" },
    make("div", { class: "page-head" }, make("h2", {}, t("view.gallery")), search, note,
    button(t("import.button"), () => actions.openSheet("import"), { id: "import" })), empty, grid, unreadable);
  return {
    element,
    update: (state, previous) => {
      element.hidden = state.view !== "gallery";
      if (!element.hidden && changed(state, previous, "graphs", "view", "slug")) fill(state);
    },
    recolour: () => { pictures.clear(); fill(store.read()); },
    focus: () => search.focus(),
  };
}

function card(graph, state, actions) {
  const about = [graph.model ?? graph.scan, t("count.tokens", { n: graph.tokenCount })].filter(Boolean).join(" · ");
  const scores = [["replacement", graph.replacementScore], ["completeness", graph.completenessScore]]
    .filter(([, value]) => Number.isFinite(value)).map(([name,
      value]) => `${t(`scores.${name}`)} ${twoDecimals(value)}`).join(" · ");
  return make("li", { class: graph.slug === state.slug ? "card here" : "card" },
    make("button", { type: "button", class: "open", "data-slug": graph.slug, onclick: () => actions.open(graph.slug),
      title: graph.slug },
      make("canvas", { "data-slug": graph.slug, width: 480, height: 240, "aria-hidden": true }),
      make("span", { class: "what" }, graph.prompt || graph.slug), make("span", { class: "about" }, about),
        make("span", { class: "about" }, scores)),
    make("div", { class: "card-tools" },
      button(t("gallery.compare"), () => actions.compareWith(graph.slug), { disabled: !state.slug || graph.slug === state.slug }),
      make("span", { class: "note" }, date(graph.created)),
      signButton("×", t("gallery.delete", { prompt: graph.prompt }), () => actions.remove(graph.slug).catch(actions.fail))));
}

async function picture(canvas, pictures) {
  const { slug } = canvas.dataset;
  try {
    if (!pictures.has(slug)) pictures.set(slug, await read(paths.thumbnail(slug)));
    drawThumbnail(canvas, pictures.get(slug), readTheme(canvas));
  } catch { /* a card without a picture still opens */ }
}
