// The server's answers; Documentation/API.md tells what each holds.

import { t } from "./words.js";

const ROOT = "/api/v1";
const CHANGES = { "Content-Type": "application/json", "X-Microscope": "1" };

/** The server refused or failed: a sentence for people, a code for the page. */
export class ServiceError extends Error {
  constructor(message, code, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Asks for JSON. `signal` gives the wait up. */
export function read(path, signal) { return ask(ROOT + path, { signal }); }

/** Sends JSON with a method that changes something, or computes. */
export function send(method, path, body, signal) {
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return ask(ROOT + path, { method, headers: CHANGES, body: text, signal });
}

/** Follows a job's events; `change(job)` for each. Returns the way to stop listening. */
export function follow(id, change, lost) {
  const source = new EventSource(`${ROOT}/jobs/${encodeURIComponent(id)}/events`);
  source.addEventListener("job", (event) => change(JSON.parse(event.data)));
  source.addEventListener("end", (event) => { source.close(); change(JSON.parse(event.data)); });
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) lost?.(); });
  return () => source.close();
}

/** The paths of the interface, so that each is written once. */
export const paths = Object.freeze({
  about: () => "",
  graphs: () => "/graphs",
  graph: (slug) => `/graphs/${encodeURIComponent(slug)}`,
  thumbnail: (slug) => `/graphs/${encodeURIComponent(slug)}/thumbnail`,
  query: (slug) => `/graphs/${encodeURIComponent(slug)}/query`,
  exported: (slug, tool) => `/graphs/${encodeURIComponent(slug)}/query/export?for=${tool}`,
  imported: (slug) => `/graphs/${encodeURIComponent(slug)}/query/import`,
  pruned: (slug, { node, edge, maxNodes, maxEdges }) =>
    `/graphs/${encodeURIComponent(slug)}/prune?${new URLSearchParams({ node, edge, maxNodes, maxEdges })}`,
  scores: (slug) => `/graphs/${encodeURIComponent(slug)}/scores`,
  heads: (slug, source, target) => `/graphs/${encodeURIComponent(slug)}/heads?${new URLSearchParams({ source, target })}`,
  restored: (trash) => `/trash/${encodeURIComponent(trash)}/restore`,
  models: () => "/models",
  nextTokens: () => "/next-tokens",
  traces: () => "/traces",
  interventions: () => "/interventions",
  activeFeatures: () => "/active-features",
  jobs: () => "/jobs",
  job: (id) => `/jobs/${encodeURIComponent(id)}`,
  sets: () => "/sets",
  features: (set, query) => `/sets/${encodeURIComponent(set)}/features?${new URLSearchParams(query)}`,
  feature: (set, layer, index) => `/sets/${encodeURIComponent(set)}/features/${layer}/${index}`,
  cards: (set, ids) => `/sets/${encodeURIComponent(set)}/cards?${new URLSearchParams({ ids: ids.join(",") })}`,
  label: (set, layer, index) => `/sets/${encodeURIComponent(set)}/features/${layer}/${index}/label`,
  training: () => "/training",
  run: (name) => `/training/${encodeURIComponent(name)}`,
  studies: () => "/studies",
  studyRuns: (study) => `/studies/${encodeURIComponent(study)}/runs`,
  report: (study, id) => `/studies/${encodeURIComponent(study)}/reports/${encodeURIComponent(id)}`,
  reportPage: (study, id) => `/studies/${encodeURIComponent(study)}/reports/${encodeURIComponent(id)}/page`,
  reportFigure: (study, id, file) =>
    `/studies/${encodeURIComponent(study)}/reports/${encodeURIComponent(id)}/figures/${encodeURIComponent(file)}`,
});

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError(t("failure.silent"), "silent", 0);
  }
  const answer = await parsed(response);
  if (!response.ok) {
    const { message, code } = answer?.error ?? {};
    throw new ServiceError(message ?? t("failure.status", { status: response.status }), code ?? "", response.status);
  }
  if (answer === null) throw new ServiceError(t("failure.json"), "bad_json", response.status);
  return answer;
}

async function parsed(response) {
  try { return await response.json(); } catch { return null; }
}
