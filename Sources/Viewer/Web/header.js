// The head of the page: prompt, next tokens, scores, counts.

import { byId, make, sized } from "./dom.js";
import { count, counted, duration, percent, twoDecimals, visibleToken } from "./format.js";
import { shownScores } from "./scores.js";

const SHOWN_LOGITS = 5;

/** Draws the head whenever the graph changes, and marks the token of the focused node. */
export function makeHeader(store, actions) {
  return (state, previous) => {
    byId("band").hidden = !state.graph;
    if (state.graph !== previous.graph) {
      byId("scores").replaceChildren(...(state.graph ? shownScores(state.graph).map(scoreEntry) : []));
      if (state.graph) drawBand(state.graph, actions);
    }
    if (state.graph && (state.selected !== previous.selected || state.hovered !== previous.hovered ||
      state.graph !== previous.graph)) markTokens(state);
  };
}

function scoreEntry({ name, value, meaning }) {
  const shown = value === null ? "not stated in this file" : twoDecimals(value);
  const sentence = `${name} ${shown}: ${meaning}`;
  const style = value === null ? "score unknown" : "score";
  return make("div", { class: style, tabindex: 0, "aria-label": sentence },
    make("dt", {}, name), make("dd", {}, twoDecimals(value)),
    make("dd", { class: "meter", "aria-hidden": true }, sized(make("i"), value ?? 0)),
    make("dd", { class: "hint", "aria-hidden": true }, sentence));
}

function drawBand(graph, actions) {
  const tokens = graph.nodes.filter((node) => node.kind === "token");
  const tokenNodes = new Map(tokens.map((node) => [node.position, node]));
  byId("prompt").replaceChildren(...graph.tokens.map((token, position) =>
    tokenChip(token, position, tokenNodes.get(position), actions)));
  byId("facts").replaceChildren(factsLine(graph));
  byId("logits").replaceChildren(...logitRows(graph, actions));
  byId("warnings").hidden = graph.warnings.length === 0;
  byId("warnings").replaceChildren(...graph.warnings.map((warning) => make("li", {}, warning)));
}

function tokenChip(token, position, node, actions) {
  const chip = make("button", {
    type: "button", class: "token", title: `position ${position}: ${JSON.stringify(token)}`,
    "aria-label": `Token ${position}: ${token}`, "data-position": position, disabled: !node,
    onclick: () => actions.select(node.index),
  });
  const shown = visibleToken(token);
  const lead = shown.match(/^·+/)?.[0] ?? "";
  chip.append(make("span", { class: "space" }, lead), shown.slice(lead.length));
  return make("li", {}, chip);
}

function factsLine(graph) {
  const { facts } = graph;
  const nodes = counted(facts.nodeCount ?? graph.nodes.length, "node");
  const links = counted(facts.edgeCount ?? graph.links.length, "link");
  const parts = [
    [facts.model || graph.scan, "the model, or the set of transcoders"],
    [facts.transcoders, "the transcoders that gave the features"],
    [`${nodes}, ${links}`, "what pruning kept for this file"],
    [facts.activeFeatureCount === null ? "" : activeFeatures(facts),
      "features active on the prompt; the ones never expanded count as unexplained"],
    [facts.seconds === null ? "" : `traced in ${duration(facts.seconds)}`, "time that tracing took"],
  ].filter(([text]) => text);
  const line = document.createDocumentFragment();
  parts.forEach(([text, title], at) => {
    if (at) line.append(make("span", { class: "dot", "aria-hidden": true }, " · "));
    line.append(make("span", { title }, text));
  });
  return line;
}

function activeFeatures({ activeFeatureCount, expandedFeatureCount }) {
  const active = counted(activeFeatureCount, "active feature");
  return expandedFeatureCount === null ? active : `${active}, ${count(expandedFeatureCount)} expanded`;
}

// The tracer's list of logits when the file has it, else the logit nodes.
function logitRows(graph, actions) {
  const nodes = graph.nodes.filter((node) => node.kind === "logit")
    .sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
  const written = graph.facts.logits.map(({ token, probability }) =>
    ({ token, probability, node: nodes.find((node) => node.token === token) }));
  const rows = written.length ? written
    : nodes.map((node) => ({ token: node.token, probability: node.probability ?? 0, node }));
  return rows.slice(0, SHOWN_LOGITS).map(({ token, probability, node }) =>
    make("li", {}, make("button", {
      type: "button", disabled: !node, "data-node": node?.key,
      title: `${JSON.stringify(token)} with probability ${percent(probability)}`,
      onclick: () => actions.select(node.index),
    },
    make("span", { class: "name" }, visibleToken(token)),
    make("span", { class: "track", "aria-hidden": true }, sized(make("i"), probability)),
    make("span", { class: "value" }, percent(probability)))));
}

function bringIntoView(list, chip) {
  const above = chip.getBoundingClientRect().top - list.getBoundingClientRect().top;
  const below = chip.getBoundingClientRect().bottom - list.getBoundingClientRect().bottom;
  if (above < 0) list.scrollTop += above;
  else if (below > 0) list.scrollTop += below;
}

function markTokens({ graph, selected, hovered }) {
  const focus = hovered ?? selected;
  const position = focus === null ? -1 : graph.nodes[focus].position;
  for (const chip of byId("prompt").querySelectorAll(".token")) {
    const here = Number(chip.dataset.position) === position;
    chip.classList.toggle("here", here);
    if (here && hovered === null) bringIntoView(byId("prompt"), chip);
  }
  const key = focus === null ? null : graph.nodes[focus].key;
  for (const row of byId("logits").querySelectorAll("button")) {
    row.classList.toggle("here", row.dataset.node === key);
  }
}
