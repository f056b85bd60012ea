/** Brings an entry into the page, or says why it cannot be shown. */

import { arrive, takeChoices } from './link.mjs';
import { entryOf, mendedOf, seriesOf } from './server.mjs';
import { HttpError } from '../shared/http.mjs';

export class Loader {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {import('./plots.mjs').Plots} plots
   */
  constructor(page, plots) {
    this.page = page;
    this.plots = plots;
    /** @type {AbortController|null} */
    this.loading = null;
    page.signal.addEventListener('abort', () => this.loading?.abort());
  }

  /**
   * Show an entry. Keeps the view where the same entry is loaded again.
   * @param {string|null} id null: the library is empty
   * @param {import('./address.mjs').View|null} [view] what a link asks for
   */
  async load(id, view = null) {
    const { store, clock } = this.page;
    this.loading?.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    if (!id) {
      store.say('empty', 'The library is empty.', 'Import a dataset or add a video on the Library page; it then appears here.');
      return;
    }
    if (store.entry?.id !== id) {
      clock.stop();
      store.say('loading', 'Loading the timelines …');
    }
    try {
      if (await this.#show(id, view, signal)) await store.figures.load(id, signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error, () => this.load(id, view));
    }
  }

  /** @returns {Promise<boolean>} false where something else is wanted meanwhile */
  async #show(id, view, signal) {
    const { page, plots } = this;
    const { store } = page;
    const ready = plots.load();
    ready.catch(() => {});
    const [entry, series, mended] = await Promise.all([entryOf(id, signal), seriesOf(id, signal), mendedOf(id, signal)]);
    if (signal.aborted) return false;
    store.take(entry, series, mended);
    if (view) takeChoices(store, view);
    store.rebuild();
    if (view) arrive(page, view);
    await ready;
    if (signal.aborted) return false;
    store.tell('draw');
    await plots.settled;
    store.say('ready');
    const { title, dataset, duration, assumed_rate: assumed } = entry;
    const detail = { entry: id, title, dataset, duration, rate_assumed: Boolean(assumed) };
    document.dispatchEvent(new CustomEvent('manycut:opened', { detail }));
    return true;
  }

  #fail(error, again) {
    const { store } = this.page;
    if (!(error instanceof HttpError)) {
      console.error(error);
      store.say('failed', `The timelines could not be drawn (${error.message}).`, 'Reload the page.');
      return;
    }
    const hint = error.offline ? 'Start it again or check the network, then try again.' : 'Choose another entry in the list above.';
    const state = error.offline ? 'offline' : 'failed';
    store.say(state, error.message, error.hint || hint, error.code === 'not_found' ? null : again, error.task);
  }
}
