// The list of studies, what one asks, and the list of its reports.

import { make } from "../core/dom.js";
import { date } from "../core/format.js";
import { t } from "../core/words.js";

/** What became of a report's hypotheses, as sign, number and word. */
export function tally({ held, failed, untestable }) {
  return [["held", "✓", held], ["failed", "✗", failed], ["untestable", "–", untestable]]
    .filter(([, , n]) => n > 0).map(([kind, sign, n]) => ({ kind, sign, n, text: t(`studies.count.${kind}`, { n }) }));
}

/** What ran: the model and its features, and the control where one ran in the study's place. */
export function subject({ model, transcoders, control }) {
  return [model, transcoders, control ? t("studies.controlled", { name: t(`studies.control.${control}`) }) : null]
    .filter(Boolean).join(" · ");
}

/** The list's entries. */
export function studyEntries(studies, selected, choose) {
  return studies.map((study) => make("button", {
    type: "button", "aria-current": String(study.name === selected), "data-key": `study ${study.name}`,
    onclick: () => choose(study.name),
  },
  make("span", { class: "name" }, study.title),
  make("span", { class: "about" }, study.reports.length ? t("studies.reports", { n: study.reports.length }) : t("studies.notRun")),
  study.reports.length ? chips(study.reports[0]) : null));
}

/** What a study asks, and of which models. */
export function aboutStudy({ name, title, question, source, models, hypotheses }) {
  return [
    make("h2", { class: "title" }, title),
    make("p", { class: "question" }, question),
    source ? make("p", { class: "note" }, t("studies.source", { source })) : null,
    make("p", { class: "note" }, t("studies.suits", { models: models.map(({ id }) => id).join(", ") }), " · ",
      make("code", {}, `microscope study run ${name}`)),
    hypotheses.length ? make("details", { class: "claims" }, make("summary", {}, t("studies.claims", { n: hypotheses.length })),
      make("ul", {}, ...hypotheses.map((text) => make("li", {}, text)))) : null,
  ].filter(Boolean);
}

/** The study's reports, the newest first. */
export function reportEntries({ reports }, selected, choose) {
  if (!reports.length) return [make("h3", {}, t("studies.reportsTitle")), make("p", { class: "note" }, t("studies.noReport"))];
  return [
    make("h3", {}, t("studies.reportsTitle")),
    make("ul", { class: "reports" }, ...reports.map((report) => make("li", {}, make("button", {
      type: "button", class: "plain", "aria-current": String(report.id === selected), "data-key": `report ${report.id}`,
      onclick: () => choose(report.id),
    }, make("span", {}, subject(report)), chips(report), make("span", { class: "note" }, date(report.created)))))),
  ];
}

function chips(report) {
  return make("span", { class: "chips" }, ...tally(report).map(({ kind, sign, n, text }) =>
    make("span", { class: `chip ${kind}`, title: text }, make("span", { "aria-hidden": true }, `${sign} ${n}`),
      make("span", { class: "unseen" }, text))));
}
