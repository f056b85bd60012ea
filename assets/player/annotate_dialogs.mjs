/** Dialogs of the annotator: a question with buttons, and the list of keys. */

import { h } from './annotate_dom.mjs';

function host() {
  return document.getElementById('annotator') ?? document.body;
}

/** Ask; resolves with the id of the chosen button, "" when dismissed. Buttons: [id, text, style]. */
export function ask({ title, text, buttons }) {
  return new Promise((resolve) => {
    const dialog = h(
      'dialog',
      { class: 'mca-dialog', 'aria-label': title },
      h('h3', {}, title),
      h('p', {}, text),
      h(
        'div',
        { class: 'mca-answers' },
        ...buttons.map(([id, label, style]) =>
          h(
            'button',
            { type: 'button', class: 'mca-button mca-' + (style || 'plain'), onclick: () => dialog.close(id) },
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

/** All keys, as [keys, what they do]. `?` or Escape closes it. */
export function keyHelp(keys) {
  const dialog = h(
    'dialog',
    { class: 'mca-dialog mca-keys', 'aria-label': 'Keys' },
    h('h3', {}, 'Keys'),
    h('dl', {}, ...keys.flatMap(([key, meaning]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, meaning)])),
    h(
      'div',
      { class: 'mca-answers' },
      h('button', { type: 'button', class: 'mca-button', onclick: () => dialog.close() }, 'Close'),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('keydown', (event) => event.key === '?' && dialog.close());
  host().append(dialog);
  dialog.showModal();
}
