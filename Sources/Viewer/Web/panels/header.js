// The head of a graph: prompt, next tokens, scores.

import { make, sized } from "../core/dom.js";
import { count, duration, percent, twoDecimals, visibleToken } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";
import { shownScores } from "../graph/scores.js";

const SHOWN_LOGITS = 4;

/** Builds the head; it marks the token and the output of the focused node. */
export function makeHeader({ actions }) {
  const prompt = make("ol", { id: "prompt", class: "tokens" });
  const facts = make("p", { id: "facts", class: "facts" });
  const logits = make("ol", { id: "logits", class: "bars" });
  const scores = make("dl", { id: "scores", class: "scores", "aria-label": t("scores.label") });
  const warnings = make("ul", { id: "warnings", class: "warnings" });
  const element = make("section", { class: "band", id: "band", "aria-label": t("head.label") },
    make("div", { class: "prompt" }, make("h2", {}, t("head.prompt")), prompt, facts, warnings),
    make("div", { class: "answers" }, make("h2", {}, t("head.next")), logits), scores);
  return {
    element,
    update: (state, previous) => {
      element.hidden = !state.graph || state.view !== "graph";
      if (!state.graph) return;
      if (state.file !== previous.file) {
        scores.replaceChildren(...shownScores(state.graph).map(scoreEntry));
        warnings.replaceChildren(...state.graph.warnings.map(({ key, n }) => make("li", {}, t(key, { n }))));
      }
      if (state.graph !== previous.graph) {
        prompt.replaceChildren(...tokenChips(state.graph, actions));
        facts.replaceChildren(...factsLine(state.graph));
        logits.replaceChildren(...logitRows(state.graph, actions));
      }
      if (changed(state, previous, "graph", "selected", "hovered")) mark(prompt, logits, state);
    },
  };
}

function scoreEntry({ name, value }) {
  const sentence = t("scores.sentence", {
    name: t(`scores.${name}`), value: value === null ? t("scores.unknown") : twoDecimals(value),
      meaning: t(`scores.${name}Meaning`),
  });
  return make("div", { class: value === null ? "score unknown" : "score", tabindex: 0, role: "group", "aria-label": sentence,
    title: sentence },
    make("dt", {}, t(`scores.${name}`)), make("dd", {}, twoDecimals(value)),
    make("dd", { class: "meter", "aria-hidden": true }, sized(make("i"), value ?? 0)));
}

function tokenChips(graph, actions) {
  const nodes = new Map(graph.nodes.filter((node) => node.kind === "token").map((node) => [node.position, node]));
  return graph.tokens.map((token, position) => {
    const node = nodes.get(position);
    const shown = visibleToken(token);
    const lead = shown.match(/^·+/)?.[0] ?? "";
    return make("li", {}, make("button", {
      type: "button", class: "token", title: `${position}: ${JSON.stringify(token)}`,
        "aria-label": t("head.token", { position, token }),
      "data-position": position, disabled: !node, onclick: () => actions.select(node.index),
      onpointerenter: () => node && actions.hover(node.index), onpointerleave: () => actions.hover(null),
    }, make("span", { class: "space" }, lead), shown.slice(lead.length)));
  });
}

function factsLine(graph) {
  const { facts } = graph;
  const parts = [
    facts.model || graph.scan, facts.transcoders && facts.transcoders !== facts.model ? facts.transcoders : "",
    facts.activeFeatureCount === null ? "" : t("head.active", { n: facts.activeFeatureCount,
      shown: count(facts.activeFeatureCount) }),
    facts.seconds ? t("head.seconds", { time: duration(facts.seconds) }) : "",
  ].filter(Boolean);
  return parts.flatMap((text, at) => [at ? make("span", { class: "dot", "aria-hidden": true }, " · ") : null,
    make("span", {}, text)].filter(Boolean));
}

// The tracer's list of outputs when the file has it, else the output nodes.
function logitRows(graph, actions) {
  const nodes = graph.nodes.filter((node) => node.kind === "logit").sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
  const written = graph.facts.logits.map(({ token, probability }) => ({ token, probability,
    node: nodes.find((node) => node.token === token) }));
  const rows = written.length ? written : nodes.map((node) => ({ token: node.token, probability: node.probability ?? 0, node }));
  return rows.slice(0, SHOWN_LOGITS).map(({ token, probability, node }) => make("li", {}, make("button", {
    type: "button", disabled: !node, "data-node": node?.key, title: `${JSON.stringify(token)} ${percent(probability)}`,
    onclick: () => actions.select(node.index),
  }, make("span", { class: "name" }, visibleToken(token)),
  make("span", { class: "track", "aria-hidden": true }, sized(make("i"), probability)),
  make("span", { class: "value" }, percent(probability)))));
}

function mark(prompt, logits, { graph, selected, hovered }) {
  const focus = hovered ?? selected;
  const position = focus === null ? -1 : graph.nodes[focus].position;
  prompt.querySelector(".here")?.classList.remove("here");
  const chip = prompt.querySelector(`[data-position="${position}"]`);
  chip?.classList.add("here");
  if (chip && hovered === null) bringIntoView(prompt, chip);
  const key = focus === null ? null : graph.nodes[focus].key;
  for (const row of logits.querySelectorAll("button")) row.classList.toggle("here", row.dataset.node === key);
}

function bringIntoView(list, chip) {
  const [outer, inner] = [list.getBoundingClientRect(), chip.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop += inner.top - outer.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}
