/**
 * What the pointer does over the timelines: a click goes there and selects what lies under it, a drag zooms, a double
 * click shows everything; Ctrl + wheel zooms at the pointer, a sideways wheel moves. Over samples the nearest curve is
 * lifted out of its row.
 */

import { indexAt } from './series.mjs';
import { sampleUnder } from './lift.mjs';

const CLICK = 4;
const DOUBLE_MS = 500; // between the two clicks of a double click
const CONTROLS = 'button, input, select, a';

const onControl = ({ target }) => target instanceof Element && Boolean(target.closest(CONTROLS));

export class Pointer {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {import('./pane.mjs').Pane} pane
   * @param {{head: HTMLElement, plots: HTMLElement, cuts: HTMLElement, stripCanvas: HTMLElement}} nodes
   * @param {(time: number) => void} seek
   */
  constructor({ store, clock, signal }, pane, nodes, seek) {
    this.store = store;
    this.clock = clock;
    this.pane = pane;
    this.nodes = nodes;
    this.seek = seek;
    /** Where a button went down. @type {{x: number, time: number, moved: boolean}|null} */
    this.from = null;
    /** What was before the last click, which may turn out to be the first of two. */
    this.before = { at: -Infinity, x: 0, time: 0, cut: clock.cut, selected: store.selectedId };
    const on = (event, handler) => pane.scroll.addEventListener(event, handler, { signal, passive: false });
    on('pointerdown', (event) => this.#down(event));
    on('pointermove', (event) => this.#move(event));
    on('pointerup', (event) => this.#up(event));
    on('pointercancel', () => this.#end());
    on('pointerleave', (event) => this.#hover(null, event));
    on('dblclick', (event) => pane.inPlot(event) && !onControl(event) && this.#showAll());
    on('wheel', (event) => this.#wheel(event));
  }

  #timeAt(event) {
    return this.store.axis.clamp(this.pane.timeAt(event.clientX));
  }

  #down(event) {
    const { scroll } = this.pane;
    if (event.button !== 0 || !this.pane.inPlot(event) || onControl(event)) return;
    this.from = { x: event.clientX, time: this.#timeAt(event), moved: false };
    scroll.setPointerCapture(event.pointerId);
    // No text selection; focus goes to the rows so that keys work at once.
    event.preventDefault();
    scroll.focus({ preventScroll: true });
  }

  #move(event) {
    const { from, pane } = this;
    if (!from) {
      if (event.pointerType !== 'touch') this.#hover(pane.inPlot(event) && !onControl(event) ? this.#timeAt(event) : null, event);
      return;
    }
    if (Math.abs(event.clientX - from.x) >= CLICK) from.moved = true;
    if (from.moved) pane.mark(from.time, this.#timeAt(event));
  }

  #up(event) {
    if (!this.from) return;
    const { time, moved } = this.from;
    this.#end();
    const now = this.#timeAt(event);
    if (moved) this.store.axis.zoom(Math.min(time, now), Math.max(time, now));
    else this.#click(now, event);
  }

  #end() {
    this.from = null;
    this.pane.band.hidden = true;
  }

  #wheel(event) {
    const { axis } = this.store;
    if (event.ctrlKey && this.pane.inPlot(event)) {
      event.preventDefault();
      axis.zoomBy(Math.exp(event.deltaY * 0.004), this.#timeAt(event));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) && axis.zoomed) {
      event.preventDefault();
      axis.shift((event.deltaX / axis.width) * (axis.end - axis.start));
    }
  }

  #click(time, event) {
    const { store, clock, before } = this;
    const now = performance.now();
    if (now - before.at < DOUBLE_MS && Math.abs(event.clientX - before.x) < CLICK) return; // the second of two
    this.before = { at: now, x: event.clientX, time: clock.time(), cut: clock.cut, selected: store.selectedId };
    const strip = this.#stripAt(event);
    if (strip) store.choose(strip.id);
    else if (store.lifted) store.choose(`${store.lifted.row.id}:${store.lifted.sample}`);
    this.seek(time);
  }

  /** A double click shows everything, and takes back what its first click did. */
  #showAll() {
    const { store, clock, before } = this;
    this.seek(before.time);
    clock.cut = before.cut;
    if (store.selectedId !== before.selected) store.choose(before.selected);
    store.axis.reset();
  }

  #hover(time, event) {
    const { store, nodes } = this;
    this.pane.point(time);
    // Over a sample's number in the gutter that sample stays lifted.
    if (!store.model || (event.target instanceof Element && event.target.closest('[data-sample]'))) return;
    let row = null;
    let sample = -1;
    if (time !== null && !this.#overHead(event)) {
      const y = event.clientY - nodes.plots.getBoundingClientRect().top;
      row = store.rows.find((one) => one.kind === 'samples' && y >= one.top && y <= one.top + one.height) ?? null;
      if (row?.range) sample = sampleUnder(row, indexAt(store.model.times, time), y);
    }
    store.lift(row, sample);
  }

  /** The head stays in sight over rows that are scrolled away below it. */
  #overHead(event) {
    return event.clientY < this.nodes.head.getBoundingClientRect().bottom;
  }

  #stripAt(event) {
    if (this.nodes.cuts.hidden || this.#overHead(event)) return null;
    const y = event.clientY - this.nodes.stripCanvas.getBoundingClientRect().top;
    const { strips, sizes } = this.store;
    return strips.find(({ top }) => top !== null && y >= top && y < top + sizes.strip) ?? null;
  }
}
