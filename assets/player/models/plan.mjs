/** What a training would learn from and be measured on, said before it begins; and the choice of people by name. */

import { h, replace } from '../shared/dom.mjs';
import { check } from '../shared/form.mjs';
import { count } from '../shared/format.mjs';
import { post, sentence } from '../shared/http.mjs';
import { link, PATIENCE_MS, quietly } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').Plan} Plan  of POST /api/models/plan */
/** @typedef {import('../shared/wire').TrainChoices} Choices */

const HELD = 'Before and after, and every other figure, are of these: the model does not learn from them.';

export class PlanView {
  /** @param {(names: string[]) => void} named told when other people are chosen */
  constructor(named) {
    this._named = named;
    this._open = false;
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
    const { videos, people, simulated, held_out: held, validation, space, lacking, notes } = plan;
    const many = choices.names.length || people.length;
    const whose = many ? ` of ${count(many, 'person', 'people')}${choices.names.length ? '' : said(simulated, many)}` : '';
    replace(
      this._main,
      h('p', {}, `${count(videos, 'video')}${whose}${space ? `, ${space} features` : ''}.`),
      validation > 0 && h('p', {}, `${count(validation, 'more video')} choose the best epoch.`),
      held.length > 0 && [
        h('h3', {}, `Held out: ${count(held.length, 'video')}`),
        h('ul', { class: 'mc-held-out' }, held.map(({ id, title }) => h('li', { title: id }, title || id))),
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
    const about = { class: 'mc-names', open: this._open, ontoggle: ({ target }) => (this._open = target.open) };
    const told = names.length ? `Only ${count(names.length, 'person', 'people')}` : 'Only some people';
    return h('details', about, h('summary', {}, told), h('div', { class: 'mc-name-list' }, lines), all);
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

/** How many of them are made by a program. */
function said(simulated, people) {
  if (!simulated) return '';
  return simulated === people ? ', all simulated' : `, ${simulated} simulated`;
}
