// The strip with the strongest path from a token to the top logit.

import { byId, glyph, make } from "./dom.js";
import { nodeLabel, percent, signedWeight, truncate } from "./format.js";
import { inputShare } from "./prune.js";
import { inputMix } from "./scores.js";

/** Draws the strip; every step can be clicked. */
export function makePathStrip(store, actions) {
  return (state, previous) => {
    if (!state.graph) return;
    if (state.path !== previous.path || state.graph !== previous.graph) drawPath(state, actions);
    for (const step of byId("path").querySelectorAll("button")) {
      const index = Number(step.dataset.node);
      step.classList.toggle("here", index === state.selected);
      step.classList.toggle("hover", index === state.hovered);
    }
  };
}

function drawPath({ graph, path }, actions) {
  const steps = [];
  path?.nodes.forEach((index, at) => {
    if (at) steps.push(arrow(graph, path.links[at - 1]));
    steps.push(step(graph, index, actions));
  });
  byId("path").replaceChildren(...steps);
  byId("path-note").textContent = path ? note(graph, path)
    : "No visible path leads from a token to the top logit; raise the influence slider.";
}

function step(graph, index, actions) {
  const node = graph.nodes[index];
  return make("li", {}, make("button", {
    type: "button", "data-node": index, title: nodeLabel(node),
    onclick: () => actions.select(index),
    onpointerenter: () => actions.hover(index), onpointerleave: () => actions.hover(null),
    onfocus: () => actions.hover(index), onblur: () => actions.hover(null),
  }, glyph(node.kind), truncate(nodeLabel(node), 24)));
}

function arrow(graph, link) {
  const sign = link.weight < 0 ? "negative" : "positive";
  const share = percent(inputShare(graph, link));
  const title = `${signedWeight(link.weight)}, ${share} of the target's input`;
  return make("li", { class: `arrow ${sign}`, title },
    make("span", {}, share), make("span", { "aria-hidden": true }, "→"));
}

function note(graph, path) {
  const logit = path.nodes[path.nodes.length - 1];
  const errors = inputMix(graph, logit).error;
  return `carries ${percent(path.share)} of the logit's input` +
    (errors > 0 ? `; ${percent(errors)} is straight from errors` : "");
}
