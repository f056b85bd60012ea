/** Whether a training helped: the held-out videos before and after it, in words and as a table. */

import { h } from '../shared/dom.mjs';
import { count, percent } from '../shared/format.mjs';
import { figure, quietly } from '../shared/parts.mjs';
import { tableBox } from '../shared/table.mjs';

/** @typedef {import('../shared/wire').Helped} Helped */
/** @typedef {Helped['groups'][number]} Moved */

/** @type {Record<string, string>} */
const FIGURES = { kendall: 'τ', f1: 'F1', coverage_kendall: 'coverage τ', coverage_f1: 'coverage F1' };
/** @type {Record<string, string>} */
const GROUPS = { new: 'New people', old: 'The others' };
const NAMES = ['', 'before', 'after', 'change', '95 % interval'];

/** @param {Helped} report */
export function helpedParts(report) {
  const heads = NAMES.map((text, index) => h('th', { scope: 'col', class: index ? 'mc-number' : '' }, text));
  return [
    h('p', { class: 'mc-helped' }, report.sentence),
    report.groups.length > 0 && tableBox('Before and after', 'mc-figures', heads, report.groups.flatMap(lines)),
    report.videos.length > 0 && quietly(`Protocol ${report.protocol}, on ${report.videos.join(', ')}.`),
  ];
}

/** @param {Moved} moved */
function lines(moved) {
  const { group, people, videos, after, changes, skill_before: skillBefore, skill_after: skillAfter } = moved;
  const whom = `${GROUPS[group] ?? group} (${count(people, 'person', 'people')}, ${count(videos, 'video')})`;
  const changed = Object.entries(FIGURES).map(([name, label]) => changes[name] && line(label, name.endsWith('f1'), changes[name]));
  const without = (value) => ({ before: null, after: value, difference: null });
  const only = [line('τ', false, without(after.kendall)), line('F1', true, without(after.f1))];
  const skill = skillAfter && line('skill', false, { before: skillBefore?.kendall ?? null, after: skillAfter.kendall, difference: null });
  const head = h('tr', { class: 'mc-group' }, h('th', { scope: 'rowgroup', colspan: NAMES.length }, whom));
  return [head, ...(changed.some(Boolean) ? changed : only), skill].filter(Boolean);
}

/** @param {string} label @param {boolean} share @param {any} change of which parts may be null */
function line(label, share, { before, after, difference }) {
  const shown = (value) => (share ? percent(value ?? NaN) : figure(value));
  const interval = difference && difference.low !== null ? `${shown(difference.low)} to ${shown(difference.high)}` : '';
  const cells = [shown(before), shown(after), difference ? shown(difference.value) : '', interval];
  return h('tr', {}, h('th', { scope: 'row' }, label), cells.map((text) => h('td', { class: 'mc-number' }, text)));
}
