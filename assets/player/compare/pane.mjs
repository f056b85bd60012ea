/** The pane of all timelines: where a time lies on the screen, and the cursor, pointer and zoom band over it. */

import { clock } from '../shared/format.mjs';
import { h } from '../shared/dom.mjs';

/** Pixels from the right end at which labels change their side. */
const NEAR_END = 40;

export class Pane {
  /** @param {import('./page.mjs').Page} page */
  constructor({ store, signal }) {
    this.store = store;
    this.axis = store.axis;
    this.scroll = h('div', { class: 'mc-scroll', tabindex: 0, 'aria-label': 'Timelines' });
    this.cursor = line('mc-cursor');
    this.ghost = line('mc-ghost');
    this.ghost.hidden = true;
    this.band = h('div', { class: 'mc-band', hidden: true });
    this.overlay = h('div', { class: 'mc-overlay', 'aria-hidden': 'true' }, this.ghost, this.band, this.cursor);
    store.on('opened', () => (this.scroll.scrollTop = 0));
    store.on('draw', () => this.measure());
    const resized = new ResizeObserver(() => {
      if (this.scroll.clientWidth && this.measure() && store.model) store.tell('draw');
    });
    resized.observe(this.scroll);
    signal.addEventListener('abort', () => resized.disconnect());
  }

  /** Read the width again; true where it has changed. */
  measure() {
    const { axis, store } = this;
    const style = getComputedStyle(this.scroll);
    const pixels = (name) => Number.parseFloat(style.getPropertyValue(`--${name}`));
    const [gutter, margin, strip, group] = ['gutter', 'margin', 'strip', 'group'].map(pixels);
    const width = Math.max(40, this.scroll.clientWidth - gutter - margin);
    const changed = width !== axis.width || gutter !== axis.gutter;
    Object.assign(axis, { width, gutter, margin });
    store.setSizes({ strip, group });
    this.overlay.style.left = `${gutter}px`;
    this.overlay.style.width = `${width}px`;
    return changed;
  }

  /** clientX of the plots' left end. */
  get left() {
    return this.scroll.getBoundingClientRect().left + this.axis.gutter;
  }

  /** Time at a pointer's clientX, unclamped. @param {number} clientX */
  timeAt(clientX) {
    return this.axis.at(clientX - this.left);
  }

  /** clientX of a time. @param {number} time */
  clientX(time) {
    return this.left + this.axis.x(time);
  }

  /** True where a pointer is over the plots. @param {MouseEvent} event */
  inPlot({ clientX }) {
    const time = this.timeAt(clientX);
    const edge = ((this.axis.end - this.axis.start) * 3) / this.axis.width;
    return time >= this.axis.start - edge && time <= this.axis.end + edge && clientX < this.left + this.axis.width + 4;
  }

  /** Place the cursor; cheap enough for every animation frame. @param {number} time */
  place(time) {
    const x = this.axis.x(time);
    const inside = x >= -0.5 && x <= this.axis.width + 0.5;
    this.cursor.style.visibility = inside ? 'visible' : 'hidden';
    if (inside) this.#put(this.cursor, time);
  }

  /** Show where the pointer is; nowhere where there is no time. @param {number|null} time */
  point(time) {
    this.ghost.hidden = time === null;
    if (time !== null) this.#put(this.ghost, time);
  }

  /** Show what a drag would zoom to. @param {number} from @param {number} to */
  mark(from, to) {
    const [a, b] = [Math.min(from, to), Math.max(from, to)];
    this.band.hidden = false;
    this.band.style.transform = `translateX(${this.axis.x(a)}px)`;
    this.band.style.width = `${this.axis.x(b) - this.axis.x(a)}px`;
  }

  #put(node, time) {
    const x = this.axis.x(time);
    node.style.transform = `translateX(${x.toFixed(2)}px)`;
    node.firstElementChild.textContent = clock(time);
    node.classList.toggle('at-end', x > this.axis.width - NEAR_END);
  }
}

function line(kind) {
  return h('div', { class: kind }, h('b'));
}
