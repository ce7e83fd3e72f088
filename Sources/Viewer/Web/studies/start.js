// Running a study: which model, the study itself or a control, and how far it has come.

import { button, choice, make, sized } from "../core/dom.js";
import { count } from "../core/format.js";
import { t } from "../core/words.js";

const CONTROLS = ["", "shuffled", "random-features"];

/** Builds the part. `run(study, choice)` starts a run, `cancel(job)` ends one. */
export function makeStart({ run, cancel }) {
  const element = make("div", {});
  const choices = make("div", { class: "tool-row" });
  const bar = make("i");
  const note = make("p", { class: "note", role: "status", id: "study-state" });
  let stop = null;
  const progress = make("div", { class: "progress", hidden: true });
  let job = null;
  let chosen = { study: null, model: "", control: "" };
  let go = null;
  element.append(choices, progress);

  const busy = () => job !== null && ["waiting", "running"].includes(job.state);
  const refresh = () => {
    if (go) go.disabled = busy();
    if (stop) stop.disabled = !busy();
  };
  return {
    element,
    speak: () => {
      stop = button(t("trace.cancel"), () => { if (job) cancel(job); }, { id: "study-cancel" });
      progress.replaceChildren(make("div", { class: "track wide" }, bar), make("div", { class: "tool-row" }, note, stop));
    },
    offer: (study) => {
      if (chosen.study === study.name) return;
      chosen = { study: study.name, model: study.models[0]?.id ?? "", control: "" };
      const models = study.models.map(({ id, isPresent }) => [id, isPresent ? id : t("studies.absent", { model: id })]);
      go = button(t("studies.run"), () => run(chosen.study, body(chosen)), { class: "plain main", id: "run-study" });
      choices.replaceChildren(
        choice(t("studies.model"), models, chosen.model, (value) => { chosen.model = value; }, { id: "study-model" }),
        choice(t("studies.control"), CONTROLS.map((name) => [name, t(`studies.control.${name || "none"}`)]), "",
          (value) => { chosen.control = value; }, { id: "study-control" }), go);
      refresh();
    },
    show: (now) => {
      job = now;
      progress.hidden = false;
      sized(bar, now.state === "done" ? 1 : now.total > 0 ? now.done / now.total : 0);
      note.textContent = `${now.title}: ${stateSentence(now)}`;
      refresh();
    },
    fail: (message) => {
      progress.hidden = false;
      note.textContent = message;
      refresh();
    },
  };
}

/** What is asked of the server. */
export function body({ model, control }) {
  return { ...(model ? { model } : {}), ...(control ? { control } : {}) };
}

/** How far a run has come, in a sentence. */
export function stateSentence({ state, waiting, phase, done, total, error }) {
  if (state === "waiting") return waiting > 0 ? t("studies.waiting", { n: waiting }) : t("job.next");
  if (state === "failed") return error?.message ?? t("failure.unknown");
  if (state === "cancelled") return t("studies.stopped");
  if (state === "done") return t("job.done");
  return total > 0 ? `${phase} · ${count(done)} / ${count(total)}` : phase || t("studies.loading");
}
