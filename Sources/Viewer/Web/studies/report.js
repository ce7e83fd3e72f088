// A report: each hypothesis with its number, what the model does, figures, and graphs of some prompts.

import { make } from "../core/dom.js";
import { percent, twoDecimals } from "../core/format.js";
import { paths } from "../core/api.js";
import { t } from "../core/words.js";
import { subject } from "./entries.js";

const VERDICTS = { held: ["held", "✓"], failed: ["failed", "✗"] };

/** How a hypothesis ended: a kind, and a sign that is told apart without colours. */
export function verdict(text) {
  const [kind, sign] = VERDICTS[text] ?? ["untestable", "–"];
  return { kind, sign };
}

/** A finding's numbers as texts. */
export function numbers({ value, interval, threshold, isUpperBound, count }) {
  const known = value !== undefined && value !== null;
  return {
    value: known ? percent(value) : "–",
    interval: known && interval?.length === 2 ? t("studies.range", { low: percent(interval[0]), high: percent(interval[1]) }) : "",
    claimed: `${isUpperBound ? "≤" : "≥"} ${percent(threshold)}`,
    prompts: String(count),
  };
}

/** The parts of the page that show a report. */
export function reportParts(study, report, whole) {
  const { findings = [], behaviours = [], graphs: sets = [] } = whole;
  return [
    make("header", {}, make("h3", {}, subject(report)),
      make("a", { href: "/api/v1" + paths.reportPage(study.name, report.id), target: "_blank", rel: "noopener", id: "whole-report" },
        t("studies.whole"))),
    report.control ? make("p", { class: "warning" }, t("studies.mustFail")) : null,
    table(findings),
    ...behaviours.map(behaviour),
    ...sets.map(({ prompts, captured }) => make("p", { class: "note" }, t("studies.captured", {
      prompts, replacement: twoDecimals(captured.replacement), completeness: twoDecimals(captured.completeness), n: captured.count,
    }))),
    graphs(report.graphs),
    ...report.figures.map((figure) => make("figure", {}, make("figcaption", {}, figure.title),
      make("img", { src: "/api/v1" + paths.reportFigure(study.name, report.id, figure.file), alt: figure.title, loading: "lazy" }))),
  ].filter(Boolean);
}

function table(findings) {
  const head = ["hypothesis", "value", "interval", "claimed", "prompts"];
  return make("div", { class: "scroll" }, make("table", { class: "findings" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("studies.verdict")),
      ...head.map((name) => make("th", { scope: "col" }, t(`studies.column.${name}`))))),
    make("tbody", {}, ...findings.map((finding) => {
      const { kind, sign } = verdict(finding.verdict);
      const cells = numbers(finding);
      return make("tr", { class: kind },
        make("td", { class: "verdict" }, make("span", { "aria-hidden": true }, `${sign} `), t(`studies.verdict.${kind}`)),
        make("th", { scope: "row" }, finding.name, finding.claim ? make("span", { class: "note" }, finding.claim) : null,
          make("span", { class: "note" }, finding.reason ?? finding.measure ?? "")),
        ...head.slice(1).map((name) => make("td", { class: "number" }, cells[name])));
    }))));
}

function behaviour({ prompts, answered, required }) {
  return make("p", { class: "note" }, t("studies.behaviour", {
    prompts, answered: answered.successes, all: answered.trials, required: percent(required),
  }));
}

function graphs(list) {
  if (!list.length) return null;
  return make("section", { class: "graphs" }, make("h3", {}, t("studies.graphs")),
    make("ul", {}, ...list.map(({ slug, title }) => make("li", {}, make("a", { href: `/#${new URLSearchParams({ graph: slug })}` }, title)))));
}
