// Reads and writes `qParams`, in which circuit-tracer, Neuronpedia and this page keep a reader's work.

import { emptyWork } from "./work.js";

/**
 * Reads the pins, supernodes and positions of a file's `qParams`, or of a viewer's address. Lists may be written
 * as text, as addresses hold them. What is malformed is left out.
 */
export function readQuery(query, known = null) {
  const held = (id) => typeof id === "string" && (known === null || known.has(id));
  const pinned = unique(idList(query?.pinnedIds).filter(held));
  const supernodes = list(query?.supernodes).filter(Array.isArray)
    .map(([name, ...ids]) => ({ name: String(name ?? ""), ids: unique(ids.map(String).filter(held)) }))
    .filter((group) => group.ids.length > 1);
  const own = object(query?.microscope) ?? {};
  return Object.freeze({
    ...emptyWork(),
    pinned: Object.freeze(unique([...pinned, ...supernodes.flatMap((group) => group.ids)])),
    supernodes: Object.freeze(supernodes.map(({ name, ids }) => Object.freeze({ name, ids: Object.freeze(ids) }))),
    positions: Object.freeze(readPositions(own.positions)),
    labels: Object.freeze({ ...readClerps(query?.clerps), ...readLabels(own.labels) }),
  });
}

/** Writes work into `qParams`, over what other tools keep there; labels only where no store has them. */
export function writeQuery(work, { clickedId = null, threshold = null, before = {}, withLabels = false } = {}) {
  const query = {
    ...before,
    pinnedIds: [...work.pinned],
    supernodes: work.supernodes.map((group) => [group.name, ...group.ids]),
    linkType: before.linkType ?? "both",
    clickedId: clickedId ?? "",
    sg_pos: before.sg_pos ?? "",
    microscope: { positions: work.positions, ...(withLabels ? { labels: work.labels } : {}) },
  };
  if (threshold !== null) query.pruningThreshold = threshold;
  return query;
}

/** What an address of circuit-tracer's or Neuronpedia's viewer asks for, as `qParams`. */
export function queryOfAddress(address) {
  const at = address.indexOf("?");
  const fields = new URLSearchParams(at < 0 ? address : address.slice(at + 1).split("#")[0]);
  return Object.fromEntries([...fields].filter(([name]) => name !== "slug"));
}

/** Reads what a person dropped or pasted: an address, `qParams`, a subgraph, or a whole graph file. */
export function readImport(text) {
  const trimmed = text.trim();
  if (/^https?:\/\//.test(trimmed) || trimmed.startsWith("?")) return { query: queryOfAddress(trimmed) };
  const json = JSON.parse(trimmed);
  if (Array.isArray(json?.nodes) && Array.isArray(json?.links)) return { graph: json };
  return { query: object(json?.qParams) ?? object(json?.query) ?? json };
}

/** `qParams` as circuit-tracer's viewer has them in its address. */
export function circuitTracerQuery(work) {
  return {
    pinnedIds: work.pinned.join(","),
    supernodes: JSON.stringify(work.supernodes.map((group) => [group.name, ...group.ids])),
    clerps: JSON.stringify(clerps(work)),
  };
}

/** The subgraph as Neuronpedia saves it. */
export function neuronpediaQuery(work, { slug, scan, threshold = null }) {
  return {
    modelId: scan, slug,
    pinnedIds: [...work.pinned],
    supernodes: work.supernodes.map((group) => [group.name, ...group.ids]),
    clerps: clerps(work),
    pruningThreshold: threshold,
  };
}

// Other viewers know a feature by one number that pairs layer and index (Cantor's).
function clerps({ labels }) {
  return Object.entries(labels).map(([key, text]) => {
    const [layer, index] = key.split("/").map(Number);
    return [String((layer + index) * (layer + index + 1) / 2 + index), text];
  });
}

function readClerps(value) {
  const pairs = list(value).filter((pair) => Array.isArray(pair) && typeof pair[1] === "string" && Number.isSafeInteger(Number(pair[0])));
  return Object.fromEntries(pairs.filter(([number]) => Number(number) >= 0).map(([number, text]) => [unpaired(Number(number)), text]));
}

function unpaired(number) {
  const sum = Math.floor((Math.sqrt(8 * number + 1) - 1) / 2);
  const index = number - sum * (sum + 1) / 2;
  return `${sum - index}/${index}`;
}

function readLabels(value) {
  return Object.fromEntries(Object.entries(object(value) ?? {}).filter(([, text]) => typeof text === "string"));
}

function readPositions(value) {
  const entries = Object.entries(object(value) ?? {}).filter(([, point]) =>
    Array.isArray(point) && point.length === 2 && point.every((each) => Number.isFinite(each)));
  return Object.fromEntries(entries.map(([id, [x, y]]) => [id, Object.freeze([clamp(x), clamp(y)])]));
}

function idList(value) {
  if (typeof value === "string" && !value.startsWith("[")) return value.split(",").filter(Boolean);
  return list(value).map(String);
}

function list(value) {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string") return [];
  try {
    const read = JSON.parse(value);
    return Array.isArray(read) ? read : [];
  } catch { return []; }
}

function object(value) { return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null; }
function unique(values) { return [...new Set(values)]; }
function clamp(value) { return Math.min(Math.max(value, 0), 1); }
