/** Preferences: which sources win against the others, whether agreement with people says so, and studies that ask people. */

import { act, confirm, tell } from '../shared/asking.mjs';
import { button, empty, figure, fill, link, primary, quietly, row, two } from '../shared/parts.mjs';
import { check, choice, field } from '../shared/form.mjs';
import { h } from '../shared/dom.mjs';
import { count, percent } from '../shared/format.mjs';
import { table } from '../shared/table.mjs';
import { get, url } from '../shared/http.mjs';
import { when } from '../shared/dates.mjs';

/** @typedef {import('../shared/wire').PreferencesResult} Figures  of GET /api/preferences/figures */
/** @typedef {import('../shared/wire').Studies} Studies  of GET /api/preferences/studies */
/** @typedef {import('../shared/wire').StudyFacts} Study */
/** @typedef {Figures['sources'][number]['rate']} Interval */

const NOTHING =
  'Compare two cuts on Compare (X), or make a study: everybody who opens its link compares the same pairs, in an order and on ' +
  'sides that are drawn for them.';
const INDEPENDENT = 'Intervals take votes as independent of one another: of few people who vote often they are too narrow.';
const NAMES = { f1: 'F1 with people', tau: 'τ with people' };

export class PreferencesSection {
  /** @param {import('./review.mjs').Review} app */
  constructor(app) {
    this.app = app;
    this._main = h('div', { class: 'mc-sections' });
    this.element = h('div', {}, this._main);
  }

  /** @param {import('./review.mjs').Asked} asked */
  async show(asked) {
    this.study = asked.study ? Number(asked.study) : null;
    await this._load();
  }

  _load() {
    const query = this.study ? `?study=${this.study}` : '';
    return fill(this._main, `/api/preferences/figures${query}`, async (figures) => {
      this._draw(figures, await get('/api/preferences/studies'));
    });
  }

  /** @param {Figures} figures @param {Studies} known */
  _draw(figures, known) {
    const { studies } = known;
    /** @type {[string, string][]} */
    const options = [['', 'All votes'], ...studies.map(({ study, title }) => /** @type {[string, string]} */ ([String(study), title]))];
    const chosen = choice(options, String(this.study ?? ''), (study) => this.app.go({ study: study || null }), { 'aria-label': 'Study' });
    const file = (format, label) => {
      const query = `?format=${format}${this.study ? `&study=${this.study}` : ''}`;
      return figures.votes > 0 && h('a', { class: 'mc-button', href: url(`/api/preferences/export${query}`), download: '' }, label);
    };
    const files = [file('votes', 'Votes (JSON Lines)'), file('weights', 'Weights for training (JSON)')];
    this._main.replaceChildren(
      h('div', { class: 'mc-tools' }, chosen, primary('New study', () => this._new(known)), files),
      figures.votes ? this._figures(figures) : empty('Nobody has said yet which of two cuts is better.', NOTHING),
      studies.length ? table(this._studies(), studies, { label: 'Preference studies' }) : h('div'),
    );
  }

  /** @param {Figures} figures */
  _figures({ votes, people, blind, alike, sources, predictions }) {
    const same = alike ? `, ${alike} between two cuts of one source` : '';
    /** @type {import('../shared/table.mjs').Column<Figures['sources'][number]>[]} */
    const columns = [
      { label: 'What made the cut', cell: (one) => one.label },
      { label: 'Votes', number: true, cell: (one) => one.votes },
      { label: 'Won', number: true, cell: (one) => one.won },
      { label: 'Tied', number: true, cell: (one) => one.tied },
      { label: 'Win rate, 95 %', number: true, title: 'A tie counts half', cell: (one) => shares(one.rate) },
      {
        label: 'Wins against the others, 95 %', number: true,
        title: 'By the model of Bradley and Terry, which knows against whom each of them stood', cell: (one) => shares(one.probability),
      },
      { label: 'Strength', number: true, title: 'Of the same model, in logits', cell: (one) => figure(one.strength) },
    ];
    const predicted = predictions.map((one) => h(
      'p', { 'data-predicts': one.figure },
      `The cut with the higher ${NAMES[one.figure]} won ${shares(one.share)} of ${count(one.votes, 'vote')}; a coin 50 %.`,
    ));
    return h(
      'div', {}, quietly(`${count(votes, 'vote')} of ${count(people, 'person', 'people')}, ${blind} blind${same}. ${INDEPENDENT}`),
      table(columns, sources, { label: 'Win rates' }), predicted,
    );
  }

  /** @returns {import('../shared/table.mjs').Column<Study>[]} */
  _studies() {
    return [
      { label: 'Study', cell: (one) => two(one.title, one.blind ? 'blind' : 'open') },
      { label: 'Pairs', number: true, cell: (one) => one.pairs },
      { label: 'Votes', number: true, cell: (one) => one.votes },
      { label: 'Asked', cell: askedOf },
      { label: 'State', cell: (one) => (one.closed ? `closed ${when(Date.parse(one.closed))}` : 'open') },
      {
        label: 'What to do', unseen: true,
        cell: (one) => h(
          'span', { class: 'mc-row' }, link('Figures', () => this.app.go({ study: one.study })),
          !one.closed && h('a', { class: 'mc-link', href: url(`/compare?study=${one.study}`) }, 'Its link'),
          !one.closed && link('Close…', () => this._close(one)),
        ),
      },
    ];
  }

  /** @param {Study} one */
  async _close({ study, title }) {
    const sure = await confirm(`Close “${title}”?`, 'It takes no more votes; those that it has stay.', 'Close it', 'Leave it open');
    if (sure && (await act('/api/preferences/studies/close', { study }))) await this._load();
  }

  /** @param {Studies} known */
  _new({ sources, people }) {
    const title = h('input', { type: 'text', required: true, maxlength: 100 });
    const named = /** @type {[string, string][]} */ (sources.map(({ source, label }) => [source, label]));
    const a = choice(named, 'mean');
    const b = choice(named, 'signal:balanced');
    /** @type {string[]} */
    const couples = [];
    const list = h('p', {});
    const add = button('Add this pair of sources', () => {
      const couple = `${a.value}~${b.value}`;
      if (a.value === b.value || couples.includes(couple)) return;
      couples.push(couple);
      list.textContent = couples.map((one) => one.replace('~', ' against ')).join(', ');
    });
    const dataset = choice(this.app.filters.datasets.map(({ id, label }) => [id, label]), null);
    const asked = people.map((name) => ({ name, ...check(name, false) }));
    const { element: blind, box } = check('Blind: what made the cuts is told after the last pair', true);
    const make = async () => {
      if (!title.value.trim()) return title.focus();
      const chosen = couples.length ? couples : [`${a.value}~${b.value}`];
      const whom = asked.filter((one) => one.box.checked).map(({ name }) => name);
      const made = await act('/api/preferences/studies', {
        title: title.value, couples: chosen, dataset: dataset.value, open: !box.checked, asked: whom,
      });
      if (!made) return null;
      tell(`Made: ${count(made.pairs, 'pair')}${made.left_out.length ? `, ${made.left_out.length} left out` : ''}. Send its link.`);
      return this._load();
    };
    const choosing = asked.length > 0 && h(
      'fieldset', {}, h('legend', {}, 'Who is asked: it stands in their queue'),
      h('ul', { class: 'mc-pick' }, asked.map(({ element }) => h('li', {}, element))),
      h('small', {}, 'Whoever else has its link can compare, too.'),
    );
    const form = h(
      'div', { class: 'mc-desk-form' },
      h('div', { class: 'mc-fields' }, field('Title', title, 'Those who compare see it.', true), field('Videos', dataset)),
      h(
        'fieldset', {}, h('legend', {}, 'What is compared'),
        h('div', { class: 'mc-fields' }, field('A', a), field('against B', b)), row(add, list),
      ),
      choosing, blind, row(primary('Make the study', make), button('Cancel', () => this._load())),
    );
    this._main.replaceChildren(form);
    title.focus();
  }
}

/** @param {Study} study */
function askedOf({ asked, pairs }) {
  return asked.map(({ name, done }) => `${name} ${done} of ${pairs}`).join(', ') || 'whoever has its link';
}

/** @param {Interval} interval */
function shares({ value, low, high }) {
  return value === null ? 'undefined' : `${percent(value, 0)} (${percent(low, 0)} to ${percent(high, 0)})`;
}
