/** Two or more models side by side: settings that differ, and figures on the videos that none of them has learned from. */

import { h, replace } from '../shared/dom.mjs';
import { count, percent } from '../shared/format.mjs';
import { get } from '../shared/http.mjs';
import { act } from '../shared/asking.mjs';
import { button, failure, figure, link, loading, PATIENCE_MS, quietly, row } from '../shared/parts.mjs';
import { tableBox } from '../shared/table.mjs';
import { setting } from './words.mjs';

/** @typedef {import('../shared/wire').CompareCheckpointsResult} Compared  of GET /api/models/compare */
/** @typedef {import('../shared/wire').Interval} Interval */

/** @type {Record<string, string>} */
const NAMES = { kendall: 'τ', spearman: 'ρ', f1: 'F1', coverage: 'coverage τ' };
const READ =
  'Differences are from the first model, with 95 % intervals over the videos; those in bold leave no room for zero. Read them '
  + 'with care below ten videos.';

export class SideBySide {
  /** @param {import('./models.mjs').Models} app @param {string[]} ids */
  constructor(app, ids) {
    this.app = app;
    this.ids = ids;
    this.key = ids.join();
    this._seen = '';
    this.element = h('article', { class: 'mc-model mc-side-by-side' }, loading());
    this._load();
  }

  /** The same models, perhaps measured meanwhile. */
  update() {
    if (this._seen !== this._measured()) this._load();
    return true;
  }

  _measured() {
    return this.ids.map((id) => this.app.store.model(id)?.measured.map(({ created }) => created).join()).join();
  }

  async _load() {
    this._seen = this._measured();
    const query = new URLSearchParams(this.ids.map((id) => ['id', id]));
    try {
      this._draw(await get(`/api/models/compare?${query}`, { timeout: PATIENCE_MS }));
    } catch (error) {
      replace(this.element, failure(error, () => this._load()));
    }
  }

  /** @param {Compared} found */
  _draw(found) {
    const { videos, protocol, figures, seeds, notes, differing } = found;
    const back = link('Close', () => this.app.go({ compare: null }));
    replace(
      this.element,
      h('header', { class: 'mc-model-top' }, h('h2', {}, 'Side by side'), back),
      h('h3', {}, 'What they reach'),
      notes.map((text) => h('p', { class: 'mc-remark' }, text)),
      videos.length
        ? [
          quietly(`${count(videos.length, 'video')} that none has learned from, protocol ${protocol}. ${READ}`),
          tableBox('Figures side by side', 'mc-compared', this._heads(found), figures.filter(known).map(line)),
          h('details', {}, h('summary', {}, 'Which videos'), h('p', { class: 'mc-quietly' }, videos.join(', '))),
        ]
        : this._measure(),
      seeds.length > 0 && this._seeds(seeds),
      h('h3', {}, 'What differs in how they were made'),
      differing.length
        ? tableBox('Settings that differ', 'mc-compared', this._heads(found), differing.map(settingLine))
        : quietly('Nothing but chance.'),
    );
  }

  /** @param {Compared} found */
  _heads({ checkpoints, labels }) {
    const names = labels.map((label, index) => {
      const opened = link(label, () => this.app.open(checkpoints[index]));
      return h('th', { scope: 'col', class: 'mc-number' }, opened);
    });
    return [h('td'), ...names];
  }

  _measure() {
    const judged = (this.app.store.data?.datasets ?? []).filter((one) => one.judged);
    return row(judged.map(({ id, label }) => button(`Measure all on ${label}`, async () => {
      for (const checkpoint of this.ids) if (!(await act('/api/models/measure', { checkpoint, dataset: id }))) break;
      await this.app.follow();
    }, { 'data-work': '' })));
  }

  /** @param {Compared['seeds']} seeds */
  _seeds(seeds) {
    const label = (id) => this.app.store.label(id);
    const names = ['', 'Runs', 'Difference', 't', 'p'];
    const heads = names.map((text) => (text ? h('th', { scope: 'col', class: 'mc-number' }, text) : h('td')));
    const lines = seeds.map(({ checkpoint, first, runs, first_runs: others, name, difference, t, p }) => h(
      'tr', { title: `${label(checkpoint)} and its sisters of other seeds, against ${label(first)} and its` },
      h('th', { scope: 'row' }, `${NAMES[name]}: ${label(checkpoint)}`),
      h('td', { class: 'mc-number' }, `${runs} against ${others}`),
      h('td', { class: `mc-number ${apart(difference) ? 'mc-apart' : ''}` }, interval(difference)),
      h('td', { class: 'mc-number' }, figure(t)),
      h('td', { class: 'mc-number' }, figure(p, 3)),
    ));
    return [
      h('h3', {}, 'Over seeds'),
      quietly('Runs that differ by their seeds alone, against those of the first model: Welch’s t-test over the runs.'),
      tableBox('Over seeds', 'mc-compared', heads, lines),
    ];
  }
}

/** @param {Compared['figures'][number]} one */
function line({ name, means, differences }) {
  const cells = means.map((mean, index) => {
    const value = name === 'f1' ? percent(mean ?? NaN) : figure(mean);
    const difference = differences[index];
    const defined = difference && difference.value !== null;
    const about = defined && h('small', { class: apart(difference) ? 'mc-apart' : '' }, interval(difference));
    return h('td', { class: 'mc-number' }, value, about);
  });
  return h('tr', { 'data-figure': name }, h('th', { scope: 'row' }, NAMES[name]), cells);
}

/** @param {Compared['differing'][number]} one */
function settingLine({ name, values }) {
  return h('tr', {}, h('th', { scope: 'row' }, name), values.map((value) => h('td', { class: 'mc-number' }, setting(value))));
}

/** "+0.08 (0.03 to 0.12)" @param {Interval} one */
function interval({ value, low, high }) {
  return low === null ? signed(value) : `${signed(value)} (${figure(low)} to ${figure(high)})`;
}

function signed(value) {
  return value !== null && value > 0 ? `+${figure(value)}` : figure(value);
}

/** Whether an interval leaves zero out. @param {Interval} one */
function apart({ low, high }) {
  return low !== null && high !== null && (low > 0 || high < 0);
}

/** Whether a figure is defined for any of the models. @param {Compared['figures'][number]} one */
function known({ means }) {
  return means.some((mean) => mean !== null);
}
