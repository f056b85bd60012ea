/** Who agrees with whom: samples (and other models) down, people across. */

import { h } from '../shared/dom.mjs';
import { number } from '../shared/format.mjs';
import { CONSTANT, EMPTY, footnote } from './numbers_table.mjs';
import { swatch } from './swatch.mjs';

// Cividis at equal steps: the colours of the heatmap, so that yellow means more everywhere.
const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];
/** CSS pixels: what the names of rows take, the least and largest width of a cell, and the least that holds a number. */
const NAMES = 76;
const NARROW = 8;
const WIDE = 26;
const WRITTEN = 18;

/** Colour of a share 0..1 and the ink that can be read on it. @param {number} share */
function shade(share) {
  const at = Math.min(CIVIDIS.length - 1, Math.max(0, Math.round(share * (CIVIDIS.length - 1))));
  return `background:${CIVIDIS[at]};color:${at > 4 ? '#1c1d1f' : '#fff'}`;
}

/**
 * @typedef {'f1'|'tau'} Measure
 * @typedef {object} MatrixRow
 * @property {string} strip id of the cut that a click selects
 * @property {string} name in full
 * @property {string} short in the row's head
 * @property {string} colour name of a theme variable
 * @property {boolean} first of its model
 * @property {number[]} f1 (U) 0..1
 * @property {(number|null)[]} tau (U)
 */

/**
 * @param {import('./model.mjs').Model} model
 * @param {import('./figures.mjs').Figures['live']} live
 * @param {import('./server.mjs').Numbers|null} numbers
 * @returns {MatrixRow[]}
 */
export function matrixRows(model, live, numbers) {
  return model.tracks.flatMap(({ id, run, label, colour, raw }) => {
    const f1 = live?.models.get(id)?.matrix ?? [];
    const tau = numbers?.runs?.[id]?.matrix ?? [];
    const many = run.kind === 'samples';
    return raw.map((_, k) => ({
      strip: many ? `${id}:${k}` : id,
      name: many ? `${label}, sample ${k + 1}` : label,
      short: many ? String(k + 1) : label,
      colour,
      first: k === 0,
      f1: f1[k] ?? [],
      tau: tau[k] ?? [],
    }));
  });
}

/**
 * The table. Each person's best row is outlined: that is what coverage averages.
 * @param {MatrixRow[]} rows
 * @param {import('./model.mjs').People} people
 * @param {object} how
 * @param {Measure} how.measure
 * @param {number|null} how.pinned person
 * @param {number} how.width pixels there are
 * @param {string} how.none what is said where there is no value yet, or none at all
 * @param {(strip: string, person: number) => void} how.chosen
 */
export function matrixTable(rows, people, { measure, pinned, width, none, chosen }) {
  const quiet = (text) => h('p', { class: 'mc-quiet' }, text);
  if (!rows.length || !people.raw.length) return quiet('The matrix compares models with people; this entry has only one of them.');
  const values = rows.flatMap((row) => people.order.map((u) => row[measure][u])).filter(known);
  if (!values.length) return quiet(none);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const highest = (u) => Math.max(...rows.map((row) => row[measure][u]).filter(known));
  const best = new Map(people.order.map((u) => [u, highest(u)]));
  const shown = measure === 'f1' ? (value) => number(value * 100, 0) : (value) => number(value, 2).replace(/^(−?)0\./, '$1.');
  const cellWidth = Math.max(NARROW, Math.min(WIDE, Math.floor((width - NAMES) / people.order.length) - 1));
  const tall = Math.min(84, Math.max(...people.names.map(({ length }) => length)) * 5.6 + 4);
  const why = measure === 'f1' ? EMPTY : CONSTANT;
  const cell = (row, u) => {
    const value = row[measure][u];
    const there = known(value);
    const told = there ? `${measure === 'f1' ? 'F1' : 'τ'} ${shown(value)}${measure === 'f1' ? ' %' : ''}` : why;
    const attributes = {
      'data-cell': row.strip, 'data-with': u, style: there ? shade(high > low ? (value - low) / (high - low) : 1) : '',
      title: `${row.name} and ${people.names[u]}: ${told}`, onclick: () => chosen(row.strip, u),
    };
    const button = h('button', attributes, there ? cellWidth >= WRITTEN && shown(value) : '–');
    return h('td', { class: there && value === best.get(u) ? 'best' : null }, button);
  };
  const heads = people.order.map((u) =>
    h('th', { scope: 'col', title: people.names[u], class: u === pinned ? 'pinned' : '' }, h('span', {}, people.names[u])));
  const lines = rows.map((row) => h(
    'tr', { class: row.first ? 'first' : '' },
    h('th', { scope: 'row', title: row.name }, swatch(row.colour), h('span', {}, row.short)),
    people.order.map((u) => cell(row, u)),
  ));
  const gaps = values.length < rows.length * people.order.length;
  return [
    h(
      'table', { class: 'mc-matrix', style: `--cell:${cellWidth}px;--head:${tall}px` },
      h('thead', {}, h('tr', {}, h('th'), heads)), h('tbody', {}, lines),
    ),
    quiet(`${shown(low)} (dark) to ${shown(high)} (light); outlined: each person's best. Click: select the cut, pin the person.`),
    gaps ? footnote(why) : null,
  ];
}

function known(value) {
  return value !== null && value !== undefined && value === value;
}
