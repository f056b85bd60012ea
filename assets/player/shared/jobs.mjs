/** The list of background jobs: what, how far, cancel, and where the result is. Polls while something runs. */

import { mendable, NAMES, overtakes, particulars, sentence, title } from './job_texts.mjs';
import { get, post, url } from './http.mjs';
import { h, replace, svg } from './dom.mjs';

/** @typedef {import('./job_texts.mjs').Job} Job */

const BUSY_MS = 700;
const IDLE_MS = 4000;
const SHOWN = 8;
/** Jobs that lead to no page where they are about no entry. */
const NOWHERE = new Set(['ingest', 'attach', 'doctor', 'train_splits']);

/** Jobs that can end with what they have learned so far. */
const LEARNS = ['train', 'train_splits', 'pretrain'];

const underway = ({ state }) => state === 'running' || state === 'queued';

/**
 * @typedef {object} Listed
 * @property {string[]} [kinds] of the jobs that are listed
 * @property {Record<string, string>} [models] what kinds of models are called
 * @property {string} [empty] what is said without any
 * @property {(job: Job) => void} [curve] shows how a training went that ended without a model
 */

/** @param {{element: HTMLElement, props: {value?: Listed}}} gradio */
export function mount({ element, props }) {
  const kinds = new Set(props.value?.kinds ?? Object.keys(NAMES));
  const list = h('ol', { class: 'mc-jobs', 'aria-label': 'Background work', 'aria-live': 'polite' });
  replace(element.querySelector('.mc-widget'), list);
  /** Losses seen so far, by job. @type {Map<Job['id'], number[]>} */
  const losses = new Map();
  let timer;

  async function refresh() {
    clearTimeout(timer);
    if (!element.isConnected) return;
    let busy = false;
    try {
      /** @type {{jobs: Job[]}} */
      const answer = await get('/api/jobs');
      const jobs = answer.jobs.filter((job) => kinds.has(job.kind)).slice(0, SHOWN);
      busy = jobs.some(underway);
      const { empty } = props.value ?? {};
      replace(list, jobs.length ? jobs.map((job) => item(job, jobs, overtakes(job, answer.jobs))) : empty && note(empty));
    } catch {
      replace(list, note('The server does not answer; trying again.'));
    }
    timer = setTimeout(refresh, busy ? BUSY_MS : IDLE_MS);
  }

  /** @param {Job} job @param {Job[]} jobs all that are listed @param {boolean} behind another that waits */
  function item(job, jobs, behind) {
    return h(
      'li', { class: 'mc-job', 'data-job': job.id, 'data-state': job.state },
      h('span', { class: 'mc-job-name' }, title(job, props.value?.models ?? {})),
      h('span', { class: 'mc-job-said' }, sentence(job)),
      underway(job) ? [bar(job), behind && next(job), ends(job, 'Stop, keep the best', true), ends(job, 'Cancel', false)] : null,
      lossCurve(seen(job)),
      outcome(job),
      attempt(job),
      mending(job, jobs),
      lines(particulars(job)),
    );
  }

  /** What was found is mended at a click, as long as it is the newest that was found. @param {Job} job @param {Job[]} jobs */
  function mending(job, jobs) {
    const n = mendable(job);
    if (!n || jobs.find(({ kind }) => kind === 'doctor') !== job) return null;
    const { entry, dataset } = /** @type {import('./wire').DoctorRequest} */ (job.args);
    const mend = async ({ target }) => {
      target.disabled = true;
      await change('/api/doctor', { entry, dataset, mend: true });
    };
    return h('button', { type: 'button', onclick: mend }, n === 1 ? 'Mend it' : `Mend ${n}`);
  }

  /** What a training had learned that was cancelled, or failed. @param {Job} job */
  function attempt(job) {
    const show = props.value?.curve;
    if (!show || !['failed', 'cancelled'].includes(job.state) || job.figures?.loss === undefined) return null;
    return h('button', { type: 'button', onclick: () => show(job) }, 'Its curve');
  }

  /** Losses of a training, with the newest. @param {Job} job */
  function seen(job) {
    if (!LEARNS.includes(job.kind)) return [];
    const known = losses.get(job.id) ?? [];
    const loss = job.figures?.loss;
    if (job.state === 'running' && Number.isFinite(loss) && known.at(-1) !== loss) known.push(loss);
    losses.set(job.id, known);
    return known;
  }

  /** What has learned something already may keep it. @param {Job} job @param {string} label @param {boolean} keep */
  function ends({ id, kind, state }, label, keep) {
    if (keep && (state !== 'running' || !LEARNS.includes(kind))) return null;
    return h('button', { type: 'button', onclick: () => change('/api/job/cancel', { id, keep }) }, label);
  }

  /** Before the others that wait. @param {Job} job */
  function next({ id }) {
    return h('button', { type: 'button', onclick: () => change('/api/job/priority', { id, priority: 'first' }) }, 'Do next');
  }

  /** @param {string} path @param {object} body */
  async function change(path, body) {
    await post(path, body).catch(() => {}); // the list says whether the server answers
    refresh();
  }

  document.addEventListener('manycut:job', refresh);
  refresh();
}

function note(text) {
  return h('li', { class: 'mc-empty' }, text);
}

/** @param {Job} job */
function bar({ state, progress }) {
  return h('progress', { max: 1, value: state === 'running' ? progress : null, 'aria-label': `${Math.round(100 * progress)} % done` });
}

/** A small line of the loss so far: shape matters here, the last value is written beside it. @param {number[]} seen */
function lossCurve(seen) {
  if (seen.length < 2) return null;
  const top = Math.max(...seen);
  const bottom = Math.min(...seen);
  const points = seen.map((value, index) => {
    const x = (118 * index) / (seen.length - 1) + 1;
    const y = 23 - (22 * (value - bottom)) / (top - bottom || 1);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const line = svg('polyline', { points: points.join(' '), fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5 });
  const attributes = { viewBox: '0 0 120 24', width: 120, height: 24, role: 'img', 'aria-label': 'Training loss so far' };
  return h('span', { class: 'mc-job-loss' }, svg('svg', attributes, line));
}

/** Links to what a job has made. @param {Job} job */
function outcome(job) {
  const { kind, state } = job;
  if (state !== 'done' || kind === 'agreement' || kind === 'join') return null;
  const gone = job.gone ? h('span', { class: 'mc-job-gone' }, job.gone) : null;
  return [gone, kind === 'export' ? !gone && downloads(job) : wayTo(job)];
}

/** The file and its manifest. @param {Job} job */
function downloads({ id }) {
  const link = (text, more, title = undefined) => h('a', { href: url(`/api/download?job=${id}${more}`), download: '', title }, text);
  const about = 'Who, which protocols, when, and the checksum of the file';
  return [link('Download', ''), link('Manifest', '&manifest=true', about)];
}

/** Where the entry is shown that a job was about, or the first that it brought. @param {Job} job */
function wayTo(job) {
  const { kind, entries } = job;
  const entry = entries?.[0] ?? first(job);
  if (NOWHERE.has(kind) && !entry) return null;
  const href = url(`/compare${entry ? `?entry=${encodeURIComponent(entry)}` : ''}`);
  return h('a', { href }, kind === 'train' ? 'See the new curves' : 'Open');
}

/** The first entry that a job brought. @param {Job} job */
function first({ result }) {
  if (!result) return null;
  if ('alone' in result && result.alone) return result.alone.entry;
  if ('attached' in result) return result.attached[0]?.entry;
  return 'entries' in result && Array.isArray(result.entries) ? result.entries[0]?.entry : null;
}

/** One line each. @param {import('./job_texts.mjs').Particular[]} said */
function lines(said) {
  if (!said.length) return null;
  const line = ({ text, title, bad }) => h('li', { title, class: bad ? 'mc-bad' : null }, text);
  return h('ul', { class: 'mc-job-lines' }, said.map(line));
}
