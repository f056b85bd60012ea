/** Leaderboards: models on the same videos, with noise and people in their places among them. */

import { h, replace } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { count, percent } from '../shared/format.mjs';
import { empty, fill, figure, link, primary, quietly } from '../shared/parts.mjs';
import { table } from '../shared/table.mjs';

/** @typedef {import('./models.mjs').Asked} Asked */
/** @typedef {import('../shared/wire').Leaderboard} Board */
/** @typedef {import('../shared/wire').Standing} Standing */

const LEAD =
  'Only models that were measured on the same videos under the same protocol stand in one table. Videos that a model has learned '
  + 'from are left out of its figures. Skill places tau between noise (0) and people (1).';
const NOTHING =
  'Open a model and have it measured on a data set that people judged, or train one: it is measured on the videos that are held out.';
const NAMED = 4;

export class LeaderboardSection {
  /** @param {import('./models.mjs').Models} app */
  constructor(app) {
    this.app = app;
    this._tools = h('div', { class: 'mc-tools' });
    this._main = h('div', { class: 'mc-sections' });
    this.element = h('div', { class: 'mc-leaderboard' }, h('p', { class: 'mc-lead' }, LEAD), this._tools, this._main);
    /** @type {Map<string, import('../shared/table.mjs').Sorting>} */
    this._sorting = new Map();
  }

  /** @param {Asked} asked */
  show({ dataset }) {
    const datasets = (this.app.store.data?.datasets ?? []).filter((one) => one.judged);
    /** @type {[string, string][]} */
    const options = [['', 'All data sets'], .../** @type {[string, string][]} */ (datasets.map(({ id, label }) => [id, label]))];
    const narrowed = choice(options, dataset ?? '', (value) => this.app.go({ dataset: value }), { 'aria-label': 'Data set' });
    replace(this._tools, datasets.length > 1 && narrowed);
    const query = dataset ? `?dataset=${encodeURIComponent(dataset)}` : '';
    return fill(this._main, `/api/models/leaderboard${query}`, ({ boards }) => this._draw(boards));
  }

  /** @param {Board[]} boards */
  _draw(boards) {
    this.element.dataset.boards = String(boards.length);
    if (boards.length) replace(this._main, boards.map((board) => this._board(board)));
    else replace(this._main, empty('Nothing was measured yet', NOTHING, primary('See the models', () => this.app.go({ section: null }))));
  }

  /** @param {Board} board */
  _board(board) {
    const { dataset, splits, split, protocol, videos, rows } = board;
    const key = `${dataset} ${splits} ${split} ${protocol} ${videos.join()}`;
    const state = this._sorting.get(key) ?? {};
    this._sorting.set(key, state);
    const place = h('div', {});
    const draw = () => {
      const options = { label: `Models on ${dataset}`, state, changed: draw, row: (line, one) => line.setAttribute('data-who', one.who) };
      replace(place, table(this._columns(rows), rows, options));
    };
    draw();
    const of = splits ? `, split ${split} of ${splits}` : '';
    const named = videos.slice(0, NAMED).map((id) => id.split('/').slice(1).join('/'));
    const more = videos.length > NAMED ? ` and ${videos.length - NAMED} more` : '';
    return h(
      'section', { class: 'mc-part' }, h('h2', {}, `${dataset}${of}`),
      quietly(`Protocol ${protocol}, ${count(videos.length, 'video')}: ${named.join(', ')}${more}.`), place,
    );
  }

  /** @param {Standing[]} rows @returns {import('../shared/table.mjs').Column<Standing>[]} */
  _columns(rows) {
    /** @returns {import('../shared/table.mjs').Column<Standing>} */
    const numbers = (name, label, title, shown = (value) => figure(value)) => ({
      label, title, number: true, value: (one) => one[name], cell: (one) => shown(one[name]),
    });
    return [
      { label: 'Model', value: (one) => one.label.toLowerCase(), cell: (one) => this._name(one) },
      numbers('skill', 'Skill', 'Of tau: 0 is noise, 1 is people'),
      numbers('kendall', 'τ', 'Kendall’s tau, as the protocol asks'),
      numbers('spearman', 'ρ', 'Spearman’s rho, as the protocol asks'),
      numbers('f1', 'F1', 'Overlap of cuts of 15 %', (value) => percent(value ?? NaN)),
      numbers('coverage', 'Coverage τ', 'The best sample for each person, averaged; for people the best other person'),
      numbers('precision', 'Precision τ', 'The best person for each sample, averaged; for people the best other person'),
      numbers('diversity', '1 − τ', 'How far two samples lie apart, pairs of the same noise left out; for people two people'),
      { label: 'Samples', number: true, value: (one) => one.samples, cell: (one) => one.samples ?? '' },
      { label: 'Videos', number: true, value: (one) => one.videos, cell: (one) => one.videos },
      { label: 'Remarks', cell: (one) => remarks(one).map((text) => h('span', { class: 'mc-state' }, text)) },
    ].slice(0, rows.some((one) => remarks(one).length) ? undefined : -1);
  }

  /** @param {Standing} one */
  _name({ checkpoint, label, kind }) {
    if (!checkpoint) return h('em', {}, label);
    const model = this.app.store.model(checkpoint);
    const colour = model ? this.app.store.colour(model) : `var(--mc-${kind})`;
    return h(
      'span', { class: 'mc-model-name' }, h('i', { class: 'mc-kind', style: `background:${colour}`, 'aria-hidden': 'true' }),
      link(label, () => this.app.go({ section: null, model: checkpoint, compare: null })),
    );
  }
}

/** @param {Standing} one */
function remarks({ seen, known, selected_on_test: selected }) {
  return [
    seen ? `${seen} seen in training, left out` : '',
    selected ? 'selected on test' : '',
    known ? '' : 'may have seen them',
  ].filter(Boolean);
}
