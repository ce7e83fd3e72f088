// The turns of a chat.

import { button, choice, make, signButton } from "../core/dom.js";
import { t } from "../core/words.js";

const ROLES = ["system", "user", "assistant"];

/** Builds the list of turns; `changed` is told of every change. */
export function makeMessages(changed) {
  let turns = [{ role: "user", content: "" }];
  const list = make("ol", { class: "turns" });
  const redraw = () => {
    list.replaceChildren(...turns.map((turn, at) => make("li", {},
      choice(t("chat.role"), ROLES.map((role) => [role, t(`chat.${role}`)]), turn.role,
        (role) => { turns[at].role = role; changed(); }),
      make("textarea", { rows: 2, "aria-label": t("chat.turn", { n: at + 1 }), spellcheck: "false",
        oninput: (event) => { turns[at].content = event.target.value; changed(); } }, turn.content),
      signButton("×", t("chat.remove", { n: at + 1 }), () => { turns = turns.filter((_,
        index) => index !== at); redraw(); changed(); }, { disabled: turns.length < 2 }))));
  };
  const add = () => {
    turns = [...turns, { role: turns.at(-1)?.role === "user" ? "assistant" : "user", content: "" }];
    redraw();
    list.querySelector("li:last-child textarea").focus();
  };
  redraw();
  return {
    element: make("div", { class: "messages" }, list, button(t("chat.add"), add)),
    read: () => turns.map(({ role, content }) => ({ role, content })),
    focus: () => list.querySelector("textarea")?.focus(),
  };
}
