// What an intervention did to each box of the subgraph: percent of the original activation, beside the prediction.

import { percent } from "../core/format.js";
import { t } from "../core/words.js";

/** For each box `{ level, note }`, or null where nothing is known; null when there is no result. */
export function boxChanges({ intervention }, sub) {
  const result = intervention?.result;
  if (!result) return null;
  const measured = levelsByLabel(result);
  return sub.boxes.map((box) => {
    const found = measured.get(box.id);
    if (!found || found.level === null) return null;
    const told = found.predicted === null ? "" : t("change.predicted", { share: percent(found.predicted) });
    return { level: found.level, note: `${percent(found.level)}${told}` };
  });
}

/** Levels of supernodes by label: the share of their original activation that is left, measured and predicted. */
export function levelsByLabel({ comparison }) {
  const levels = new Map();
  for (const { name, observed, predicted } of comparison?.supernodes ?? []) {
    levels.set(name, { level: left(observed), predicted: left(predicted) });
  }
  return levels;
}

// The server tells changes; what is left of the original activation is one more.
function left(change) { return typeof change === "number" && Number.isFinite(change) ? 1 + change : null; }
