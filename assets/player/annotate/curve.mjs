/** The recorded level over the whole video: a canvas that is drawn piece by piece while recording goes on. */

import { h } from '../shared/dom.mjs';
import { firstAfter, LONGEST_GAP } from './samples.mjs';
import { prepare } from '../shared/canvas.mjs';
import { clock, ticks } from '../shared/format.mjs';

const AXIS = 18; // px, height of the time axis
const EDGE = 4; // px above and below the curve

/** @typedef {import('./labels.mjs').Sample} Sample */

export class Curve {
  /**
   * @param {number} end  length of the video, seconds
   * @param {{low: string, high: string}} ends
   * @param {(seconds: number) => void} seek
   */
  constructor(end, { low, high }, seek) {
    this.end = end;
    /** @type {Sample[]} */
    this.trace = [];
    /** @type {Sample[]} the take that is being recorded; it replaces what it covers */
    this.live = [];
    this._canvas = h('canvas', { 'aria-hidden': 'true' });
    this._playhead = h('div', { class: 'mc-playhead', 'aria-hidden': 'true' });
    this._plot = h('div', { class: 'mc-plot' }, this._canvas, this._playhead);
    this.element = h(
      'div',
      { class: 'mc-curve', role: 'group', 'aria-label': 'What is recorded so far' },
      h('div', { class: 'mc-curve-ends' }, h('span', {}, high), h('span', {}, low)),
      this._plot,
    );
    const go = (event) => {
      const box = this._plot.getBoundingClientRect();
      seek(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * end);
    };
    this._plot.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this._plot.setPointerCapture(event.pointerId);
      go(event);
    });
    this._plot.addEventListener('pointermove', (event) => event.buttons > 0 && go(event));
    this._observer = new ResizeObserver(() => this.show(this.trace, this.live));
    this._observer.observe(this._plot);
    this._dark = new MutationObserver(() => this.show(this.trace, this.live));
    this._dark.observe(document.body, { attributeFilter: ['class'] });
  }

  /** Show a trace, everywhere. @param {Sample[]} trace @param {Sample[]} live */
  show(trace, live) {
    this.trace = trace;
    this.live = live;
    const { clientWidth: width, clientHeight: height } = this._plot;
    if (width === 0) return;
    this._size = { width, height };
    this._context = prepare(this._canvas, width, height);
    this._draw(0, this.end);
    this.showTime(this._time ?? 0);
  }

  /** The newest sample of `live` was added. @param {Sample[]} live */
  grew(live) {
    this.live = live;
    if (!this._size) return;
    const [before, now] = [this.live.at(-2) ?? this.live.at(-1), this.live.at(-1)];
    const two = (2 * this.end) / this._size.width;
    this._draw(before[0] - two, now[0] + two);
  }

  showTime(seconds) {
    this._time = seconds;
    if (this._size) this._playhead.style.transform = `translateX(${(seconds / this.end) * this._size.width}px)`;
  }

  close() {
    this._observer.disconnect();
    this._dark.disconnect();
  }

  _draw(from, to) {
    const { width, height } = this._size;
    const context = this._context;
    const style = getComputedStyle(this.element);
    const colour = (name) => style.getPropertyValue('--mc-' + name);
    const x = (t) => (t / this.end) * width;
    const plot = height - AXIS;
    const y = (v) => EDGE + (1 - v) * (plot - 2 * EDGE);
    context.save();
    context.beginPath();
    context.rect(x(from), 0, x(to) - x(from), height);
    context.clip();
    context.clearRect(x(from), 0, x(to) - x(from), height);
    context.fillStyle = colour('sunken');
    context.fillRect(0, 0, width, plot);
    context.fillStyle = colour('line');
    context.fillRect(0, Math.round(y(0.5)), width, 1);
    for (const run of this._runs(from, to)) {
      const line = new Path2D();
      run.forEach(([t, v], k) => (k ? line.lineTo(x(t), y(v)) : line.moveTo(x(t), y(v))));
      const area = new Path2D(line);
      area.lineTo(x(run.at(-1)[0]), plot);
      area.lineTo(x(run[0][0]), plot);
      // What is recorded stands on the panel's ground; gaps stay sunken.
      context.fillStyle = colour('panel');
      context.fillRect(x(run[0][0]), 0, x(run.at(-1)[0]) - x(run[0][0]), plot);
      context.fillStyle = colour('accent-soft');
      context.fill(area);
      context.strokeStyle = colour('accent');
      context.lineWidth = 1.75;
      context.lineJoin = 'round';
      context.stroke(line);
    }
    this._axis(x, plot, height, colour);
    context.restore();
  }

  _axis(x, plot, height, colour) {
    const context = this._context;
    context.font = `11px ${getComputedStyle(this.element).fontFamily}`;
    context.fillStyle = colour('ink-2');
    const { values } = ticks(0, this.end, this._size.width, 70);
    for (const t of values) {
      const at = Math.round(x(t));
      context.fillRect(at, plot, 1, 4);
      const text = clock(t, Number.isInteger(t) ? 0 : 1);
      const room = context.measureText(text).width;
      context.fillText(text, Math.max(0, Math.min(this._size.width - room, at - (t ? room / 2 : 0))), height - 3);
    }
  }

  // Stretches of samples without a gap that touch [from, to].
  _runs(from, to) {
    /** @type {Sample[][]} */
    const runs = [];
    const add = (sample) => {
      const run = runs.at(-1);
      if (run && sample[0] - run.at(-1)[0] <= LONGEST_GAP) run.push(sample);
      else runs.push([sample]);
    };
    const { trace, live } = this;
    const [first, last] = live.length ? [live[0][0], live.at(-1)[0]] : [Infinity, -Infinity];
    const start = Math.max(0, firstAfter(trace, from) - 1);
    const around = [];
    for (let k = start; k < trace.length; k += 1) {
      if (trace[k][0] < first || trace[k][0] > last) around.push(trace[k]);
      if (trace[k][0] > to) break;
    }
    const fresh = live.slice(Math.max(0, firstAfter(live, from) - 1));
    for (const sample of [...around, ...fresh].sort((a, b) => a[0] - b[0])) add(sample);
    return runs;
  }
}
