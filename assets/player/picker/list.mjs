/** A list of any length of which only the visible rows are in the page. Rows are all of one height. */

import { pictureStyle, rowMarkup } from './row.mjs';

const SPARE = 4;
// Pictures of rows that only fly past are not fetched.
const REST_MS = 90;

export class EntryList {
  /**
   * @param {{scroll: HTMLElement, list: HTMLElement, search: HTMLInputElement}} nodes
   * @param {import('./pages.mjs').Pages} pages
   * @param {(path: string) => string} address of a path of the server
   */
  constructor(nodes, pages, address) {
    Object.assign(this, { nodes, pages, address });
    this.active = 0;
    this.words = [];
    this.shown = null;
    this.rows = new Map();
    this.measure();
    nodes.scroll.addEventListener('scroll', () => this.draw(), { passive: true });
    new ResizeObserver(() => this.renew()).observe(nodes.scroll);
  }

  /** The height of a row, which is another one for fingers. Read once, because asking lays the page out anew. */
  measure() {
    this.height = parseFloat(getComputedStyle(this.nodes.scroll).getPropertyValue('--row')) || 54;
  }

  /** How many whole rows are in view. */
  get inView() {
    return Math.max(1, Math.floor(this.nodes.scroll.clientHeight / this.height));
  }

  /** A page has come: the rows that waited for theirs are drawn again. */
  fill() {
    for (const [place, node] of this.rows) {
      if (!node.hasAttribute('aria-busy') || !this.pages.at(place)) continue;
      node.remove();
      this.rows.delete(place);
    }
    this.draw();
  }

  /** All rows anew, after another search. */
  renew() {
    this.measure();
    for (const node of this.rows.values()) node.remove();
    this.rows.clear();
    this.nodes.list.style.height = `${this.pages.total * this.height}px`;
    this.draw();
  }

  draw() {
    const { scroll, list } = this.nodes;
    const { total } = this.pages;
    if (!scroll.clientHeight) return;
    const top = Math.floor(scroll.scrollTop / this.height);
    const first = Math.max(0, top - SPARE);
    const last = Math.min(total - 1, top + this.inView + 1 + SPARE);
    for (const [place, node] of this.rows) {
      if (place >= first && place <= last) continue;
      node.remove();
      this.rows.delete(place);
    }
    for (let place = first; place <= last; place += 1) {
      if (this.rows.has(place)) continue;
      const node = this.row(place);
      this.rows.set(place, node);
      list.append(node);
    }
    this.mark();
    clearTimeout(this.rest);
    if (last >= first) this.rest = setTimeout(() => this.settled(first, last), REST_MS);
  }

  row(place) {
    const entry = this.pages.at(place);
    const node = document.createElement('div');
    node.className = 'mc-pick-row';
    node.id = `mc-pick-${place}`;
    node.dataset.place = place;
    node.setAttribute('role', 'option');
    node.setAttribute('aria-posinset', place + 1);
    node.setAttribute('aria-setsize', this.pages.total);
    node.style.transform = `translateY(${place * this.height}px)`;
    const shown = entry !== undefined && entry.id === this.shown;
    if (shown) node.setAttribute('aria-current', 'true');
    if (!entry) node.setAttribute('aria-busy', 'true');
    else node.dataset.entry = entry.id;
    node.innerHTML = rowMarkup(entry, this.words, shown);
    return node;
  }

  /** The view rests: fetch the pages and the pictures of what is in it. */
  settled(first, last) {
    this.pages.need(first, last);
    for (const [place, node] of this.rows) {
      const sheet = this.pages.at(place)?.thumbnails;
      const picture = node.firstElementChild;
      if (sheet && !picture.style.backgroundImage) Object.assign(picture.style, pictureStyle(sheet, this.address(sheet.url)));
    }
  }

  /** Move the mark to a place and bring it into view; `centred` where the eye should find it in the middle. */
  move(place, { centred = false } = {}) {
    const { scroll } = this.nodes;
    const { total } = this.pages;
    this.active = Math.min(Math.max(place, 0), Math.max(0, total - 1));
    const top = this.active * this.height;
    if (centred) scroll.scrollTop = top - (scroll.clientHeight - this.height) / 2;
    else if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top + this.height > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = top + this.height - scroll.clientHeight;
    this.draw();
  }

  mark() {
    for (const [place, node] of this.rows) node.setAttribute('aria-selected', String(place === this.active));
    const { search } = this.nodes;
    if (this.rows.has(this.active)) search.setAttribute('aria-activedescendant', `mc-pick-${this.active}`);
    else search.removeAttribute('aria-activedescendant');
  }
}
