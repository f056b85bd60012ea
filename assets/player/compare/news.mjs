/** What comes from elsewhere while the page is open: runs of another tab or the command line, people who submitted. */

import { newsOf } from './server.mjs';

const EVERY = 4000;

/**
 * @param {import('./page.mjs').Page} page
 * @param {() => boolean} waiting true where the page waits for a job of its own
 * @param {(entry: string) => Promise<void>} load
 */
export function watchNews({ store, signal }, waiting, load) {
  let before = { entry: null, people: 0 };
  const resting = () => waiting() || store.status.state !== 'ready';
  const look = async () => {
    const { entry } = store;
    // A page that nobody looks at, or that waits for its own job, asks nothing.
    if (!entry || document.hidden || resting()) return;
    try {
      const { runs, people } = await newsOf(entry.id, signal);
      if (store.entry !== entry || resting()) return;
      const known = new Set(entry.rows.map(({ id }) => id));
      const fresh = runs.filter((id) => !known.has(id)).length;
      const others = before.entry === entry.id && before.people !== people;
      before = { entry: entry.id, people };
      if (!fresh && !others) return;
      // What somebody is looking at stays; the new run is in the list.
      for (const { key, id } of store.model.tracks) store.chosenRuns.set(key, id);
      await load(entry.id);
      const came = `New scores have come: ${fresh === 1 ? 'one run' : `${fresh} runs`} in the lists of the rows.`;
      store.toast(fresh ? came : 'The people of this entry have changed.');
    } catch {
      // Whether the server answers is said by what the person does, not by this.
    }
  };
  const timer = setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look, { signal });
  signal.addEventListener('abort', () => clearInterval(timer));
}
