/**
 * Which rows are shown, in which order and how high: the person's choice, kept in this browser. Rows are remembered by
 * what they are (people, a checkpoint's samples), not by the entry, so that the page looks alike on every entry.
 */

import { escape } from '../shared/format.mjs';

const STORE = 'mc-rows';
const LOWEST = 24;
const HIGHEST = 480;
const STEP = 8;

/** What a row is, the same on every entry. @param {import('./plots.mjs').Row} row */
export function rowKey(row) {
  return row.track ? row.track.key : row.id;
}

/**
 * Known keys in the stored order, in the places that known keys have; unknown ones stay where they are.
 * @param {string[]} keys as they come
 * @param {string[]} order stored
 */
export function ordered(keys, order) {
  const known = order.filter((key) => keys.includes(key));
  let next = 0;
  return keys.map((key) => (known.includes(key) ? known[next++] : key));
}

export class RowLayout {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.rows = [];
    this.hidden = new Set();
    this.order = [];
    this.heights = {};
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) ?? '{}');
      this.hidden = new Set(kept.hidden ?? []);
      this.order = kept.order ?? [];
      this.heights = kept.heights ?? {};
    } catch {
      // Nothing kept, or not allowed to: everything is shown.
    }
  }

  /** The rows to show, in order and height. @param {import('./plots.mjs').Row[]} rows as listRows() made them */
  apply(rows) {
    for (const row of rows) row.height = this.heights[rowKey(row)] ?? row.height;
    const byKey = new Map(rows.map((row) => [rowKey(row), row]));
    this.rows = ordered([...byKey.keys()], this.order).map((key) => byKey.get(key));
    return this.rows.filter((row) => !this.hidden.has(rowKey(row)));
  }

  show(key, visible) {
    if (visible) this.hidden.delete(key);
    else this.hidden.add(key);
    this.keep();
  }

  /** Move a row up (-1) or down (1) among all rows. */
  move(key, by) {
    const keys = this.rows.map(rowKey);
    const from = keys.indexOf(key);
    const to = from + by;
    if (from < 0 || to < 0 || to >= keys.length) return;
    keys.splice(from, 1);
    keys.splice(to, 0, key);
    this.place(keys);
  }

  /** All keys in a new order. */
  place(keys) {
    this.order = [...keys, ...this.order.filter((key) => !keys.includes(key))];
    this.keep();
  }

  /** @param {number|null} height CSS pixels, null for the usual one */
  resize(key, height) {
    if (height === null) delete this.heights[key];
    else this.heights[key] = Math.round(Math.min(HIGHEST, Math.max(LOWEST, height)));
    this.keep();
  }

  reset() {
    this.hidden.clear();
    this.order = [];
    this.heights = {};
    this.keep();
  }

  keep() {
    try {
      const kept = { hidden: [...this.hidden], order: this.order, heights: this.heights };
      localStorage.setItem(STORE, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing still shows what was chosen.
    }
    this.changed();
  }

  // ---------------------------------------------------------------- menu

  /** The menu's list. @param {(row: object) => string} nameOf */
  menu(nameOf) {
    const fixed = (key, name) => `<li data-key="${key}"><label><input type="checkbox" ${this.hidden.has(key) ? '' : 'checked'}>${name}</label></li>`;
    const rows = this.rows.map((row, k) => {
      const key = rowKey(row);
      const name = escape(nameOf(row));
      const button = (by, sign, word, off) => `<button type="button" data-move="${by}" aria-label="${name}: ${word}" title="${word}" ${off ? 'disabled' : ''}>${sign}</button>`;
      return `<li data-key="${escape(key)}"><label><input type="checkbox" ${this.hidden.has(key) ? '' : 'checked'}><span>${name}</span></label>` +
        `${button(-1, '↑', 'move up', k === 0)}${button(1, '↓', 'move down', k === this.rows.length - 1)}</li>`;
    });
    return `<ul>${fixed('sentence', 'Sentence')}${fixed('filmstrip', 'Filmstrip')}${rows.join('')}${fixed('cuts', 'Cuts')}</ul>` +
      '<p><button type="button" data-rows-reset>As at first</button></p>';
  }

  /**
   * Listeners of the menu and of the rows' lower edges.
   * @param {HTMLElement} menu
   * @param {HTMLElement} rows holds [data-size] handles
   * @param {() => void} redraw fills the menu again
   * @param {AbortSignal} signal
   */
  listen(menu, rows, redraw, signal) {
    menu.addEventListener('change', (event) => {
      const key = event.target.closest('[data-key]')?.dataset.key;
      if (key) this.show(key, event.target.checked);
    }, { signal });
    menu.addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (!button) return;
      const key = button.closest('[data-key]')?.dataset.key;
      if ('rowsReset' in button.dataset) this.reset();
      else if (key) this.move(key, Number(button.dataset.move));
      redraw();
      const again = menu.querySelector(`[data-key="${CSS.escape(key ?? '')}"] [data-move="${button.dataset.move}"]:not(:disabled)`);
      (again ?? menu.querySelector(`[data-key="${CSS.escape(key ?? '')}"] input`) ?? menu.querySelector('[data-rows-reset]')).focus();
    }, { signal });

    rows.addEventListener('pointerdown', (event) => {
      const handle = event.target.closest('[data-size]');
      if (!handle || event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      // The rows are drawn again while dragging, so the listeners are the document's, not the handle's.
      const row = this.rows.find((one) => rowKey(one) === handle.dataset.size);
      const from = { y: event.clientY, height: row.height };
      const done = new AbortController();
      document.addEventListener('pointermove', (moved) => this.resize(rowKey(row), from.height + moved.clientY - from.y), { signal: done.signal });
      for (const end of ['pointerup', 'pointercancel']) document.addEventListener(end, () => done.abort(), { signal: done.signal });
    }, { signal, capture: true });
    rows.addEventListener('keydown', (event) => {
      const key = event.target.dataset?.size;
      const step = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
      const row = this.rows.find((one) => rowKey(one) === key);
      if (!row || !step) return;
      event.preventDefault();
      this.resize(key, row.height + step);
      rows.querySelector(`[data-size="${CSS.escape(key)}"]`)?.focus();
    }, { signal });
    rows.addEventListener('dblclick', (event) => {
      const key = event.target.dataset?.size;
      if (key) this.resize(key, null);
    }, { signal });
  }
}
