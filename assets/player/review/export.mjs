/** Export in every format, joining another installation's log, and the list of these jobs with their downloads. */

import { act, check, choice, field, tell } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { sentence, upload } from '../shared/http.mjs';
import { mount as mountJobs } from '../shared/jobs.mjs';

const FORMATS = [
  ['eccv16', 'eccv16 HDF5', 'What the official loaders of SummDiff, LLMVS and CSTA read unchanged, with everybody’s scores.'],
  ['tvsum', 'TVSum TSV', 'One line for each person and video, as TVSum’s own file. Refused with the reason where its readers would get something wrong.'],
  ['summe', 'SumMe .mat', 'What each person selected, one .mat for each video, in one zip.'],
  ['csv', 'CSV', 'A table for spreadsheets and statistics: one line for each label.'],
  ['events', 'JSON Lines of events', 'The log itself: everything that was done here, also open, practice and excluded tasks. Another installation can join it with its own.'],
];

export function exportSection(app) {
  const datasets = [['', 'All datasets'], ...app.filters.datasets.map((one) => [one.id, one.label])];
  const about = h('p', { class: 'mc-quietly', role: 'status' });
  const format = choice(FORMATS.map(([id, label]) => [id, label]), 'eccv16', () => changed(), { id: 'export-format' });
  const people = choice([['own', 'Labels from here'], ['dataset', 'The datasets’ people'], ['all', 'Both merged']], app.filters.own ? 'own' : 'dataset', null, { id: 'export-people' });
  const dataset = choice(datasets, app.asked.dataset ?? '', null, { id: 'export-dataset' });
  const lag = h('input', { type: 'number', min: 0, max: 10, step: 0.1, value: 0, id: 'export-lag' });
  const open = check('Also tasks that are not submitted', false, null, { id: 'export-open' });
  const start = h('button', { type: 'submit', class: 'mc-button mc-primary', id: 'export' }, 'Export');
  const lagField = field('Lag of continuous ratings, s', lag, 'People react a moment late: so many seconds are taken off the times of continuous ratings; 0 leaves them as recorded.');
  const peopleField = field('Whose labels', people);

  function changed() {
    about.textContent = FORMATS.find(([id]) => id === format.value)[2];
    const log = format.value === 'events';
    for (const part of [lagField, peopleField, open]) part.hidden = log;
  }

  async function submit(event) {
    event.preventDefault();
    start.disabled = true;
    const body = { format: format.value, people: people.value, dataset: dataset.value || null, lag: Number(lag.value), include_open: open.querySelector('input').checked };
    const answer = await act('/api/export', body);
    start.disabled = false;
    if (!answer) return;
    tell('Queued; the download appears below.');
    document.dispatchEvent(new Event('manycut:job'));
  }

  async function join(file) {
    if (!file) return;
    chosen.disabled = true;
    try {
      await upload(`/api/review/join?name=${encodeURIComponent(file.name)}`, file);
      tell('Uploaded; what came of it appears below.');
      document.dispatchEvent(new Event('manycut:job'));
    } catch (error) {
      tell(sentence(error), true);
    }
    chosen.value = '';
    chosen.disabled = false;
  }

  const chosen = h('input', { type: 'file', accept: '.jsonl,application/jsonl', onchange: () => join(chosen.files[0]) });
  const jobs = h('div', {}, h('div', { class: 'mc-widget' }));
  const form = h(
    'form',
    { class: 'mc-review-form', onsubmit: submit, 'aria-label': 'Export' },
    h('div', { class: 'mc-fields' }, field('Format', format), peopleField, field('Dataset', dataset), lagField),
    about,
    open,
    h('div', { class: 'mc-row' }, start, h('small', { class: 'mc-quietly' }, 'People appear under their pseudonyms. A manifest with the checksum comes with every file.')),
  );
  const element = h(
    'div',
    { class: 'mc-sections' },
    h('section', { class: 'mc-part' }, h('h2', {}, 'Export'), form),
    h('section', { class: 'mc-part' }, h('h2', {}, 'Exports and joins'), jobs),
    h('section', { class: 'mc-part' }, h('h2', {}, 'Join another installation'), h('p', { class: 'mc-quietly' }, 'A file of events from another installation with the same videos. Everything that is new in it is added; taking the same file twice changes nothing.'), field('File of events (.jsonl)', chosen, '', true)),
  );
  let mounted = false;
  changed();
  return {
    element,
    // The list ends itself when its element leaves the page, so it begins only once it is there.
    show: () => {
      if (!mounted) mountJobs({ element: jobs, props: { value: { kinds: ['export', 'join'] } } });
      mounted = true;
    },
  };
}
