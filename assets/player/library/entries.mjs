/** The entries as pictures or as lines, of which only those in view are in the page. */

import { rowParts, showPicture } from '../picker/row.mjs';
import { pieces } from '../picker/words.mjs';
import { h } from '../shared/dom.mjs';
import { count, lasting } from '../shared/format.mjs';
import { url } from '../shared/http.mjs';
import { VirtualList } from '../shared/virtual_list.mjs';

const CARD = { least: 172, text: 48, gap: 12, edge: 5 }; // px: width of a card, height of what stands below its picture
const ROW = 54; // px

export class EntriesView extends VirtualList {
  /**
   * @param {import('./store.mjs').LibraryStore} store
   * @param {(id: string) => void} open
   * @param {() => void} looked  an entry was pointed at
   */
  constructor(store, open, looked) {
    const list = h('div', {
      role: 'listbox', 'aria-label': 'Entries', 'aria-multiselectable': 'true', tabindex: '0', class: 'mc-shelf-list',
    });
    super(h('div', { class: 'mc-shelf-scroll', tabindex: '-1' }, list), list);
    this.store = store;
    this.looked = looked;
    this.size = { width: 1, height: 1 }; // of a picture, px
    this.list.addEventListener('click', (event) => this._click(event));
    this.list.addEventListener('dblclick', (event) => {
      const id = /** @type {HTMLElement} */ (event.target).closest('[role=option]')?.getAttribute('data-entry');
      if (id && !(/** @type {HTMLElement} */ (event.target).closest('.mc-tick'))) open(id);
    });
    store.on('answered', () => this.renew());
    store.on('filled', () => this.fill());
    store.on('moved', (still) => (still ? this.draw() : this.reveal(store.active)));
    store.on('selected', () => this.mark());
    store.on('asked', () => this._asGrid !== this.grid && this.turn());
  }

  get grid() {
    return this.store.asked.view === 'grid';
  }

  get total() {
    return this.store.asked.trash || this.store.note ? 0 : this.store.pages.total;
  }

  /** Pictures instead of lines, or the other way round. */
  turn() {
    this.renew();
    this.reveal(this.store.active, true);
  }

  measure() {
    this._asGrid = this.grid;
    this.element.dataset.view = this.store.asked.view;
    if (!this.grid) {
      this.columns = 1;
      this.height = ROW;
      return;
    }
    const width = this.element.clientWidth - 2 * CARD.edge + CARD.gap;
    this.columns = Math.max(2, Math.floor(width / (CARD.least + CARD.gap)));
    this.step = width / this.columns;
    this.size = { width: Math.floor(this.step - CARD.gap), height: Math.floor(((this.step - CARD.gap) * 9) / 16) };
    this.height = this.size.height + CARD.text + CARD.gap;
  }

  /** @param {number} place */
  knows(place) {
    return Boolean(this.store.pages.at(place));
  }

  /** @param {number} place */
  cell(place) {
    const { pages, words } = this.store;
    const entry = pages.at(place);
    const edge = this.grid ? CARD.edge : 0;
    const row = Math.floor(place / this.columns) * this.height + edge;
    const column = this.grid ? Math.round((place % this.columns) * this.step) + edge : 0;
    const tick = h('span', { class: 'mc-tick', 'aria-hidden': 'true', title: 'Select (Space)' });
    return h('div', {
      class: this.grid ? 'mc-card' : 'mc-pick-row mc-shelf-row',
      id: `mc-shelf-${place}`,
      role: 'option',
      'data-place': place,
      'data-entry': entry?.id,
      'aria-posinset': place + 1,
      'aria-setsize': pages.total,
      'aria-busy': entry ? null : 'true',
      style: `transform: translate(${column}px, ${row}px);${this.grid ? `width:${this.size.width}px` : ''}`,
    }, tick, this.grid ? this._card(entry, words) : rowParts(entry, words, false));
  }

  /** @param {import('./store.mjs').Entry|undefined} entry @param {string[]} words */
  _card(entry, words) {
    const about = { class: 'mc-pick-thumb', 'data-none': entry && !entry.thumbnails, style: `height:${this.size.height}px` };
    if (!entry) return [h('span', about), h('span', { class: 'mc-pick-name' }, h('i'), h('i'))];
    const title = pieces(entry.title, words).map(({ text, hit }) => (hit ? h('mark', {}, text) : text));
    const facts = [lasting(entry), entry.people ? judges(entry) : null, entry.dataset];
    return [
      h('span', about, !entry.video && [h('em', { class: 'mc-no-video' }, 'no video'), ' ']),
      h('span', { class: 'mc-pick-name' }, h('b', { title: entry.title }, title), h('small', {}, facts.filter(Boolean).join(' · '))),
    ];
  }

  mark() {
    const { active, selected, pages } = this.store;
    for (const [place, cell] of this.cells) {
      const id = pages.at(place)?.id;
      cell.setAttribute('aria-selected', String(id !== undefined && selected.has(id)));
      cell.toggleAttribute('data-active', place === active);
    }
    if (this.cells.has(active)) this.list.setAttribute('aria-activedescendant', `mc-shelf-${active}`);
    else this.list.removeAttribute('aria-activedescendant');
    this.element.toggleAttribute('data-selecting', selected.size > 0);
  }

  /** @param {number} first @param {number} last */
  settled(first, last) {
    const { pages } = this.store;
    pages.need(first, last);
    for (const [place, cell] of this.cells) {
      const sheet = pages.at(place)?.thumbnails;
      /** @type {HTMLElement} */
      const thumb = cell.querySelector('.mc-pick-thumb');
      if (sheet && !thumb.style.backgroundImage) showPicture(thumb, sheet, url(sheet.url), this.grid ? this.size : undefined);
    }
    return [first, last];
  }

  /** @param {MouseEvent} event */
  _click(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const place = Number(/** @type {HTMLElement|null} */ (target.closest('[role=option]'))?.dataset.place ?? -1);
    if (place < 0) return;
    const { store } = this;
    this.list.focus({ preventScroll: true });
    if (event.shiftKey) store.extend(place);
    else {
      store.move(place);
      if (event.ctrlKey || event.metaKey || target.closest('.mc-tick')) store.toggle(place);
      else this.looked();
    }
  }
}

/** How many judged an entry, and how many of them a program made. @param {import('./store.mjs').Entry} entry */
function judges({ people, simulated }) {
  if (!simulated) return count(people, 'person', 'people');
  return simulated === people ? `${people} simulated` : `${count(people, 'person', 'people')}, ${simulated} simulated`;
}
