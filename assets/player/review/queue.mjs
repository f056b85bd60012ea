/** Which videos need more people: those that people disagree about most come first. */

import { h, replace } from '../shared/dom.mjs';
import { check } from '../shared/form.mjs';
import { count, lasting } from '../shared/format.mjs';
import { disputedLink } from './in_compare.mjs';
import { table } from '../shared/table.mjs';
import { act, tell } from '../shared/asking.mjs';
import { button, empty, figure, fill, meter, primary, query, row, two } from '../shared/parts.mjs';

/** @typedef {import('./board_rows.mjs').Place} Place */
/** @typedef {import('../shared/wire').DisputedVideo} DisputedRow */
/** @typedef {import('../shared/wire').Disputed} DisputedAnswer  of GET /api/review/disputed */

const TYPING_MS = 200;
const LEAD =
  'Where people disagree most, one more person tells most. Disagreement is how far people’s scores spread at a moment ' +
  '(their standard deviation), averaged over the video: 0 where all say the same, at most 0.5.';

export class QueueSection {
  /** @param {import('./review.mjs').Review} app */
  constructor(app) {
    this.app = app;
    this._offset = 0;
    /** @type {Set<string>} ids of videos */
    this._chosen = new Set();
    this._search = h('input', {
      type: 'search',
      placeholder: 'Search videos',
      'aria-label': 'Search videos',
      oninput: () => this._later(),
    });
    this._tools = h('div', { class: 'mc-tools' });
    this._main = h('div');
    this._ask = primary('', () => this._assign());
    this.element = h('div', {}, h('p', { class: 'mc-lead' }, LEAD), this._tools, this._main);
  }

  /** @param {import('./review.mjs').Asked} asked */
  async show({ assignment, dataset }) {
    this._offset = 0;
    this._scope = { assignment, dataset };
    this._tools.replaceChildren(...this.app.scope(), this._search);
    await this._load();
  }

  close() {
    clearTimeout(this._timer);
  }

  _later() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._offset = 0;
      this._load();
    }, TYPING_MS);
  }

  _load() {
    const path = `/api/review/disputed${query({ ...this._scope, search: this._search.value, offset: this._offset })}`;
    this._latest = path;
    return fill(this._main, path, (answer) => this._latest === path && this._draw(answer));
  }

  /** @param {DisputedAnswer} answer */
  _draw({ rows, total, page }) {
    if (!total) {
      this._main.replaceChildren(this._nothing());
      return;
    }
    this._count();
    replace(this._main, this._ask, table(this._columns(rows), rows, { label: 'Videos by disagreement' }), this._pages(total, page));
  }

  _nothing() {
    if (this._search.value) return empty('Nothing found', 'No judged video has these words.');
    return empty(
      'Nobody has judged anything here yet.',
      'Make an assignment; as soon as two people have submitted a video, it stands here.',
      primary('Make an assignment', () => this.app.go({ section: 'assignments' })),
    );
  }

  /** @param {DisputedRow[]} rows @returns {import('../shared/table.mjs').Column<DisputedRow>[]} */
  _columns(rows) {
    const most = Math.max(...rows.map((one) => one.disagreement ?? 0), 0.01);
    const quiet = (text) => h('span', { class: 'mc-quietly' }, text);
    return [
      { label: 'Chosen', unseen: true, slim: true, cell: (one) => one.video && !one.places.length && this._tick(one) },
      { label: 'Video', cell: (one) => two(one.title, `${one.dataset} · ${lasting(one)}`, { title: one.id }) },
      { label: 'People', number: true, cell: (one) => one.people },
      {
        label: 'Disagreement',
        cell: ({ disagreement, why }) => (disagreement === null ? quiet(why) : meter(disagreement / most, figure(disagreement))),
      },
      { label: 'Most disputed moment', unseen: true, cell: (one) => one.disagreement !== null && disputedLink(one.id, one.title) },
      {
        label: 'Asked for',
        cell: (one) => {
          if (!one.places.length) return quiet(one.video ? 'in no open assignment' : 'has no video to judge');
          return h('div', { class: 'mc-stack' }, one.places.map((place) => placeView(one, place)));
        },
      },
    ];
  }

  _pages(total, page) {
    if (total <= page) return null;
    const last = Math.min(total, this._offset + page);
    return row(
      button('‹ Before', () => this._turn(-page), { disabled: !this._offset }),
      h('span', { class: 'mc-quietly' }, `${this._offset + 1} to ${last} of ${total}`),
      button('Next ›', () => this._turn(page), { disabled: this._offset + page >= total }),
    );
  }

  _turn(by) {
    this._offset = Math.max(0, this._offset + by);
    return this._load();
  }

  /** @param {DisputedRow} one */
  _tick({ id, title }) {
    const choose = (on) => {
      if (on) this._chosen.add(id);
      else this._chosen.delete(id);
      this._count();
    };
    return check('', this._chosen.has(id), choose, { 'aria-label': `Choose ${title} for a new assignment` }).element;
  }

  _count() {
    this._ask.hidden = !this._chosen.size;
    this._ask.textContent = `New assignment with ${count(this._chosen.size, 'video')} …`;
  }

  async _assign() {
    await this.app.go({ section: 'assignments' });
    document.dispatchEvent(new CustomEvent('manycut:assign', { detail: [...this._chosen] }));
  }
}

/** "3 of 5 people" with buttons for fewer and more. @param {DisputedRow} one @param {Place} place */
function placeView(one, place) {
  const said = h('output');
  const show = () => {
    said.textContent = `${place.submitted} of ${place.wanted}${place.held ? `, ${place.held} at work` : ''}`;
    less.disabled = place.wanted <= 1;
  };
  const want = async (people) => {
    if (!(await act('/api/review/want', { assignment: place.assignment, entry: one.id, people }))) return;
    place.wanted = people;
    show();
    tell(`${one.title}: ${count(people, 'person', 'people')} wanted in “${place.title}”.`);
  };
  const named = (text) => ({ class: 'mc-button mc-step', 'aria-label': `${text} for ${one.title} in ${place.title}`, title: text });
  const less = button('−', () => want(place.wanted - 1), named('One person fewer'));
  const more = button('+', () => want(place.wanted + 1), { ...named('One more person'), 'data-more': one.id });
  show();
  return h('span', { class: 'mc-place' }, less, said, more, h('small', {}, place.title));
}
