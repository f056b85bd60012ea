/** What comes from elsewhere while the page is open: runs of another tab or the command line, people who submitted. */

import { newsOf } from './server.mjs';

const EVERY = 4000;

/**
 * @param {import('./player.mjs').Player} player
 * @param {AbortSignal} signal
 */
export function watchNews(player, signal) {
  let before = { entry: null, people: 0 };
  const look = async () => {
    const { entry } = player;
    // A page that nobody looks at, or that waits for its own job, asks nothing.
    if (!entry || document.hidden || player.sampler.job || player.root.dataset.state !== 'ready') return;
    try {
      const { runs, people } = await newsOf(entry.id, signal);
      if (player.entry !== entry || player.sampler.job || player.root.dataset.state !== 'ready') return;
      const known = new Set(entry.rows.map(({ id }) => id));
      const fresh = runs.filter((id) => !known.has(id)).length;
      const others = before.entry === entry.id && before.people !== people;
      before = { entry: entry.id, people };
      if (!fresh && !others) return;
      // What somebody is looking at stays; the new run is in the list.
      for (const { key, id } of player.model.tracks) player.chosenRuns.set(key, id);
      await player.load(entry.id);
      player.toast(fresh ? `New scores have come: ${fresh === 1 ? 'one run' : `${fresh} runs`} in the lists of the rows.` : 'The people of this entry have changed.');
    } catch {
      // Whether the server answers is said by what the person does, not by this.
    }
  };
  const timer = setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look, { signal });
  signal.addEventListener('abort', () => clearInterval(timer));
}
