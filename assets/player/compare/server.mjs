/** What Compare asks the server for, and what it is answered. Arrays and figures may take as long as they need. */

import { get, request } from '../shared/http.mjs';
import { parseSeries } from './series.mjs';

/**
 * @typedef {object} Kind a system that gives scores
 * @property {string} label for people
 * @property {string} family what systems of its colour are called together
 * @property {string} colour name of a theme variable
 * @property {boolean} samples it draws several curves of one video
 *
 * @typedef {{sentence: string, simulated: boolean, saw_this: boolean}} Learned what a model learned from
 * @typedef {{people: number[], from: number, to: number, word: string}} Camp people, and what they rate highest, seconds
 *
 * @typedef {object} Checkpoint
 * @property {string} id
 * @property {string} label
 * @property {string} kind
 * @property {boolean} fits
 * @property {string} reason why it does not
 *
 * @typedef {object} Segmentation
 * @property {string} name
 * @property {string} label
 * @property {[number, number, number, number][]} bounds frames, seconds
 * @property {[number, number, number][][]} pieces edges of each shot: frame, millisecond, level
 *
 * @typedef {object} Row what stands below the video; which facts it has follows from `kind`
 * @property {string} id "people", "run:7", "signal:novelty", "offer:…", "missing:…"
 * @property {'people'|'samples'|'curve'|'signal'|'offer'|'missing'} kind
 * @property {string} [label]
 * @property {string[]} [names] of people or samples
 * @property {string[]} [protocols]
 * @property {boolean} [simulated]
 * @property {Camp[]} [camps]
 * @property {number} [divided] share
 * @property {string} [why_empty]
 * @property {string} [model]
 * @property {string} [model_kind]
 * @property {string} [checkpoint]
 * @property {string} [feature_space]
 * @property {number|null} [seed]
 * @property {Record<string, any>} [settings]
 * @property {number} [n]
 * @property {Learned} [learned_from]
 * @property {string} [about]
 * @property {boolean} [default]
 * @property {string} [reason]
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} title
 * @property {string} dataset
 * @property {string} category
 * @property {number} duration seconds
 * @property {number} duration_ms
 * @property {number} n_frames
 * @property {number} picks
 * @property {string} fps "30000/1001"
 * @property {string} feature_space
 * @property {{url: string}|null} video
 * @property {string} video_reason
 * @property {import('../shared/thumbnail.mjs').Sheet|null} thumbnails
 * @property {[number, number, number, number][]} empty
 * @property {Segmentation[]} shots
 * @property {string[]|null} captions
 * @property {string} captioner
 * @property {Record<number, string>} corrected by pick
 * @property {Row[]} rows
 * @property {Checkpoint[]} checkpoints
 * @property {Record<string, Kind>} kinds of runs and checkpoints
 *
 * @typedef {object} Numbers how people and models agree, as far as it does not depend on cuts
 * @property {Record<string, any>|null} band
 * @property {Record<string, any>} runs by row
 * @property {string} [error] why there are none
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
 * @returns {Promise<{runs: string[], people: number}>}
 */
export function newsOf(id, signal) {
  return get(asked('/api/news', id), { signal });
}

/** A background job as it stands. @param {number|string} id @returns {Promise<import('../shared/job_words.mjs').Job>} */
export function jobOf(id) {
  return get(asked('/api/job', id));
}
