/** The search for words in captions, transcript and the names of sounds: hits one after the other, or a curve of likeness as a row. */

import { count } from '../shared/format.mjs';
import { h } from '../shared/dom.mjs';
import { nextHit } from './words.mjs';
import { put } from '../shared/http.mjs';

export class WordsSearch {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {(time: number) => void} seek
   * @param {import('./word_query.mjs').WordQuery} query
   * @param {import('./listening.mjs').Listening} listening
   * @param {() => Promise<void>} changed called when the entry has another transcript
   */
  constructor({ store, commands, clock: time, focusRows }, seek, query, listening, changed) {
    this.changed = changed;
    this.store = store;
    this.time = time;
    this.seek = seek;
    this.focusRows = focusRows;
    const label = 'Words in captions, transcript and sounds';
    this.box = h('input', {
      type: 'search', 'data-slot': 'find', 'aria-label': label, placeholder: 'words …', maxlength: 200,
      oninput: () => store.find(this.box.value), onkeydown: (event) => this.#key(event),
    });
    this.said = h('output', { 'data-slot': 'found', 'aria-live': 'polite' });
    this.problem = query.problem;
    const give = () => this.#give(query);
    this.file = h('input', { type: 'file', accept: '.srt,.vtt', hidden: true, 'data-slot': 'transcript', onchange: give });
    store.on('asked', (part) => part === 'transcript' && this.file.click());
    const row = commands.button('query', {}, 'As a row');
    const shut = h('button', { 'aria-label': 'Close the search', onclick: () => this.close() }, '×');
    const hits = [
      commands.button('hit-back', { 'aria-label': 'Previous hit' }, '‹'), commands.button('hit', { 'aria-label': 'Next hit' }, '›'),
    ];
    this.element = h(
      'div', { class: 'mc-find', role: 'search', hidden: true }, this.box, this.said, hits, row, query.progress,
      commands.button('transcript', {}, 'Transcript …'), this.file, listening.button, listening.work.progress.element, shut,
      this.problem, listening.work.problem,
    );
    store.on('asked', (part) => part === 'find' && this.open());
    store.on('asked', (part) => part === 'hit' && this.go(1));
    store.on('asked', (part) => part === 'hit-back' && this.go(-1));
    store.on('asked', (part) => part === 'query' && this.#ask(query));
    store.on('asked', (part) => part === 'transcribe' && this.#listen(listening));
    store.on('found', () => this.#count());
    store.on('opened', () => this.close(false));
  }

  open() {
    this.element.hidden = false;
    this.box.focus();
    this.box.select();
  }

  /** @param {boolean} [focus] give the keys back to the timelines */
  close(focus = true) {
    this.element.hidden = true;
    this.box.value = '';
    this.problem.hidden = true;
    this.store.find('');
    if (focus) this.focusRows();
  }

  #key(event) {
    if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') this.close();
    else this.go(event.shiftKey ? -1 : 1);
  }

  /** @param {number} by */
  go(by) {
    const { hits } = this.store;
    if (hits.length) this.seek(nextHit(hits, this.time.time(), by).time);
  }

  #ask(query) {
    if (this.element.hidden) this.open();
    else if (this.box.value.trim()) query.start(this.box.value);
  }

  /** @param {import('./listening.mjs').Listening} listening */
  #listen(listening) {
    if (this.element.hidden) this.open();
    listening.start();
  }

  /** A file of what is said, for the entry that is shown. @param {import('./word_query.mjs').WordQuery} query */
  async #give({ work }) {
    const [file] = this.file.files;
    if (!file) return;
    const { id } = this.store.entry;
    this.element.hidden = false;
    work.error('');
    try {
      const made = await put('/api/transcript', { entry: id, name: file.name, text: await file.text() });
      if (this.store.entry.id === id) await this.changed();
      this.store.toast(`The transcript has ${count(made.cues, 'cue')}.`);
    } catch (error) {
      work.error(error.message, error.hint);
    }
    this.file.value = '';
  }

  #count() {
    const { hits, sought, entry } = this.store;
    this.said.textContent = '';
    if (!sought.trim()) return;
    const nothing = !entry.captions && !entry.cues?.length && !entry.sounds?.length;
    if (nothing) this.said.textContent = 'There are no captions, no transcript and no sounds.';
    else this.said.textContent = hits.length ? String(hits.length) : 'nowhere';
    this.said.title = hits.length ? 'Places where all these words are' : '';
  }
}
