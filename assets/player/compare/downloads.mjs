/** Files that the browser saves. */

import { h } from '../shared/dom.mjs';

/** Milliseconds after which a file that was made in the page is forgotten. */
const FORGET_MS = 60_000;

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  fetchFile(address, name);
  setTimeout(() => URL.revokeObjectURL(address), FORGET_MS);
}

/** @param {string} address @param {string} [name] where the server gives none */
export function fetchFile(address, name = '') {
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}
