// What concerns the page as a whole: views, panels, dialogs, remarks, language and colours.

import { defaultDock, joining, showing, sizing, splitting } from "../core/dock.js";

/** Builds the actions. */
export function pageActions(store) {
  const change = store.change;
  const dock = (next) => change({ dock: next });
  return {
    show: (view) => change({ view, sheet: null }),
    showPanel: (panel) => change({ view: "graph", dock: showing(store.read().dock, panel) }),
    joinPanel: (panel, other, before) => dock(joining(store.read().dock, panel, other, before)),
    splitPanel: (panel, other, side) => dock(splitting(store.read().dock, panel, other, side)),
    sizePanels: (path, at, by) => dock(sizing(store.read().dock, path, at, by)),
    resetDock: () => dock(defaultDock()),
    openSheet: (name, about = null) => change({ sheet: Object.freeze({ name, about }) }),
    closeSheet: () => change({ sheet: null }),
    setLanguage: (language) => change({ language }),
    setTheme: (theme) => change({ theme }),
    notify: (text, action = null, run = null) => change({ notice: Object.freeze({ text, action, run }) }),
    dismiss: () => change({ notice: null }),
    fail: (error) => {
      if (error.name !== "AbortError") change({ notice: Object.freeze({ text: error.message, action: null, run: null }) });
    },
  };
}
