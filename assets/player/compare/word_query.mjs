/** A query in words: asks for a curve of how well each moment answers it, follows the job, and shows its row and cut. */

import { EntryJob } from './entry_job.mjs';
import { h } from '../shared/dom.mjs';

export class WordQuery {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {() => Promise<void>} finished called when a curve of the shown entry is there
   */
  constructor(page, finished) {
    this.store = page.store;
    this.button = h('button', { hidden: true });
    this.work = new EntryJob(page, {
      button: this.button, label: 'Progress of the query', slot: 'query-error', kept: 'mc-query-job',
      done: async (/** @type {import('../shared/wire').QueryResult} */ result) => {
        await finished();
        this.store.choose(result.source, true);
        this.store.toast(`Found by ${result.encoder}: a row and a cut of their own.`);
      },
    });
    this.progress = this.work.progress.element;
    this.problem = this.work.problem;
    this.store.on('model', () => this.work.entry !== this.store.entry.id && this.work.open(this.store.entry.id));
  }

  /** @param {string} text */
  async start(text) {
    if (this.work.busy) return;
    await this.work.start('/api/query', { entry: this.work.entry, query: text.trim() });
  }
}
