// What a feature means: where it fires, what it writes, how often; with this prompt's activation marked.

import { button, draw, make } from "../core/dom.js";
import { paths, read } from "../core/api.js";
import { percent, plain, shortToken } from "../core/format.js";
import { t } from "../core/words.js";
import { hasStore } from "../graph/reading.js";
import { exampleLine } from "./example.js";

/** Returns a function of the state and a feature's node that gives the dashboard, filled when it has been read. */
export function makeDashboard({ actions }) {
  const kept = new Map();
  return (state, node) => {
    if (!hasStore(state)) return make("p", { class: "note" }, t("card.none"));
    return featureBoard(kept, state.graph.set, node.layer, node.feature, node.activation, actions);
  };
}

/** The dashboard of one feature of a set; `activation` is marked in the histogram unless it is null. */
export function featureBoard(kept, set, layer, index, activation, actions) {
  const key = `${set} ${layer}/${index}`;
  const element = make("section", { class: "dashboard", "aria-label": t("card.title") });
  const fill = (answer) => element.replaceChildren(...content(answer, activation, actions));
  if (kept.has(key)) { fill(kept.get(key)); return element; }
  read(paths.feature(set, layer, index)).then((answer) => { kept.set(key, answer); fill(answer); })
    .catch((error) => {
      if (error.code === "no_dashboards" || error.code === "no_such_feature" || error.status === 0) {
        kept.set(key, null);
        fill(null);
      } else element.replaceChildren(make("p", { class: "note" }, error.message));
    });
  return element;
}

function content(board, activation) {
  if (!board) return [make("p", { class: "note" }, t("card.none"))];
  return [
    board.label ? make("p", { class: "note evidence" }, t(`origin.${board.label.origin}`),
      board.label.evidence ? `: ${board.label.evidence}` : "") : null,
    histogram(board, activation),
    tokensRow(t("card.firesOn"), board.firesOn?.map((each) => each.piece)),
    tokensRow(t("card.raises"), board.says?.top?.map((each) => each.piece)),
    tokensRow(t("card.lowers"), board.says?.bottom?.map((each) => each.piece)),
    ...(board.groups ?? []).map((group, at) => exampleGroup(group, at, board.greatest)),
    coactive(board.coactive),
  ].filter(Boolean);
}

function tokensRow(name, pieces) {
  if (!pieces?.length) return null;
  return make("div", { class: "pieces" }, make("h4", {}, name),
    make("ul", {}, ...pieces.slice(0, 10).map((piece) => make("li", { title: JSON.stringify(piece) }, shortToken(piece, 16)))));
}

function exampleGroup({ name, examples }, at, greatest) {
  if (!examples.length) return null;
  const shown = at === 0 ? 5 : 3;
  const list = make("div", { class: "examples" }, ...examples.slice(0, shown).map((example) => exampleLine(example, greatest, 14)));
  const more = examples.length > shown
    ? button(t("card.more", { n: examples.length - shown }), (event) => {
      list.replaceChildren(...examples.map((example) => exampleLine(example, greatest)));
      event.currentTarget.remove();
    }) : null;
  return make("details", { class: "group", open: at === 0 }, make("summary", {}, at === 0 ? t("card.top") : name), list, more);
}

function coactive(features) {
  if (!features?.length) return null;
  return make("details", { class: "group" }, make("summary", {}, t("card.coactive")),
    make("ul", { class: "plain-list" }, ...features.slice(0, 8).map(({ layer, index, overlap, label }) =>
      make("li", {}, `${layer}/${index} ${label ?? ""} · ${percent(overlap)}`))));
}

const WIDTH = 300;
const HEIGHT = 54;

// Counts on a logarithmic axis, since most activations are small; a line marks this prompt's.
function histogram({ histogram: bins, density, greatest }, activation) {
  if (!bins?.counts?.length) return null;
  const most = Math.log1p(Math.max(...bins.counts));
  const step = WIDTH / bins.counts.length;
  const bars = bins.counts.map((count, at) => {
    const height = most > 0 ? Math.log1p(count) / most * (HEIGHT - 6) : 0;
    return draw("rect", { class: "bin", x: at * step + 0.5, y: HEIGHT - height, width: Math.max(step - 1, 0.5), height });
  });
  const top = bins.greatest || greatest || 1;
  const mark = activation === null ? null : draw("path", { class: "mark",
    d: `M${Math.min(activation / top, 1) * WIDTH} 0V${HEIGHT}` });
  const sentence = t("card.density", { density: percent(density), greatest: plain(greatest) }) +
    (activation === null ? "" : ` · ${t("card.here", { activation: plain(activation) })}`);
  return make("figure", { class: "histogram" },
    draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": sentence }, bars,
      mark),
    make("figcaption", {}, sentence));
}
