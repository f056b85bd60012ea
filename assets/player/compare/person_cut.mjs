/** "As one person would cut it": asks for a model of one person, follows the job, and says what came of it. */

import { get } from '../shared/http.mjs';
import { h, replace } from '../shared/dom.mjs';
import { EntryJob } from './entry_job.mjs';

/** @typedef {import('../shared/wire').NamedPerson} NamedPerson */
/** @typedef {import('../shared/wire').PersonalResult} PersonalResult */

export class PersonCut {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {() => Promise<void>} finished called when a run of the shown entry is done
   */
  constructor(page, finished) {
    this.store = page.store;
    this.signal = page.signal;
    this.finished = finished;
    this.#build(page);
    this.store.on('model', () => this.#open());
  }

  #build(page) {
    this.people = h('select', { id: 'mc-person', 'data-slot': 'person' });
    this.button = h('button', { type: 'submit', 'data-slot': 'cut-as' }, 'Cut as they would');
    this.work = new EntryJob(page, {
      button: this.button, label: 'Progress of the cut', slot: 'person-error', kept: 'mc-person-job', done: (result) => this.#done(result),
    });
    const { progress, problem } = this.work;
    this.note = h('p', { class: 'mc-quiet', 'data-slot': 'person-note', role: 'status', hidden: true });
    const submit = (event) => {
      event.preventDefault();
      this.start();
    };
    const form = h(
      'form', { onsubmit: submit },
      h('div', { class: 'mc-field' }, h('label', { for: 'mc-person' }, 'Person'), this.people),
      h('div', { class: 'mc-samplerow' }, this.button, progress.element),
      this.note,
      problem,
    );
    const title = 'A model of one person, learned from what they labelled elsewhere';
    this.element = h(
      'details', { class: 'mc-person', 'data-slot': 'as-person', ontoggle: () => this.#fill() },
      h('summary', { title }, 'As one person would cut it'), form,
    );
  }

  /** Another entry: other people, and nothing that was said of the one before. */
  #open() {
    const { id } = this.store.entry;
    if (this.work.entry === id) return;
    this.filled = null;
    this.#say('');
    this.work.open(id);
    this.#fill();
  }

  /** Who there is is asked only when somebody wants to see it. */
  async #fill() {
    const { entry } = this.work;
    if (!this.element.open || !entry || this.filled === entry) return;
    this.filled = entry;
    try {
      /** @type {{persons: NamedPerson[]}} */
      const { persons } = await get(`/api/persons?id=${encodeURIComponent(entry)}`, { signal: this.signal, timeout: 0 });
      if (this.work.entry !== entry) return;
      replace(this.people, persons.map(({ name, videos }) =>
        h('option', { value: name }, `${name}: ${videos} ${videos === 1 ? 'video' : 'videos'}`)));
      this.people.disabled = this.button.disabled = !persons.length;
      if (!persons.length) this.#say('Nobody has labelled another video under a name of their own yet.');
    } catch (error) {
      if (this.signal.aborted || this.work.entry !== entry) return;
      this.filled = null;
      this.work.error(error.message, error.hint);
    }
  }

  async start() {
    if (this.work.busy || !this.people.value) return;
    this.#say('');
    await this.work.start('/api/personal', { entry: this.work.entry, person: this.people.value });
  }

  /** @param {PersonalResult} result */
  async #done(result) {
    const { next } = result;
    this.#say(next ? `${result.learned_from} Most would be learned from labels of “${next.title}”.` : result.learned_from);
    await this.finished();
  }

  /** @param {string} text */
  #say(text) {
    this.note.hidden = !text;
    this.note.textContent = text;
  }
}
