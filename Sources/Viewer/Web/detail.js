// The selected node: what it is, what feeds it, what it feeds.

import { byId, glyph, make, sized } from "./dom.js";
import { counted, nodeLabel, percent, place, plain, shortToken, signedWeight } from "./format.js";
import { inputShare } from "./prune.js";
import { inputMix } from "./scores.js";

const LISTED = 40;
const NAMES = { feature: "Feature", error: "Error node", token: "Prompt token", logit: "Output logit" };
const MEANINGS = {
  error: "What the features do not reconstruct here: this part of the computation is unexplained.",
};

/** Draws the panel when the selection or the visible part of the graph changes. */
export function makeDetail(store, actions) {
  return (state, previous) => {
    if (!state.graph || state.selected === null) { byId("detail").replaceChildren(); return; }
    const same = ["graph", "selected", "visible"].every((key) => state[key] === previous[key]);
    if (same) return;
    byId("detail").replaceChildren(...panel(state, actions));
    byId("detail").scrollTop = 0;
    const node = state.graph.nodes[state.selected];
    byId("status").textContent = `${NAMES[node.kind]} ${nodeLabel(node)}, ${place(node, state.graph.tokens)}`;
  };
}

function panel(state, actions) {
  const { graph, visible } = state;
  const node = graph.nodes[state.selected];
  const parts = [
    make("header", {},
      make("p", { class: "kind" }, glyph(node.kind), NAMES[node.kind]),
      make("h2", { title: node.key }, nodeLabel(node)),
      make("p", { class: "place" }, place(node, graph.tokens))),
    numbers(node),
  ];
  if (MEANINGS[node.kind]) parts.push(make("p", { class: "meaning" }, MEANINGS[node.kind]));
  if (!visible.mask[node.index]) parts.push(make("p", { class: "meaning" }, "The slider hides this node."));
  if (node.kind === "feature" || node.kind === "logit") {
    const mix = mixBar(graph, node.index);
    parts.push(linkList(state, actions, "Inputs", graph.inputs[node.index], (link) => link.source, mix));
  }
  if (node.kind !== "logit") {
    parts.push(linkList(state, actions, "Outputs", graph.outputs[node.index], (link) => link.target, null));
  }
  return parts;
}

function numbers(node) {
  const rows = [
    ["probability", node.probability, percent, "the model's probability of this token"],
    ["activation", node.activation, plain, "how strongly the feature fires here"],
    ["influence", node.influence, plain,
      "cumulative: nodes at least this influential carry this share of the influence on the output"],
  ].filter(([, value]) => value !== null);
  if (node.kind === "feature" && node.clerp) {
    const name = `${node.layer}/${node.feature ?? "?"}`;
    rows.unshift(["feature", name, String, "layer and index of the feature"]);
  }
  return make("dl", { class: "numbers" }, ...rows.map(([name, value, write, meaning]) =>
    make("div", { title: meaning }, make("dt", {}, name), make("dd", {}, write(value)))));
}

/** One bar that divides the node's input over features, tokens, and errors. */
function mixBar(graph, index) {
  const mix = inputMix(graph, index);
  const kinds = ["feature", "token", "error"];
  const sentence = kinds.map((kind) => `${percent(mix[kind])} ${kind}s`).join(" · ");
  return make("div", { class: "mix", role: "img", "aria-label": `Input by kind: ${sentence}` },
    make("div", { class: "stack" }, ...kinds.filter((kind) => mix[kind] > 0).map((kind) =>
      sized(make("i", { class: `from-${kind}` }), mix[kind]))),
    make("p", {}, sentence));
}

function linkList(state, actions, name, links, farEnd, summary) {
  const { graph, visible } = state;
  const shown = links.filter((link) => visible.mask[farEnd(link)]);
  const hidden = links.length - shown.length;
  const rows = shown.slice(0, LISTED).map((link) => row(graph, link, farEnd(link), actions));
  const list = make("ol", { class: "links" }, ...rows);
  const notes = [];
  if (shown.length > LISTED) notes.push(`${counted(shown.length - LISTED, "weaker link")} not listed`);
  if (hidden) notes.push(`${counted(hidden, "link")} hidden by the slider`);
  if (!links.length) notes.push("none in this file");
  const id = `list-${name.toLowerCase()}`;
  return make("section", { class: "side", "aria-labelledby": id },
    make("h3", { id }, name, make("span", { class: "unit" },
      name === "Inputs" ? "weight, share of this node's input" : "weight, share of the target's input")),
    summary, list, notes.length ? make("p", { class: "note" }, notes.join(" · ")) : null);
}

function row(graph, link, end, actions) {
  const node = graph.nodes[end];
  const share = inputShare(graph, link);
  const sign = link.weight < 0 ? "negative" : "positive";
  const about = `${place(node, graph.tokens)} · ${signedWeight(link.weight)} · ${percent(share)} of the input`;
  return make("li", {}, make("button", {
    type: "button", "data-node": end, class: sign,
    title: `${nodeLabel(node)} · ${about}`,
    onclick: () => actions.select(end),
    onpointerenter: () => actions.hover(end), onpointerleave: () => actions.hover(null),
    onfocus: () => actions.hover(end), onblur: () => actions.hover(null),
  },
  glyph(node.kind),
  make("span", { class: "name" }, nodeLabel(node)),
  make("span", { class: "where" }, where(graph, node)),
  make("span", { class: "weight" }, signedWeight(link.weight)),
  make("span", { class: "share" }, percent(share)),
  make("span", { class: "track", "aria-hidden": true }, sized(make("i"), share))));
}

function where(graph, node) {
  if (node.kind === "token") return `position ${node.position}`;
  if (node.kind === "logit") return percent(node.probability);
  const token = `“${shortToken(graph.tokens[node.position] ?? "", 10)}”`;
  return node.kind === "feature" && node.clerp ? `L${node.layer} ${token}` : token;
}
