// What the page says when the graph that was asked for cannot be shown.

import { button, make } from "../core/dom.js";
import { t } from "../core/words.js";

/** Builds the place. */
export function makeFailure({ actions }) {
  const element = make("main", { class: "empty", id: "empty", hidden: true });
  return {
    element,
    update: (state) => {
      element.hidden = !(state.failure && state.view === "graph" && !state.graph);
      if (element.hidden) return;
      element.replaceChildren(make("h2", {}, t("failure.title")), make("p", {}, state.failure),
        button(t("view.gallery"), () => actions.show("gallery"), { class: "plain main" }));
    },
  };
}
