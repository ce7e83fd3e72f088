// Editing a text where it stands.

import { make } from "./dom.js";

/**
 * A field for one text. `done(text, isLeft)` is called once: with what was written after Enter or when the field is left, with
 * null after Escape, or when nothing changed; `isLeft` when the keyboard is already elsewhere.
 */
export function makeEditor({ value, label, longest, done, ...properties }) {
  const input = make("input", { type: "text", value, "aria-label": label, maxlength: longest, ...properties });
  let isDone = false;
  const finish = (keep, isLeft) => {
    if (isDone) return;
    isDone = true;
    done(keep && input.value !== value ? input.value.trim() : null, isLeft);
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    finish(event.key === "Enter", false);
  });
  input.addEventListener("blur", () => finish(true, true));
  return input;
}

/** Puts the keyboard into a field, and selects its text. */
export function beginEditing(input) {
  input.focus();
  input.select();
}
