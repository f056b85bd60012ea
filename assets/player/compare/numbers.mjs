/** The figures beside the video, as rows for the table and for the file. Pure: no DOM. */

import { number } from '../shared/format.mjs';

/** @typedef {import('./server.mjs').Numbers} Numbers */
/** @typedef {import('./figures.mjs').Figures['live']} Live */

const HUMAN = [
  ['pairwise', 'pairwise', 'How well one person agrees with another: mean over all pairs.'],
  ['leave_one_out', 'leave-one-out', 'How well the average of all others agrees with each person.'],
  ['oracle', 'oracle', 'How well the average of all agrees with each person. It contains that person, so no model is expected there.'],
  ['closest', 'best other person', 'For each person the other person who agrees best, averaged: '
    + 'beside it stand a model\'s best sample and best person.'],
  ['difference', 'two differ by', '1 − τ and 1 − F1 of two people, mean over all pairs.'],
];

const MODEL = [
  ['single', 'one sample', 'Each sample by itself, averaged: the mean of the samples agrees better with people than any of them.'],
  ['coverage', 'best sample', 'Coverage: for each person the best of the samples, averaged over people. '
    + 'Does everybody find their summary?'],
  ['precision', 'best person', 'Precision: for each sample the person it agrees with best, averaged over samples. '
    + 'Is every sample plausible to somebody?'],
  ['difference', 'two differ by', 'Diversity: 1 − τ and 1 − F1 of two samples, mean over all pairs. '
    + '0 would be all alike; near the people\'s is good.'],
];

const NOISE = [
  ['mean', '', 'The mean of these curves: what a model\'s first row has to pass.'],
  ['coverage', 'best curve', 'For each person the best curve of noise, averaged over people: what a model\'s best sample has to pass.'],
  ['precision', 'best person', 'For each curve of noise the person it agrees with best, averaged: '
    + 'what a model\'s best person has to pass.'],
  ['difference', 'two differ by', '1 − τ of two curves of noise, mean over all pairs.'],
];
const PAIRS = ' Samples are drawn in antithetic pairs (1 and 2, 3 and 4, …): the same noise with either sign. '
  + 'The two of a pair differ by design and are not compared with each other.';

/**
 * @typedef {object} NumberRow
 * @property {string} group "People", the model's name, or which noise
 * @property {string} label
 * @property {string} why one sentence
 * @property {string} colour
 * @property {'human'|'model'|'sub'|'noise'} kind
 * @property {number|null} [tau] null: undefined; missing where the row does not say it
 * @property {number|null} [rho]
 * @property {number|null} [f1] share 0..1, of the cuts as they are now
 * @property {boolean} [difference] it says by how much two differ, of which rho says nothing
 */

/**
 * @param {import('./model.mjs').Model} model
 * @param {Numbers|null} numbers
 * @param {Live} live
 * @returns {NumberRow[]}
 */
export function numberRows(model, numbers, live) {
  const models = model.tracks.flatMap((track) => [
    ...modelRows(track, track.label, track.colour, numbers, live),
    ...(track.over ? modelRows(track.over, `${track.label}, ${track.over.label}`, 'over', numbers, live) : []),
  ]);
  return [...(numbers?.band ? peopleRows(numbers.band, live) : []), ...noiseRows(model, numbers), ...models];
}

/**
 * What knows nothing of the video gets, with as many curves as the models that are shown; people stand above.
 * @param {import('./model.mjs').Model} model
 * @param {Numbers|null} numbers
 * @returns {NumberRow[]}
 */
function noiseRows(model, numbers) {
  const runs = model.tracks.flatMap(({ run, over }) => (over ? [run, over.run] : [run]));
  const shown = new Set(runs.filter(({ id }) => numbers?.runs?.[id]).map(({ n }) => n));
  const beside = (numbers?.noise ?? []).filter(({ curves }) => shown.has(curves)).sort((a, b) => b.curves - a.curves);
  return beside.flatMap((noise) => {
    const many = noise.curves > 1;
    const group = many ? `Noise, ${noise.curves} curves` : 'Noise, one curve';
    return NOISE.filter(([key]) => many || key === 'mean').map(([key, label, about]) => {
      const { kendall, spearman, f1 } = noise[key];
      const difference = key === 'difference';
      const share = f1 === null ? 'undefined' : `${number(percentage(f1), 1)} %`;
      const overlap = `${difference ? '1 − F1' : 'F1'} at 15 % of the video: ${share}.`;
      const why = `${about} It varies as the people of this video do and knows nothing of it. ${overlap}`;
      const kind = label ? 'sub' : 'noise';
      return { group, label: label || group, why, colour: '', kind, difference, tau: kendall, rho: spearman };
    });
  });
}

/** @param {Record<string, any>} band @param {Live} live @returns {NumberRow[]} */
function peopleRows(band, live) {
  return HUMAN.map(([key, label, why]) => ({
    group: 'People', label, why, colour: 'people', kind: 'human', difference: key === 'difference',
    tau: band[key]?.kendall, rho: band[key]?.spearman, f1: live?.people?.[key],
  }));
}

/**
 * @param {{id: string, run: import('./server.mjs').Source}} one track, or what lies over it
 * @param {string} group
 * @param {string} colour
 * @param {Numbers|null} numbers
 * @param {Live} live
 * @returns {NumberRow[]}
 */
function modelRows({ id, run }, group, colour, numbers, live) {
  const own = numbers?.runs?.[id];
  if (!own) return [];
  const figures = live?.models.get(id);
  const f1 = own.protocol === 'summe' ? figures?.best : figures?.mean;
  const made = `${run.label || run.model}, checkpoint ${run.checkpoint}${run.n > 1 ? ', the mean of its samples' : ''}.`;
  const overlap = own.f1 === null ? 'undefined' : `${number(percentage(own.f1), 1)} %`;
  const why = `${made} Protocol ${own.protocol}: F1 ${overlap} at 15 % of the video.`;
  /** @type {NumberRow[]} */
  const rows = [{ group, label: group, why, colour, kind: 'model', tau: own.kendall, rho: own.spearman, f1 }];
  if (own.discovered) rows.push({ group, ...covering(own.discovered), colour: '', kind: 'sub' });
  return own.coverage ? [...rows, ...sampleRows(group, own, figures)] : rows;
}

/** @returns {NumberRow[]} */
function sampleRows(group, own, figures) {
  return MODEL.map(([key, label, about]) => {
    const difference = key === 'difference';
    const server = difference ? { kendall: own.diversity?.one_minus_tau } : own[key];
    const why = difference && own.diversity?.pairs_left_out ? about + PAIRS : about;
    return { group, label, why, colour: '', kind: 'sub', difference, tau: server?.kendall, rho: server?.spearman, f1: figures?.[key] };
  });
}

/**
 * How much of people's cuts lies within what self-discovered samples keep, as the label of a row.
 * @param {Record<string, any>} found
 */
function covering({ kept, one, people, best_person: best, chance }) {
  const percent = (share) => `${Math.round(100 * share)} %`;
  return {
    label: `keeps ${percent(kept)}, covers ${percent(one)} of a cut (by chance ${percent(chance.one)})`,
    why: 'How much of a person\'s cut at 15 % a sample keeps. '
      + `Each person's best sample: ${percent(people)} (by chance ${percent(chance.people)}); `
      + `each sample's best person: ${percent(best)} (by chance ${percent(chance.best_person)}). `
      + 'Chance: random samples that keep as much.',
  };
}

/** @param {number|null|undefined} share */
export function percentage(share) {
  return share === null || share === undefined ? null : share * 100;
}

/** Name of the protocol that the server's figures follow. @param {Numbers|null} numbers @returns {string} */
export function protocolOf(numbers) {
  return Object.values(numbers?.runs ?? {})[0]?.protocol ?? '';
}

/**
 * The figures as CSV, with what they are called and under which protocol.
 * @param {import('./server.mjs').Entry} entry
 * @param {NumberRow[]} rows
 * @param {Numbers|null} numbers
 * @param {string} cuts how the cuts that are compared are made now, in words
 */
export function numbersCsv(entry, rows, numbers, cuts) {
  const cell = (value) => (value === null || value === undefined || value !== value ? '' : String(value));
  const text = (value) => `"${String(value).replaceAll('"', '""')}"`;
  const lines = rows.map((row) => [
    ...[entry.id, row.group, row.label, protocolOf(numbers), cuts].map(text), ...[row.tau, row.rho, row.f1].map(cell),
  ].join(','));
  return ['entry,who,figure,protocol,cuts,kendall_tau,spearman_rho,f1', ...lines].join('\n') + '\n';
}
