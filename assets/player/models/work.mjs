/** What is being done for the models: trainings, measurements, imports; each with how far it is and a way to stop it. */

import { h } from '../shared/dom.mjs';
import { overtakes, sentence, title } from '../shared/job_texts.mjs';
import { act } from '../shared/asking.mjs';
import { button, link } from '../shared/parts.mjs';
import { ended, TRAININGS } from './store.mjs';

/** @typedef {import('../shared/job_texts.mjs').Job} Job */

/** Milliseconds for which something that went wrong stays in sight. */
const RECENT_MS = 10 * 60_000;

/** @param {import('./models.mjs').Models} app */
export function workList(app) {
  const names = Object.fromEntries(Object.entries(app.store.data?.kinds ?? {}).map(([id, { label }]) => [id, label]));
  const shown = app.store.jobs.filter((job) => !ended(job) || (job.state === 'failed' && recent(job) && !app.dismissed.has(job.id)));
  if (!shown.length && !several(app.store.workers)) return null;
  const done = h('ol', { class: 'mc-work-list', 'aria-label': 'Being done' }, shown.map((job) => item(app, job, names)));
  return [shown.length ? done : null, several(app.store.workers) ? workers(app.store) : null];
}

/** Whether more work here than the two workers that a server has beside it. @param {import('../shared/wire').WorkerFacts[]} all */
function several(all) {
  return all.length > 2 || new Set(all.map(({ machine }) => machine)).size > 1;
}

/** Who works on what. @param {import('./store.mjs').ModelsStore} store */
function workers(store) {
  const { workers: all, workersShown: open } = store;
  const busy = all.filter(({ does }) => does).length;
  const line = ({ machine, lanes, gpu, does }) => h(
    'li', {},
    h('b', {}, machine),
    h('span', {}, [...lanes, gpu === null ? null : `GPU ${gpu}`].filter(Boolean).join(', ')),
    h('span', { class: 'mc-quietly' }, does || 'waits for a job'),
  );
  return h(
    'details', { class: 'mc-workers', open, ontoggle: ({ target }) => (store.workersShown = target.open) },
    h('summary', {}, `${all.length} workers, ${busy} at work`),
    h('ul', {}, all.map(line)),
  );
}

/** @param {import('./models.mjs').Models} app @param {Job} job @param {Record<string, string>} names */
function item(app, job, names) {
  const bar = h('progress', { max: 1, value: job.state === 'running' ? job.progress : false, 'aria-label': 'How far it is' });
  const change = async (path, body) => (await act(path, { id: job.id, ...body })) && app.follow();
  const stop = button('Cancel', () => change('/api/job/cancel', {}));
  const next = overtakes(job, app.store.queue) && button('Do next', () => change('/api/job/priority', { priority: 'first' }));
  const curve = TRAININGS.includes(job.kind) && job.state === 'running' ? link('Curve', () => app.go({ section: 'train' })) : null;
  return h(
    'li',
    { 'data-job': job.id, 'data-state': job.state },
    h('b', {}, title(job, names)),
    h('span', { class: job.state === 'failed' ? 'mc-bad' : 'mc-quietly' }, sentence(job)),
    ended(job) ? link('Dismiss', () => app.dismiss(job.id)) : [bar, curve, next, stop],
  );
}

/** @param {Job} job */
function recent({ updated }) {
  return Date.now() - Date.parse(updated) < RECENT_MS;
}
