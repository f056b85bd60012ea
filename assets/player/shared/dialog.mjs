/** Dialogs over a page. */

import { h } from './dom.mjs';

/**
 * Open a dialog; it is gone when it is closed.
 * @param {Element} place of the page whose styles it has
 * @param {string} title
 * @param {string} style more classes
 * @param {...import('./dom.mjs').Child} parts
 */
export function openDialog(place, title, style, ...parts) {
  const dialog = h('dialog', { class: `mc-dialog ${style}`.trim(), 'aria-label': title }, h('h2', {}, title), ...parts);
  dialog.addEventListener('close', () => dialog.remove());
  place.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Ask something; resolves with what `done` is given, null when dismissed.
 * @template T
 * @param {Element} place
 * @param {string} title
 * @param {(done: (answer: T|null) => void) => import('./dom.mjs').Child[]} build the parts
 * @returns {Promise<T|null>}
 */
export function askDialog(place, title, build) {
  return new Promise((resolve) => {
    /** @type {T|null} */
    let answer = null;
    const done = (given) => {
      answer = given;
      dialog.close();
    };
    const dialog = openDialog(place, title, '', ...build(done));
    dialog.addEventListener('close', () => resolve(answer));
  });
}
