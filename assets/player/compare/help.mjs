/** The sheet of keys. */

import { h, replace } from '../shared/dom.mjs';

/** @param {import('./page.mjs').Page} page */
export function helpSheet({ store, commands, focusRows }) {
  const close = h('button', { 'data-close': '', onclick: () => store.show(null) }, 'Close');
  const lines = h('tbody', {});
  const fill = () => replace(lines, commands.sheet().map(({ keys, label }) => h(
    'tr', {}, h('th', { scope: 'row' }, keys.map((key, k) => [k ? ' ' : '', h('kbd', {}, key)])), h('td', {}, label),
  )));
  const pointer = 'Click in any row to go there. Drag to zoom, double click to show everything, Ctrl + wheel zooms too. '
    + 'Click a name to pin that person, a strip to select that cut.';
  const sheet = h(
    'div', { class: 'mc-sheet', role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Keys' },
    h('header', {}, h('b', {}, 'Keys'), close), h('table', {}, lines), h('p', {}, pointer),
  );
  const element = h('div', { class: 'mc-help', hidden: true, onclick: ({ target }) => target === element && store.show(null) }, sheet);
  store.on('overlay', () => {
    const open = store.overlay === 'help';
    if (element.hidden === !open) return;
    element.hidden = !open;
    if (open) fill();
    if (open) close.focus();
    else focusRows();
  });
  return element;
}
