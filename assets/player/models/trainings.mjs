/** Trainings that are underway or were: how far each is, and the curves of the newest, drawn as its epochs come. */

import { h, replace } from '../shared/dom.mjs';
import { sentence } from '../shared/http.mjs';
import { title } from '../shared/job_texts.mjs';
import { mount as mountJobs } from '../shared/jobs.mjs';
import { link, row } from '../shared/parts.mjs';
import { curves, drawCurves } from './curves.mjs';
import { epochsOf, TRAININGS } from './store.mjs';

export class Trainings {
  /** @param {import('./models.mjs').Models} app */
  constructor(app) {
    this.store = app.store;
    this._curves = h('div', { class: 'mc-curves', role: 'img', 'aria-label': 'Loss of the training that is underway' });
    this._live = h('div', { class: 'mc-live', hidden: true });
    this._ended = h('div', { class: 'mc-ended', hidden: true });
    this._jobs = h('div', {}, h('div', { class: 'mc-widget' }));
    this.element = h('section', { class: 'mc-part' }, h('h2', {}, 'Trainings'), this._live, this._ended, this._jobs);
    this._ends = new AbortController();
    this.store.on('jobs', () => !this._ends.signal.aborted && this._draw());
    queueMicrotask(() => this._list(app));
  }

  close() {
    this._ends.abort();
  }

  /** The list begins once its element is in the page, and ends itself when that leaves it. */
  _list(app) {
    const models = Object.fromEntries(Object.entries(app.store.data?.kinds ?? {}).map(([id, { label }]) => [id, label]));
    const curve = (job) => this._look(job, title(job, models));
    const value = { kinds: [...TRAININGS, 'pretrain'], models, empty: 'Nothing has been trained here yet.', curve };
    requestAnimationFrame(() => mountJobs({ element: this._jobs, props: { value } }));
  }

  /** How a training went that ended without a model. @param {import('../shared/job_texts.mjs').Job} job @param {string} name */
  async _look(job, name) {
    const close = link('Close', () => (this._ended.hidden = true));
    const show = (content) => replace(this._ended, row(h('b', {}, `${name}, ${job.state}`), close), content);
    this._ended.hidden = false;
    try {
      const epochs = await epochsOf(job.id, { signal: this._ends.signal });
      show(epochs.loss.length ? curves(epochs) : h('p', {}, 'It ended before its first epoch.'));
    } catch (error) {
      if (!this._ends.signal.aborted) show(h('p', { class: 'mc-bad', role: 'alert' }, sentence(error)));
    }
  }

  _draw() {
    const { underway } = this.store;
    this._live.hidden = !underway?.loss.length;
    if (!underway?.loss.length) return;
    if (!this._live.childElementCount) replace(this._live, this._curves);
    drawCurves(this._curves, underway);
  }
}
