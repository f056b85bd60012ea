/** What a training would learn from and be measured on, said before it begins; and the choice of people by name. */

import { h, replace } from '../shared/dom.mjs';
import { check } from '../shared/form.mjs';
import { count } from '../shared/format.mjs';
import { post, sentence } from '../shared/http.mjs';
import { link, PATIENCE_MS, quietly } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').Plan} Plan  of POST /api/models/plan */
/** @typedef {import('../shared/wire').PlannedVideo} Video */
/** @typedef {import('../shared/wire').AskedTraining} Choices */

const HELD = 'Before and after, and every other figure, are of these: the model does not learn from them.';

export class PlanView {
  /** @param {(names: string[]) => void} named told when other people are chosen */
  constructor(named) {
    this._named = named;
    /** Which of the folded parts are open. @type {Record<string, boolean>} */
    this._open = {};
    this._main = h('div', { 'aria-live': 'polite' });
    this.element = h('section', { class: 'mc-plan' }, h('h2', {}, 'What it will learn from'), this._main);
  }

  nothing() {
    replace(this._main, quietly('Choose a data set.'));
    return false;
  }

  /** Ask and show; false where the training cannot be. @param {Choices} choices @param {AbortSignal} signal */
  async ask(choices, signal) {
    this.element.dataset.asking = 'true';
    try {
      this._draw(await post('/api/models/plan', choices, { signal, timeout: PATIENCE_MS }), choices);
      return true;
    } catch (error) {
      if (!signal.aborted) replace(this._main, h('p', { class: 'mc-bad', role: 'alert' }, sentence(error)));
      return false;
    } finally {
      delete this.element.dataset.asking;
    }
  }

  /** @param {Plan} plan @param {Choices} choices */
  _draw(plan, choices) {
    const { videos, training, people, simulated, held_out: held, selecting, space, lacking, notes } = plan;
    const many = choices.names.length || people.length;
    const whose = many ? ` of ${count(many, 'person', 'people')}${choices.names.length ? '' : said(simulated, many)}` : '';
    replace(
      this._main,
      h('p', {}, `${count(videos, 'video')}${whose}${space ? `, ${space} features` : ''}.`),
      training.length > 0 && this._folded(`Trains on ${count(training.length, 'video')}`, 'trains', training),
      selecting.length > 0 && this._folded(`Chooses the best epoch by ${count(selecting.length, 'video')}`, 'selects', selecting),
      held.length > 0 && [
        h('h3', {}, `Held out, and tested on: ${count(held.length, 'video')}`),
        named('mc-held-out', held),
        quietly(HELD),
      ],
      lacking > 0 && h('p', { class: 'mc-remark' }, `${count(lacking, 'video')} left out for want of such features.`),
      notes.map((text) => h('p', { class: 'mc-remark' }, text)),
      people.length > 1 && this._people(people, choices.names),
    );
  }

  /** @param {string[]} people @param {string[]} names */
  _people(people, names) {
    const lines = people.map((name) => check(name, names.includes(name), (on) => this._choose(name, on, people)).element);
    const all = names.length > 0 && link('Everybody again', () => this._named([]));
    const told = names.length ? `Only ${count(names.length, 'person', 'people')}` : 'Only some people';
    return this._fold(told, 'names', h('div', { class: 'mc-name-list' }, lines), all);
  }

  /** @param {string} told @param {string} part @param {Video[]} videos */
  _folded(told, part, videos) {
    return this._fold(told, part, named('mc-planned', videos));
  }

  /**
   * A part that stays open when it is drawn again.
   * @param {string} told
   * @param {string} part
   * @param {...import('../shared/dom.mjs').Child} inside
   */
  _fold(told, part, ...inside) {
    const about = { class: `mc-${part}`, open: this._open[part], ontoggle: ({ target }) => (this._open[part] = target.open) };
    return h('details', about, h('summary', {}, told), inside);
  }

  _choose(name, on, people) {
    const chosen = people.filter((one) => (one === name ? on : this._isChosen(one)));
    this._named(chosen);
  }

  _isChosen(name) {
    const labels = [...this.element.querySelectorAll('.mc-name-list label')];
    return Boolean(labels.find((label) => label.textContent === name)?.querySelector('input')?.checked);
  }
}

/** Videos by their titles. @param {string} name of the list's class @param {Video[]} videos */
function named(name, videos) {
  return h('ul', { class: name }, videos.map(({ id, title }) => h('li', { title: id }, title || id)));
}

/** How many of them are made by a program. */
function said(simulated, people) {
  if (!simulated) return '';
  return simulated === people ? ', all simulated' : `, ${simulated} simulated`;
}
