/** "As one person would cut it": asks for a model of one person, follows the job, and says what came of it. */

import { get, post } from '../shared/http.mjs';
import { h, replace } from '../shared/dom.mjs';
import { follow } from './follow.mjs';
import { progressLine } from './swatch.mjs';

/** @typedef {import('../shared/wire').NamedPerson} NamedPerson */
/** @typedef {import('../shared/wire').PersonalResult} PersonalResult */

export class PersonCut {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {() => Promise<void>} finished called when a run of the shown entry is done
   */
  constructor({ store, signal }, finished) {
    this.store = store;
    this.signal = signal;
    this.finished = finished;
    /** @type {number|null} */
    this.job = null;
    this.#build();
    store.on('model', () => this.#open());
  }

  #build() {
    this.people = h('select', { id: 'mc-person', 'data-slot': 'person' });
    this.button = h('button', { type: 'submit', 'data-slot': 'cut-as' }, 'Cut as they would');
    this.progress = progressLine('Progress of the cut', () => this.#cancel());
    this.note = h('p', { class: 'mc-quiet', 'data-slot': 'person-note', role: 'status', hidden: true });
    this.problem = h('p', { class: 'mc-error', 'data-slot': 'person-error', role: 'alert', hidden: true });
    const submit = (event) => {
      event.preventDefault();
      this.start();
    };
    const form = h(
      'form', { onsubmit: submit },
      h('div', { class: 'mc-field' }, h('label', { for: 'mc-person' }, 'Person'), this.people),
      h('div', { class: 'mc-samplerow' }, this.button, this.progress.element),
      this.note,
      this.problem,
    );
    const title = 'A model of one person, learned from what they labelled elsewhere';
    this.element = h(
      'details', { class: 'mc-person', 'data-slot': 'as-person', ontoggle: () => this.#fill() },
      h('summary', { title }, 'As one person would cut it'), form,
    );
  }

  /** Another entry: other people, and nothing that was said of the one before. */
  #open() {
    if (this.opened === this.store.entry.id) return;
    this.opened = this.store.entry.id;
    this.filled = null;
    this.job = null;
    this.#show(null);
    this.#say('');
    this.#error('');
    this.#fill();
  }

  /** Who there is is asked only when somebody wants to see it. */
  async #fill() {
    const entry = this.opened;
    if (!this.element.open || !entry || this.filled === entry) return;
    this.filled = entry;
    try {
      /** @type {{persons: NamedPerson[]}} */
      const { persons } = await get(`/api/persons?id=${encodeURIComponent(entry)}`, { signal: this.signal, timeout: 0 });
      if (this.opened !== entry) return;
      replace(this.people, persons.map(({ name, videos }) =>
        h('option', { value: name }, `${name}: ${videos} ${videos === 1 ? 'video' : 'videos'}`)));
      this.people.disabled = this.button.disabled = !persons.length;
      if (!persons.length) this.#say('Nobody has labelled another video under a name of their own yet.');
    } catch (error) {
      if (this.signal.aborted || this.opened !== entry) return;
      this.filled = null;
      this.#error(error.message, error.hint);
    }
  }

  async start() {
    if (this.job || this.posting || !this.people.value) return;
    this.posting = true;
    const entry = this.opened;
    this.#error('');
    this.#say('');
    this.#show({ progress: 0, message: 'waiting', state: 'queued' });
    try {
      const { job } = await post('/api/personal', { entry, person: this.people.value });
      if (this.opened === entry) this.#follow(job, entry);
    } catch (error) {
      if (this.opened !== entry) return;
      this.#show(null);
      this.#error(error.message, error.hint);
    } finally {
      this.posting = false;
    }
  }

  async #follow(id, entry) {
    this.job = id;
    try {
      const wanted = () => this.job === id && !this.signal.aborted;
      const job = await follow(id, { told: (now) => this.#show(now), wanted });
      if (!job) return;
      if (job.state === 'done') await this.#done(/** @type {PersonalResult} */ (job.result));
      else if (job.state === 'failed') this.#error(job.error?.message ?? 'It failed.', job.error?.hint);
    } catch (error) {
      this.#error(error.message, error.hint);
    }
    if (this.job !== id || this.opened !== entry) return;
    this.job = null;
    this.#show(null);
  }

  /** @param {PersonalResult} result */
  async #done(result) {
    const { next } = result;
    this.#say(next ? `${result.learned_from} Most would be learned from labels of “${next.title}”.` : result.learned_from);
    await this.finished();
  }

  async #cancel() {
    if (!this.job) return;
    try {
      await post('/api/job/cancel', { id: this.job });
    } catch (error) {
      this.#error(error.message, error.hint);
    }
  }

  #show(job) {
    this.progress.show(job);
    this.button.hidden = Boolean(job);
  }

  /** @param {string} text */
  #say(text) {
    this.note.hidden = !text;
    this.note.textContent = text;
  }

  /** @param {string} message @param {string} [hint] */
  #error(message, hint = '') {
    this.problem.hidden = !message;
    this.problem.textContent = [message, hint].filter(Boolean).join(' ');
  }
}
