/** The models of the library: a list, and beside it what is open: one model, or several side by side. */

import { when } from '../shared/dates.mjs';
import { h, replace } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { empty, link, primary, quietly } from '../shared/parts.mjs';
import { table } from '../shared/table.mjs';
import { Details } from './details.mjs';
import { SideBySide } from './side_by_side.mjs';
import { skillBar, skillOf } from './skill.mjs';
import { learned, moment } from './words.mjs';
import { workList } from './work.mjs';

/** @typedef {import('./models.mjs').Asked} Asked */
/** @typedef {import('./store.mjs').Model} Model */

const NOTHING =
  'Train one on what people said of your videos, or drop a file here: a checkpoint as a paper released it (.pt, .pth, .ckpt, ' +
  '.pkl), or the zip of a folder that another Manycut made.';

export class LibrarySection {
  /** @param {import('./models.mjs').Models} app */
  constructor(app) {
    this.app = app;
    this.store = app.store;
    /** @type {import('../shared/table.mjs').Sorting} */
    this._sorting = { by: 5, down: true };
    this._work = h('div', { class: 'mc-work', 'aria-live': 'polite' });
    this._list = h('div', { class: 'mc-models-list' });
    this._chosen = h('div', { class: 'mc-chosen', role: 'status' });
    this._gone = h('div', {});
    this._side = h('aside', { class: 'mc-models-side', 'aria-label': 'What is open' });
    this.element = h(
      'div',
      { class: 'mc-models-library' },
      h('div', { class: 'mc-models-left' }, this._work, this._list, this._chosen, this._gone),
      this._side,
    );
    this._ends = new AbortController();
    /** @type {Details|SideBySide|null} */
    this._open = null;
    for (const [news, draw] of /** @type {[string, () => void][]} */ ([
      ['models', () => this._draw()],
      ['chosen', () => this._drawList()],
      ['jobs', () => this._drawWork()],
    ])) this.store.on(news, () => !this._ends.signal.aborted && draw());
    app.commands.listen(this._ends.signal);
  }

  close() {
    this._ends.abort();
  }

  /** @param {Asked} asked */
  show(asked) {
    this.asked = asked;
    this._draw();
    this._drawWork();
  }

  _draw() {
    this._drawList();
    this._drawGone();
    this._drawSide();
  }

  _drawWork() {
    replace(this._work, workList(this.app));
  }

  _drawList() {
    const { models, chosen } = this.store;
    this.element.dataset.ready = 'true';
    this.element.dataset.empty = String(!models.length);
    if (!models.length) {
      replace(this._list, empty('There is no model yet', NOTHING, this._trainButton(), this.app.importButton()));
      replace(this._chosen);
      return;
    }
    const options = {
      label: 'Models', state: this._sorting, changed: () => this._drawList(), row: (line, one) => this._line(line, one),
    };
    const focused = document.activeElement?.closest('tr')?.dataset.model;
    const control = document.activeElement?.tagName;
    replace(this._list, table(this._columns(), models, options));
    if (focused) this._focus(focused, control);
    const compare = this.app.commands.button('compare', { class: 'mc-button mc-primary' }, 'Side by side');
    const none = link('None of them', () => this.store.chooseNone());
    replace(this._chosen, chosen.length > 0 && [
      h('span', {}, chosen.length > 1 ? `${count(chosen.length, 'model')} chosen` : '1 model chosen; choose another to compare'),
      compare, none,
    ]);
    this.app.commands.refresh(this._chosen);
  }

  /** @returns {import('../shared/table.mjs').Column<Model>[]} */
  _columns() {
    return [
      { label: 'Chosen', unseen: true, slim: true, cell: (one) => this._tick(one) },
      { label: 'Model', value: (one) => one.label.toLowerCase(), cell: (one) => this._name(one) },
      { label: 'Kind', value: (one) => this.store.kind(one), cell: (one) => this.store.kind(one) },
      { label: 'Learned from', value: (one) => one.videos, number: false, cell: learnedCell },
      {
        label: 'Skill: noise 0, people 1', value: skillOf, number: false,
        title: 'On videos that it has not learned from: 0 is noise that knows nothing, 1 is people', cell: skillBar,
      },
      { label: 'Made', number: false, value: (one) => moment(one.created), cell: (one) => h('time', {}, when(moment(one.created))) },
    ];
  }

  /** @param {Model} one */
  _tick({ id, label }) {
    const checked = this.store.chosen.includes(id);
    return h('input', {
      type: 'checkbox', checked, 'aria-label': `${label}: side by side`, title: 'Side by side', onchange: () => this.store.choose(id),
    });
  }

  /** @param {Model} one */
  _name(one) {
    const about = { 'aria-current': this.asked.model === one.id && !this.asked.compare ? 'true' : false, title: one.id };
    return h(
      'span',
      { class: 'mc-model-name' },
      h('i', { class: 'mc-kind', style: `background:${this.store.colour(one)}`, 'aria-hidden': 'true' }),
      link(one.label, () => this.app.open(one.id), about),
      one.promoted && h('span', { class: 'mc-state mc-default', title: `Offered first for ${one.feature_space} features` }, 'default'),
    );
  }
  /** @param {HTMLTableRowElement} line @param {Model} one */
  _line(line, one) {
    line.dataset.model = one.id;
    line.setAttribute('aria-selected', String(this.asked.model === one.id && !this.asked.compare));
    line.addEventListener('click', ({ target }) => {
      if (target instanceof Element && !target.closest('button, input')) this.app.open(one.id);
    });
  }

  _focus(id, control) {
    const line = [...this._list.querySelectorAll('tr')].find((one) => one.dataset.model === id);
    /** @type {HTMLElement|null|undefined} */ (line?.querySelector(control === 'INPUT' ? 'input' : '.mc-link'))?.focus();
  }

  /** The order in which models stand in the list now. @returns {string[]} */
  get order() {
    return [...this._list.querySelectorAll('tr')].map((line) => line.dataset.model).filter(Boolean);
  }

  _drawGone() {
    const { gone } = this.store;
    const lines = gone.map((one) => h('li', {}, h('span', {}, one.label), link('Bring back', () => this.app.restore(one.id))));
    replace(this._gone, gone.length > 0 && h(
      'details', { class: 'mc-gone' }, h('summary', {}, `${count(gone.length, 'removed model')}`), h('ul', {}, lines),
    ));
  }

  _drawSide() {
    const compared = this.asked.compare?.split(',').filter((id) => this.store.model(id)) ?? [];
    const model = this.store.model(this.asked.model);
    const key = compared.length > 1 ? compared.join() : model?.id ?? '';
    this.element.dataset.open = compared.length > 1 ? 'compare' : model ? 'model' : '';
    if (this._open?.key === key && this._open.update(model)) return;
    this._open = compared.length > 1 ? new SideBySide(this.app, compared) : model ? new Details(this.app, model) : null;
    replace(this._side, this._open?.element ?? this._hint());
  }

  _hint() {
    if (!this.store.models.length) return null;
    return h(
      'div',
      { class: 'mc-models-hint' },
      h('h2', {}, 'Which model is worth trusting?'),
      quietly('Open one to see what it learned from, how it was trained, and what it reaches on videos that are new to it. '
        + 'Tick two or more to see them side by side.'),
      quietly('Skill places a model between noise that knows nothing of a video (0) and the people who judged it (1).'),
    );
  }

  _trainButton() {
    return primary('Train a model', () => this.app.go({ section: 'train' }));
  }
}

/** @param {Model} one */
function learnedCell(one) {
  return h('span', { class: 'mc-learned', title: one.learned_from }, learned(one));
}
