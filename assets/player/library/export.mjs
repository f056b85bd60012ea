/** The labels of some entries as a file: asked for, followed, and fetched. */

import { act, dialog, tell } from '../shared/asking.mjs';
import { h } from '../shared/dom.mjs';
import { choice, field } from '../shared/form.mjs';
import { get, sentence, url } from '../shared/http.mjs';
import { button, row, sender } from '../shared/parts.mjs';

/** @type {[string, string][]} */
const FORMATS = [
  ['csv', 'CSV: a table, one line for each label'], ['eccv16', 'eccv16 HDF5, as official loaders read it'],
  ['tvsum', 'TVSum TSV'], ['summe', 'SumMe .mat in a zip'], ['events', 'JSON Lines: everything that was done here'],
];
const LOOK_MS = 400;
const MOST_MS = 30 * 60_000;

/** @param {string[]} entries ids @param {string} called how people call them */
export async function exportLabels(entries, called) {
  const format = await dialog(`Export labels of ${called}`, (done) => {
    const formats = choice(FORMATS, 'csv', null, { autofocus: true });
    const onsubmit = (event) => {
      event.preventDefault();
      done(formats.value);
    };
    const help = 'People appear under their pseudonyms. Only entries that somebody has judged are in the file.';
    return [h('form', { onsubmit }, field('Format', formats, help, true), row(sender('Export'), button('Cancel', () => done(null))))];
  });
  if (!format) return;
  const begun = await act('/api/export', { format, entries });
  if (begun) await follow(begun.job, called);
}

/** @param {number} job @param {string} called */
async function follow(job, called) {
  const until = Date.now() + MOST_MS;
  tell(`Exporting labels of ${called} …`);
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    let now;
    try {
      now = await get(`/api/job?id=${job}`, { quiet: true });
    } catch (error) {
      tell(sentence(error), true);
      return;
    }
    if (now.state === 'done') {
      tell(`Labels of ${called} are ready.`, false, h('a', { href: url(`/api/download?job=${job}`), download: '' }, 'Download'));
      return;
    }
    if (now.state === 'failed' || now.state === 'cancelled') {
      tell(now.error ? sentence(now.error) : 'The export was cancelled.', true);
      return;
    }
  }
}
