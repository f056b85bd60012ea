/** The sheet of keys, as a dialog. */

import { openDialog } from './dialog.mjs';
import { h } from './dom.mjs';
import { button, row } from './parts.mjs';

/** `?` or Escape closes it. @param {Element} place of the page @param {import('./commands.mjs').Commands} commands */
export function keysSheet(place, commands) {
  const lines = commands.sheet().map(({ keys, label }) => [
    h('dt', {}, keys.map((key, index) => [index > 0 && ' ', h('kbd', {}, key)])), h('dd', {}, label),
  ]);
  const close = button('Close', () => dialog.close(), { autofocus: true });
  const dialog = openDialog(place, 'Keys', 'mc-keys-sheet', h('dl', {}, lines), row(close));
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener('keydown', ({ key }) => key === '?' && dialog.close());
}
