/**
 * The one time axis: where a time lies on the screen, zoom, the cursor, and what the pointer does. A click seeks,
 * a drag zooms, a double click shows everything; Ctrl + wheel zooms at the pointer, a sideways wheel moves.
 */

import { clock } from '../shared/format.mjs';

/** Pixels left of the plots for labels and right of them for numbers. */
export const GUTTER = 188;
export const MARGIN = 46;
const CLICK = 4;
const SHORTEST = 0.5;

export class Timeline {
  /**
   * @param {{pane: HTMLElement, scroll: HTMLElement, overlay: HTMLElement}} nodes
   * @param {{seek: (t: number, event: PointerEvent) => void, zoomed: () => void,
   *          hovered: (t: number|null, event: PointerEvent|null) => void}} on
   * @param {AbortSignal} signal
   */
  constructor(nodes, on, signal) {
    this.nodes = nodes;
    this.on = on;
    this.duration = 1;
    this.start = 0;
    this.end = 1;
    this.width = 1;
    nodes.overlay.innerHTML =
      '<div class="mc-ghost" hidden><b></b></div><div class="mc-band" hidden></div><div class="mc-cursor"><b></b></div>';
    [this.ghost, this.band, this.cursor] = nodes.overlay.children;
    this.cursorLabel = this.cursor.firstElementChild;
    this.ghostLabel = this.ghost.firstElementChild;
    this.listen(signal);
    this.measure();
  }

  /** Read the width again; true where it has changed. */
  measure() {
    const width = Math.max(40, this.nodes.scroll.clientWidth - GUTTER - MARGIN);
    const changed = width !== this.width;
    this.width = width;
    this.nodes.overlay.style.left = `${GUTTER}px`;
    this.nodes.overlay.style.width = `${width}px`;
    return changed;
  }

  open(duration) {
    this.duration = Math.max(duration, 0.04);
    this.start = 0;
    this.end = this.duration;
  }

  /** Pixels from the left end of the plots. */
  x(time) {
    return ((time - this.start) / (this.end - this.start)) * this.width;
  }

  /** Time at a pointer's clientX, unclamped. */
  timeAt(clientX) {
    const left = this.nodes.scroll.getBoundingClientRect().left + GUTTER;
    const time = this.start + ((clientX - left) / this.width) * (this.end - this.start);
    return Math.round(time * 1000) / 1000;
  }

  /** clientX of a time. */
  clientX(time) {
    return this.nodes.scroll.getBoundingClientRect().left + GUTTER + this.x(time);
  }

  get zoomed() {
    return this.start > 1e-9 || this.end < this.duration - 1e-9;
  }

  zoom(start, end) {
    const span = Math.min(this.duration, Math.max(end - start, Math.min(SHORTEST, this.duration)));
    const from = Math.min(Math.max(0, start - Math.max(0, span - (end - start)) / 2), this.duration - span);
    if (Math.abs(from - this.start) < 1e-9 && Math.abs(from + span - this.end) < 1e-9) return;
    this.start = from;
    this.end = from + span;
    this.on.zoomed();
  }

  zoomBy(factor, centre) {
    const share = (centre - this.start) / (this.end - this.start);
    const span = Math.min(this.duration, Math.max((this.end - this.start) * factor, SHORTEST));
    const start = centre - share * span;
    this.zoom(start, start + span);
  }

  reset() {
    this.zoom(0, this.duration);
  }

  /** Turn the page while playing, or follow a jump of the cursor out of the part that is shown. */
  follow(time) {
    const span = this.end - this.start;
    if (time > this.end) this.zoom(time, time + span);
    else if (time < this.start) this.zoom(time - span * 0.1, time + span * 0.9);
  }

  /** Place the cursor; cheap enough for every animation frame. */
  place(time) {
    const x = this.x(time);
    const inside = x >= -0.5 && x <= this.width + 0.5;
    this.cursor.style.visibility = inside ? 'visible' : 'hidden';
    if (!inside) return;
    this.cursor.style.transform = `translateX(${x.toFixed(2)}px)`;
    this.cursorLabel.textContent = clock(time);
    this.cursor.classList.toggle('at-end', x > this.width - 40);
  }

  hover(time, event) {
    this.ghost.hidden = time === null;
    if (time !== null) {
      const x = this.x(time);
      this.ghost.style.transform = `translateX(${x.toFixed(2)}px)`;
      this.ghostLabel.textContent = clock(time);
      this.ghost.classList.toggle('at-end', x > this.width - 40);
    }
    this.on.hovered(time, event);
  }

  listen(signal) {
    const { scroll } = this.nodes;
    const options = { signal };
    let from = null;
    const inPlot = (event) => {
      const time = this.timeAt(event.clientX);
      const edge = ((this.end - this.start) * 3) / this.width;
      return time >= this.start - edge && time <= this.end + edge && event.clientX < this.right();
    };
    const clamp = (time) => Math.min(Math.max(time, this.start), this.end);

    scroll.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !inPlot(event) || event.target.closest('button, input, select, a')) return;
      from = { x: event.clientX, time: clamp(this.timeAt(event.clientX)), moved: false };
      scroll.setPointerCapture(event.pointerId);
      // No text selection; focus goes to the rows so that keys work at once.
      event.preventDefault();
      scroll.focus({ preventScroll: true });
    }, options);

    scroll.addEventListener('pointermove', (event) => {
      if (!from) {
        if (event.pointerType !== 'touch') {
          const inside = inPlot(event) && !event.target.closest('button, input, select, a');
          this.hover(inside ? clamp(this.timeAt(event.clientX)) : null, event);
        }
        return;
      }
      if (Math.abs(event.clientX - from.x) >= CLICK) from.moved = true;
      if (!from.moved) return;
      const [a, b] = [from.time, clamp(this.timeAt(event.clientX))].sort((p, q) => p - q);
      this.band.hidden = false;
      this.band.style.transform = `translateX(${this.x(a)}px)`;
      this.band.style.width = `${this.x(b) - this.x(a)}px`;
    }, options);

    scroll.addEventListener('pointerup', (event) => {
      if (!from) return;
      const { time, moved } = from;
      from = null;
      this.band.hidden = true;
      const now = clamp(this.timeAt(event.clientX));
      if (moved) this.zoom(Math.min(time, now), Math.max(time, now));
      else this.on.seek(now, event);
    }, options);

    scroll.addEventListener('pointercancel', () => {
      from = null;
      this.band.hidden = true;
    }, options);
    scroll.addEventListener('pointerleave', (event) => this.hover(null, event), options);
    scroll.addEventListener('dblclick', (event) => {
      if (inPlot(event) && !event.target.closest('button, input, select, a')) this.reset();
    }, options);
    scroll.addEventListener('wheel', (event) => {
      if (event.ctrlKey && inPlot(event)) {
        event.preventDefault();
        this.zoomBy(Math.exp(event.deltaY * 0.004), clamp(this.timeAt(event.clientX)));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) && this.zoomed) {
        event.preventDefault();
        const shift = (event.deltaX / this.width) * (this.end - this.start);
        const span = this.end - this.start;
        const start = Math.min(Math.max(0, this.start + shift), this.duration - span);
        this.zoom(start, start + span);
      }
    }, { signal, passive: false });
  }

  right() {
    return this.nodes.scroll.getBoundingClientRect().left + GUTTER + this.width + 4;
  }
}
