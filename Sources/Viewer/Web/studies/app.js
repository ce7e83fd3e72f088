// The page of studies: what can be asked, what came out, and a way to run it.

import { follow, paths, read, send } from "../core/api.js";
import { byId, make } from "../core/dom.js";
import { dressPage } from "../core/dress.js";
import { t } from "../core/words.js";
import { aboutStudy, reportEntries, studyEntries } from "./entries.js";
import { reportParts } from "./report.js";
import { makeStart } from "./start.js";

let studies = [];
let shown = { study: null, report: null };
const start = makeStart({ run, cancel });

dress();
byId("start").append(start.element);
window.addEventListener("hashchange", show);
await refresh();
await resume();

function dress() {
  dressPage("view.studies");
  byId("list").setAttribute("aria-label", t("studies.list"));
  start.speak();
}

async function refresh() {
  try {
    ({ studies } = await read(paths.studies()));
    await show();
  } catch (error) {
    showEmpty(error.message);
  }
}

// What the address asks for: a study, and one of its reports.
function wanted() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const study = studies.find(({ name }) => name === parts.get("study")) ?? studies[0];
  return { study, report: study?.reports.find(({ id }) => id === parts.get("report")) ?? study?.reports[0] ?? null };
}

function go(parts) { location.hash = new URLSearchParams(parts).toString(); }

async function show() {
  const { study, report } = wanted();
  if (!study) { showEmpty(t("studies.none")); return; }
  byId("studies").hidden = false;
  byId("empty").hidden = true;
  document.title = `${study.title} – ${t("view.studies")} – Microscope`;
  const focused = document.activeElement?.closest("#list button, #reports button")?.dataset.key;
  byId("list").replaceChildren(...studyEntries(studies, study.name, (name) => go({ study: name })));
  byId("about").replaceChildren(...aboutStudy(study));
  start.offer(study);
  byId("reports").replaceChildren(...reportEntries(study, report?.id, (id) => go({ study: study.name, report: id })));
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  await showReport(study, report);
}

async function showReport(study, report) {
  const place = byId("report");
  place.hidden = report === null;
  if (report === null) { shown = { study: null, report: null }; return; }
  if (shown.study === study.name && shown.report === report.id) return;
  try {
    const whole = await read(paths.report(study.name, report.id));
    shown = { study: study.name, report: report.id };
    place.replaceChildren(...reportParts(study, report, whole));
  } catch (error) {
    place.replaceChildren(make("p", { class: "failure", role: "alert" }, error.message));
  }
}

async function run(study, choice) {
  try {
    const { job } = await send("POST", paths.studyRuns(study), choice);
    watch(job);
  } catch (error) {
    start.fail(error.message);
  }
}

function watch(job) {
  start.show(job);
  follow(job.id, async (now) => {
    start.show(now);
    if (now.state !== "done") return;
    await refresh();
    const study = studies.find(({ reports }) => reports.some(({ id }) => id === now.result.id));
    if (study) go({ study: study.name, report: now.result.id });
  }, () => start.fail(t("failure.silent")));
}

function cancel(job) { send("DELETE", paths.job(job.id)).catch((error) => start.fail(error.message)); }

// A run that goes on since before the page was opened.
async function resume() {
  try {
    const { jobs } = await read(paths.jobs());
    const going = jobs.find(({ kind, state }) => kind === "study" && (state === "running" || state === "waiting"));
    if (going) watch(going);
  } catch { /* the list of studies told already what is wrong */ }
}

function showEmpty(reason) {
  byId("studies").hidden = true;
  byId("empty").hidden = false;
  byId("empty").replaceChildren(make("h2", {}, t("studies.empty")), make("p", {}, reason));
}
