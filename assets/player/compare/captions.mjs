/** The caption at the cursor, and correcting it in place. */

import { clock } from '../shared/format.mjs';
import { put, sentence } from '../shared/http.mjs';
import { follow } from './follow.mjs';

export class CaptionEditor {
  /** @param {import('./player.mjs').Player} player */
  constructor(player) {
    Object.assign(this, { player, slot: player.slot, pick: 0, editing: null });
    const { signal } = player.abort;
    const { 'caption-edit': button, 'caption-box': box, caption } = this.slot;
    button.addEventListener('click', (event) => {
      event.stopPropagation(); // or the player would take the focus back to its rows
      this.open();
    }, { signal });
    caption.addEventListener('dblclick', () => this.open(), { signal });
    box.addEventListener('keydown', (event) => {
      if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Enter') this.save();
      else this.close();
    }, { signal });
  }

  /** What is said of one pick; while somebody corrects another one, that stays. */
  show(pick) {
    this.pick = pick;
    const { entry, model } = this.player;
    const { slot } = this;
    if (this.editing) {
      if (this.editing.entry === entry.id) return;
      this.close();
    }
    if (this.shown !== entry.id) this.error('');
    this.shown = entry.id;
    const { captions, captioner, corrected } = entry;
    slot['caption-time'].textContent = captions ? `Caption at ${clock(model.times[pick])}` : 'Caption';
    slot['caption-edit'].hidden = !captions;
    slot.caption.textContent = captions ? captions[pick] || 'It says nothing.' : 'This entry has no captions.';
    const by = corrected?.[pick];
    const edited = by === undefined ? '' : by ? `edited by ${by}` : 'edited';
    slot['caption-by'].textContent = [captioner, edited].filter(Boolean).join(' · ');
    slot['caption-by'].title = captioner ? `Described by ${captioner}${edited ? `; this one ${edited}` : ''}` : edited;
  }

  open() {
    const { player, slot, pick } = this;
    if (this.editing || !player.entry?.captions) return;
    player.clock.pause();
    this.editing = { entry: player.entry.id, pick };
    slot['caption-box'].value = player.entry.captions[pick];
    this.toggle(true);
    slot['caption-box'].select();
    slot['caption-hint'].scrollIntoView({ block: 'nearest' });
  }

  close() {
    const focused = document.activeElement === this.slot['caption-box'];
    this.editing = null;
    this.toggle(false);
    if (focused) this.player.focusRows();
    this.show(this.pick);
  }

  toggle(editing) {
    const { slot } = this;
    this.error('');
    slot['caption-box'].disabled = false;
    slot['caption-box'].hidden = slot['caption-hint'].hidden = !editing;
    slot.caption.hidden = slot['caption-edit'].hidden = slot['caption-by'].hidden = editing;
    if (editing) slot['caption-box'].focus();
  }

  async save() {
    const { player, slot, editing } = this;
    const box = slot['caption-box'];
    if (!editing || box.disabled) return;
    box.disabled = true;
    try {
      const { edit, job } = await put('/api/captions', { ...editing, text: box.value });
      const { entry } = player;
      if (edit && entry.id === editing.entry) {
        entry.captions[edit.pick] = edit.text;
        entry.corrected[edit.pick] = edit.by;
        player.toast('The caption is kept. What is read from it is scored again.');
        this.report(job, entry.id);
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
  async report(id, entry) {
    const wanted = () => this.player.entry?.id === entry && !this.player.abort.signal.aborted;
    try {
      const job = await follow(id, { told: () => {}, wanted });
      if (!job) return;
      const reasons = (job.result?.failed ?? []).map(({ reason }) => reason);
      if (job.state !== 'done') reasons.push([job.error?.message, job.error?.hint].filter(Boolean).join(' '));
      if (reasons.length) this.error(`The caption is kept, but not all is scored again: ${reasons.join(' ')}`);
    } catch (error) {
      if (wanted()) this.error(error.message);
    }
  }

  error(message) {
    this.slot['caption-error'].hidden = !message;
    this.slot['caption-error'].textContent = message;
  }
}
