/** What this browser has begun to send or to have taken in, so that it goes on after the page was closed. */

import { recall, remember } from '../shared/preferences.mjs';

/**
 * @typedef {object} Unfinished
 * @property {string} id of the file on the server; of a job alone where it was not sent
 * @property {string} name
 * @property {number} size bytes
 * @property {number} changed when the file was changed last, milliseconds
 * @property {'video'|'data'} kind
 * @property {number} [job] that takes it in
 */

const KEY = 'adding';
const MOST = 500;

/** @returns {Unfinished[]} */
export function all() {
  const kept = recall(KEY, []);
  return Array.isArray(kept) ? kept.filter((one) => typeof one?.id === 'string') : [];
}

/** @param {{id: string, file: File, kind: 'video'|'data'}} sending */
export function keep({ id, file, kind }) {
  if (all().some((one) => one.id === id)) return;
  put({ id, name: file.name, size: file.size, changed: file.lastModified, kind });
}

/** @param {Unfinished} one */
export function put(one) {
  remember(KEY, [...all().filter(({ id }) => id !== one.id), one].slice(-MOST));
}

/** Which job takes it in; null where none does any more. @param {string} id @param {number|null} job */
export function note(id, job) {
  const found = all().find((one) => one.id === id);
  if (found) put({ ...found, job: job ?? undefined });
}

/** @param {string} id */
export function forget(id) {
  remember(KEY, all().filter((one) => one.id !== id));
}

/** What was sent of this very file before. @param {File} file @param {'video'|'data'} kind */
export function before(file, kind) {
  return all().find((one) => one.kind === kind && !one.job && one.name === file.name && one.size === file.size
    && one.changed === file.lastModified);
}
