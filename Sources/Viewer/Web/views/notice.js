// One remark at the bottom of the page, with at most one thing to do about it.

import { button, make, signButton } from "../core/dom.js";
import { t } from "../core/words.js";

const SECONDS = 12;

/** Builds the place of remarks. */
export function makeNotice({ actions }) {
  const element = make("div", { id: "notice", class: "notice", role: "status", "aria-live": "polite", hidden: true });
  let timer = null;
  return {
    element,
    update: (state, previous) => {
      if (state.notice === previous.notice) return;
      clearTimeout(timer);
      element.hidden = !state.notice;
      if (!state.notice) { element.replaceChildren(); return; }
      const { text, action, run } = state.notice;
      const act = action ? button(action, () => { actions.dismiss(); Promise.resolve(run()).catch(actions.fail); },
        { class: "plain main" }) : null;
      element.replaceChildren(...[make("span", {}, text), act, signButton("×", t("close"), actions.dismiss)].filter(Boolean));
      timer = setTimeout(actions.dismiss, SECONDS * 1000);
    },
  };
}
