// The progress of a trace, phase by phase, with a way to stop it.

import { button, make, sized } from "../core/dom.js";
import { count, percent } from "../core/format.js";
import { t } from "../core/words.js";

const PHASES = ["load", "tokens", "features", "targets", "attribution", "pruning", "labels", "files"];

/** Builds the part; `done(job)` is called when the job has ended well. */
export function makeProgress(actions, done) {
  const list = make("ol", { class: "phases" });
  const bar = make("i");
  const note = make("p", { class: "note", role: "status" });
  let job = null;
  let stop = () => {};
  const cancel = button(t("trace.cancel"), () => { if (job) actions.cancelJob(job.id).catch(actions.fail); },
    { id: "trace-cancel" });
  const element = make("section", { class: "progress", hidden: true, "aria-label": t("trace.progress") },
    list, make("div", { class: "track wide" }, bar), make("div", { class: "tool-row" }, note, cancel));
  const show = (now) => {
    job = now;
    element.hidden = false;
    const at = PHASES.indexOf(now.phase);
    list.replaceChildren(...PHASES.map((phase, place) => make("li", {
      class: place < at || now.state === "done" ? "past" : place === at ? "now" : "", "aria-current": place === at ? "step" : null,
    }, t(`phase.${phase}`))));
    const share = now.state === "done" ? 1 : now.total > 0 ? now.done / now.total : 0;
    sized(bar, share);
    note.textContent = sentence(now);
    cancel.disabled = !["waiting", "running"].includes(now.state);
    if (now.state === "done") done(now);
  };
  return {
    element,
    follow: (first) => {
      stop();
      show(first);
      stop = actions.followJob(first.id, show, () => { note.textContent = t("failure.silent"); });
    },
    stop: () => stop(),
  };
}

function sentence({ state, waiting, phase, done, total, coverage, error }) {
  if (state === "waiting") return waiting > 0 ? t("job.waiting", { n: waiting }) : t("job.next");
  if (state === "failed") return error?.message ?? t("failure.unknown");
  if (state === "cancelled") return t("job.cancelled");
  if (state === "done") return t("job.done");
  const parts = [t(`phase.${phase || "load"}`)];
  if (total > 0) parts.push(`${count(done)} / ${count(total)}`);
  if (Number.isFinite(coverage) && coverage > 0) parts.push(t("job.coverage", { share: percent(coverage) }));
  return parts.join(" · ");
}
