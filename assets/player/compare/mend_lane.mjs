/** The selected mended cut, large enough to take hold of: what stays, what goes, and the edges of its clips. */

import { circa, clock, count } from '../shared/format.mjs';
import { h } from '../shared/dom.mjs';
import { prepare } from '../shared/canvas.mjs';

/** @typedef {import('./mending.mjs').Interval} Interval */

const HEIGHT = 28;
/** Pixels beside an edge at which it is taken hold of: by a pointer, by a finger. */
const REACH = 6;
const FINGER = 16;
const HOW = 'Drag the edge of a clip. Y: what is at the cursor stays. D: it goes.';

export class MendLane {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {import('./mender.mjs').Mender} mender
   * @param {import('./pane.mjs').Pane} pane
   */
  constructor({ store, colour, clock: time, signal }, mender, pane) {
    this.store = store;
    this.mender = mender;
    this.pane = pane;
    this.colour = colour;
    this.clock = time;
    /** The edge that is being dragged, and where to. @type {{clip: Interval, side: 0|1, frame: number}|null} */
    this.held = null;
    this.canvas = h('canvas', { class: 'mc-mendcanvas', 'data-slot': 'mend-lane' });
    this.said = h('output', { title: 'How long the mended cut plays' });
    this.element = h(
      'div', { class: 'mc-mendline', hidden: true },
      h('div', { class: 'mc-label' }, h('h4', { title: HOW }, 'Mend')),
      this.canvas, this.said,
    );
    for (const news of ['draw', 'cuts']) store.on(news, () => this.#draw());
    store.axis.on('zoom', () => this.#draw());
    mender.on('changed', () => this.#draw());
    // Before the pane hears of it, which would zoom.
    const on = (event, handler) => this.canvas.addEventListener(event, handler, { signal });
    on('pointerdown', (event) => this.#down(event));
    on('pointermove', (event) => this.#move(event));
    on('pointerup', () => this.#up());
    on('pointercancel', () => this.#let());
  }

  #frame(event) {
    return this.store.frameAt(this.store.axis.clamp(this.pane.timeAt(event.clientX)) + 1e-6);
  }

  /** The edge under a pointer. @returns {{clip: Interval, side: 0|1}|null} */
  #edge({ clientX, pointerType }) {
    const x = clientX - this.pane.left;
    const { axis, seconds } = this.store;
    const edges = this.mender.clips.flatMap((clip) => /** @type {(0|1)[]} */ ([0, 1]).map((side) => {
      const at = axis.x(seconds(clip[side]));
      // Of two that meet, that one is meant on whose side the pointer is.
      return { clip, side, off: Math.abs(x - at) + ((x < at) === (side === 0) ? 0.5 : 0) };
    }));
    const nearest = edges.reduce((best, edge) => (edge.off < (best?.off ?? Infinity) ? edge : best), null);
    return nearest && nearest.off <= (pointerType === 'touch' ? FINGER : REACH) ? nearest : null;
  }

  #down(event) {
    const edge = event.button === 0 && this.#edge(event);
    if (!edge) return;
    event.preventDefault();
    event.stopPropagation();
    this.canvas.setPointerCapture(event.pointerId);
    this.pane.scroll.focus({ preventScroll: true });
    this.held = { ...edge, frame: edge.clip[edge.side] };
  }

  #move(event) {
    const { held } = this;
    if (!held) {
      this.canvas.style.cursor = this.#edge(event) ? 'ew-resize' : '';
      return;
    }
    event.stopPropagation();
    held.frame = this.#frame(event);
    this.clock.seek(this.store.seconds(held.side ? Math.max(0, held.frame - 1) : held.frame));
    this.#draw();
  }

  #up() {
    const { held } = this;
    this.#let();
    if (held) this.mender.move(held.clip, held.side, held.frame);
  }

  #let() {
    this.held = null;
    this.#draw();
  }

  #draw() {
    const { store, mender, colour, held } = this;
    const { facts } = mender;
    this.element.hidden = !facts || store.layout.hidden.has('cuts');
    if (this.element.hidden) return;
    const { axis } = store;
    const context = prepare(this.canvas, axis.width, HEIGHT);
    context.fillStyle = colour('panel');
    context.fillRect(0, 0, axis.width, HEIGHT);
    // Where more is kept than fits there is no cut; what is kept is still there to be let go.
    const now = facts.problem && !facts.segments.length ? facts.kept : facts.segments;
    const clips = held ? mender.preview(held.clip, held.side, held.frame) : now;
    for (const interval of facts.forbidden) this.#hatch(context, interval);
    for (const clip of clips) {
      const kept = facts.kept.some(([start, end]) => start <= clip[0] && clip[1] <= end);
      const [left, width] = this.#place(clip);
      context.fillStyle = colour('over', kept ? 1 : 0.45);
      context.fillRect(left, 3, width, HEIGHT - 6);
      context.fillStyle = colour('ink');
      for (const x of [left, left + width - 2]) context.fillRect(x, 3, 2, HEIGHT - 6);
      if (kept && width > 14) {
        context.fillStyle = colour('panel');
        context.fillRect(left + width / 2 - 3, HEIGHT / 2 - 3, 6, 6); // a nail: it stays
      }
    }
    const length = clips.reduce((sum, [start, end]) => sum + store.seconds(end) - store.seconds(start), 0);
    this.said.textContent = circa(store.entry.assumed_rate) + clock(length);
    this.canvas.setAttribute('aria-label', `${facts.name}: ${count(clips.length, 'clip')}, ${clock(length)}`);
  }

  /** Left end and width of frames, CSS pixels; a pixel at least. @param {Interval} interval @returns {[number, number]} */
  #place([start, end]) {
    const { axis, seconds } = this.store;
    const left = axis.x(seconds(start));
    return [left, Math.max(3, axis.x(seconds(end)) - left - 1)];
  }

  /** What goes. @param {CanvasRenderingContext2D} context @param {Interval} interval */
  #hatch(context, interval) {
    const [left, width] = this.#place(interval);
    context.save();
    context.beginPath();
    context.rect(left, 8, width, HEIGHT - 16);
    context.clip();
    context.strokeStyle = this.colour('bad');
    context.beginPath();
    for (let x = left - HEIGHT; x < left + width; x += 5) {
      context.moveTo(x, HEIGHT);
      context.lineTo(x + HEIGHT, 0);
    }
    context.stroke();
    context.restore();
  }
}
