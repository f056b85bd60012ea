/**
 * Which rows are shown, in which order and how high: the person's choice, kept in this browser. Rows are remembered by
 * what they are (people, a checkpoint's samples), not by the entry, so that the page looks alike on every entry.
 * No DOM. Tells 'layout'.
 */

import { recall, remember } from '../shared/preferences.mjs';
import { Observable } from '../shared/observable.mjs';

const STORE = 'rows';
const LOWEST = 24;
const HIGHEST = 480;

/** @typedef {import('./rows.mjs').Row} Row */

/** What a row is, the same on every entry. @param {Row} row */
export function rowKey(row) {
  return row.track ? row.track.key : row.id;
}

/**
 * Known keys in the stored order, in the places that known keys have; unknown ones stay where they are.
 * @param {string[]} keys as they come
 * @param {string[]} order stored
 */
function ordered(keys, order) {
  const known = order.filter((key) => keys.includes(key));
  let next = 0;
  return keys.map((key) => (known.includes(key) ? known[next++] : key));
}

export class RowLayout extends Observable {
  constructor() {
    super();
    const kept = recall(STORE, /** @type {{hidden?: string[], order?: string[], heights?: Record<string, number>}} */ ({}));
    /** All rows of the entry in order. @type {Row[]} */
    this.rows = [];
    this.hidden = new Set(kept.hidden ?? []);
    this.order = kept.order ?? [];
    this.heights = kept.heights ?? {};
  }

  /** The rows to show, in order and height. @param {Row[]} rows as listRows() made them */
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
    this.order = [...keys, ...this.order.filter((other) => !keys.includes(other))];
    this.keep();
  }

  /** @param {string} key @param {number|null} height CSS pixels, null for the usual one */
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
    remember(STORE, { hidden: [...this.hidden], order: this.order, heights: this.heights });
    this.tell('layout');
  }
}
