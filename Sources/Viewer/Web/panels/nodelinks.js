// The strongest inputs and outputs of a node, and which attention heads carry a link.

import { button, glyph, make, sized } from "../core/dom.js";
import { nodeLabel, percent, place, plain, shortToken, signedWeight } from "../core/format.js";
import { paths, read } from "../core/api.js";
import { t } from "../core/words.js";
import { inputShare } from "../graph/prune.js";
import { briefNameOf, nameOf } from "../graph/reading.js";
import { inputMix } from "../graph/scores.js";

const LISTED = 40;
const SHOWN_HEADS = 6;

/** One bar that divides the node's input over features, tokens, and errors. */
export function mixBar(graph, index) {
  const mix = inputMix(graph, index);
  const kinds = ["feature", "token", "error"];
  const sentence = kinds.map((kind) => t(`mix.${kind}`, { share: percent(mix[kind]) })).join(" · ");
  return make("div", { class: "mix", role: "img", "aria-label": t("mix.label", { parts: sentence }) },
    make("div", { class: "stack" }, ...kinds.filter((kind) => mix[kind] > 0).map((kind) =>
      sized(make("i", { class: `from-${kind}` }), mix[kind]))),
    make("p", {}, sentence));
}

/** The list of a node's links in one direction, "inputs" or "outputs", strongest first. */
export function linkList(state, actions, direction, summary) {
  const { graph, visible, selected } = state;
  const links = graph[direction][selected];
  const end = direction === "inputs" ? (link) => link.source : (link) => link.target;
  const shown = links.filter((link) => visible.mask[end(link)]);
  const notes = [];
  if (shown.length > LISTED) notes.push(t("side.more", { n: shown.length - LISTED }));
  if (links.length > shown.length) notes.push(t("side.hidden", { n: links.length - shown.length }));
  if (!links.length) notes.push(t("side.empty"));
  const id = `list-${direction}`;
  return make("section", { class: "side", "aria-labelledby": id },
    make("h3", { id }, t(`side.${direction}`), make("span", { class: "unit" }, t(`side.${direction}Unit`))),
    summary, make("ol", { class: "links" }, ...shown.slice(0, LISTED).map((link) => row(state, link, end(link), actions))),
    notes.length ? make("p", { class: "note" }, notes.join(" · ")) : null);
}

function row(state, link, end, actions) {
  const { graph } = state;
  const node = graph.nodes[end];
  const share = inputShare(graph, link);
  const name = node.kind === "feature" ? briefNameOf(state, node) : nodeLabel(node);
  const about = `${place(node, graph.tokens)} · ${signedWeight(link.weight)} · ${percent(share)}`;
  const item = make("li", {}, make("button", {
    type: "button", "data-node": end, class: link.weight < 0 ? "negative" : "positive",
      title: `${node.kind === "feature" ? nameOf(state, node) : name} · ${about}`,
    onclick: () => actions.select(end), onpointerenter: () => actions.hover(end), onpointerleave: () => actions.hover(null),
    onfocus: () => actions.hover(end), onblur: () => actions.hover(null),
  },
  glyph(node.kind), make("span", { class: "name" }, name), make("span", { class: "where" }, where(graph, node)),
  make("span", { class: "weight" }, signedWeight(link.weight)), make("span", { class: "share" }, percent(share)),
  make("span", { class: "track", "aria-hidden": true }, sized(make("i"), share))));
  if (state.abilities?.isLive && graph.nodes[link.target].kind !== "error") item.append(headsButton(state, link, item));
  return item;
}

function where(graph, node) {
  if (node.kind === "token") return t("place.position", { position: node.position });
  if (node.kind === "logit") return percent(node.probability);
  const token = `“${shortToken(graph.tokens[node.position] ?? "", 10)}”`;
  return node.kind === "feature" ? `L${node.layer} ${token}` : token;
}

// Heads are computed when asked for: they need the model.
function headsButton({ slug, graph }, link, item) {
  const run = async (event) => {
    const open = item.querySelector(".heads");
    if (open) { open.remove(); event.currentTarget.setAttribute("aria-expanded", "false"); return; }
    event.currentTarget.setAttribute("aria-expanded", "true");
    const box = make("div", { class: "heads", role: "status" }, t("heads.wait"));
    item.append(box);
    try {
      const answer = await read(paths.heads(slug, graph.nodes[link.source].id, graph.nodes[link.target].id));
      box.replaceChildren(...headRows(answer));
    } catch (error) { box.replaceChildren(error.message); }
  };
  return button(t("heads.button"), run, { class: "plain heads-button", title: t("heads.help"), "aria-expanded": "false" });
}

// The link is the sum of what goes straight, through exactly one head, and through several; a row's title tells how much of it
// passes the head at all.
function headRows({ through, direct, several, weight }) {
  const shown = [...through].sort((a, b) => Math.abs(b[3]) - Math.abs(a[3])).slice(0, SHOWN_HEADS);
  const rows = shown.map(([layer, head, all, single]) => [t("heads.head", { layer, head }), single,
    t("heads.through", { weight: signedWeight(all) })]);
  const others = weight - direct - several - shown.reduce((sum, [, , , single]) => sum + single, 0);
  rows.push([t("heads.residual"), direct], [t("heads.others"), others], [t("heads.several"), several]);
  const most = Math.max(...rows.map(([, value]) => Math.abs(value)), 1e-12);
  return [make("dl", {}, ...rows.filter(([, value]) => Number.isFinite(value)).map(([name, value, title]) =>
    make("div", { title, class: value < 0 ? "negative" : "positive" }, make("dt", {}, name), make("dd", {}, plain(value)),
      make("span", { class: "track", "aria-hidden": true }, sized(make("i"), Math.abs(value) / most))))),
  make("p", { class: "note" }, t("heads.sum", { weight: signedWeight(weight) }))];
}
