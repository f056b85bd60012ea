/** What Compare asks the server for. An entry's arrays and figures may take as long as they need. */

import { get, request } from '../shared/http.mjs';
import { parseSeries } from './series.mjs';

const asked = (path, id) => `${path}?id=${encodeURIComponent(id)}`;

/** Everything about an entry but its arrays. @param {string} id @param {AbortSignal} signal */
export function entryOf(id, signal) {
  return get(asked('/api/entry', id), { signal, timeout: 0 });
}

/** @param {string} id @param {AbortSignal} signal @returns {Promise<Map<string, import('./series.mjs').Series>>} */
export async function seriesOf(id, signal) {
  const answer = await request(asked('/api/series', id), { signal, timeout: 0 });
  return parseSeries(await answer.arrayBuffer());
}

/** How people and models agree, as far as it does not depend on cuts. @param {string} id @param {AbortSignal} signal */
export function numbersOf(id, signal) {
  return get(asked('/api/numbers', id), { signal, timeout: 0 });
}

/** Runs of an entry and how many people judged it, to see whether something has come. @param {string} id @param {AbortSignal} signal */
export function newsOf(id, signal) {
  return get(asked('/api/news', id), { signal });
}

/** A background job as it stands. @param {number|string} id */
export function jobOf(id) {
  return get(asked('/api/job', id));
}
