/** The score rows: grounds below the figure, labels beside it, values at the cursor, and lower edges to drag. */

import { h, replace } from '../shared/dom.mjs';
import { rowKey } from './row_layout.mjs';
import { drawn } from './rows.mjs';
import { number } from '../shared/format.mjs';
import { rowLabel } from './row_labels.mjs';

/** CSS pixels by which an arrow key changes a row's height. */
const STEP = 8;

export class RowsView {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {import('./plots.mjs').Plots} plots
   * @param {{accept: (checkpoint: string) => void}} sampler
   */
  constructor(page, plots, sampler) {
    this.page = page;
    this.sampler = sampler;
    this.grounds = h('div', { class: 'mc-grounds' });
    this.rows = h('div', { class: 'mc-rows' });
    this.element = h('div', { class: 'mc-plots' }, this.grounds, plots.node, plots.lift, this.rows);
    const { store } = page;
    store.on('rows', () => this.#lay());
    store.on('cuts', () => this.#mark('selected', (row, sample) => store.selectedId === `${row}:${sample}`));
    store.on('lifted', () => this.#markLifted());
    store.on('draw', () => this.#markLifted());
    store.on('pinned', () => this.#press());
    store.on('pick', (pick) => this.#write(pick));
    this.#listen();
  }

  #lay() {
    const { store, commands } = this.page;
    this.element.style.height = store.rows.length ? `${store.height}px` : '40px';
    replace(this.grounds, store.rows.filter(drawn).map(({ kind, top, height }) =>
      h('div', { class: `mc-ground ${kind}`, style: `top:${top}px;height:${height}px` })));
    const none = h('p', { class: 'mc-reason' }, 'All score rows are hidden. ', commands.button('rows', {}, 'Rows'));
    replace(this.rows, store.rows.length ? store.rows.map((row) => rowLabel(row, store, this.sampler)) : none);
  }

  /**
   * Give a class to the numbers of samples that a test names.
   * @param {string} name
   * @param {(row: string, sample: number) => boolean} test
   */
  #mark(name, test) {
    for (const chip of /** @type {NodeListOf<HTMLElement>} */ (this.rows.querySelectorAll('[data-sample]'))) {
      const { dataset } = /** @type {HTMLElement} */ (chip.closest('[data-row]'));
      chip.classList.toggle(name, test(dataset.row, Number(chip.dataset.sample)));
    }
  }

  #markLifted() {
    const { lifted } = this.page.store;
    this.#mark('lifted', (row, sample) => lifted?.row.id === row && lifted.sample === sample);
  }

  #press() {
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.rows.querySelectorAll('[data-person]'))) {
      button.setAttribute('aria-pressed', String(Number(button.dataset.person) === this.page.store.pinned));
    }
  }

  /** Values at the cursor. @param {number} pick */
  #write(pick) {
    const { rows, model, pinned } = this.page.store;
    const { people } = model;
    for (const row of rows.filter(drawn)) {
      const output = /** @type {HTMLElement|null} */ (this.rows.querySelector(`[data-row="${CSS.escape(row.id)}"] [data-readout]`));
      if (!output) continue;
      output.title = '';
      if (row.kind === 'people' && pinned !== null) output.title = missing(people.raw[pinned][pick], people.names[pinned]);
      if (row.kind === 'mean') output.title = missing(people.mean[pick], 'All of these people');
      if (row.kind === 'people') replace(output, pinned === null ? '' : number(people.raw[pinned][pick]));
      else if (row.kind === 'mean') replace(output, number(people.mean[pick]), h('br'), `± ${number(people.spread[pick])}`);
      else replace(output, number(row.track.mean[pick]));
    }
  }

  // ---------------------------------------------------------------- pointer and keys

  #listen() {
    const { signal, store } = this.page;
    const on = (event, handler, options = {}) => this.rows.addEventListener(event, handler, { signal, ...options });
    on('pointerover', ({ target }) => {
      const chip = target.closest('[data-sample]');
      if (!chip) return;
      const { row } = chip.closest('[data-row]').dataset;
      store.lift(store.rows.find(({ id }) => id === row), Number(chip.dataset.sample));
    });
    on('pointerout', ({ target }) => target.closest('[data-sample]') && store.lift(null, -1));
    on('pointerdown', (event) => this.#drag(event), { capture: true });
    on('keydown', (event) => {
      const step = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
      const row = this.#rowOf(event.target.dataset?.size);
      if (!row || !step) return;
      event.preventDefault();
      store.layout.resize(rowKey(row), row.height + step);
      /** @type {HTMLElement|null} */ (this.rows.querySelector(`[data-size="${CSS.escape(rowKey(row))}"]`))?.focus();
    });
    on('dblclick', ({ target }) => target.dataset?.size && store.layout.resize(target.dataset.size, null));
  }

  #rowOf(key) {
    return this.page.store.layout.rows.find((row) => rowKey(row) === key);
  }

  /** The rows are drawn again while dragging, so the listeners are the document's, not the edge's. @param {any} event */
  #drag(event) {
    const row = this.#rowOf(event.target.closest('[data-size]')?.dataset.size);
    if (!row || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const { layout } = this.page.store;
    const from = { y: event.clientY, height: row.height };
    const { signal, end } = ending();
    document.addEventListener('pointermove', ({ clientY }) => layout.resize(rowKey(row), from.height + clientY - from.y), { signal });
    for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, end, { signal });
  }
}

function ending() {
  const controller = new AbortController();
  return { signal: controller.signal, end: () => controller.abort() };
}

/** Why there is no value at a pick; "" where there is one. @param {number} value @param {string} whose */
function missing(value, whose) {
  return Number.isNaN(value) ? `${whose} did not judge this picture.` : '';
}
