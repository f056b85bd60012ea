/** The overall figures, each with its interval drawn and one plain sentence. */

import { count } from '../shared/format.mjs';
import { figure } from './dom.mjs';
import { h } from '../shared/dom.mjs';

const FIGURES = [
  ['krippendorff_alpha_ordinal', 'Krippendorff’s α, ordinal', 'Agreement beyond chance on single two-second shots when only the order of the values counts; 1 is full agreement, 0 is chance.'],
  ['krippendorff_alpha_interval', 'Krippendorff’s α, interval', 'The same when the size of the differences counts, so that 1 against 5 weighs more than 4 against 5.'],
  ['cronbach_alpha', 'Cronbach’s α', 'How stable the mean of these people is: it rises with their number, even where single people agree little.'],
  ['pairwise_kendall', 'Pairwise τ', 'Kendall’s rank correlation of one person with another, averaged: does one person predict the next?'],
  ['pairwise_spearman', 'Pairwise ρ', 'The same as Spearman’s rank correlation, as the papers’ “human” row gives it.'],
  ['leave_one_out_kendall', 'Leave-one-out τ', 'Kendall’s rank correlation of each person with the mean of all others: does the crowd predict a person?'],
  ['leave_one_out_spearman', 'Leave-one-out ρ', 'The same as Spearman’s rank correlation.'],
  ['pairwise_f1', 'Pairwise F1', 'How much two people’s cuts of 15 % overlap; two cuts drawn by chance reach about 0.15.'],
];
const [FROM, TO, WIDTH] = [-0.2, 1, 240];

/** @param result of the job "reliability" */
export function figuresView({ figures, simulated }) {
  const [only, ...others] = figures.per_entry;
  const single = !others.length;
  const shown = single ? only.statistics : figures.overall;
  const x = (value) => ((Math.min(TO, Math.max(FROM, value)) - FROM) / (TO - FROM)) * WIDTH;
  const rows = FIGURES.map(([name, label, sentence]) => {
    const { value, low, high } = shown[name];
    const line = h('td', { class: 'mc-whisker', 'aria-hidden': 'true' });
    const band = low === null ? '' : `<path d="M${x(low)} 8H${x(high)}"/>`;
    line.innerHTML = `<svg width="${WIDTH}" height="16"><path class="mc-axis" d="M0 8H${WIDTH}M${x(0)} 3V13M${WIDTH - 0.5} 3V13"/>${band}${value === null ? '' : `<circle cx="${x(value)}" cy="8" r="3.5"/>`}</svg>`;
    return h(
      'tr',
      { title: sentence },
      h('th', { scope: 'row' }, h('span', { class: 'mc-tip', tabindex: '0', 'data-tip': sentence, 'aria-label': `${label}. ${sentence}` }, label)),
      h('td', { class: 'mc-number', 'data-figure': name }, figure(value)),
      h('td', { class: 'mc-number mc-quietly' }, low === null ? 'too few to say' : `${figure(low)} to ${figure(high)}`),
      line,
    );
  });
  const people = figures.per_entry.reduce((sum, row) => sum + row.people, 0);
  const made = simulated ? ` ${count(simulated, 'video')} with simulated people.` : '';
  return [
    h('p', { class: 'mc-quietly' }, (single
      ? `${only.title || only.entry}, ${count(people, 'person', 'people')}, and 95 % intervals: those of the three α for other moments of this video, the others for other people`
      : `Means over ${count(figures.per_entry.length, 'video')} with ${count(people, 'judgement')}, and 95 % intervals for other videos like these`) + ` (${count(figures.resamples, 'resample')}).${made}`),
    h('div', { class: 'mc-scroll' }, h('table', { class: 'mc-review-table mc-figures' }, h('thead', {}, h('tr', {}, ...['Figure', 'Value', '95 % interval'].map((text, i) => h('th', { scope: 'col', class: i ? 'mc-number' : '' }, text)), h('th', { 'aria-hidden': 'true' }, h('span', { class: 'mc-ends', style: `--zero:${x(0)}px` }, h('small', {}, '0'), h('small', {}, '1'))))), h('tbody', {}, ...rows))),
  ];
}
