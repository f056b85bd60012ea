/** Tables of figures of one model: each beside what noise and people get on the same videos. */

import { h } from '../shared/dom.mjs';
import { number, percent } from '../shared/format.mjs';
import { ONE_CURVE, figure } from '../shared/parts.mjs';
import { tableBox } from '../shared/table.mjs';
import { measuredOn } from './skill.mjs';

/** @typedef {import('../shared/wire').MeasuredFacts} Measured */
/** @typedef {NonNullable<NonNullable<Measured['figures']>['skill']>} Skill */
/** @typedef {{kendall: number|null, spearman: number|null, f1: number|null}} Line */

const HEADS = [
  ['', ''],
  ['τ', 'Kendall’s tau, as the protocol asks'],
  ['ρ', 'Spearman’s rho, as the protocol asks'],
  ['F1', 'Overlap of cuts of 15 %, as the protocol asks'],
];
const SAMPLED = [
  ['', ''],
  ['coverage τ', 'The best sample for each person, averaged over people; for people, the best other person'],
  ['precision τ', 'The best person for each sample, averaged over samples; for people, the best other person'],
  ['1 − τ', 'How much two samples differ, mean over all pairs; for people, two of them'],
];
const PAIRS = 'Its samples are drawn in antithetic pairs; the two of a pair are not compared with each other.';

/** @param {Measured} one */
export function figuresTable(one) {
  const { figures, seen, known, selected_on_test: selected } = one;
  const notes = [
    seen && `${seen} more of these videos were learned from and are left out.`,
    !known && 'What it learned from is not known, so it may have seen these videos.',
    selected && 'Its epoch was chosen by such videos: these figures are too good.',
    ...(figures ? about(figures) : []),
  ].filter(Boolean);
  const lead = figures ? `${capital(measuredOn(one))}.` : `On ${one.dataset} it has learned from all ${seen} videos: no figures.`;
  return h(
    'div',
    { class: 'mc-measured', 'data-part': one.part },
    h('p', { class: 'mc-quietly' }, lead),
    figures ? tableBox(`Figures on ${one.dataset}`, 'mc-figures', heads(HEADS), lines(figures)) : null,
    figures?.coverage ? tableBox(`Its samples on ${one.dataset}`, 'mc-figures', heads(SAMPLED), samples(figures)) : null,
    notes.map((text) => h('p', { class: 'mc-remark' }, text)),
  );
}

/** What must be known of figures. @param {NonNullable<Measured['figures']>} figures */
function about({ coverage, diversity, alignment, human }) {
  return [
    diversity?.pairs_left_out && PAIRS,
    alignment && aligned(alignment),
    !human && 'Too few people judged these videos to say what people reach.',
    coverage && !human && ONE_CURVE,
  ];
}

/** @param {string[][]} columns */
function heads(columns) {
  return columns.map(([text, title]) => (text ? h('th', { scope: 'col', class: 'mc-number', title }, text) : h('td')));
}

/** @param {NonNullable<Measured['figures']>} figures */
function lines({ kendall, spearman, f1, single, human, chance, skill }) {
  return [
    line('This model', { kendall, spearman, f1 }, 'mc-own'),
    single && line('One sample of it', single),
    human && line('People, two by two', human.pairwise, 'mc-people'),
    chance && line('People, each by the others', chance.people, 'mc-people'),
    chance && line('Noise that knows nothing', chance.noise),
    chance && line('This model at other times', chance.shifted),
    skill && row('Skill', ['kendall', 'spearman', 'f1'].map((name) => limited(skill[name], skill, name)), 'mc-skill-row'),
  ].filter(Boolean);
}

/** Coverage, precision and diversity of samples, beside people and noise. @param {NonNullable<Measured['figures']>} figures */
function samples({ coverage, precision, diversity, human, chance, skill }) {
  const taus = (...all) => all.map((one) => figure(one ?? null));
  const noise = chance?.noise;
  return [
    row('Its samples', taus(coverage?.kendall, precision?.kendall, diversity?.one_minus_tau), 'mc-own'),
    human && row('People', taus(human.closest.kendall, human.closest.kendall, human.difference.kendall), 'mc-people'),
    noise && row('Noise that knows nothing', taus(noise.coverage?.kendall, noise.precision?.kendall, noise.diversity?.one_minus_tau), ''),
    skill && row('Skill', [
      ...['coverage', 'precision'].map((name) => limited(skill[name]?.kendall ?? null, skill, `${name}_kendall`)), '',
    ], 'mc-skill-row'),
  ].filter(Boolean);
}

/** @param {string} name @param {Line} one @param {string} [style] */
function line(name, { kendall, spearman, f1 }, style = '') {
  return row(name, [figure(kendall), figure(spearman), percent(f1 ?? NaN)], style);
}

/**
 * A skill, with its limits as a title where there are enough videos.
 * @param {number|null} value
 * @param {Skill} skill
 * @param {string} name
 */
function limited(value, { intervals }, name) {
  const [low, high] = intervals?.[name] ?? [null, null];
  const title = low === null || high === null ? '' : `95 % over videos: ${figure(low)} to ${figure(high)}`;
  return h('span', { title }, figure(value));
}

/** What the alignment test says. @param {NonNullable<NonNullable<Measured['figures']>['alignment']>} found */
function aligned({ coverage, precision }) {
  /** @param {typeof coverage} one */
  const lost = ({ difference, interval }) => {
    const [low, high] = interval ?? [null, null];
    return `${number(difference, 3)}${low === null || high === null ? '' : ` (95 %: ${number(low, 3)} to ${number(high, 3)})`}`;
  };
  const lows = [coverage, precision].map(({ interval }) => interval?.[0] ?? null);
  const so = lows.includes(null) ? '; these are too few videos to say how surely.'
    : lows.every((low) => low > 0) ? ': it follows the video.' : ': no trace of the video is certain in it.';
  return `Shifted in time, what sets its samples apart loses ${lost(coverage)} of coverage and ${lost(precision)} of precision${so}`;
}

function row(name, cells, style) {
  return h('tr', { class: style }, h('th', { scope: 'row' }, name), cells.map((text) => h('td', { class: 'mc-number' }, text)));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
