/** What runs and their samples are called. Pure: no DOM. */

/** @typedef {import('./server.mjs').Source} Source */

/** What tells a run from another one of this page. @param {Source} run @param {Source|null} [beside] */
export function runLabel(run, beside = null) {
  const parts = [
    beside && run.checkpoint !== beside.checkpoint ? run.label || run.checkpoint : '',
    (run.seed ?? null) === null ? '' : `seed ${run.seed}`,
    ...settingLabels(run.settings ?? {}),
    run.n > 1 ? `${run.n} samples${run.pairs ? ' in pairs' : ''}` : '',
  ];
  return parts.filter(Boolean).join(', ') || run.label || run.checkpoint;
}

/** Settings of the sampler that are not as usual. @param {Record<string, any>} settings */
function settingLabels({ guidance, temperature = 1, steps = 10, window }) {
  return [
    guidance ? `w ${guidance}` : '',
    temperature === 1 ? '' : `T ${temperature}`,
    steps === 10 ? '' : `${steps} steps`,
    window ? `in windows of ${window}` : '',
  ];
}

/**
 * What a sample likes, in few words: "blue, bright" of "likes blue, bright moments"; "" where nothing is known.
 * @param {Source} run
 * @param {number} k
 */
export function liking(run, k) {
  return (run.names?.[k] ?? '').replace(/^likes /, '').replace(/ moments(?= |$)/, '');
}

/** What a sample is called: by what it likes, where that is known. @param {Source} run @param {number} k */
export function sampleName(run, k) {
  return run.names?.[k] ?? `Sample ${k + 1}`;
}
