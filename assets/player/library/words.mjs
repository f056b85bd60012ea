/** Dialogs that ask for a word, and texts that the parts of the Library page share. */

import { dialog } from '../shared/asking.mjs';
import { h } from '../shared/dom.mjs';
import { field } from '../shared/form.mjs';
import { NOTE_CHARS, TITLE_CHARS } from '../shared/limits.mjs';
import { button, row, sender } from '../shared/parts.mjs';

/**
 * Ask for a name. @param {string} title @param {string} value @param {string} help
 * @returns {Promise<string|null>}
 */
export function askName(title, value, help) {
  return dialog(title, (done) => {
    const name = h('input', { type: 'text', value, maxlength: TITLE_CHARS, autofocus: true, onfocus: () => name.select() });
    const onsubmit = (event) => {
      event.preventDefault();
      done(name.value.trim());
    };
    return [h('form', { onsubmit }, field('Name', name, help, true), row(sender('Rename'), button('Cancel', () => done(null))))];
  });
}

/**
 * Ask for a word, one of those that are known or another, and whether it is given or taken away.
 * @param {string} title
 * @param {{label: string, known: string[], most: number, give: string, take: string}} words
 * @returns {Promise<{word: string, away: boolean}|null>}
 */
export function askWord(title, { label, known, most, give, take }) {
  return dialog(title, (done) => {
    const list = h('datalist', { id: 'mc-known-words' }, known.map((value) => h('option', { value })));
    const word = h('input', { type: 'text', list: list.id, maxlength: most, autofocus: true, required: true, autocomplete: 'off' });
    const answer = (away) => {
      if (word.value.trim()) done({ word: word.value.trim(), away });
      else word.focus();
    };
    const onsubmit = (event) => {
      event.preventDefault();
      answer(false);
    };
    const quick = known.slice(0, 12).map((one) => button(one, () => done({ word: one, away: false }), { class: 'mc-chip-button' }));
    return [
      h(
        'form', { onsubmit }, field(label, word, '', true), list,
        quick.length > 0 && h('div', { class: 'mc-chips' }, quick),
        row(sender(give), button(take, () => answer(true)), button('Cancel', () => done(null))),
      ),
    ];
  });
}

/** @param {import('./acts.mjs').Acts} acts @param {string} what @param {string} label @param {string} note */
export async function addNote(acts, what, label, note) {
  const text = await dialog(`Note about “${label}”`, (done) => {
    const area = h('textarea', { rows: 5, maxlength: NOTE_CHARS, autofocus: true }, note);
    const onsubmit = (event) => {
      event.preventDefault();
      done(area.value);
    };
    return [h('form', { onsubmit }, field('Note', area, '', true), row(sender('Keep'), button('Cancel', () => done(null))))];
  });
  if (text !== null) await acts.note(what, note, text);
}

/** @param {string} note */
export function noteParts(note) {
  return note && h('p', { class: 'mc-note' }, note);
}
