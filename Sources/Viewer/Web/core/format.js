// Numbers, tokens and dates as the page shows them.

import { t } from "./words.js";

const MINUS = "\u2212";

/** A signed weight with three significant digits and a true minus: +1.24, −0.0310. */
export function signedWeight(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  const digits = plain(Math.abs(value));
  return (value < 0 ? MINUS : "+") + digits;
}

/** A number with three significant digits, in scientific notation when it is tiny or huge. */
export function plain(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size === 0) return "0";
  if (size < 0.001 || size >= 100000) return sign + size.toExponential(1).replace("-", MINUS);
  if (size >= 100) return sign + size.toFixed(0);
  return sign + size.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** A share as a percentage: 41 %, 4.1 %, <0.1 %. */
export function percent(share) {
  if (share === null || !Number.isFinite(share)) return "–";
  const value = share * 100;
  const size = Math.abs(value);
  if (value > 0 && value < 0.1) return t("format.percent", { value: "<0.1" });
  return t("format.percent", { value: value.toFixed(size >= 9.95 || size === 0 ? 0 : 1).replace("-", MINUS) });
}

/** A score or threshold with two decimals. */
export function twoDecimals(value) {
  return value === null || !Number.isFinite(value) ? "–" : value.toFixed(2);
}

/** A count with thin spaces between thousands. */
export function count(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, t("format.thousands"));
}

/** Seconds as a short duration: 0.42 s, 12 s, 3 min 5 s. */
export function duration(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return "–";
  if (seconds < 10) return t("format.seconds", { value: seconds.toFixed(seconds < 1 ? 2 : 1) });
  if (seconds < 60) return t("format.seconds", { value: Math.round(seconds) });
  const whole = Math.round(seconds);
  return t("format.minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}

/** A long time in the words of an estimate: under a minute, 8 min, 2 h 58 min. */
export function estimate(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return "–";
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return t("time.short");
  return minutes < 60 ? t("format.onlyMinutes", { minutes })
    : t("format.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** A token with its invisible characters made visible; a leading space becomes a middle dot. */
export function visibleToken(token) {
  const shown = token.replace(/\r/g, "␍").replace(/\n/g, "⏎").replace(/\t/g, "⇥");
  if (shown === "") return "∅";
  return shown.replace(/^ +| +$/g, (spaces) => "·".repeat(spaces.length));
}

/** A token for a narrow place: no mark for the usual leading space, cut to a length. */
export function shortToken(token, length = 12) {
  const shown = visibleToken(token);
  return truncate(/^·[^·]/.test(shown) ? shown.slice(1) : shown, length);
}

/** Cuts a text to a number of characters, the last of them an ellipsis. */
export function truncate(text, length) {
  const characters = [...text];
  return characters.length <= length ? text : characters.slice(0, Math.max(length - 1, 0)).join("") + "…";
}

/** A date (milliseconds since 1970) in the reader's zone: 2025-11-22 16:05; empty when unknown. */
export function date(milliseconds) {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return "";
  const at = new Date(milliseconds);
  if (Number.isNaN(at.getTime())) return "";
  const two = (value) => String(value).padStart(2, "0");
  return t("format.date", {
    year: at.getFullYear(), month: two(at.getMonth() + 1), day: two(at.getDate()), hour: two(at.getHours()),
      minute: two(at.getMinutes()),
  });
}

/** Where a node sits, in words: "layer 12 · position 8 “Italy”". */
export function place(node, tokens) {
  const at = t("place.at", { position: node.position, token: shortToken(tokens[node.position] ?? "", 16) });
  return node.layer === null ? at : `${t("place.layer", { layer: node.layer })} · ${at}`;
}

/** A node's own label: tokens and outputs with their spaces made visible, errors by their layer. */
export function nodeLabel(node) {
  if (node.kind === "error") return t("place.error", { layer: node.layer });
  return node.kind === "feature" ? node.label : visibleToken(node.label);
}
