/** A list of any length of which only the visible rows are in the page. Rows are all of one height. */

import { h } from '../shared/dom.mjs';
import { url } from '../shared/http.mjs';
import { rowParts, showPicture } from './row.mjs';

const SPARE = 4;
// Pictures of rows that only fly past are not fetched.
const REST_MS = 90;
const USUAL_ROW = 54; // px

export class EntryList {
  /**
   * @param {import('./finder.mjs').Finder} finder
   * @param {HTMLInputElement} search  the field that the list belongs to
   */
  constructor(finder, search) {
    this.finder = finder;
    this.search = search;
    /** @type {Map<number, HTMLElement>} place -> row */
    this.rows = new Map();
    this.list = h('div', { 'data-node': 'list', id: 'mc-picker-list', role: 'listbox', 'aria-label': 'Entries' });
    this.element = h('div', { 'data-node': 'scroll', class: 'mc-picker-scroll', tabindex: '-1' }, this.list);
    this.list.addEventListener('click', (event) => this.click(event));
    this.element.addEventListener('scroll', () => this.draw(), { passive: true });
    new ResizeObserver(() => this.renew()).observe(this.element);
    finder.on('answered', () => this.renew());
    finder.on('filled', () => this.fill());
    finder.on('moved', (centred) => this.reveal(centred));
    this.height = USUAL_ROW;
  }

  /** How many whole rows are in view. */
  get inView() {
    return Math.max(1, Math.floor(this.element.clientHeight / this.height));
  }

  click(event) {
    const place = Number(event.target.closest('.mc-pick-row')?.dataset.place ?? -1);
    if (place < 0) return;
    this.finder.move(place);
    this.finder.chooseMarked();
  }

  /** The height of a row, which is another one for fingers. Read once, because asking lays the page out anew. */
  measure() {
    this.height = parseFloat(getComputedStyle(this.element).getPropertyValue('--row')) || USUAL_ROW;
  }

  /** A page has come: the rows that waited for theirs are drawn again. */
  fill() {
    for (const [place, row] of this.rows) {
      if (row.hasAttribute('aria-busy') && this.finder.pages.at(place)) this.drop(place);
    }
    this.draw();
  }

  /** All rows anew, after another search. */
  renew() {
    this.measure();
    for (const place of this.rows.keys()) this.drop(place);
    this.list.style.height = `${this.finder.pages.total * this.height}px`;
    this.draw();
  }

  drop(place) {
    this.rows.get(place).remove();
    this.rows.delete(place);
  }

  draw() {
    const { scrollTop, clientHeight } = this.element;
    const { total } = this.finder.pages;
    if (!clientHeight) return;
    const top = Math.floor(scrollTop / this.height);
    const first = Math.max(0, top - SPARE);
    const last = Math.min(total - 1, top + this.inView + 1 + SPARE);
    for (const place of this.rows.keys()) if (place < first || place > last) this.drop(place);
    for (let place = first; place <= last; place += 1) {
      if (this.rows.has(place)) continue;
      const row = this.row(place);
      this.rows.set(place, row);
      this.list.append(row);
    }
    this.mark();
    clearTimeout(this.rest);
    if (last >= first) this.rest = setTimeout(() => this.settled(first, last), REST_MS);
  }

  row(place) {
    const { pages, shown, words } = this.finder;
    const entry = pages.at(place);
    const now = entry !== undefined && entry.id === shown?.entry;
    return h('div', {
      class: 'mc-pick-row',
      id: `mc-pick-${place}`,
      role: 'option',
      'data-place': place,
      'data-entry': entry?.id,
      'aria-posinset': place + 1,
      'aria-setsize': pages.total,
      'aria-current': now ? 'true' : null,
      'aria-busy': entry ? null : 'true',
      style: `transform: translateY(${place * this.height}px)`,
    }, rowParts(entry, words, now));
  }

  /** The view rests: fetch the pages and the pictures of what is in it. */
  settled(first, last) {
    const { pages } = this.finder;
    pages.need(first, last);
    for (const [place, row] of this.rows) {
      const sheet = pages.at(place)?.thumbnails;
      const thumb = /** @type {HTMLElement} */ (row.firstElementChild);
      if (sheet && !thumb.style.backgroundImage) showPicture(thumb, sheet, url(sheet.url));
    }
  }

  /** Bring the mark into view; `centred` where the eye should find it in the middle. */
  reveal(centred) {
    const { element, height } = this;
    const top = this.finder.active * height;
    if (centred) element.scrollTop = top - (element.clientHeight - height) / 2;
    else if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
    this.draw();
  }

  mark() {
    const { active } = this.finder;
    for (const [place, row] of this.rows) row.setAttribute('aria-selected', String(place === active));
    if (this.rows.has(active)) this.search.setAttribute('aria-activedescendant', `mc-pick-${active}`);
    else this.search.removeAttribute('aria-activedescendant');
  }
}
