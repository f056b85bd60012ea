/** The panel: search, filters, order, heads of columns, the list, and what is said where there is nothing to list. */

import { h, replace } from '../shared/dom.mjs';
import { root } from '../shared/http.mjs';
import { COLUMNS, FILTERS, SORTS } from './choices.mjs';
import { magnifier } from './icons.mjs';

const many = (n) => n.toLocaleString('en-US');

export class Panel {
  /**
   * @param {import('./finder.mjs').Finder} finder
   * @param {HTMLInputElement} search
   * @param {HTMLElement} list
   * @param {import('../shared/commands.mjs').Commands} closing
   * @param {HTMLElement} hints  the line at the foot
   * @param {() => void} clear  search and filters
   */
  constructor(finder, search, list, closing, hints, clear) {
    this.finder = finder;
    this.search = search;
    this.clear = clear;
    const about = { type: 'button', 'data-node': 'clear', hidden: true, onclick: clear };
    this.clearButton = h('button', about, 'Clear search and filters');
    this.count = h('span', { 'data-node': 'count', role: 'status' });
    this.note = h('div', { 'data-node': 'note', class: 'mc-picker-note', role: 'status', hidden: true });
    const names = Object.keys(FILTERS);
    this.selects = new Map(names.map((name) => [name, this.select(name, FILTERS[name].options, filterHint(FILTERS[name]))]));
    const sort = this.select('sort', SORTS, { 'aria-label': 'Order' });
    this.heads = Object.keys(COLUMNS).map((column) => this.head(column));
    const close = closing.button('close', { 'data-node': 'close', 'aria-label': 'Close' });
    this.element = h(
      'div',
      {
        'data-node': 'panel',
        id: 'mc-picker-panel',
        class: 'mc-picker',
        role: 'dialog',
        'aria-label': 'Choose an entry',
        tabindex: '-1',
        hidden: true,
      },
      h('div', { class: 'mc-picker-search' }, magnifier(), search, close),
      h('div', { class: 'mc-picker-filters' }, [...this.selects.values()]),
      h('div', { class: 'mc-picker-facts' }, this.count, this.clearButton, h('label', {}, 'Order ', sort)),
      h('div', { class: 'mc-picker-head' }, this.heads),
      h('div', { class: 'mc-picker-body' }, list, this.note),
      hints,
    );
    this.selects.set('sort', sort);
    finder.on('choice', () => this.showChoice());
    finder.on('groups', (name, groups) => this.showGroups(name, groups));
    finder.on('answered', () => this.showCount());
    finder.on('noted', () => this.showNote());
    finder.on('closed', () => (this.element.hidden = true));
    this.showChoice();
  }

  /** Show it below this place; by touch without the keyboard, which would cover half of the list. */
  open(below, byTouch) {
    const { element, search } = this;
    element.style.setProperty('--top', `${Math.round(below.bottom + 6)}px`);
    element.style.setProperty('--left', `${Math.round(below.left)}px`);
    element.hidden = false;
    (byTouch ? element : search).focus({ preventScroll: true });
    if (!byTouch) search.select();
  }

  // ---- what is built

  select(name, options, attributes) {
    return h('select', { 'data-filter': name, ...attributes }, options.map(([value, text]) => h('option', { value }, text)));
  }

  head(column) {
    const [first, second, text] = COLUMNS[column];
    const { finder } = this;
    const turn = () => finder.change('sort', finder.choice.sort === first ? second : first);
    return h('button', { type: 'button', tabindex: '-1', 'data-column': column, onclick: turn }, text);
  }

  // ---- what changes

  showChoice() {
    const { choice } = this.finder;
    for (const [name, select] of this.selects) {
      const value = choice[name];
      // Until the server has listed the groups, a remembered one stands for itself.
      if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
      select.value = value;
      select.toggleAttribute('data-on', Boolean(value) && name !== 'sort');
    }
    for (const head of this.heads) head.dataset.sorted = direction(head.dataset.column, choice.sort);
  }

  /** @param {string} name @param {import('./pages.mjs').Group[]} groups */
  showGroups(name, groups) {
    const select = this.selects.get(name);
    const found = groups.map(({ id, label, entries }) => [id, `${label ?? id} (${many(entries)})`]);
    const options = [...FILTERS[name].options, ...found];
    replace(select, options.map(([value, text]) => h('option', { value }, text)));
    const chosen = this.finder.choice[name];
    select.value = options.some(([value]) => value === chosen) ? chosen : '';
  }

  showCount() {
    const { total, of } = this.finder.pages;
    const all = `${many(of)} ${of === 1 ? 'entry' : 'entries'}`;
    this.count.textContent = total === of ? all : `${many(total)} of ${many(of)} entries`;
    this.clearButton.hidden = !this.finder.narrowed;
  }

  showNote() {
    const { note } = this.finder;
    this.note.hidden = !note;
    replace(this.note, note ? this.noteParts(note) : []);
    if (note?.kind === 'failed') this.count.textContent = '';
  }

  /** One sentence, and what can be done. @param {import('./finder.mjs').Note} note */
  noteParts(note) {
    const button = (text, onclick) => h('button', { type: 'button', onclick }, text);
    if (note.kind === 'empty') {
      return [
        h('b', {}, 'The library is empty'),
        h('p', {}, 'Import a dataset or add a video; it then appears here.'),
        h('a', { href: `${root}/library` }, 'Go to the Library page'),
      ];
    }
    if (note.kind === 'none') {
      return [
        h('b', {}, note.search ? `No entry matches “${note.search}”` : 'No entry passes these filters'),
        h('p', {}, 'All words must occur in the title, key, dataset or category, within the filters above.'),
        button('Clear search and filters', this.clear),
      ];
    }
    return [
      h('b', {}, note.message),
      h('p', {}, 'What you typed is kept. It is tried again by itself.'),
      button('Try again now', () => this.finder.again()),
    ];
  }
}

/** The field of the search. */
export function searchField() {
  return h('input', {
    'data-node': 'search',
    type: 'text',
    role: 'combobox',
    'aria-label': 'Search entries',
    'aria-expanded': 'true',
    'aria-controls': 'mc-picker-list',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    enterkeyhint: 'go',
    placeholder: 'Search title, key, dataset or category',
  });
}

/** @param {import('./choices.mjs').Filter} filter */
function filterHint({ name, hint }) {
  return { 'aria-label': name, title: hint || name };
}

/** "down", "up", or "" where a column does not order the list. */
function direction(column, sort) {
  const [first, second] = COLUMNS[column];
  if (sort !== first && sort !== second) return '';
  return sort.startsWith('-') ? 'down' : 'up';
}
