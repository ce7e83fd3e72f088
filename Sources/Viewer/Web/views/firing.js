// What fires on a text, as one types: tokens as heat for a feature, features by how far they reach above the usual.

import { afterPause, make } from "../core/dom.js";
import { paths, send } from "../core/api.js";
import { count, plain } from "../core/format.js";
import { t } from "../core/words.js";
import { heated } from "../panels/example.js";

/** Builds the part; `show(layer, index)` opens a feature. */
export function makeFiring({ setOf, show }) {
  const text = make("textarea", { id: "firing-text", rows: 3, "aria-label": t("firing.label"),
    placeholder: t("firing.placeholder"), spellcheck: "false",
    oninput: () => ask() });
  const tokens = make("p", { class: "firing-tokens", "aria-live": "off" });
  const list = make("ol", { class: "firing-list" });
  const note = make("p", { class: "note", role: "status" }, t("firing.help"));
  let answer = null;
  let position = null;
  let abort = null;

  const ask = afterPause(120, async () => {
    abort?.abort();
    abort = new AbortController();
    if (!text.value.trim()) { answer = null; draw(); return; }
    try {
      answer = await send("POST", paths.activeFeatures(), { text: text.value, transcoders: setOf() ?? undefined, limit: 60,
        stream: "page" }, abort.signal);
      position = null;
      draw();
    } catch (error) { if (error.name !== "AbortError" && error.code !== "superseded") note.textContent = error.message; }
  });
  const draw = () => {
    if (!answer) { tokens.replaceChildren(); list.replaceChildren(); note.textContent = t("firing.help"); return; }
    note.textContent = t("firing.count", { n: answer.activeCount, shown: count(answer.activeCount) });
    heat(null);
    list.replaceChildren(...chosen().map((feature) => row(feature)));
  };
  const chosen = () => answer.features.filter((feature) => position === null || feature.positions.includes(position));
  const heat = (feature) => {
    const values = new Map(feature ? feature.positions.map((at, place) => [at, feature.values[place]]) : []);
    tokens.replaceChildren(...answer.tokens.map((token, at) => make("button", {
      type: "button", class: at === position ? "token here" : "token", "aria-pressed": String(at === position),
      onclick: () => { position = position === at ? null : at; draw(); },
    }, heated(token.piece, values.get(at) ?? 0, feature?.peak))));
  };
  const row = (feature) => make("li", {}, make("button", {
    type: "button", onclick: () => show(feature.layer, feature.index), onpointerenter: () => heat(feature),
      onpointerleave: () => heat(null),
    onfocus: () => heat(feature), onblur: () => heat(null),
  }, make("span", { class: "where" }, `${feature.layer}/${feature.index}`), make("span", { class: "name" }, feature.label ?? ""),
  make("span", { class: "value" }, plain(feature.peak))));
  const element = make("section", { class: "firing", "aria-label": t("firing.title") }, make("h3", {}, t("firing.title")), text,
    tokens, note, list);
  return { element, update: (state) => { element.hidden = state.abilities?.isLive === false; } };
}
