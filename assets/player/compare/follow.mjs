/** Follow a background job until it ends. */

const EVERY = 400;
const ENDED = ['done', 'failed', 'cancelled'];

/**
 * @param {import('../shared/api.mjs').Api} api
 * @param {number|string} id
 * @param {{told: (job: object) => void, wanted: () => boolean}} how `told` gets every state on the way; where `wanted`
 *   is false nothing is asked any more
 * @returns {Promise<object|null>} the ended job; null where it was no longer wanted
 * @throws {import('../shared/api.mjs').ApiError} the server says no; short outages are waited out
 */
export async function follow(api, id, { told, wanted }) {
  while (wanted()) {
    try {
      const job = await api.json(`/api/job?id=${encodeURIComponent(id)}`);
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
