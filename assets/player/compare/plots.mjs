/** Draws the figure of the score rows, which takes no events, and over it the lifted curve. */

import { figure, timeAxis } from './figure.mjs';
import { drawLift } from './lift.mjs';
import { drawn } from './rows.mjs';
import { h } from '../shared/dom.mjs';
import { loadPlotly } from '../shared/plotly.mjs';

/** Milliseconds after a zoom when curves are thinned anew. */
const REFINE_MS = 150;

export class Plots {
  /** @param {import('./page.mjs').Page} page */
  constructor({ root, store, colour }) {
    this.root = root;
    this.store = store;
    this.colour = colour;
    this.node = h('div', { class: 'mc-figure' });
    this.lift = h('canvas', { class: 'mc-lift' });
    this.plotly = null;
    /** Seconds for which the traces were thinned; null where they hold everything. @type {[number, number]|null} */
    this.drawn = null;
    /** Resolves when what was asked for last is drawn. */
    this.settled = Promise.resolve();
    store.on('draw', () => (this.settled = this.#drawAll()));
    store.on('lifted', () => this.#drawLift());
    store.axis.on('zoom', () => this.#zoomed());
  }

  /** Nothing can be drawn before. */
  async load() {
    this.plotly = await loadPlotly();
  }

  get #able() {
    return this.plotly && this.store.model && !this.node.hidden;
  }

  async #drawAll() {
    this.node.hidden = !this.store.rows.some(drawn);
    if (!this.#able) return;
    await this.#draw();
    this.#drawLift();
  }

  async #draw() {
    const { model, rows, height, axis, fit, pinned } = this.store;
    const { traces, layout, drawn: range } = figure({ model, rows, height, axis, fit, pinned, colour: this.colour });
    this.drawn = range;
    await this.plotly.react(this.node, traces, layout, { staticPlot: true, displayModeBar: false });
  }

  #drawLift() {
    if (this.store.model) drawLift(this.lift, this.store, this.colour);
  }

  #zoomed() {
    this.zoomWanted = true;
    if (!this.zooming) this.#follow();
  }

  /** The plots after a zoom: moved at once, once per frame for as long as it goes on, then drawn finely. */
  async #follow() {
    const { axis } = this.store;
    this.zooming = true;
    clearTimeout(this.refining);
    while (this.zoomWanted) {
      this.zoomWanted = false;
      if (this.#able) {
        if (!(await this.#shift())) await this.#draw();
        this.#drawLift();
        this.root.dataset.drawn = `${axis.start.toFixed(3)} ${axis.end.toFixed(3)}`;
      }
      await new Promise(requestAnimationFrame);
    }
    this.zooming = false;
    if (this.drawn) this.refining = setTimeout(() => !this.zooming && this.#able && this.#draw(), REFINE_MS);
  }

  /** Only the x-axis has changed: move over the traces that are there. False where they do not reach so far. */
  async #shift() {
    const { axis } = this.store;
    if (!this.node.childElementCount || (this.drawn && (axis.start < this.drawn[0] || axis.end > this.drawn[1]))) return false;
    const { range, tickvals, ticktext } = timeAxis(axis, this.colour);
    await this.plotly.relayout(this.node, { 'xaxis.range': range, 'xaxis.tickvals': tickvals, 'xaxis.ticktext': ticktext });
    return true;
  }
}
