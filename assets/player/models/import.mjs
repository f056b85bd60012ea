/** Models that come as files: chosen in a dialog, or dropped anywhere on the page. */

import { dialog, tell } from '../shared/asking.mjs';
import { h } from '../shared/dom.mjs';
import { field } from '../shared/form.mjs';
import { sentence, upload } from '../shared/http.mjs';
import { UPLOAD_BYTES } from '../shared/limits.mjs';
import { button, row } from '../shared/parts.mjs';

/** @typedef {import('./models.mjs').Models} Models */

const ENDINGS = '.pt,.pth,.ckpt,.pkl,.tar,.zip';
const WHAT =
  'A checkpoint as a paper released it (SummDiff, LLMVS, CSTA, ...), or the zip of a folder that another Manycut made. '
  + 'Nothing in the file is run.';

/** @param {Models} app */
export async function importDialog(app) {
  const files = await dialog('Import a model', (done) => {
    const chosen = h('input', { type: 'file', accept: ENDINGS, multiple: true, onchange: () => done([...chosen.files]) });
    const help = `Or drop it anywhere on this page. Up to ${UPLOAD_BYTES / 2 ** 20} MB; larger ones: python app.py import FILE`;
    return [h('p', {}, WHAT), field('File', chosen, help, true), row(button('Cancel', () => done(null)))];
  });
  if (files) await take(app, files);
}

/** Files that are dropped on the page. @param {Models} app */
export function dropFiles(app) {
  const { root } = app;
  const carries = (event) => event.dataTransfer?.types.includes('Files');
  let over = 0; // elements of the page that the files are over, one within another
  const mark = (more) => {
    over = more === 0 ? 0 : Math.max(0, over + more);
    root.classList.toggle('mc-drop', over > 0);
  };
  root.addEventListener('dragenter', (event) => carries(event) && mark(1));
  root.addEventListener('dragleave', (event) => carries(event) && mark(-1));
  root.addEventListener('dragover', (event) => carries(event) && event.preventDefault());
  root.addEventListener('drop', (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    mark(0);
    take(app, [...event.dataTransfer.files]);
  });
}

/** @param {Models} app @param {File[]} files */
async function take(app, files) {
  for (const file of files) {
    tell(`Uploading ${file.name} …`);
    try {
      await upload(`/api/models/import?name=${encodeURIComponent(file.name)}`, file);
    } catch (error) {
      tell(`${file.name}: ${sentence(error)}`, true);
      continue;
    }
    tell(`${file.name} is here; it appears in the list once it has been read.`);
    await app.follow();
  }
}
