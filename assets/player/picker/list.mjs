/** The lines of the panel. */

import { h } from '../shared/dom.mjs';
import { url } from '../shared/http.mjs';
import { VirtualList } from '../shared/virtual_list.mjs';
import { rowParts, showPicture } from './row.mjs';

const USUAL_ROW = 54; // px

export class EntryList extends VirtualList {
  /**
   * @param {import('./finder.mjs').Finder} finder
   * @param {HTMLInputElement} search  the field that the list belongs to
   */
  constructor(finder, search) {
    const list = h('div', { 'data-node': 'list', id: 'mc-picker-list', role: 'listbox', 'aria-label': 'Entries' });
    super(h('div', { 'data-node': 'scroll', class: 'mc-picker-scroll', tabindex: '-1' }, list), list);
    this.finder = finder;
    this.search = search;
    this.height = USUAL_ROW;
    this.list.addEventListener('click', (event) => this.click(event));
    finder.on('answered', () => this.renew());
    finder.on('filled', () => this.fill());
    finder.on('moved', (centred) => this.reveal(finder.active, centred));
  }

  get total() {
    return this.finder.pages.total;
  }

  click(event) {
    const place = Number(event.target.closest('.mc-pick-row')?.dataset.place ?? -1);
    if (place < 0) return;
    this.finder.move(place);
    this.finder.chooseMarked();
  }

  /** The height of a row, which is another one for fingers. */
  measure() {
    this.height = parseFloat(getComputedStyle(this.element).getPropertyValue('--row')) || USUAL_ROW;
  }

  /** @param {number} place */
  knows(place) {
    return Boolean(this.finder.pages.at(place));
  }

  /** @param {number} place */
  cell(place) {
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

  /** The view rests: fetch the pages and the pictures of what is in it. @param {number} first @param {number} last */
  settled(first, last) {
    const { pages } = this.finder;
    pages.need(first, last);
    for (const [place, row] of this.cells) {
      const sheet = pages.at(place)?.thumbnails;
      const thumb = /** @type {HTMLElement} */ (row.firstElementChild);
      if (sheet && !thumb.style.backgroundImage) showPicture(thumb, sheet, url(sheet.url));
    }
    return [first, last];
  }

  mark() {
    const { active } = this.finder;
    for (const [place, row] of this.cells) row.setAttribute('aria-selected', String(place === active));
    if (this.cells.has(active)) this.search.setAttribute('aria-activedescendant', `mc-pick-${active}`);
    else this.search.removeAttribute('aria-activedescendant');
  }
}
