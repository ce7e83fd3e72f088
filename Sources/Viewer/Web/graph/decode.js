// Turns a graph file (circuit-tracer's JSON, or Neuronpedia's superset) into one frozen value.
//
// Rows count upwards: 0 holds the embeddings, row l + 1 holds layer l, the last row holds the logits.

const KINDS = Object.freeze({
  "embedding": "token",
  "logit": "logit",
  "mlp reconstruction error": "error",
});

/** The file is not a graph; the message is one sentence that can be shown. */
export class GraphFormatError extends Error {}

/** Decodes the parsed JSON of one graph file. */
export function decodeGraph(json) {
  requireShape(json);
  const tokens = Object.freeze(json.metadata.prompt_tokens.map(String));
  const layerCount = countLayers(json.nodes);
  const nodes = decodeNodes(json.nodes, tokens, layerCount);
  const { links, warnings } = decodeLinks(json.links, nodes);
  const { inputs, outputs, inputTotals } = indexLinks(nodes, links);
  const facts = decodeFacts(json.metadata);
  return Object.freeze({
    slug: text(json.metadata.slug),
    prompt: text(json.metadata.prompt) || tokens.join(""),
    scan: text(json.metadata.scan),
    set: facts.transcoders === "neurons" ? `neurons:${facts.model}` : text(json.metadata.scan),
    facts,
    tokens,
    layerCount,
    rowCount: layerCount + 2,
    nodes: Object.freeze(nodes),
    links: Object.freeze(links),
    inputs,
    outputs,
    inputTotals,
    byKey: new Map(nodes.map((node) => [node.key, node.index])),
    downwards: Int32Array.from(nodes, (node) => node.index).sort((a, b) => nodes[b].row - nodes[a].row || a - b),
    maxInfluence: nodes.reduce((most, node) => Math.max(most, node.influence ?? 0), 0),
    warnings: Object.freeze(warnings),
  });
}

/** What our tracer adds under `metadata.microscope`; every field may be missing. */
export function decodeFacts(metadata) {
  const own = isObject(metadata?.microscope) ? metadata.microscope : {};
  const info = isObject(metadata?.info) ? metadata.info : {};
  const logits = Array.isArray(own.logits) ? own.logits : [];
  return Object.freeze({
    model: text(own.model),
    transcoders: text(own.transcoders),
    logits: Object.freeze(logits.filter(isObject).map((logit) =>
      Object.freeze({ token: text(logit.token), probability: number(logit.probability) ?? 0 }))),
    replacementScore: number(own.replacementScore),
    completenessScore: number(own.completenessScore),
    coverage: number(own.coverage),
    seconds: number(own.seconds),
    nodeCount: number(own.nodeCount),
    edgeCount: number(own.edgeCount),
    activeFeatureCount: number(own.activeFeatureCount),
    expandedFeatureCount: number(own.expandedFeatureCount),
    nodeThreshold: number(metadata?.node_threshold) ?? number(metadata?.pruning_settings?.node_threshold),
    created: number(info.create_time_ms),
  });
}

function requireShape(json) {
  if (!isObject(json)) throw new GraphFormatError("The file is not a JSON object, so it is not a graph.");
  if (!isObject(json.metadata) || !Array.isArray(json.metadata.prompt_tokens)) {
    throw new GraphFormatError("The file has no metadata.prompt_tokens, so it is not an attribution graph.");
  }
  for (const name of ["nodes", "links"]) {
    if (!Array.isArray(json[name])) throw new GraphFormatError(`The file has no list of ${name}.`);
  }
}

// circuit-tracer puts the logits at layer count + 1; others put them at layer count.
function countLayers(raw) {
  let highest = -1;
  let logitLayer = 0;
  for (const node of raw) {
    const layer = Number(node?.layer);
    if (!Number.isInteger(layer) || layer < 0 || layer > 1000) continue;
    if (node.feature_type === "logit") logitLayer = Math.max(logitLayer, layer);
    else highest = Math.max(highest, layer);
  }
  return Math.max(highest + 1, logitLayer - 1, 0);
}

function decodeNodes(raw, tokens, layerCount) {
  const seen = new Map();
  return raw.map((node, index) => {
    if (!isObject(node) || node.node_id === undefined) {
      throw new GraphFormatError(`Node ${index} of the file has no node_id.`);
    }
    const id = String(node.node_id);
    const repeat = seen.get(id) ?? 0;
    seen.set(id, repeat + 1);
    const key = repeat ? `${id}~${repeat}` : id;
    return Object.freeze({ index, id, key, ...describe(node, tokens, layerCount) });
  });
}

function describe(node, tokens, layerCount) {
  const kind = KINDS[node.feature_type] ?? "feature";
  const layer = kind === "token" || kind === "logit" ? null : clamp(Number(node.layer), 0, layerCount - 1);
  const position = clamp(Number(node.ctx_idx), 0, Math.max(tokens.length - 1, 0));
  const feature = kind === "feature" ? featureIndex(node) : null;
  const clerp = text(node.clerp).trim();
  const token = kind === "logit" ? logitToken(clerp) : tokens[position] ?? "";
  return {
    kind, layer, position, feature, clerp, token,
    featureKey: feature === null ? null : `${layer}/${feature}`,
    row: kind === "token" ? 0 : kind === "logit" ? layerCount + 1 : layer + 1,
    label: label(kind, layer, feature, clerp, token),
    activation: number(node.activation),
    influence: number(node.influence),
    probability: kind === "logit" ? number(node.token_prob) : null,
  };
}

function label(kind, layer, feature, clerp, token) {
  switch (kind) {
  case "token": return token;
  case "logit": return token || clerp;
  case "error": return `error ${layer}`;
  default: return clerp || `${layer}/${feature ?? "?"}`;
  }
}

// The id of a feature node is layer_index_position; `feature` itself is a pairing of layer and index.
function featureIndex(node) {
  const parts = String(node.node_id).split("_").map(Number);
  if (parts.length === 3 && parts.every(Number.isInteger)) return parts[1];
  return number(node.feature);
}

// circuit-tracer writes the logit's token only inside its label: Output "tok" (p=0.123).
function logitToken(clerp) {
  const first = clerp.indexOf('"');
  const last = clerp.lastIndexOf('"');
  return first >= 0 && last > first ? clerp.slice(first + 1, last) : clerp;
}

// An id that names two nodes (a layer-0 feature and an error, in circuit-tracer's files) is resolved so:
// 1. a link into it goes to the node that has inputs, the feature;
// 2. a link out of it goes to the feature, unless the same pair was already linked, then to the error.
function decodeLinks(raw, nodes) {
  const byId = new Map();
  for (const node of nodes) byId.set(node.id, [...(byId.get(node.id) ?? []), node.index]);
  const pairs = new Map();
  const links = [];
  let dangling = 0;
  for (const link of raw) {
    const sources = byId.get(String(link?.source));
    const targets = byId.get(String(link?.target));
    const weight = number(link?.weight);
    if (!sources || !targets || weight === null) { dangling += 1; continue; }
    const target = targets.find((index) => nodes[index].kind !== "error") ?? targets[0];
    const source = sources[nextTwin(sources, target, pairs)];
    links.push(Object.freeze({ index: links.length, source, target, weight }));
  }
  return { links, warnings: linkWarnings(byId, dangling) };
}

function nextTwin(sources, target, pairs) {
  if (sources.length === 1) return 0;
  const pair = `${sources[0]} ${target}`;
  const used = pairs.get(pair) ?? 0;
  pairs.set(pair, used + 1);
  return Math.min(used, sources.length - 1);
}

function linkWarnings(byId, dangling) {
  const warnings = [];
  const twins = [...byId.values()].filter((indices) => indices.length > 1).length;
  if (twins) warnings.push(Object.freeze({ key: "warning.twins", n: twins }));
  if (dangling) warnings.push(Object.freeze({ key: "warning.dangling", n: dangling }));
  return warnings;
}

/** Lists every node's links, strongest first, and the sum of |weight| over its inputs. */
function indexLinks(nodes, links) {
  const inputs = nodes.map(() => []);
  const outputs = nodes.map(() => []);
  const inputTotals = new Float64Array(nodes.length);
  const byStrength = [...links].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  for (const link of byStrength) {
    inputs[link.target].push(link);
    outputs[link.source].push(link);
    inputTotals[link.target] += Math.abs(link.weight);
  }
  inputs.forEach(Object.freeze);
  outputs.forEach(Object.freeze);
  return { inputs: Object.freeze(inputs), outputs: Object.freeze(outputs), inputTotals };
}

function isObject(value) { return typeof value === "object" && value !== null && !Array.isArray(value); }
function text(value) { return value === undefined || value === null ? "" : String(value); }
function number(value) { return typeof value === "number" && Number.isFinite(value) ? value : null; }
function clamp(value, low, high) {
  return Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), low), Math.max(high, low)) : low;
}
