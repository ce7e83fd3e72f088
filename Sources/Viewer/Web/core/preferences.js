// What the browser remembers for one reader: language, colours, arrangement. Never the graphs' own data.

import { readDock } from "./dock.js";
import { preferredLanguage } from "./words.js";

const KEY = "microscope.preferences";
const THEMES = ["auto", "light", "dark"];

/** The remembered preferences; what is missing or damaged has its default. */
export function readPreferences(storage = safeStorage(), languages = navigator.languages) {
  let kept = {};
  try { kept = JSON.parse(storage?.getItem(KEY) ?? "{}") ?? {}; } catch { kept = {}; }
  return {
    language: ["en", "zh"].includes(kept.language) ? kept.language : preferredLanguage(languages),
    theme: THEMES.includes(kept.theme) ? kept.theme : "auto",
    dock: readDock(kept.dock),
  };
}

/** Keeps the preferences of a state; a browser that keeps nothing is no error. */
export function keepPreferences({ language, theme, dock }, storage = safeStorage()) {
  try { storage?.setItem(KEY, JSON.stringify({ language, theme, dock })); } catch { /* full, or forbidden */ }
}

/** The browser's storage, or null where it is forbidden. */
export function safeStorage() {
  try { return globalThis.localStorage ?? null; } catch { return null; }
}
