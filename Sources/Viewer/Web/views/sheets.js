// The dialogs: one at a time, over the page.

import { make, signButton } from "../core/dom.js";
import { t } from "../core/words.js";
import { makeExport } from "./export.js";
import { makeHelp } from "./help.js";
import { makeImport } from "./import.js";
import { makeTrace } from "./trace.js";

const BUILDERS = { help: makeHelp, trace: makeTrace, export: makeExport, import: makeImport };

/** Builds the place where dialogs open. */
export function makeSheets(context) {
  const { actions } = context;
  const title = make("h2", { id: "sheet-title" });
  const body = make("div", { class: "sheet-body" });
  const dialog = make("dialog", { class: "sheet", "aria-labelledby": "sheet-title" },
    make("div", { class: "sheet-head" }, title, signButton("×", t("close"), () => actions.closeSheet(), { id: "close-sheet" })),
      body);
  let content = null;
  // The event comes late: by then another sheet may be open.
  dialog.addEventListener("close", () => { if (!dialog.open) actions.closeSheet(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) actions.closeSheet(); });
  return {
    element: dialog,
    update: (state, previous) => {
      if (state.sheet !== previous.sheet) {
        content?.close?.();
        content = null;
        if (!state.sheet) { if (dialog.open) dialog.close(); return; }
        title.textContent = t(`sheet.${state.sheet.name}`);
        content = BUILDERS[state.sheet.name](context, state.sheet.about);
        body.replaceChildren(content.element);
        dialog.dataset.sheet = state.sheet.name;
        if (!dialog.open) dialog.showModal();
        content.focus?.();
      }
      if (state.sheet) content?.update?.(state, previous);
    },
  };
}
