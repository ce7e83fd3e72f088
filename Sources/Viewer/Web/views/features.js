// The features of a set: search and filters, what fires on a text as one types, and the dashboard of one feature.

import { button, check, choice, make } from "../core/dom.js";
import { paths, read } from "../core/api.js";
import { afterPause } from "../core/dom.js";
import { count, percent, plain, shortToken } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { featureBoard } from "../panels/dashboard.js";
import { exampleLine } from "../panels/example.js";
import { makeFiring } from "./firing.js";

/** Builds the view. */
export function makeFeatures({ store, actions }) {
  const kept = new Map();
  const query = { q: "", layer: "", maxDensity: "", origin: "", sort: "density" };
  const list = make("ol", { class: "feature-cards" });
  const note = make("p", { class: "note", role: "status" });
  const board = make("div", { class: "feature-board" }, make("p", { class: "note" }, t("features.choose")));
  const head = make("div", { class: "page-head" });
  let sets = null;
  let set = null;
  let asked = 0;

  const show = (layer, index) => {
    board.replaceChildren(boardHead(layer, index, set, actions), featureBoard(kept, set, layer, index, null));
    board.scrollTop = 0;
  };
  const search = async (after = null) => {
    const mine = asked += 1;
    const wanted = Object.fromEntries(Object.entries({ ...query, limit: 40,
      after: after ?? "" }).filter(([, value]) => value !== ""));
    try {
      const { features, next } = await read(paths.features(set, wanted));
      if (mine !== asked) return;
      const cards = features.map((card) => cardRow(card, show));
      if (after) list.querySelector(".more")?.replaceWith(...cards); else list.replaceChildren(...cards);
      if (next) list.append(make("li", { class: "more" }, button(t("features.more"), () => search(next))));
      note.textContent = features.length || after ? "" : t("features.nothing");
    } catch (error) { note.textContent = error.message; list.replaceChildren(); }
  };
  const firing = makeFiring({ store, setOf: () => set, show });
  const open = async () => {
    try {
      sets = (await read(paths.sets())).sets;
      const usable = sets.filter((each) => each.hasDashboards);
      set = (usable.find((each) => each.id === store.read().graph?.set) ?? usable[0] ?? sets[0])?.id ?? null;
      head.replaceChildren(...headParts(sets, set, query, (value) => { set = value; search(); }, afterPause(160, () => search())));
      if (set) search(); else note.textContent = t("features.noSet");
    } catch (error) { note.textContent = error.message; }
  };
  const element = make("main", { class: "features", id: "features-view" }, head,
    make("div", { class: "features-body" }, make("section", { class: "features-list", "aria-label": t("view.features") }, note,
      list), board, firing.element));
  return {
    element,
    update: (state, previous) => {
      element.hidden = state.view !== "features";
      if (!element.hidden && (changed(state, previous, "view") || !sets)) open();
      if (!element.hidden) firing.update(state);
    },
    focus: () => head.querySelector("input")?.focus(),
  };
}

function headParts(sets, set, query, choose, search) {
  if (!set) return [make("h2", {}, t("view.features"))];
  const layers = sets.find((each) => each.id === set)?.layerCount ?? 0;
  const put = (name) => (value) => { query[name] = value; search(); };
  return [
    make("h2", {}, t("view.features")),
    choice(t("features.set"), sets.map((each) => [each.id, `${each.id} · ${count(each.featureCount)}`]), set, choose,
      { id: "features-set" }),
    make("input", { type: "search", id: "features-query", placeholder: t("features.search"), "aria-label": t("features.search"),
      value: query.q,
      oninput: (event) => put("q")(event.target.value) }),
    choice(t("features.layer"), [["", t("features.anyLayer")], ...Array.from({ length: layers },
      (_, layer) => [layer, t("place.layer", { layer })])], query.layer, put("layer"), { id: "features-layer" }),
    choice(t("filters.density"), [["", t("features.anyDensity")], ...[0.1, 0.01,
      0.001].map((value) => [value, `≤ ${value * 100} %`])], query.maxDensity, put("maxDensity"), { id: "features-density" }),
    choice(t("features.sort"), ["relevance", "density", "peak", "name"].map((name) => [name, t(`features.by.${name}`)]),
      query.sort, put("sort"), { id: "features-sort" }),
    check(t("features.named"), query.origin === "person", (value) => put("origin")(value ? "person" : "")),
  ];
}

function cardRow(card, show) {
  return make("li", {}, make("button", { type: "button", class: "feature-card", onclick: () => show(card.layer, card.index) },
    make("span", { class: "name" }, card.label?.text ?? `${card.layer}/${card.index}`),
    make("span", { class: "about" },
      `${card.layer}/${card.index} · ${t("scalar.density")} ${percent(card.density)} · ${t("card.peak")} ${plain(card.peak)}`),
    card.example ? exampleLine(card.example, card.peak, 7) : null,
    card.says?.length ? make("span", { class: "about" }, t("card.says",
      { tokens: card.says.slice(0, 6).map((each) => `‘${shortToken(each, 12)}’`).join(" ") })) : null));
}

function boardHead(layer, index, set, actions) {
  const name = make("input", { type: "text", "aria-label": t("node.label"), placeholder: t("features.rename"), maxlength: 500,
    onkeydown: (event) => {
      event.stopPropagation();
      if (event.key === "Enter") actions.nameInSet(set, layer, index, name.value).then(() => { name.value = ""; });
    } });
  return make("header", { class: "board-head" }, make("h2", { tabindex: -1 }, `${layer}/${index}`), name);
}
