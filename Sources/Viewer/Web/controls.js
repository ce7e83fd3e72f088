// The pruning slider and its counts.

import { byId } from "./dom.js";
import { count, counted, twoDecimals } from "./format.js";

/** Connects the slider with the state. */
export function makeControls(store, actions) {
  const slider = byId("threshold");
  slider.addEventListener("input", () => {
    const { graph } = store.read();
    const value = Number(slider.value);
    actions.setThreshold(value >= Number(slider.max) ? graph.maxInfluence : value);
  });
  return (state, previous) => {
    if (!state.visible || state.visible === previous.visible) return;
    if (state.graph !== previous.graph) {
      slider.max = (Math.ceil(state.graph.maxInfluence * 100) / 100).toFixed(2);
      slider.disabled = state.graph.maxInfluence === 0;
    }
    slider.value = String(Math.ceil(state.threshold * 100) / 100);
    slider.setAttribute("aria-valuetext", countsSentence(state));
    byId("threshold-value").textContent = `≤ ${twoDecimals(Number(slider.value))}`;
    byId("counts").replaceChildren(countsSentence(state));
    byId("counts").title = kindsSentence(state.visible.kinds);
  };
}

function countsSentence({ graph, visible }) {
  const nodes = visible.nodeCount === graph.nodes.length ? counted(visible.nodeCount, "node")
    : `${count(visible.nodeCount)} of ${counted(graph.nodes.length, "node")}`;
  return `${nodes} · ${counted(visible.linkCount, "link")}`;
}

function kindsSentence(kinds) {
  return [counted(kinds.feature, "feature"), counted(kinds.error, "error"), counted(kinds.token, "token"),
    counted(kinds.logit, "logit")].join(", ");
}
