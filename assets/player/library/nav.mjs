/** The left column: everything, data sets, collections, tags, and what was removed. */

import { h, replace } from '../shared/dom.mjs';
import { addressOf, PLACES } from './address.mjs';

/** @typedef {Partial<import('./address.mjs').Asked>} Place */
/** @typedef {{place: Place, label: string, entries: number|null, what?: string, title?: string}} Line */

const many = (n) => n.toLocaleString('en-US');

export class Nav {
  /** @param {import('./store.mjs').LibraryStore} store @param {(pointed: boolean) => void} went  by a pointer or by keys */
  constructor(store, went) {
    this.store = store;
    this.went = went;
    this.element = h('nav', { class: 'mc-shelf-nav', 'aria-label': 'Places of the library' });
    for (const news of ['asked', 'shelf']) store.on(news, () => this.draw());
    this.draw();
  }

  draw() {
    const { shelf } = this.store;
    const focused = document.activeElement?.getAttribute('data-place-key');
    /** @type {Line[]} */
    const sets = (shelf?.datasets ?? []).map((one) => ({
      place: { dataset: one.id }, label: one.label, entries: one.entries, what: `dataset:${one.id}`, title: one.source || one.id,
    }));
    /** @type {Line[]} */
    const collections = (shelf?.collections ?? []).map((one) => ({
      place: { collection: String(one.id) }, label: one.name, entries: one.entries, what: `collection:${one.id}`, title: one.note,
    }));
    /** @type {Line[]} */
    const tags = (shelf?.tags ?? []).map((one) => ({
      place: { tag: one.id }, label: one.label, entries: one.entries, what: `tag:${one.id}`,
    }));
    replace(
      this.element,
      this._line({ place: {}, label: 'All entries', entries: shelf?.entries ?? null }),
      this._group('Data sets', sets, ''),
      this._group('Collections', collections, 'Select entries and press C.'),
      this._group('Tags', tags, 'Select entries and press T.'),
      this._line({ place: { trash: 'yes' }, label: 'Trash', entries: null }),
    );
    if (focused) this._lines.find((line) => line.dataset.placeKey === focused)?.focus({ preventScroll: true });
  }

  /** @returns {HTMLAnchorElement[]} */
  get _lines() {
    return [...this.element.querySelectorAll('a')];
  }

  /** What has the focus here, as it is renamed and removed. @returns {{what: string, label: string}|null} */
  get focused() {
    const line = this._lines.find((one) => one === document.activeElement);
    return line?.dataset.what ? { what: line.dataset.what, label: line.dataset.label } : null;
  }

  /** Whether the focus is here. */
  get hasFocus() {
    return this.element.contains(document.activeElement);
  }

  /** Put the focus on another line. @param {number} by */
  step(by) {
    const lines = this._lines;
    const at = lines.findIndex((line) => line === document.activeElement);
    lines[Math.min(lines.length - 1, Math.max(0, at + by))]?.focus();
  }

  /** The name of where one is. */
  get here() {
    const { asked, dataset, collection } = this.store;
    if (asked.trash) return 'Trash';
    if (asked.tag) return asked.tag;
    return dataset?.label ?? collection?.name ?? (asked.dataset || 'All entries');
  }

  /** @param {string} name @param {Line[]} lines @param {string} hint where there are none */
  _group(name, lines, hint) {
    if (!lines.length && !hint) return null;
    const id = `mc-nav-${name.toLowerCase().replace(' ', '-')}`;
    return h(
      'section', { 'aria-labelledby': id }, h('h2', { id }, name),
      lines.length ? lines.map((line) => this._line(line)) : this.store.shelf && h('p', { class: 'mc-nav-hint' }, hint),
    );
  }

  /** @param {Line} line */
  _line({ place, label, entries, what, title }) {
    const { asked } = this.store;
    const here = PLACES.every((name) => (place[name] ?? '') === asked[name]);
    const nowhere = /** @type {any} */ (Object.fromEntries(['search', ...PLACES].map((name) => [name, ''])));
    const onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab or window
      event.preventDefault();
      this.store.visit(place);
      this.went(event.detail > 0);
    };
    return h(
      'a',
      {
        href: addressOf({ ...asked, ...nowhere, ...place }), 'aria-current': here ? 'page' : false, title: title || label, onclick,
        'data-place-key': JSON.stringify(place), 'data-what': what, 'data-label': label,
      },
      h('span', {}, label), entries !== null && h('small', {}, many(entries)),
    );
  }
}
