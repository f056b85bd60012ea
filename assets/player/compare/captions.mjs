/** The caption at the cursor, and correcting it in place. */

import { put, sentence } from '../shared/http.mjs';
import { circa, clock } from '../shared/format.mjs';
import { follow } from './follow.mjs';
import { h } from '../shared/dom.mjs';
import { CAPTION_CHARS } from '../shared/limits.mjs';

const slot = (name, tag, attributes = {}, ...children) => h(tag, { 'data-slot': name, ...attributes }, ...children);

export class CaptionEditor {
  /** @param {import('./page.mjs').Page} page */
  constructor(page) {
    this.page = page;
    this.pick = 0;
    /** @type {{entry: string, pick: number}|null} */
    this.editing = null;
    /** Id of the entry whose captions are shown. */
    this.shown = '';
    this.#build();
    page.store.on('pick', (pick) => this.show(pick));
    page.store.on('asked', (part) => part === 'caption' && this.open());
  }

  #build() {
    this.time = slot('caption-time', 'b', {}, 'Caption');
    const about = 'Correct this caption (E, or double click on it); what is read from it is then scored again';
    // Or the page would give the focus back to its rows.
    const open = (event) => {
      event.stopPropagation();
      this.open();
    };
    this.edit = slot('caption-edit', 'button', { title: about, hidden: true, onclick: open }, 'Edit');
    this.text = slot('caption', 'p', { ondblclick: () => this.open() });
    this.by = slot('caption-by', 'p', { class: 'mc-quiet' });
    this.box = slot('caption-box', 'textarea', {
      'aria-label': 'Caption', rows: 3, maxlength: CAPTION_CHARS, hidden: true, onkeydown: (event) => this.#key(event),
    });
    this.hint = slot('caption-hint', 'p', { class: 'mc-quiet', hidden: true }, 'Enter keeps it, Esc cancels.');
    this.problem = slot('caption-error', 'p', { class: 'mc-error', role: 'alert', hidden: true });
    const title = 'What is seen at the cursor, in one sentence; the captions that LLMVS reads.';
    const parts = [h('header', {}, this.time, this.edit), this.text, this.by, this.box, this.hint, this.problem];
    this.element = h('div', { class: 'mc-caption', title }, parts);
  }

  #key(event) {
    if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') this.save();
    else this.close();
  }

  /** What is said of one pick; while somebody corrects another one, that stays. @param {number} pick */
  show(pick) {
    this.pick = pick;
    const { entry, model } = this.page.store;
    if (this.editing) {
      if (this.editing.entry === entry.id) return;
      this.close();
    }
    if (this.shown !== entry.id) this.error('');
    this.shown = entry.id;
    const { captions } = entry;
    this.time.textContent = captions ? `Caption at ${circa(entry.assumed_rate)}${clock(model.times[pick])}` : 'Caption';
    this.edit.hidden = !captions;
    this.text.textContent = captions ? captions[pick] || 'It says nothing.' : 'This entry has no captions.';
    this.#showMaker(entry, entry.corrected?.[pick]);
  }

  /**
   * Who described a pick.
   * @param {import('./server.mjs').Entry} entry
   * @param {string|undefined} by who corrected it, "" where nobody knows
   */
  #showMaker({ captioner }, by) {
    let edited = '';
    if (by !== undefined) edited = by ? `edited by ${by}` : 'edited';
    this.by.textContent = [captioner, edited].filter(Boolean).join(' · ');
    this.by.title = captioner ? `Described by ${captioner}${edited ? `; this one ${edited}` : ''}` : edited;
  }

  open() {
    const { store, clock: time } = this.page;
    if (this.editing || !store.entry?.captions) return;
    time.pause();
    this.editing = { entry: store.entry.id, pick: this.pick };
    this.box.value = store.entry.captions[this.pick];
    this.#toggle(true);
    this.box.select();
    this.hint.scrollIntoView({ block: 'nearest' });
  }

  close() {
    const focused = document.activeElement === this.box;
    this.editing = null;
    this.#toggle(false);
    if (focused) this.page.focusRows();
    this.show(this.pick);
  }

  #toggle(editing) {
    this.error('');
    this.box.disabled = false;
    this.box.hidden = this.hint.hidden = !editing;
    this.text.hidden = this.edit.hidden = this.by.hidden = editing;
    if (editing) this.box.focus();
  }

  async save() {
    const { box, editing } = this;
    const { store } = this.page;
    if (!editing || box.disabled) return;
    box.disabled = true;
    try {
      const { edit, job } = await put('/api/captions', { ...editing, text: box.value });
      const { entry } = store;
      if (edit && entry.id === editing.entry) {
        entry.captions[edit.pick] = edit.text;
        entry.corrected[edit.pick] = edit.by;
        store.toast('The caption is kept. What is read from it is scored again.');
        this.#report(job, entry.id);
      }
      if (this.editing === editing) {
        box.focus(); // it lost the focus when it was disabled
        this.close();
      } else this.show(this.pick); // closed meanwhile
    } catch (error) {
      if (this.editing !== editing) return;
      box.disabled = false;
      box.focus();
      this.error(sentence(error));
    }
  }

  /** Say what could not be scored again; new scores are announced by themselves. */
  async #report(id, entry) {
    const { store, signal } = this.page;
    const wanted = () => store.entry?.id === entry && !signal.aborted;
    try {
      const job = await follow(id, { told: () => {}, wanted });
      if (!job) return;
      const result = /** @type {import('../shared/wire').RescoreResult|null} */ (job.result);
      const reasons = (result?.failed ?? []).map(({ reason }) => reason);
      if (job.state !== 'done') reasons.push([job.error?.message, job.error?.hint].filter(Boolean).join(' '));
      if (reasons.length) this.error(`The caption is kept, but not all is scored again: ${reasons.join(' ')}`);
    } catch (error) {
      if (wanted()) this.error(error.message);
    }
  }

  /** @param {string} message */
  error(message) {
    this.problem.hidden = !message;
    this.problem.textContent = message;
  }
}
