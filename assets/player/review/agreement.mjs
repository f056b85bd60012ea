/** Agreement: computed in the background, kept, and shown with its date. */

import { when } from '../shared/dates.mjs';
import { h, replace } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { get } from '../shared/http.mjs';
import { act } from '../shared/asking.mjs';
import { agreementParts } from './agreement_parts.mjs';
import { button, empty, failure, link, loading, PATIENCE_MS, primary, query } from '../shared/parts.mjs';

/** @typedef {import('./review.mjs').Asked} Asked */
/** @typedef {import('../shared/wire').AgreementFacts} AgreementAnswer  of GET /api/review/agreement */
/** @typedef {import('../shared/wire').AgreementChoices} Scope */

/** @type {[string, string][]} */
const WHOSE = [['own', 'Labels from here'], ['dataset', 'The datasets’ people'], ['all', 'Everybody']];
const BUSY_MS = 700;
const UNCOMPUTED =
  'How far these labels can be relied on, with 95 % intervals, per video and person by person. It takes from seconds to a ' +
  'few minutes and goes on when this tab is closed.';

export class AgreementSection {
  /** @param {import('./review.mjs').Review} app */
  constructor(app) {
    this.app = app;
    this._tools = h('div', { class: 'mc-tools' });
    this._job = h('div', { class: 'mc-review-job', role: 'status' });
    this._main = h('div', { class: 'mc-sections' });
    this.element = h('div', {}, this._tools, this._job, this._main);
    this._closed = false;
    /** @type {import('../shared/table.mjs').Sorting} of the videos */
    this._sorting = { by: 2, down: false };
    this._drawn = false; // a result is shown
  }

  close() {
    this._closed = true;
    clearTimeout(this._timer);
  }

  /** @param {Asked} asked */
  async show(asked) {
    /** @type {Scope} */
    this.scope = {
      people: /** @type {Scope['people']} */ (asked.people ?? (this.app.filters.own ? 'own' : 'dataset')),
      dataset: asked.dataset,
      assignment: asked.assignment && Number(asked.assignment),
      entry: asked.entry,
    };
    const people = choice(WHOSE, this.scope.people, (value) => this.app.go({ people: value }), { 'aria-label': 'Whose labels' });
    this._compute = primary('Compute', () => this._start(), { id: 'compute-agreement' });
    replace(this._tools, people, this.app.scope(), this._only(asked.entry), this._compute);
    this._drawn = false;
    this._main.replaceChildren(loading());
    await this._load();
  }

  // That it is about one video only, and the way back.
  _only(entry) {
    if (!entry) return null;
    const back = link('×', () => this.app.go({ entry: null }), { 'aria-label': 'All videos again' });
    return h('span', { class: 'mc-chip' }, `Only ${entry}`, back);
  }

  async _start() {
    this._compute.disabled = true;
    if (await act('/api/review/agreement', this.scope)) await this._load();
    this._compute.disabled = false;
  }

  async _load() {
    clearTimeout(this._timer);
    const { scope } = this;
    /** @type {AgreementAnswer} */
    let answer;
    try {
      answer = await get(`/api/review/agreement${query(scope)}`, { timeout: PATIENCE_MS });
    } catch (error) {
      if (!this._current(scope)) return;
      this._main.replaceChildren(failure(error, error.status === 403 ? null : () => this._load()));
      return;
    }
    if (!this._current(scope)) return;
    this._tell(answer);
    if (answer.running) this._timer = setTimeout(() => this._load(), BUSY_MS);
    if (!answer.running || !this._drawn) this._draw(answer);
  }

  _current(scope) {
    return !this._closed && scope === this.scope;
  }

  /** @param {AgreementAnswer} answer */
  _tell({ running, failed, computed }) {
    this._compute.textContent = computed ? 'Compute anew' : 'Compute';
    this._compute.disabled = Boolean(running);
    this.element.dataset.state = running ? 'running' : failed ? 'failed' : computed ? 'done' : 'none';
    if (running) {
      const bar = h('progress', { max: 1, value: running.progress || false, 'aria-label': 'Computing' });
      const stop = button('Cancel', async () => (await act('/api/job/cancel', { id: running.job })) && this._load());
      replace(this._job, bar, h('span', {}, running.message || 'Waiting for the worker.'), stop);
    } else if (failed) replace(this._job, h('span', { class: 'mc-bad' }, `${failed.message} ${failed.hint}`));
    else replace(this._job, computed && h('span', {}, `Computed ${when(computed)}, from labels submitted until then.`));
  }

  /** @param {AgreementAnswer} answer */
  _draw({ result, running }) {
    this._drawn = Boolean(result);
    if (result) replace(this._main, agreementParts(result, this.scope.people, this._sorting, this.app));
    else replace(this._main, !running && empty('Not computed yet', UNCOMPUTED));
  }
}
