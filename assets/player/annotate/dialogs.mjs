/** Dialogs of the annotator: a question with buttons, a text to write, and the list of keys. */

import { shownKey } from '../shared/commands.mjs';
import { openDialog as openOver } from '../shared/dialog.mjs';
import { h } from '../shared/dom.mjs';
import { NOTE_CHARS } from '../shared/limits.mjs';
import { plainButton } from './controls.mjs';

/**
 * A dialog over the Annotate page.
 * @param {string} title
 * @param {string} style  more classes
 * @param {...import('../shared/dom.mjs').Child} parts
 */
export function openDialog(title, style, ...parts) {
  return openOver(document.getElementById('annotator'), title, style, ...parts);
}

/**
 * Ask; resolves with the id of the chosen button, "" when dismissed.
 * @param {{title: string, text: string|string[], buttons: [string, string, string?][], first?: string}} question  buttons
 *   are id, text and style; `first` is the id of the one that Enter presses
 * @returns {Promise<string>}
 */
export function ask({ title, text, buttons, first = buttons[0][0] }) {
  return new Promise((resolve) => {
    const answers = buttons.map(([id, label, style]) => plainButton(label, () => dialog.close(id), `mc-${style || 'plain'}`));
    const texts = [text].flat().map((one) => h('p', {}, one));
    const dialog = openDialog(title, '', ...texts, h('div', { class: 'mc-answers' }, ...answers));
    answers[buttons.findIndex(([id]) => id === first)].focus();
    dialog.addEventListener('close', () => resolve(dialog.returnValue));
  });
}

/**
 * Ask for a text; resolves with it, or null when dismissed or left empty.
 * @param {{title: string, text: string, choices?: string[], action: string}} options  choices fill in the field
 * @returns {Promise<string|null>}
 */
export function askText({ title, text, choices = [], action }) {
  return new Promise((resolve) => {
    let written = false;
    const field = h('textarea', { rows: 3, maxlength: NOTE_CHARS, 'aria-label': title, required: true });
    const pick = (choice) => {
      field.value = choice;
      field.focus();
    };
    const form = h(
      'form',
      { method: 'dialog', onsubmit: () => (written = true) },
      h('p', {}, text),
      choices.length > 0 && h('div', { class: 'mc-answers mc-choices' }, choices.map((one) => plainButton(one, () => pick(one)))),
      field,
      h(
        'div',
        { class: 'mc-answers' },
        h('button', { type: 'submit', class: 'mc-button mc-primary' }, action),
        plainButton('Cancel', () => dialog.close(), 'mc-quiet'),
      ),
    );
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    const dialog = openDialog(title, '', form);
    dialog.addEventListener('close', () => resolve(written ? field.value.trim() || null : null));
    field.focus();
  });
}

// Keys that each do the same have an "or" between them.
function combinations(keys) {
  if (!Array.isArray(keys)) return Object.keys(keys).map((key) => h('kbd', {}, shownKey(key)));
  return keys.flatMap((key, index) => [index > 0 && h('span', {}, ' or '), h('kbd', {}, shownKey(key))]);
}

/** All keys. `?` or Escape closes it. @param {import('../shared/commands.mjs').Command[]} commands */
export function keyHelp(commands) {
  const lines = commands
    .filter(({ keys }) => keys)
    .map(({ keys, label }) => h('div', {}, h('dt', {}, ...combinations(keys)), h('dd', {}, label)));
  const dialog = openDialog(
    'Keys',
    'mc-keys',
    h('dl', {}, ...lines),
    h('div', { class: 'mc-answers' }, plainButton('Close', () => dialog.close())),
  );
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('keydown', (event) => event.key === '?' && dialog.close());
}
