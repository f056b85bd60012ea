/** What Compare asks the server for, and what it is answered. Arrays and figures may take as long as they need. */

import { get, request } from '../shared/http.mjs';
import { parseSeries } from './series.mjs';

/** @typedef {import('../shared/wire').EntryFacts} Entry */
/** @typedef {import('../shared/wire').CheckpointFacts} Checkpoint */
/** @typedef {import('../shared/wire').ShotsFacts} Segmentation */
/** @typedef {import('../shared/wire').LearnedFrom} Learned */
/** @typedef {import('../shared/wire').CampFacts} Camp */
/** @typedef {import('../shared/wire').PeopleRow} PeopleRow */
/** @typedef {import('../shared/wire').OfferRow} OfferRow */
/** @typedef {import('../shared/wire').RunRow} RunRow */
/** @typedef {import('../shared/wire').SignalRow} SignalRow */
/** @typedef {import('../shared/wire').HumanBand} HumanBand */

/**
 * What a curve is drawn of: a run, or a signal, of which less is known.
 * @typedef {Pick<RunRow, 'id'|'label'> & {kind: RunRow['kind']|SignalRow['kind']} & Partial<Omit<RunRow, 'kind'>>
 *   & Partial<Omit<SignalRow, 'kind'>>} Source
 */

/**
 * How people and models agree, as far as it does not depend on cuts; or why nothing is known of it.
 * @typedef {import('../shared/wire').Numbers & {error?: string}} Numbers
 */

const asked = (path, id) => `${path}?id=${encodeURIComponent(id)}`;

/** Everything about an entry but its arrays. @param {string} id @param {AbortSignal} signal @returns {Promise<Entry>} */
export function entryOf(id, signal) {
  return get(asked('/api/entry', id), { signal, timeout: 0 });
}

/** @param {string} id @param {AbortSignal} signal @returns {Promise<Map<string, import('./series.mjs').Series>>} */
export async function seriesOf(id, signal) {
  const answer = await request(asked('/api/series', id), { signal, timeout: 0 });
  return parseSeries(await answer.arrayBuffer());
}

/** @param {string} id @param {AbortSignal} signal @returns {Promise<Numbers>} */
export function numbersOf(id, signal) {
  return get(asked('/api/numbers', id), { signal, timeout: 0 });
}

/**
 * Runs of an entry and how many people judged it, to see whether something has come.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<import('../shared/wire').News>}
 */
export function newsOf(id, signal) {
  return get(asked('/api/news', id), { signal });
}

/**
 * Cuts that people mended; none where they may not be seen.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<import('../shared/wire').MendedFacts[]>}
 */
export async function mendedOf(id, signal) {
  try {
    return (await get(`/api/mended?entry=${encodeURIComponent(id)}`, { signal, timeout: 0 })).cuts;
  } catch (error) {
    if (error.offline || signal.aborted) throw error;
    return [];
  }
}

/** A background job as it stands. @param {number|string} id @returns {Promise<import('../shared/job_texts.mjs').Job>} */
export function jobOf(id) {
  return get(asked('/api/job', id));
}
