/** The overall figures, each with its interval drawn and one plain sentence. */

import { h, svg } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { tableBox } from '../shared/table.mjs';
import { figure, quietly } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').Interval} Interval  with its 95 % limits; null: undefined */
/** @typedef {import('../shared/wire').Statistics} Statistics */
/** @typedef {keyof Statistics} FigureName */
/** @typedef {import('../shared/wire').EntryAgreement} EntryFigures  of one video */
/** @typedef {import('../shared/wire').AgreementFigures} Figures */

/** @type {[FigureName, string, string][]} name, label, what it says */
const FIGURES = [
  [
    'krippendorff_alpha_ordinal',
    'Krippendorff’s α, ordinal',
    'Agreement beyond chance on single two-second shots when only the order of the values counts; 1 is full agreement, 0 is ' +
      'chance.',
  ],
  [
    'krippendorff_alpha_interval',
    'Krippendorff’s α, interval',
    'The same when the size of the differences counts, so that 1 against 5 weighs more than 4 against 5.',
  ],
  [
    'cronbach_alpha',
    'Cronbach’s α',
    'How stable the mean of these people is: it rises with their number, even where single people agree little.',
  ],
  [
    'pairwise_kendall',
    'Pairwise τ',
    'Kendall’s rank correlation of one person with another, averaged: does one person predict the next?',
  ],
  [
    'pairwise_spearman',
    'Pairwise ρ',
    'The same as Spearman’s rank correlation, as the papers’ “human” row gives it.',
  ],
  [
    'leave_one_out_kendall',
    'Leave-one-out τ',
    'Kendall’s rank correlation of each person with the mean of all others: does the crowd predict a person?',
  ],
  ['leave_one_out_spearman', 'Leave-one-out ρ', 'The same as Spearman’s rank correlation.'],
  [
    'pairwise_f1',
    'Pairwise F1',
    'How much two people’s cuts of 15 % overlap; two cuts drawn by chance reach about 0.15.',
  ],
];
const [FROM, TO, WIDTH] = [-0.2, 1, 240];

/** @param {{figures: Figures, simulated: number}} result of the job "reliability" */
export function figuresView({ figures, simulated }) {
  const { per_entry: entries, overall, resamples } = figures;
  const shown = entries.length === 1 ? entries[0].statistics : overall;
  const made = simulated ? ` ${count(simulated, 'video')} with simulated people.` : '';
  const lead = `${about(entries)} (${count(resamples, 'resample')}).${made}`;
  const lines = FIGURES.map(([name, label, sentence]) => line(name, label, sentence, shown[name]));
  return [quietly(lead), tableBox('Figures of agreement', 'mc-figures', heads(), lines), leftOut(entries)];
}

/** In how many of several videos figures are undefined, which their means leave out. @param {EntryFigures[]} entries */
function leftOut(entries) {
  if (entries.length < 2) return null;
  const gaps = FIGURES.map(([name, label]) => ({
    label,
    videos: entries.filter(({ statistics }) => statistics && statistics[name].value === null).length,
  })).filter(({ videos }) => videos);
  const said = gaps.map(({ label, videos }) => `${label} in ${videos}`).join(', ');
  return said ? quietly(`Undefined, and left out of the means: ${said}. Why stands beside each video.`) : null;
}

/** @param {EntryFigures[]} entries */
function about(entries) {
  const people = entries.reduce((sum, { people: n }) => sum + n, 0);
  if (entries.length > 1) {
    const over = `${count(entries.length, 'video')} with ${count(people, 'judgement')}`;
    return `Means over ${over}, and 95 % intervals for other videos like these`;
  }
  const [{ title, entry }] = entries;
  const whose = `${title || entry}, ${count(people, 'person', 'people')}`;
  return `${whose}, and 95 % intervals: those of the three α for other moments of this video, the others for other people`;
}

function heads() {
  const heads = ['Figure', 'Value', '95 % interval'];
  const ends = h('span', { class: 'mc-ends', style: `--zero:${x(0)}px` }, h('small', {}, '0'), h('small', {}, '1'));
  return [
    ...heads.map((text, index) => h('th', { scope: 'col', class: index ? 'mc-number' : '' }, text)),
    h('th', { 'aria-hidden': 'true' }, ends),
  ];
}

/** @param {FigureName} name @param {string} label @param {string} sentence @param {Interval} interval */
function line(name, label, sentence, { value, low, high, why }) {
  const tip = { class: 'mc-tip', tabindex: '0', 'data-tip': sentence, 'aria-label': `${label}. ${sentence}` };
  const limits = low === null ? 'too few to say' : `${figure(low)} to ${figure(high)}`;
  return h(
    'tr',
    { title: sentence },
    h('th', { scope: 'row' }, h('span', tip, label)),
    h('td', { class: 'mc-number', 'data-figure': name }, value === null ? 'undefined' : figure(value)),
    h('td', { class: value === null ? 'mc-quietly' : 'mc-number mc-quietly' }, value === null ? why : limits),
    h('td', { class: 'mc-whisker', 'aria-hidden': 'true' }, whisker({ value, low, high, why })),
  );
}

/** @param {Interval} interval */
function whisker({ value, low, high }) {
  return svg(
    'svg',
    { width: WIDTH, height: 16 },
    svg('path', { class: 'mc-axis', d: `M0 8H${WIDTH}M${x(0)} 3V13M${WIDTH - 0.5} 3V13` }),
    low === null ? null : svg('path', { d: `M${x(low)} 8H${x(high)}` }),
    value === null ? null : svg('circle', { cx: x(value), cy: 8, r: 3.5 }),
  );
}

function x(value) {
  return ((Math.min(TO, Math.max(FROM, value)) - FROM) / (TO - FROM)) * WIDTH;
}
