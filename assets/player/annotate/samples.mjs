/** Arithmetic of continuous ratings. A sample is [seconds, value 0..1]; the rules are those of core/labelling/conversions.py. */

export const LONGEST_GAP = 0.5; // s; between samples further apart nothing was held

/** @typedef {import('./labels.mjs').Sample} Sample */

/**
 * One trace out of all takes: a later take replaces what it covers; as merged_takes.
 * @param {Map<number, Sample[]>} takes
 * @returns {Sample[]}
 */
export function mergedTakes(takes) {
  /** @type {Sample[]} */
  let trace = [];
  for (const [, take] of [...takes].sort(([a], [b]) => a - b)) {
    const sorted = take.map((one) => one).sort((a, b) => a[0] - b[0]); // stable: of equal moments the last counts
    const fresh = sorted.filter(([t], k) => k + 1 === sorted.length || sorted[k + 1][0] > t);
    if (fresh.length === 0) continue;
    const [first, last] = [fresh[0][0], fresh.at(-1)[0]];
    trace = [...trace.filter(([t]) => t < first), ...fresh, ...trace.filter(([t]) => t > last)];
  }
  return trace;
}

/**
 * Stretches [from, to] of the video of which nothing is recorded.
 * @param {Sample[]} trace
 * @param {number} end  length of the video, seconds
 * @returns {[number, number][]}
 */
export function gapsOf(trace, end) {
  if (trace.length === 0) return [[0, end]];
  /** @type {[number, number][]} */
  const gaps = [];
  const edge = LONGEST_GAP / 2;
  if (trace[0][0] > edge) gaps.push([0, trace[0][0]]);
  for (let k = 1; k < trace.length; k += 1) {
    if (trace[k][0] - trace[k - 1][0] > LONGEST_GAP) gaps.push([trace[k - 1][0], trace[k][0]]);
  }
  if (end - trace.at(-1)[0] > edge) gaps.push([trace.at(-1)[0], end]);
  return gaps;
}

/**
 * Index of the first sample at or after `seconds`.
 * @param {Sample[]} trace
 * @param {number} seconds
 */
export function firstAfter(trace, seconds) {
  let [low, high] = [0, trace.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (trace[middle][0] < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
