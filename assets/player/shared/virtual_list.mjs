/** A list of any length, in one column or several, of which only what is in view is in the page. All cells have one height. */

const SPARE = 4; // rows before and after those in view
// Pictures of rows that only fly past are not fetched.
const REST_MS = 90;

export class VirtualList {
  /**
   * @param {HTMLElement} element  scrolls
   * @param {HTMLElement} list  within it, as high as everything together
   */
  constructor(element, list) {
    this.element = element;
    this.list = list;
    /** @type {Map<number, HTMLElement>} place -> its cell */
    this.cells = new Map();
    this.height = 1; // px of a row
    this.columns = 1;
    element.addEventListener('scroll', () => this.draw(), { passive: true });
    new ResizeObserver(() => this.renew()).observe(element);
  }

  // ---- what a list says of itself

  /** How many there are. @returns {number} */
  get total() {
    return 0;
  }

  /** Set `height` and `columns`. Asked once for each drawing anew, because asking lays the page out. */
  measure() {}

  /** The cell of a place; `aria-busy` while it is not known what stands there. @param {number} place @returns {HTMLElement} */
  cell(place) {
    throw new Error(`There is no cell ${place}.`);
  }

  /** Whether it is known what stands there. @param {number} place @returns {boolean} */
  knows(place) {
    return place >= 0;
  }

  /** Cells were drawn: mark those that are marked. */
  mark() {}

  /** The view rests on these places. @param {number} first @param {number} last */
  settled(first, last) {
    return [first, last];
  }

  // ---- drawing

  /** How many whole rows are in view. */
  get inView() {
    return Math.max(1, Math.floor(this.element.clientHeight / this.height));
  }

  /** Cells that waited for what stands there are drawn again. */
  fill() {
    for (const [place, cell] of this.cells) if (cell.hasAttribute('aria-busy') && this.knows(place)) this.drop(place);
    this.draw();
  }

  /** All cells anew. */
  renew() {
    this.measure();
    for (const place of this.cells.keys()) this.drop(place);
    this.list.style.height = `${Math.ceil(this.total / this.columns) * this.height}px`;
    this.draw();
  }

  /** @param {number} place */
  drop(place) {
    this.cells.get(place)?.remove();
    this.cells.delete(place);
  }

  draw() {
    const { scrollTop, clientHeight } = this.element;
    if (!clientHeight) return;
    const top = Math.floor(scrollTop / this.height);
    const first = Math.max(0, (top - SPARE) * this.columns);
    const last = Math.min(this.total, (top + this.inView + 2 + SPARE) * this.columns) - 1;
    for (const place of this.cells.keys()) if (place < first || place > last) this.drop(place);
    for (let place = first; place <= last; place += 1) {
      if (this.cells.has(place)) continue;
      const cell = this.cell(place);
      this.cells.set(place, cell);
      this.list.append(cell);
    }
    this.mark();
    clearTimeout(this.rest);
    if (last >= first) this.rest = setTimeout(() => this.settled(first, last), REST_MS);
  }

  /** Bring a place into view; `centred` where the eye should find it in the middle. @param {number} place */
  reveal(place, centred = false) {
    const { element, height } = this;
    const top = Math.floor(place / this.columns) * height;
    if (centred) element.scrollTop = top - (element.clientHeight - height) / 2;
    else if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
    this.draw();
  }
}
