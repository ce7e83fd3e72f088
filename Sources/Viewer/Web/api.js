// The server's answers.

/** The list of graphs: `{ graphs, unreadable }`. */
export async function fetchIndex() { return fetchJSON("/api/graphs", "The list of graphs"); }

/** One graph file, parsed but not decoded. */
export async function fetchGraph(slug) {
  return fetchJSON(`/api/graphs/${encodeURIComponent(slug)}`, `The graph “${slug}”`);
}

/** The training runs: `{ folders, runs }`. */
export async function fetchRuns() { return fetchJSON("/api/training", "The list of training runs"); }

/** One training run: `{ run, curves }`. */
export async function fetchRun(name) {
  return fetchJSON(`/api/training/${encodeURIComponent(name)}`, `The run “${name}”`);
}

async function fetchJSON(path, what) {
  let response;
  try {
    response = await fetch(path);
  } catch {
    throw new Error("The viewer's server does not answer; start it again with: microscope serve");
  }
  if (!response.ok) throw new Error(`${what} is not there any more (status ${response.status}).`);
  try {
    return await response.json();
  } catch {
    throw new Error(`${what} is not valid JSON; the file may be cut off or damaged. Trace the prompt again.`);
  }
}
