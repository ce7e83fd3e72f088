// Filtering the list of graphs.

/** The graphs whose prompt, model, or name holds every word of the query, in any order and case. */
export function searchGraphs(graphs, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return graphs.filter((graph) => {
    const text = [graph.prompt, graph.model, graph.scan, graph.slug].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
