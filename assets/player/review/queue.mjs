/** Which videos need more people: those that people disagree about most come first. */

import { act, button, check, empty, figure, fill, primary, query, table, tell } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { clock, count } from '../shared/format.mjs';

export function queueSection(app) {
  return new QueueSection(app);
}

class QueueSection {
  constructor(app) {
    this.app = app;
    this._offset = 0;
    this._chosen = new Set();
    this._search = h('input', { type: 'search', placeholder: 'Search videos', 'aria-label': 'Search videos', oninput: () => this._later() });
    this._tools = h('div', { class: 'mc-tools' });
    this._main = h('div');
    this.element = h('div', {}, h('p', { class: 'mc-lead' }, 'Where people disagree most, one more person tells most. Disagreement is 1 minus the mean correlation of two people on the same video.'), this._tools, this._main);
  }

  async show(asked) {
    this._offset = 0;
    this._asked = { assignment: asked.assignment, dataset: asked.dataset };
    this._tools.replaceChildren(...this.app.scope(), this._search);
    await this._load();
  }

  _later() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => ((this._offset = 0), this._load()), 200);
  }

  _load() {
    const path = `/api/review/disputed${query({ ...this._asked, search: this._search.value, offset: this._offset })}`;
    this._latest = path;
    return fill(this._main, path, (answer) => this._latest === path && this._draw(answer));
  }

  _draw({ rows, total, page }) {
    if (!total) {
      const nothing = this._search.value ? ['Nothing found', 'No judged video has these words.'] : ['Nobody has judged anything here yet.', 'Make an assignment; as soon as two people have submitted a video, it stands here.'];
      this._main.replaceChildren(empty(...nothing, this._search.value ? '' : primary('Make an assignment', () => this.app.go({ section: 'assignments' }))));
      return;
    }
    const most = Math.max(...rows.map((row) => row.disagreement ?? 0), 0.01);
    const columns = [
      { label: '', slim: true, cell: (row) => (row.video && !row.places.length ? this._tick(row) : '') },
      { label: 'Video', cell: (row) => h('span', { class: 'mc-two', title: row.id }, row.title, h('small', {}, `${row.dataset} · ${clock(row.duration, 0)}`)) },
      { label: 'People', number: true, cell: (row) => row.people },
      { label: 'Disagreement', cell: (row) => (row.disagreement === null ? h('span', { class: 'mc-quietly' }, row.why) : h('span', { class: 'mc-meter', style: `--share:${row.disagreement / most}` }, figure(row.disagreement))) },
      { label: 'Asked for', cell: (row) => (row.places.length ? h('div', { class: 'mc-stack' }, ...row.places.map((place) => this._place(row, place))) : h('span', { class: 'mc-quietly' }, row.video ? 'in no open assignment' : 'has no video to judge')) },
    ];
    this._ask = primary('', () => this.app.go({ section: 'assignments' }).then(() => document.dispatchEvent(new CustomEvent('manycut:assign', { detail: [...this._chosen] }))));
    this._count();
    const pages = total > page ? h('div', { class: 'mc-row' }, button('‹ Before', () => this._turn(-page), { disabled: !this._offset }), h('span', { class: 'mc-quietly' }, `${this._offset + 1} to ${Math.min(total, this._offset + page)} of ${total}`), button('Next ›', () => this._turn(page), { disabled: this._offset + page >= total })) : '';
    this._main.replaceChildren(this._ask, table(columns, rows, { label: 'Videos by disagreement' }), pages);
  }

  _turn(by) {
    this._offset = Math.max(0, this._offset + by);
    return this._load();
  }

  _tick(row) {
    const box = check('', this._chosen.has(row.id), (on) => {
      this._chosen[on ? 'add' : 'delete'](row.id);
      this._count();
    });
    box.firstElementChild.setAttribute('aria-label', `Choose ${row.title} for a new assignment`);
    return box;
  }

  _count() {
    this._ask.hidden = !this._chosen.size;
    this._ask.textContent = `New assignment with ${count(this._chosen.size, 'video')} …`;
  }

  /** "3 of 5 people" with buttons for fewer and more. */
  _place(row, place) {
    const said = h('output', {}, '');
    const words = () => (said.textContent = `${place.submitted} of ${place.wanted}${place.held ? `, ${place.held} at work` : ''}`);
    const want = async (people) => {
      if (!(await act('/api/review/want', { assignment: place.assignment, entry: row.id, people }))) return;
      place.wanted = people;
      words();
      less.disabled = people <= 1;
      tell(`${row.title}: ${count(people, 'person', 'people')} wanted in “${place.title}”.`);
    };
    const named = (text) => ({ class: 'mc-button mc-step', 'aria-label': `${text} for ${row.title} in ${place.title}`, title: text });
    const less = button('−', () => want(place.wanted - 1), { ...named('One person fewer'), disabled: place.wanted <= 1 });
    const more = button('+', () => want(place.wanted + 1), { ...named('One more person'), 'data-more': row.id });
    words();
    return h('span', { class: 'mc-place' }, less, said, more, h('small', {}, place.title));
  }
}
