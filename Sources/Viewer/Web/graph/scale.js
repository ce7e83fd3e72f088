// Where numbers lie along an axis. Pure functions.

/** Round numbers, three to six of them, that span the values; `{ low, high, ticks }`. */
export function makeScale(values, { fromZero = false } = {}) {
  const finite = values.filter((value) => value !== null && Number.isFinite(value));
  const least = fromZero ? Math.min(0, ...finite) : Math.min(...finite);
  const most = Math.max(...finite);
  if (!finite.length) return { low: 0, high: 1, ticks: [0, 0.5, 1] };
  const span = most > least ? most - least : Math.abs(most) || 1;
  const step = roundStep(span / 4);
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.max(Math.ceil(most / step - 1e-9) * step, low + step);
  const count = Math.round((high - low) / step);
  return { low, high, ticks: Array.from({ length: count + 1 }, (_, at) => low + at * step) };
}

/** Runs of neighbouring points that both axes have a number for: `[[[x, y], …], …]`. */
export function makeRuns(steps, values, x, y) {
  const runs = [[]];
  values.forEach((value, at) => {
    if (value === null || value === undefined || !Number.isFinite(value)) runs.push([]);
    else runs.at(-1).push([x(steps[at]), y(value)]);
  });
  return runs.filter((run) => run.length > 0);
}

/** The place of the step that is nearest to a number. */
export function nearest(steps, wanted) {
  let best = 0;
  steps.forEach((step, at) => {
    if (Math.abs(step - wanted) < Math.abs(steps[best] - wanted)) best = at;
  });
  return best;
}

/** A tick's number without needless digits. */
export function tickText(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3))).replace("-", "\u2212");
}

function roundStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= step * 0.999);
}
