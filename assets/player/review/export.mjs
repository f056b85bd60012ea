/** Export in every format, joining another installation's log, and the list of these jobs with their downloads. */

import { h } from '../shared/dom.mjs';
import { check, choice, field } from '../shared/form.mjs';
import { sentence, upload } from '../shared/http.mjs';
import { mount as mountJobs } from '../shared/jobs.mjs';
import { LAG_SECONDS } from '../shared/limits.mjs';
import { act, tell } from '../shared/asking.mjs';
import { part, quietly, row, sender } from '../shared/parts.mjs';

/** @type {[string, string, string][]} id, name, what it is */
const FORMATS = [
  [
    'eccv16',
    'eccv16 HDF5',
    'What the official loaders of SummDiff, LLMVS and CSTA read unchanged, with everybody’s scores.',
  ],
  [
    'tvsum',
    'TVSum TSV',
    'One line for each person and video, as TVSum’s own file. Refused with the reason where its readers would get something ' +
      'wrong.',
  ],
  ['summe', 'SumMe .mat', 'What each person selected, one .mat for each video, in one zip.'],
  ['csv', 'CSV', 'A table for spreadsheets and statistics: one line for each label.'],
  [
    'events',
    'JSON Lines of events',
    'The log itself: everything that was done here, also open, practice and excluded tasks. Another installation can join it ' +
      'with its own.',
  ],
  ['label-studio', 'Label Studio JSON', 'One task for each video, with one annotation of each person: what was selected, or rated.'],
  ['activitynet', 'ActivityNet JSON', 'Segments in seconds with label, person and score.'],
  ['fiftyone', 'FiftyOne JSON', 'Samples with temporal detections in frames, with label, annotator and confidence.'],
  ['elan', 'ELAN .eaf', 'One file for each video with a tier for each person, in one zip.'],
  ['csv-seconds', 'CSV in seconds', 'video, label, start, end, person, score: a table for other tools.'],
];
const LAG =
  'People react a moment late: so many seconds are taken off the times of continuous ratings; 0 leaves them as recorded.';
const PSEUDONYMS =
  'People appear under their pseudonyms; whose they are says the key file under People. A manifest with the checksum comes with ' +
  'every file.';
const JOINING =
  'A file of events from another installation with the same videos. Everything that is new in it is added; taking the same ' +
  'file twice changes nothing.';

export class ExportSection {
  /** @param {import('./review.mjs').Review} app */
  constructor(app) {
    this._listed = false; // the list of jobs has begun
    this._jobs = h('div', {}, h('div', { class: 'mc-widget' }));
    this.element = h(
      'div',
      { class: 'mc-sections' },
      part('Export', exportForm(app)),
      part('Exports and joins', this._jobs),
      part('Join another installation', quietly(JOINING), field('File of events (.jsonl)', joinField(), '', true)),
    );
  }

  show() {
    // The list ends itself when its element leaves the page, so it begins only once it is there.
    const value = { kinds: ['export', 'join'], empty: 'Nothing has been exported or joined here yet.' };
    if (!this._listed) mountJobs({ element: this._jobs, props: { value } });
    this._listed = true;
  }
}

/** @param {import('./review.mjs').Review} app */
function exportForm(app) {
  /** @type {[string, string][]} */
  const names = FORMATS.map(([id, label]) => [id, label]);
  /** @type {[string, string][]} */
  const whose = [['own', 'Labels from here'], ['dataset', 'The datasets’ people'], ['all', 'Both merged']];
  /** @type {[string, string][]} */
  const datasets = app.filters.datasets.map((one) => [one.id, one.label]);
  const about = h('p', { class: 'mc-quietly', role: 'status' });
  const format = choice(names, 'eccv16', () => changed(), { id: 'export-format' });
  const people = choice(whose, app.filters.own ? 'own' : 'dataset', null, { id: 'export-people' });
  const dataset = choice([['', 'All datasets'], ...datasets], app.asked.dataset ?? '', null, { id: 'export-dataset' });
  const lag = h('input', { type: 'number', min: 0, max: LAG_SECONDS, step: 0.1, value: 0, id: 'export-lag' });
  const open = check('Also tasks that are not submitted', false, null, { id: 'export-open' });
  const start = sender('Export', { id: 'export' });
  const lagField = field('Lag of continuous ratings, s', lag, LAG);
  const peopleField = field('Whose labels', people);

  function changed() {
    about.textContent = FORMATS.find(([id]) => id === format.value)[2];
    for (const one of [lagField, peopleField, open.element]) one.hidden = format.value === 'events';
  }

  async function submit(event) {
    event.preventDefault();
    start.disabled = true;
    const answer = await act('/api/export', {
      format: format.value,
      people: people.value,
      dataset: dataset.value || null,
      lag: Number(lag.value),
      include_open: open.box.checked,
    });
    start.disabled = false;
    if (answer) queued('Queued; the download appears below.');
  }

  changed();
  return h(
    'form',
    { class: 'mc-desk-form', onsubmit: submit, 'aria-label': 'Export' },
    h('div', { class: 'mc-fields' }, field('Format', format), peopleField, field('Dataset', dataset), lagField),
    about,
    open.element,
    row(start, h('small', { class: 'mc-quietly' }, PSEUDONYMS)),
  );
}

// A file that is joined as soon as it is chosen.
function joinField() {
  const chosen = h('input', { type: 'file', accept: '.jsonl,application/jsonl', onchange: () => join(chosen.files[0]) });

  async function join(file) {
    if (!file) return;
    chosen.disabled = true;
    try {
      await upload(`/api/review/join?name=${encodeURIComponent(file.name)}`, file);
      queued('Uploaded; what came of it appears below.');
    } catch (error) {
      tell(sentence(error), true);
    }
    chosen.value = '';
    chosen.disabled = false;
  }

  return chosen;
}

function queued(text) {
  tell(text);
  document.dispatchEvent(new Event('manycut:job'));
}
