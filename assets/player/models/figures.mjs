/** Tables of figures of one model: each beside what noise and people get on the same videos. */

import { h } from '../shared/dom.mjs';
import { percent } from '../shared/format.mjs';
import { ONE_CURVE, figure } from '../shared/parts.mjs';
import { tableBox } from '../shared/table.mjs';
import { measuredOn } from './skill.mjs';

/** @typedef {import('../shared/wire').MeasuredFacts} Measured */
/** @typedef {{kendall: number|null, spearman: number|null, f1: number|null}} Line */

const HEADS = [
  ['', ''],
  ['τ', 'Kendall’s tau, as the protocol asks'],
  ['ρ', 'Spearman’s rho, as the protocol asks'],
  ['F1', 'Overlap of cuts of 15 %, as the protocol asks'],
  ['coverage τ', 'The best sample for each person, averaged over people; for people, the best other person'],
];

/** @param {Measured} one */
export function figuresTable(one) {
  const { figures, seen, known, selected_on_test: selected } = one;
  const notes = [
    seen && `${seen} more of these videos were learned from and are left out.`,
    !known && 'What it learned from is not known, so it may have seen these videos.',
    selected && 'Its epoch was chosen by such videos: these figures are too good.',
    figures && !figures.human && 'Too few people judged these videos to say what people reach.',
    figures?.coverage && !figures.human && ONE_CURVE,
  ].filter(Boolean);
  const lead = figures ? `${capital(measuredOn(one))}.` : `On ${one.dataset} it has learned from all ${seen} videos: no figures.`;
  return h(
    'div',
    { class: 'mc-measured', 'data-part': one.part },
    h('p', { class: 'mc-quietly' }, lead),
    figures ? tableBox(`Figures on ${one.dataset}`, 'mc-figures', heads(), lines(figures)) : null,
    notes.map((text) => h('p', { class: 'mc-remark' }, text)),
  );
}

function heads() {
  return HEADS.map(([text, title], index) => h('th', { scope: 'col', class: index ? 'mc-number' : '', title }, text));
}

/** @param {NonNullable<Measured['figures']>} figures */
function lines({ kendall, spearman, f1, coverage, human, chance, skill }) {
  return [
    line('This model', { kendall, spearman, f1 }, coverage, 'mc-own'),
    human && line('People, two by two', human.pairwise, null, 'mc-people'),
    chance && line('People, each by the others', chance.people, human?.closest, 'mc-people'),
    chance && line('Noise that knows nothing', chance.noise, coverage && chance.noise.coverage),
    chance && line('This model at other times', chance.shifted, null),
    skill && skills(skill),
  ].filter(Boolean);
}

/** @param {string} name @param {Line} one @param {Line|null|undefined} coverage @param {string} [style] */
function line(name, { kendall, spearman, f1 }, coverage, style = '') {
  const cells = [figure(kendall), figure(spearman), percent(f1 ?? NaN), figure(coverage?.kendall ?? null)];
  return row(name, cells, style);
}

/** @param {NonNullable<NonNullable<Measured['figures']>['skill']>} skill */
function skills({ kendall, spearman, f1, coverage }) {
  return row('Skill', [kendall, spearman, f1, coverage?.kendall ?? null].map((one) => figure(one)), 'mc-skill-row');
}

function row(name, cells, style) {
  return h('tr', { class: style }, h('th', { scope: 'row' }, name), cells.map((text) => h('td', { class: 'mc-number' }, text)));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
