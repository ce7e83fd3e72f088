// The bar at the top: where one is, and what concerns the whole page.

import { button, choice, make, signButton } from "../core/dom.js";
import { truncate } from "../core/format.js";
import { changed } from "../core/state.js";
import { t } from "../core/words.js";

/** Builds the bar. A page without a server has only its graph. */
export function makeTopBar({ store, actions, embedded }) {
  const go = (view) => button(t(`view.${view}`), () => actions.show(view), { class: "tab", "data-view": view });
  const views = embedded ? [] : ["graph", "gallery", "compare", "features"].map(go);
  const title = make("p", { class: "title", id: "title" });
  const trace = embedded ? null : button(t("trace.new"), () => actions.openSheet("trace"),
    { class: "plain main", id: "new-trace" });
  const language = choice(t("language"), [["en", "English"], ["zh", "中文"]], store.read().language, actions.setLanguage,
    { id: "language" });
  const theme = choice(t("theme"), ["auto", "light", "dark"].map((name) => [name, t(`theme.${name}`)]), store.read().theme,
    actions.setTheme, { id: "theme" });
  const element = make("header", { id: "top", class: "bar" },
    make("h1", {}, "Microscope"), make("nav", { class: "pages", "aria-label": t("views") }, ...views,
      embedded ? null : make("a", { href: "/studies" }, t("view.studies")),
      embedded ? null : make("a", { href: "/training" }, t("view.training"))),
    title, trace, theme, language, signButton("?", t("help.open"), () => actions.openSheet("help"), { id: "help" }));
  return {
    element,
    update: (state, previous) => {
      if (!changed(state, previous, "view", "graph", "abilities", "theme")) return;
      for (const each of views) {
        if (each.dataset.view === state.view) each.setAttribute("aria-current", "page");
        else each.removeAttribute("aria-current");
        if (each.dataset.view === "graph") each.disabled = !state.graph;
      }
      const shown = state.graph && state.view === "graph" ? state.graph.prompt : "";
      title.textContent = truncate(shown, 90);
      title.title = shown;
      document.title = shown ? `${truncate(shown, 50)} – Microscope` : "Microscope";
      if (trace) trace.hidden = state.abilities?.isLive === false;
      theme.value = state.theme;
    },
  };
}
