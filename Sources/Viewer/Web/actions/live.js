// What runs the model: traces and interventions, as jobs that can be followed and cancelled.

import { follow, paths, send } from "../core/api.js";
import { boxes } from "../graph/work.js";
import { t } from "../core/words.js";

/** Builds the actions. */
export function liveActions(store, actions) {
  let stop = () => {};

  const intervene = (patch) => {
    const state = store.read();
    store.change({ intervention: Object.freeze({ ...(state.intervention ?? emptyIntervention()), ...patch }) });
  };

  return {
    setIntervention: intervene,
    /** Sets the factor of a box of the subgraph; 1 leaves it alone. */
    setFactor: (id, factor) => {
      const { factors } = store.read().intervention ?? emptyIntervention();
      const { [id]: _, ...others } = factors;
      intervene({ factors: Object.freeze(factor === 1 ? others : { ...others, [id]: factor }) });
    },
    runIntervention: async (sweep = null) => {
      const state = store.read();
      stop();
      intervene({ running: true, failure: null });
      try {
        const body = interventionBody(state, sweep);
        const { job } = await send("POST", paths.interventions(), body);
        stop = follow(job.id, (now) => takeIntervention(store, intervene, state.slug, now, sweep));
      } catch (error) { intervene({ running: false, failure: error.message }); }
    },
    trace: async (body) => {
      const { job } = await send("POST", paths.traces(), body);
      return job;
    },
    followJob: follow,
    cancelJob: (id) => send("DELETE", paths.job(id)),
    opened: async (slug) => {
      await actions.list();
      await actions.open(slug);
      actions.notify(t("trace.done"));
    },
  };
}

/** No factor set, nothing run. */
export function emptyIntervention() {
  return Object.freeze({
    factors: Object.freeze({}), generate: 12, freezeAttention: true, running: false, failure: null, result: null, sweep: null,
  });
}

/** The server's request: every box of the subgraph is watched, those with a factor are changed. */
export function interventionBody({ slug, graph, work, intervention, selected }, sweep) {
  const { factors, generate, freezeAttention } = intervention ?? emptyIntervention();
  const changeable = (ids) => ids.filter((id) => graph.byKey.has(id) && graph.nodes[graph.byKey.get(id)].kind !== "logit");
  const supernodes = boxes(work).map((box) => ({ box, members: changeable(box.ids) })).filter(({ members }) => members.length)
    .map(({ box, members }) => ({ label: box.id, members, ...(box.id in factors ? { factor: factors[box.id] } : {}) }));
  const held = new Set(supernodes.flatMap((group) => group.members));
  const alone = selected === null ? null : graph.nodes[selected].key;
  const nodes = Object.entries(factors).filter(([id]) => id === alone && !held.has(id)).map(([id, factor]) => ({ id, factor }));
  const body = { graph: slug, supernodes, nodes, freezeAttention };
  if (generate > 0) body.generate = { count: generate, temperature: 0 };
  if (sweep) body.sweep = sweep;
  return body;
}

function takeIntervention(store, intervene, slug, job, sweep) {
  if (store.read().slug !== slug) return;
  if (job.state === "failed") intervene({ running: false, failure: job.error?.message ?? t("failure.unknown") });
  else if (job.state === "cancelled") intervene({ running: false });
  else if (job.state === "done") {
    intervene({ running: false, result: job.result, ...(sweep ? { sweep: job.result.sweep } : {}) });
  } else intervene({ phase: job.phase });
}
