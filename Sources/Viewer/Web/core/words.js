// Speaks the reader's language: one table for each, chosen here.

import { english } from "../strings/en.js";
import { chinese } from "../strings/zh.js";

const TABLES = Object.freeze({ en: english, zh: chinese });
let table = english;

/** Chooses the table; called by whoever draws the page anew. */
export function speak(language) { table = TABLES[language] ?? english; }

/** The language of the first of the browser's languages that has a table. */
export function preferredLanguage(languages) {
  for (const language of languages ?? []) {
    const short = String(language).toLowerCase().split("-")[0];
    if (TABLES[short]) return short;
  }
  return "en";
}

/**
 * The text of a key with its `{name}` places filled.
 *
 * An entry `[one, many]` chooses by the value `n`, which is the number itself; `{n}` shows `shown ?? n`.
 */
export function t(key, values = {}) {
  const entry = table[key] ?? english[key];
  if (entry === undefined) return key;
  const text = Array.isArray(entry) ? entry[values.n === 1 ? 0 : 1] : entry;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(name === "n" ? values.shown ?? values.n : values[name] ?? ""));
}
