/** Follow a background job until it ends. */

import { jobOf } from './server.mjs';

const EVERY = 400;
const ENDED = ['done', 'failed', 'cancelled'];

/**
 * @param {number|string} id
 * @param {{told: (job: {progress?: number|null, message?: string, state?: string}) => void, wanted: () => boolean}} how
 *   `told` gets every state on the way; where `wanted` is false nothing is asked any more
 * @returns {Promise<import('../shared/job_texts.mjs').Job|null>} the ended job; null where it was no longer wanted
 * @throws {import('../shared/http.mjs').HttpError} the server says no; short outages are waited out
 */
export async function follow(id, { told, wanted }) {
  while (wanted()) {
    try {
      const job = await jobOf(id);
      if (!wanted()) return null;
      told(job);
      if (ENDED.includes(job.state)) return job;
    } catch (error) {
      if (!error.offline) throw error;
      told({ progress: null, message: 'the server does not answer, trying again' });
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
  return null;
}
