/**
 * What somebody may do, on every page: the document says it as data-role, and styles hide what that role cannot do. The
 * server refuses it anyway.
 */

import { get } from './http.mjs';
import { stylesheets } from './dom.mjs';

/** Called by the Gradio component once its element exists. */
export async function mount() {
  await stylesheets(import.meta.url, 'every_page.css');
  const who = await whoAsks().catch(() => null); // who cannot ask is told by what they do next
  if (!who?.closed) return;
  document.documentElement.dataset.role = who.role ?? 'nobody';
  document.dispatchEvent(new Event('manycut:role'));
}

/** @type {Promise<import('./wire').Me>|undefined} */
let asked;

/** Who asks, as the server said when the page opened. @returns {Promise<import('./wire').Me>} */
export function whoAsks() {
  asked ??= get('/api/me');
  return asked;
}

/** Whether who asks may look and change nothing; known once `mount` has asked. */
export function onlyLooks() {
  return document.documentElement.dataset.role === 'viewer';
}
