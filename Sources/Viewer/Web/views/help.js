// The help sheet: how to read the figure, and all keys.

import { make } from "../core/dom.js";
import { KEYS } from "../core/keys.js";
import { t } from "../core/words.js";

/** Builds the sheet. */
export function makeHelp() {
  const reading = ["columns", "nodes", "links", "errors", "pins", "boxes"].map((name) => make("li", {}, t(`help.reading.${name}`)));
  const groups = KEYS.map(({ group, entries }) => make("section", {}, make("h3", {}, t(`keys.${group}`)),
    make("dl", { class: "keys" }, ...entries.map(({ keys, shown, name }) =>
      make("div", {}, make("dt", {}, make("kbd", {}, shown ?? keys[0].toUpperCase())),
        make("dd", {}, t(`keys.${group}.${name}`)))))));
  const element = make("div", { class: "help" }, make("section", { class: "reading" }, make("h3", {}, t("help.reading")),
    make("ul", {}, ...reading)), ...groups);
  return { element };
}
