/** The table of figures: models inside the band of human agreement. */

import { h, svg } from '../shared/dom.mjs';
import { number } from '../shared/format.mjs';
import { ONE_CURVE } from '../shared/parts.mjs';
import { percentage } from './numbers.mjs';
import { swatch } from './swatch.mjs';

/** @typedef {import('./numbers.mjs').NumberRow} NumberRow */

/** What a protocol is, by its name. */
export const PROTOCOLS = {
  tvsum: 'tvsum: scores at the picks against each person, averaged over people; F1 averaged over people.',
  summe: 'summe: the binary summary against the mean of the people\'s summaries; F1 with the best-fitting person.',
  mrhisum: 'mrhisum: scores against the one ground truth.',
};

/** Why a correlation, and why an overlap, is undefined. */
export const CONSTANT = 'Undefined: one of two that are compared is the same throughout, or they have fewer than two picks in common.';
export const EMPTY = 'Undefined: the cuts that are compared hold nothing.';
const TAU = 'Kendall\'s tau-b: agreement of the order of scores, −1 to 1';
const RHO = 'Spearman\'s rho: correlation of ranks, −1 to 1';
const BAND = 'Bar: where people\'s own agreement lies (τ, pairwise to oracle). Dot: the model.';

/**
 * @param {NumberRow[]} rows
 * @param {Record<string, any>|null} band people's own agreement
 * @param {string} cuts how the cuts that are compared are made now, in words
 */
export function numbersTable(rows, band, cuts) {
  const f1 = `Overlap of the cuts as they are now (${cuts}), in percent. It follows the budget and the shots, and never the viewing rule.`;
  const heads = [['τ', TAU], ['ρ', RHO], ['F1 %', f1], ['band', BAND]].map(([label, title]) => h('th', { title }, label));
  const lines = rows.map((row, k) => {
    const begins = row.kind === 'human' && row.group !== rows[k - 1]?.group;
    const head = begins ? h('tr', { class: 'head' }, h('th', { scope: 'rowgroup', colspan: 5 }, swatch('people'), 'People')) : null;
    return [head, line(row, band)];
  });
  const gaps = [
    rows.some(({ tau, rho }) => isUndefined(tau) || isUndefined(rho)) ? CONSTANT : null,
    rows.some((row) => isUndefined(row.f1)) ? EMPTY : null,
  ];
  const untested = !band && rows.some((row) => row.difference);
  return [
    h('table', {}, h('thead', {}, h('tr', {}, h('td'), heads)), h('tbody', {}, lines)), gaps.map(footnote),
    untested ? h('p', { class: 'mc-quiet' }, ONE_CURVE) : null,
  ];
}

/** What a dash in a table means, below it. @param {string|null} why */
export function footnote(why) {
  return why && h('p', { class: 'mc-quiet' }, `–  ${why}`);
}

/** @param {NumberRow} row @param {Record<string, any>|null} band */
function line(row, band) {
  const model = row.kind === 'model';
  return h(
    'tr', { class: row.kind },
    h('th', { scope: 'row', title: row.why }, model ? swatch(row.colour) : null, row.label),
    cell(row.tau, number(row.tau), CONSTANT),
    row.difference ? h('td') : cell(row.rho, number(row.rho), CONSTANT),
    cell(row.f1, number(percentage(row.f1), 1), EMPTY, { 'data-live': '' }),
    h('td', {}, model ? bandPicture(row, band) : null),
  );
}

/**
 * A figure; where it was computed and is undefined, a dash, and why. What a row says nothing of, or not yet, is empty.
 * @param {number|null|undefined} value @param {string} shown @param {string} why @param {Record<string, any>} [attributes]
 */
function cell(value, shown, why, attributes = {}) {
  if (value === undefined) return h('td', attributes);
  return isUndefined(value) ? h('td', { ...attributes, title: why, 'aria-label': why }, '–') : h('td', attributes, shown);
}

/** @param {number|null|undefined} value */
function isUndefined(value) {
  return value === null || Number.isNaN(value);
}

/** Where a model's tau stands between people's pairwise and oracle agreement, as a small picture. */
/** @param {NumberRow} row @param {Record<string, any>|null} band */
function bandPicture({ tau, colour, label }, band) {
  if (!band || tau === null || tau === undefined) return null;
  const marks = [band.pairwise, band.leave_one_out, band.oracle].map((level) => level?.kendall);
  if (marks.some((value) => value === null || value === undefined)) return null;
  const [low, high] = [Math.min(0, ...marks, tau), Math.max(...marks, tau) * 1.05];
  const x = (value) => (38 * (value - low)) / (high - low || 1) + 1;
  const people = `Bar: people from pairwise (${number(marks[0])}) to oracle (${number(marks[2])}), tick: leave-one-out.`;
  const size = { viewBox: '0 0 40 10', width: 40, height: 10 };
  return svg(
    'svg', { class: 'mc-bandpic', ...size, role: 'img', 'aria-label': `${label} within the human band` },
    svg('title', {}, `${people} Dot: this model's τ (${number(tau)}).`),
    svg('rect', { x: x(marks[0]), y: 3, width: Math.max(1, x(marks[2]) - x(marks[0])), height: 4, class: 'range' }),
    svg('rect', { x: x(marks[1]) - 0.5, y: 1, width: 1, height: 8, class: 'tick' }),
    svg('circle', { cx: x(tau), cy: 5, r: 2.6, style: `fill:var(--mc-${colour})` }),
  );
}
