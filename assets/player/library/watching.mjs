/** Looks how far jobs are, many at once without asking for all of them each time. */

import { get } from '../shared/http.mjs';

/** @typedef {import('../shared/wire').JobFacts} Job */

const BUSY_MS = 700;
const OFFLINE_MS = 3000;
/** Jobs that wait are asked for in turn, so many at a time. */
const IN_TURN = 3;

const underway = (/** @type {Job|undefined} */ job) => job?.state === 'running';

/** @type {Map<number, {job?: Job, told: (job: Job) => void, lost: () => void}>} */
const watched = new Map();
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/**
 * Be told of a job until it has ended.
 * @param {number} id
 * @param {(job: Job) => void} told
 * @param {() => void} lost where nobody knows it any more
 */
export function watch(id, told, lost) {
  watched.set(id, { told, lost });
  clearTimeout(timer);
  timer = setTimeout(look, 0);
}

/** @param {number} id */
export function unwatch(id) {
  watched.delete(id);
}

async function look() {
  const ids = [...watched.keys()];
  const busy = ids.filter((id) => underway(watched.get(id)?.job));
  const rest = ids.filter((id) => !busy.includes(id)).slice(0, IN_TURN);
  const answers = await Promise.all([...busy, ...rest].map(ask));
  for (const id of rest) { // to the end of the line
    const one = watched.get(id);
    if (watched.delete(id) && one) watched.set(id, one);
  }
  clearTimeout(timer);
  if (watched.size) timer = setTimeout(look, answers.every(Boolean) ? BUSY_MS : OFFLINE_MS);
}

/** Whether there was an answer. @param {number} id */
async function ask(id) {
  const one = watched.get(id);
  if (!one) return true;
  try {
    /** @type {Job} */
    const job = await get(`/api/job?id=${id}`, { quiet: true });
    if (watched.get(id) !== one) return true;
    one.job = job;
    if (!['queued', 'running'].includes(job.state)) watched.delete(id);
    one.told(job);
    return true;
  } catch (error) {
    if (error.status !== 404 && error.status !== 403) return false;
    watched.delete(id);
    one.lost();
    return true;
  }
}
