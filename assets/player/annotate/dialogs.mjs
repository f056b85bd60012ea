/** Dialogs of the annotator: a question with buttons, a text to write, and the list of keys. */

import { h } from '../shared/dom.mjs';

function host() {
  return document.getElementById('annotator') ?? document.body;
}

/** Ask; resolves with the id of the chosen button, "" when dismissed. Text may be several; buttons: [id, text, style]. */
export function ask({ title, text, buttons }) {
  return new Promise((resolve) => {
    const dialog = h(
      'dialog',
      { class: 'mc-dialog', 'aria-label': title },
      h('h3', {}, title),
      ...[text].flat().map((one) => h('p', {}, one)),
      h(
        'div',
        { class: 'mc-answers' },
        ...buttons.map(([id, label, style]) =>
          h(
            'button',
            { type: 'button', class: 'mc-button mc-' + (style || 'plain'), onclick: () => dialog.close(id) },
            label,
          ),
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    host().append(dialog);
    dialog.showModal();
  });
}

/**
 * Ask for a text; resolves with it, or null when dismissed or left empty.
 * @param {{title: string, text: string, choices?: string[], action: string}} options  choices fill in the field
 */
export function askText({ title, text, choices = [], action }) {
  return new Promise((resolve) => {
    let written = false;
    const field = h('textarea', { rows: 3, maxlength: 2000, 'aria-label': title, required: true });
    const pick = (choice) => {
      field.value = choice;
      field.focus();
    };
    const form = h(
      'form',
      { method: 'dialog', onsubmit: () => (written = true) },
      h('h3', {}, title),
      h('p', {}, text),
      choices.length
        ? h(
            'div',
            { class: 'mc-answers mc-choices' },
            ...choices.map((one) => h('button', { type: 'button', class: 'mc-button', onclick: () => pick(one) }, one)),
          )
        : null,
      field,
      h(
        'div',
        { class: 'mc-answers' },
        h('button', { type: 'submit', class: 'mc-button mc-primary' }, action),
        h('button', { type: 'button', class: 'mc-button mc-quiet', onclick: () => dialog.close() }, 'Cancel'),
      ),
    );
    const dialog = h('dialog', { class: 'mc-dialog', 'aria-label': title }, form);
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(written ? field.value.trim() || null : null);
    });
    host().append(dialog);
    dialog.showModal();
    field.focus();
  });
}

// "U or Ctrl+Z" as keys with plain words between them.
function combinations(keys) {
  return keys.split(/( or | |\/)/).filter((part) => part.trim()).map((part) =>
    part === ' or ' || part === '…' || part === '/' ? h('span', {}, ` ${part.trim()} `) : h('kbd', {}, part),
  );
}

/** All keys, as [keys, what they do]. `?` or Escape closes it. */
export function keyHelp(keys) {
  const dialog = h(
    'dialog',
    { class: 'mc-dialog mc-keys', 'aria-label': 'Keys' },
    h('h3', {}, 'Keys'),
    h('dl', {}, ...keys.map(([key, meaning]) => h('div', {}, h('dt', {}, ...combinations(key)), h('dd', {}, meaning)))),
    h(
      'div',
      { class: 'mc-answers' },
      h('button', { type: 'button', class: 'mc-button', onclick: () => dialog.close() }, 'Close'),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('keydown', (event) => event.key === '?' && dialog.close());
  host().append(dialog);
  dialog.showModal();
}
