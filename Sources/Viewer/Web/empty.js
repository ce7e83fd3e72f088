// What the page says when there is no graph to show.

import { byId, make } from "./dom.js";

/** Shows the empty state or a failure in place of the figure. */
export function makeEmptyState(store) {
  return (state) => {
    const none = state.graphs !== null && state.graphs.graphs.length === 0 && !state.graph;
    byId("main").hidden = !state.graph;
    byId("empty").hidden = Boolean(state.graph) || !(none || state.failure);
    if (byId("empty").hidden) return;
    byId("empty").replaceChildren(...(state.failure ? failure(state.failure) : noGraphs(state.graphs)));
  };
}

function failure(sentence) {
  return [make("h2", {}, "This graph cannot be shown"), make("p", {}, sentence)];
}

function noGraphs({ unreadable }) {
  const parts = [
    make("h2", {}, "No graph yet"),
    make("p", {}, "A graph shows how a model came to its next token. Make one, then reload this page:"),
    make("pre", {}, make("code", {}, 'microscope trace "The capital of Italy is"')),
  ];
  if (unreadable.length) {
    parts.push(make("p", {}, "These files in the graph directory could not be read:"),
      make("ul", {}, ...unreadable.map(({ file, reason }) => make("li", {}, `${file}: ${reason}`))));
  }
  return parts;
}
