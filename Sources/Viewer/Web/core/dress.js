// How the pages beside that of graphs begin: in the reader's language and colours, as chosen there.

import { readPreferences } from "./preferences.js";
import { speak, t } from "./words.js";

// Puts words and colours on the page whose title is `title`, a key of the table of words.
export function dressPage(title) {
  const { language, theme } = readPreferences();
  speak(language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.title = `${t(title)} – Microscope`;
  for (const element of document.querySelectorAll("[data-words]")) element.textContent = t(element.dataset.words);
}
