/** Above the entries: search, filters, order and view; and what can be done with those that are selected. */

import { magnifier } from '../picker/icons.mjs';
import { h, replace } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { SEARCH_CHARS } from '../shared/limits.mjs';
import { link } from '../shared/parts.mjs';
import { COLUMNS, FILTERS, NARROWING, SORTS } from './address.mjs';

const many = (n) => n.toLocaleString('en-US');

export class Bar {
  /**
   * @param {import('./store.mjs').LibraryStore} store
   * @param {import('../shared/commands.mjs').Commands} commands
   * @param {() => void} leave  the search, for what was found
   */
  constructor(store, commands, leave) {
    this.store = store;
    this.commands = commands;
    this.search = h('input', {
      type: 'search', 'aria-label': 'Search entries', placeholder: 'Search title, key, data set or category  ( / )', autocomplete: 'off',
      spellcheck: 'false', maxlength: SEARCH_CHARS, oninput: () => store.type(this.search.value), value: store.asked.search,
    });
    this.search.addEventListener('keydown', (event) => {
      const done = ['Enter', 'ArrowDown'].includes(event.key) || (event.key === 'Escape' && !this.search.value);
      if (!done || event.isComposing) return;
      event.preventDefault();
      store.typed(this.search.value);
      leave();
    });
    this.selects = new Map(NARROWING.map((name) => [name, this._filter(name)]));
    this.sort = choice(SORTS, store.asked.sort, (sort) => store.change({ sort }), { 'aria-label': 'Order' });
    this.views = ['grid', 'list'].map((view) => h('button', {
      type: 'button', class: 'mc-button', title: 'Pictures or lines (V)', 'data-view': view, onclick: () => store.change({ view }),
    }, view === 'grid' ? 'Grid' : 'List'));
    this.line = h('div', { class: 'mc-shelf-line' });
    this.count = h('span', { role: 'status', class: 'mc-shelf-count' });
    this.heads = h('div', { class: 'mc-shelf-heads' }, Object.keys(COLUMNS).map((column) => this._head(column)));
    this.element = h(
      'div',
      { class: 'mc-shelf-bar' },
      h('div', { class: 'mc-shelf-search' }, magnifier(), this.search),
      h('div', { class: 'mc-shelf-filters' }, [...this.selects.values()]),
      this.line,
      this.heads,
    );
    for (const news of ['asked', 'answered', 'selected']) store.on(news, () => this.draw());
    this.draw();
  }

  draw() {
    const { asked, selected, categories, narrowed } = this.store;
    if (this.search.value.trim() !== asked.search.trim() && document.activeElement !== this.search) this.search.value = asked.search;
    /** @type {import('../picker/choices.mjs').Option[]} */
    const known = categories.map(({ id, entries }) => [id, `${id} (${many(entries)})`]);
    if (asked.category && !categories.some(({ id }) => id === asked.category)) known.push([asked.category, asked.category]);
    const category = this.selects.get('category');
    const options = [...FILTERS.category.options, ...known].map(([value, text]) => h('option', { value }, text));
    if (category.options.length !== options.length || document.activeElement !== category) replace(category, options);
    for (const [name, select] of this.selects) {
      select.value = asked[name];
      select.toggleAttribute('data-on', Boolean(asked[name]));
    }
    this.sort.value = asked.sort;
    for (const view of this.views) view.setAttribute('aria-pressed', String(view.dataset.view === asked.view));
    this.heads.hidden = asked.view === 'grid' || Boolean(this.store.note);
    for (const head of this.heads.querySelectorAll('button')) head.dataset.sorted = this._direction(head.dataset.column);
    this._showCount();
    const clear = narrowed && link('Clear search and filters', () => this.store.clear());
    const how = h('span', { class: 'mc-shelf-how' }, h('label', {}, 'Order ', this.sort), h('span', { class: 'mc-views' }, this.views));
    this.line.toggleAttribute('data-selecting', selected.size > 0);
    replace(this.line, selected.size ? this._selection() : [this.count, clear, how]);
  }

  _showCount() {
    const { pages, shelf } = this.store;
    const of = shelf?.entries ?? pages.of;
    const all = `${many(pages.total)} ${pages.total === 1 ? 'entry' : 'entries'}`;
    this.count.textContent = pages.total === of ? all : `${many(pages.total)} of ${many(of)} entries`;
  }

  /** What can be done with those that are selected. */
  _selection() {
    const { commands, store } = this;
    const act = (name, text) => commands.button(name, { class: 'mc-button' }, text);
    return [
      h('b', { role: 'status' }, `${many(store.selected.size)} selected`),
      act('open', 'Open'), act('tag', 'Tag…'), act('collect', 'Collect…'),
      store.collection && act('uncollect', 'Take out'), act('export', 'Export labels…'), act('remove', 'Remove'),
      link('Select none', () => store.selectNone(), { title: 'Select none (Esc)' }),
    ];
  }

  _filter(name) {
    const { name: label, hint, options } = FILTERS[name];
    const changed = (value) => this.store.change({ [name]: value });
    return choice(options, this.store.asked[name], changed, { 'aria-label': label, title: hint || label, 'data-filter': name });
  }

  _head(column) {
    const [first, second, text] = COLUMNS[column];
    const { store } = this;
    const turn = () => store.change({ sort: store.asked.sort === first ? second : first });
    return h('button', { type: 'button', 'data-column': column, onclick: turn }, text);
  }

  _direction(column) {
    const [first, second] = COLUMNS[column];
    const { sort } = this.store.asked;
    if (sort !== first && sort !== second) return '';
    return sort.startsWith('-') ? 'down' : 'up';
  }
}
