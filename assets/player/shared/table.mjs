/** Tables that can be sorted by their heads. */

import { h } from './dom.mjs';

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} label
 * @property {(row: Row) => import('./dom.mjs').Child} cell
 * @property {(row: Row) => any} [value] to sort by; without it the head is no button
 * @property {boolean} [number] set to the right, and the greatest first
 * @property {boolean} [slim] as narrow as it can be
 * @property {string} [title] of the head
 * @property {boolean} [unseen] its head is for screen readers alone, because its cells say it
 */
/** @typedef {{by?: number, down?: boolean}} Sorting which column, and which way; kept by the caller between drawings */

/**
 * @template Row
 * @param {Column<Row>[]} columns
 * @param {Row[]} rows
 * @param {object} options
 * @param {string} options.label
 * @param {Sorting} [options.state]
 * @param {(() => void)|null} [options.changed] `state` is another one: draw it anew; without it nothing can be sorted
 * @param {((line: HTMLTableRowElement, row: Row) => void)|null} [options.row] called with every line
 * @returns {HTMLElement} a region that scrolls where the table is wider
 */
export function table(columns, rows, { label, state = {}, changed = null, row: rowOf = null }) {
  const heads = columns.map((column, index) => {
    const turn = () => {
      Object.assign(state, state.by === index ? { down: !state.down } : { by: index, down: Boolean(column.number) });
      changed();
    };
    return head(column, state.by === index ? state : null, changed && turn);
  });
  const lines = ordered(columns, rows, state).map((one) => {
    const cells = columns.map((column) => h('td', { class: column.number ? 'mc-number' : '' }, column.cell(one)));
    const line = h('tr', {}, ...cells);
    rowOf?.(line, one);
    return line;
  });
  return tableBox(label, '', heads, lines);
}

/**
 * A table of these heads and lines in a region that scrolls.
 * @param {string} label
 * @param {string} style more classes of the table
 * @param {HTMLElement[]} heads
 * @param {HTMLElement[]} lines
 */
export function tableBox(label, style, heads, lines) {
  return h(
    'div',
    { class: 'mc-table-scroll', tabindex: '0', role: 'region', 'aria-label': label },
    h('table', { class: `mc-data-table ${style}`.trim() }, h('thead', {}, h('tr', {}, heads)), h('tbody', {}, lines)),
  );
}

/** @param {Column<any>} column @param {Sorting|null} sorting where the table is sorted by it @param {(() => void)|null} turn */
function head(column, sorting, turn) {
  const about = { scope: 'col', class: column.number ? 'mc-number' : column.slim ? 'mc-slim' : '', title: column.title };
  if (column.unseen) return h('th', about, h('span', { class: 'mc-unseen' }, column.label));
  if (!column.value || !turn) return h('th', about, column.label);
  const [sort, arrow] = sorting ? (sorting.down ? ['descending', ' ↓'] : ['ascending', ' ↑']) : ['none', ''];
  return h('th', { ...about, 'aria-sort': sort }, h('button', { type: 'button', onclick: turn }, column.label, arrow));
}

/** @template Row @param {Column<Row>[]} columns @param {Row[]} rows @param {Sorting} sorting */
function ordered(columns, rows, { by, down }) {
  const value = columns[by]?.value;
  return value ? [...rows].sort((a, b) => compare(value(a), value(b), down)) : rows;
}

// What is not known comes last, whichever way.
function compare(a, b, down) {
  if ((a ?? null) === null || (b ?? null) === null) return Number((a ?? null) === null) - Number((b ?? null) === null);
  const order = typeof a === 'string' ? a.localeCompare(b) : a - b;
  return down ? -order : order;
}
