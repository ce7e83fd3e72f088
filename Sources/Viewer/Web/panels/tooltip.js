// The small box beside the node under the pointer: its facts, and where its feature fires most.

import { make } from "../core/dom.js";
import { nodeLabel, percent, place, plain } from "../core/format.js";
import { t } from "../core/words.js";
import { MARGIN } from "../draw/figure.js";
import { nameOf } from "../graph/reading.js";
import { exampleLine } from "./example.js";

/** Returns a function that shows the hovered node's facts beside it, inside the stage's box. */
export function makeTooltip(stageBox, stage) {
  const box = make("div", { id: "tooltip", class: "tooltip", role: "tooltip", hidden: true });
  stageBox.append(box);
  let shown = null;
  return (state) => {
    const { graph, hovered } = state;
    if (hovered === null || !stage.figure.layout ||
      hovered >= stage.figure.layout.x.length) { box.hidden = true; shown = null; return; }
    if (hovered === shown) return;
    shown = hovered;
    box.replaceChildren(...lines(state, graph.nodes[hovered]));
    const point = stage.at(hovered);
    const { area } = stage.figure;
    box.hidden = point.x < 0 || point.y < 0 || point.x > area.width || point.y > area.height;
    if (!box.hidden) move(box, stageBox, point.x + MARGIN.left, point.y + MARGIN.top);
  };
}

function lines(state, node) {
  const card = state.cards?.[node.featureKey];
  const name = node.kind === "feature" ? nameOf(state, node) : nodeLabel(node);
  return [
    make("b", {}, name), make("span", {}, place(node, state.graph.tokens)), make("span", {}, facts(node)),
    card?.example ? exampleLine(card.example, card.peak, 9) : null,
    card?.says?.length ? make("span", {}, t("card.says", { tokens: card.says.slice(0,
      4).map((each) => `‘${each.trim()}’`).join(" ") })) : null,
  ].filter(Boolean);
}

function facts(node) {
  const parts = [];
  if (node.probability !== null) parts.push(`${t("scalar.probability")} ${percent(node.probability)}`);
  if (node.activation !== null) parts.push(`${t("scalar.activation")} ${plain(node.activation)}`);
  if (node.influence !== null) parts.push(`${t("scalar.influence")} ${plain(node.influence)}`);
  return parts.join(" · ") || t(`kind.${node.kind}`);
}

function move(box, stageBox, x, y) {
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = x + 14 + width > stageBox.clientWidth ? x - 14 - width : x + 14;
  box.style.left = `${Math.max(left, 4)}px`;
  box.style.top = `${Math.min(Math.max(y - height / 2, 4), stageBox.clientHeight - height - 4)}px`;
}
