// Puts the views into the page, and again when the language changes.

import { make } from "./dom.js";
import { PANELS } from "./dock.js";
import { commandOf, takesText } from "./keys.js";
import { speak } from "./words.js";
import { makeCompare } from "../views/compare.js";
import { makeFailure } from "../views/failure.js";
import { makeFeatures } from "../views/features.js";
import { makeGallery } from "../views/gallery.js";
import { makeNotice } from "../views/notice.js";
import { makeSheets } from "../views/sheets.js";
import { makeTopBar } from "../views/topbar.js";
import { makeWorkspace } from "../views/workspace.js";

/** Mounts everything below `root`; returns what listens to keys and colours. */
export function mount(root, context) {
  const { store } = context;
  let parts = [];
  let workspace = null;
  let leave = () => {};

  const build = () => {
    const state = store.read();
    leave();
    speak(state.language);
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
    const makers = context.embedded ? [makeTopBar, makeWorkspace, makeFailure, makeSheets, makeNotice]
      : [makeTopBar, makeWorkspace, makeGallery, makeCompare, makeFeatures, makeFailure, makeSheets, makeNotice];
    parts = makers.map((maker) => maker(context));
    workspace = parts[1];
    root.replaceChildren(...parts.map((part) => part.element),
      make("p", { id: "status", class: "unseen", role: "status", "aria-live": "polite" }));
    for (const part of parts) part.update(state, {});
    leave = store.subscribe((now, before) => { for (const part of parts) part.update(now, before); });
  };
  const recolour = () => { for (const part of parts) part.recolour?.(); };

  build();
  applyTheme(store.read().theme);
  store.subscribe((state, previous) => {
    if (state.language !== previous.language) build();
    if (state.theme !== previous.theme) { applyTheme(state.theme); recolour(); }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { applyTheme(store.read().theme); recolour(); });
  document.addEventListener("keydown", (event) => pressed(event, { ...context, ...commands(context, () => workspace) }));
}

// Colours are chosen by one attribute, so that a reader's choice wins over the system's.
function applyTheme(theme) {
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function commands({ store, actions }, workspace) {
  return {
    focusPanel: (digit) => { actions.showPanel(PANELS[digit - 1]); workspace().focus(PANELS[digit - 1]); },
    rename: () => { actions.showPanel("node"); document.getElementById("rename")?.click(); },
    prune: (step) => {
      const { thresholds, threshold, graph } = store.read();
      if (!graph) return;
      if (thresholds) actions.setPruning({ node: Math.min(Math.max(thresholds.node + step, 0.1), 0.995) });
      else actions.setThreshold(Math.min(Math.max(threshold + step, 0), graph.maxInfluence));
    },
  };
}

function pressed(event, context) {
  if (event.defaultPrevented || context.store.read().sheet) return;
  const command = commandOf(event, takesText(document.activeElement));
  if (!command) return;
  event.preventDefault();
  command.run(context, event.key);
}
