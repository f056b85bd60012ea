/** The runs of an entry: removed, and several of them compared, by their curves on Compare and by their settings here. */

import { when } from '../shared/dates.mjs';
import { h, replace } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { check } from '../shared/form.mjs';
import { get, url } from '../shared/http.mjs';
import { failure, link, quietly } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').RunName} Run */
/** @typedef {import('../shared/wire').CompareRunsResult} Compared */

const MOST = 8;

export class RunList {
  /** @param {string} entry @param {Run[]} runs @param {(id: number, label: string) => void} remove */
  constructor(entry, runs, remove) {
    this.entry = entry;
    this.runs = runs;
    /** @type {number[]} in the order in which they were chosen */
    this.chosen = [];
    const lines = runs.map(({ id, label }) => h(
      'li', { 'data-run': id },
      runs.length > 1 ? check(label, false, (on) => this._choose(id, on)).element : h('span', {}, label),
      link('Remove', () => remove(id, label), { 'aria-label': `Remove the run ${label}` }),
    ));
    this._beside = h('div', { class: 'mc-runs-beside', 'aria-live': 'polite' });
    this.element = h('div', { class: 'mc-shelf-runs' }, h('h3', {}, count(runs.length, 'run')), h('ul', {}, lines), this._beside);
  }

  /** @param {number} id @param {boolean} on */
  _choose(id, on) {
    this.chosen = this.chosen.filter((one) => one !== id);
    if (on) this.chosen.push(id);
    this._draw();
  }

  async _draw() {
    const { chosen } = this;
    if (chosen.length < 2) {
      replace(this._beside, chosen.length === 1 && quietly('Choose another to compare them.'));
      return;
    }
    if (chosen.length > MOST) {
      replace(this._beside, quietly(`Up to ${MOST} are compared.`));
      return;
    }
    try {
      const asked = new URLSearchParams(chosen.map((id) => ['id', String(id)]));
      /** @type {Compared} */
      const compared = await get(`/api/library/runs?${asked}`);
      if (chosen === this.chosen) replace(this._beside, this._open(), settings(compared));
    } catch (error) {
      if (chosen === this.chosen) replace(this._beside, failure(error, () => this._draw()));
    }
  }

  /** To their curves on Compare. */
  _open() {
    return h('a', { class: 'mc-button mc-primary', href: url(comparedPath(this.entry, this._runs)) }, 'Compare these runs');
  }

  get _runs() {
    return this.chosen.map((id) => this.runs.find((one) => one.id === id));
  }
}

/** Runs of one model share a row on Compare: the second lies over the first there. @param {string} entry @param {Run[]} runs */
export function comparedPath(entry, runs) {
  const asked = new URLSearchParams({ entry });
  /** @type {Map<string, Run>} */
  const first = new Map();
  /** @type {Map<string, Run>} */
  const over = new Map();
  for (const run of runs) {
    if (!first.has(run.track)) first.set(run.track, run);
    else if (!over.has(run.track)) over.set(run.track, run);
  }
  for (const [track, run] of first) {
    asked.append('run', `run:${run.id}`);
    if (over.has(track)) asked.append('over', `run:${run.id}~run:${over.get(track).id}`);
  }
  return `/compare?${asked}`;
}

/** @param {Compared} compared */
function settings({ runs, differ, same }) {
  const shared = same.filter(({ values: [value] }) => value !== null);
  const head = h('tr', {}, h('th', {}), runs.map(({ label }) => h('th', { scope: 'col' }, label)));
  const cells = (name, values) => values.map((one) => h('td', {}, text(name, one)));
  const rows = differ.map(({ name, values }) => h('tr', {}, h('th', { scope: 'row' }, name), cells(name, values)));
  const folded = h('dl', { class: 'mc-facts' }, shared.map(({ name, values: [one] }) => [h('dt', {}, name), h('dd', {}, text(name, one))]));
  return [
    differ.length > 0
      ? h('div', { class: 'mc-runs-scroll' },
        h('table', {}, h('caption', {}, 'Settings that differ'), h('thead', {}, head), h('tbody', {}, rows)))
      : quietly('No setting differs.'),
    shared.length > 0 && h('details', {}, h('summary', {}, `${count(shared.length, 'setting')} the same`), folded),
  ];
}

/** @param {string} name @param {string|number|boolean|null} value */
function text(name, value) {
  if (value === null) return '–';
  if (name === 'made') return when(Date.parse(String(value)));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}
