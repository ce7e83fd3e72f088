// A graph small enough to work out by hand.
//
//   token a (0) ──2──▶ feature 0/7 (1) ──3──▶ logit x (p 0.8), logit y (p 0.2)
//   error of layer 1 (1) ──1──▶ logit x;  token b (1) ──(−1)──▶ feature 0/7

export function smallGraphFile() {
  return {
    metadata: { slug: "small", scan: "demo", prompt: "a b", prompt_tokens: ["a", " b"], node_threshold: 0.8 },
    qParams: {},
    nodes: [
      node("E_1_0", "embedding", "E", 0, { influence: 0.3 }),
      node("E_2_1", "embedding", "E", 1, { influence: 0.5 }),
      node("0_7_1", "cross layer transcoder", "0", 1, { influence: 0.2, activation: 1.5, clerp: "say x" }),
      node("0_1_1", "mlp reconstruction error", "1", 1, { influence: 0.6 }),
      node("3_9_1", "logit", "3", 1, { token_prob: 0.8, clerp: 'Output " x" (p=0.800)' }),
      node("3_8_1", "logit", "3", 1, { token_prob: 0.2, clerp: 'Output "y" (p=0.200)' }),
    ],
    links: [
      { source: "E_1_0", target: "0_7_1", weight: 2 },
      { source: "E_2_1", target: "0_7_1", weight: -1 },
      { source: "0_7_1", target: "3_9_1", weight: 3 },
      { source: "0_1_1", target: "3_9_1", weight: 1 },
      { source: "0_7_1", target: "3_8_1", weight: 0.5 },
    ],
  };
}

export function node(node_id, feature_type, layer, ctx_idx, rest = {}) {
  return { node_id, feature: 0, layer, ctx_idx, feature_type, jsNodeId: node_id, clerp: "", ...rest };
}

/** A layered graph of any size with reproducible links. */
export function largeGraphFile(tokens, layers, perCell) {
  const nodes = [];
  const links = [];
  for (let position = 0; position < tokens; position += 1) {
    nodes.push(node(`E_${position}_${position}`, "embedding", "E", position, { influence: 0.1 }));
    for (let layer = 0; layer < layers; layer += 1) {
      const count = position === tokens - 1 ? perCell : layer % 3 === 0 ? 1 : 0;
      for (let at = 0; at < count; at += 1) {
        const id = `${layer}_${at}_${position}`;
        const influence = (layer + 1) / layers * 0.8;
        nodes.push(node(id, "cross layer transcoder", String(layer), position, { influence }));
        links.push({ source: `E_${position}_${position}`, target: id, weight: 1 + at });
        links.push({ source: id, target: `${layers + 1}_0_${tokens - 1}`, weight: layer % 2 ? 1 : -1 });
      }
    }
  }
  const last = tokens - 1;
  nodes.push(node(`${layers + 1}_0_${last}`, "logit", String(layers + 1), last, { token_prob: 1 }));
  return { metadata: { prompt_tokens: Array.from({ length: tokens }, (_, at) => ` t${at}`) }, nodes, links };
}
