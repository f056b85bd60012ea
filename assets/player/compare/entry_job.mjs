/** Work on the shown entry that is asked for at a button: how far it is, a way to end it, and what went wrong. */

import { h } from '../shared/dom.mjs';
import { post } from '../shared/http.mjs';
import { follow } from './follow.mjs';
import { progressLine } from './swatch.mjs';

/** @typedef {import('../shared/job_texts.mjs').Job} Job */

export class EntryJob {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {object} about
   * @param {HTMLButtonElement} about.button that asks; hidden while the work goes on
   * @param {string} about.label of the progress, for screen readers
   * @param {string} about.slot of the sentence about what went wrong
   * @param {string} about.kept under which this tab keeps an entry's job, also when the page is loaded again
   * @param {(result: any) => Promise<void>} about.done gets what came of it, for the entry that is shown
   */
  constructor({ signal }, { button, label, slot, kept, done }) {
    this.signal = signal;
    this.button = button;
    this.progress = progressLine(label, () => this.#cancel());
    this.problem = h('p', { class: 'mc-error', 'data-slot': slot, role: 'alert', hidden: true });
    this.kept = kept;
    this.done = done;
    /** The job that is followed. @type {number|string|null} */
    this.job = null;
    /** Id of the entry that is shown. @type {string|null} */
    this.entry = null;
  }

  /** Whether something goes on. */
  get busy() {
    return Boolean(this.job) || this.posting;
  }

  /** Another entry is shown: nothing that was said of the one before; a job that still runs is taken up. @param {string} entry */
  open(entry) {
    this.entry = entry;
    this.job = null;
    this.#show(null);
    this.error('');
    const job = sessionStorage.getItem(this.#key(entry));
    if (job) this.#follow(job, entry);
  }

  /** Ask for it. @param {string} path @param {object} body */
  async start(path, body) {
    const { entry } = this;
    this.posting = true;
    this.error('');
    this.#show({ progress: 0, message: 'waiting', state: 'queued' });
    try {
      const { job } = await post(path, body);
      sessionStorage.setItem(this.#key(entry), job);
      if (this.entry === entry) this.#follow(job, entry);
    } catch (error) {
      if (this.entry !== entry) return;
      this.#show(null);
      this.error(error.message, error.hint);
    } finally {
      this.posting = false;
    }
  }

  /** What went wrong; "" for nothing. @param {string} message @param {string} [hint] */
  error(message, hint = '') {
    this.problem.hidden = !message;
    this.problem.textContent = [message, hint].filter(Boolean).join(' ');
  }

  /** Show a job until it ends, as long as its entry is shown. */
  async #follow(id, entry) {
    this.job = id;
    try {
      const wanted = () => this.job === id && !this.signal.aborted;
      const job = await follow(id, { told: (now) => this.#show(now), wanted });
      if (!job) return;
      if (job.state === 'done') await this.done(job.result);
      else if (job.state === 'failed') this.error(job.error?.message ?? 'It failed.', job.error?.hint);
    } catch (error) {
      if (this.job === id && error.code !== 'not_found') this.error(error.message, error.hint);
    }
    sessionStorage.removeItem(this.#key(entry));
    if (this.job !== id) return;
    this.job = null;
    this.#show(null);
  }

  async #cancel() {
    if (!this.job) return;
    try {
      await post('/api/job/cancel', { id: this.job });
    } catch (error) {
      this.error(error.message, error.hint);
    }
  }

  #show(job) {
    this.progress.show(job);
    this.button.hidden = Boolean(job);
  }

  #key(entry) {
    return `${this.kept} ${entry}`;
  }
}
