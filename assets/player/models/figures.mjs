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
    figures ? tableBox(`Figures on ${one.dataset}`, 'mc-figures', heads(), lines(figures)) : null,
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

function heads() {
  return HEADS.map(([text, title], index) => h('th', { scope: 'col', class: index ? 'mc-number' : '', title }, text));
}

/** @param {NonNullable<Measured['figures']>} figures */
function lines(figures) {
  const { single, human, chance, skill } = figures;
  return [
    line('This model', figures, sampled(figures), 'mc-own'),
    single && line('One sample of it', single),
    human && line('People, two by two', human.pairwise, [null, null, human.difference.kendall], 'mc-people'),
    chance && line('People, each by the others', chance.people, [human?.closest, human?.closest], 'mc-people'),
    chance && line('Noise that knows nothing', chance.noise, figures.coverage ? sampled(chance.noise) : []),
    chance && line('This model at other times', chance.shifted),
    skill && skills(skill),
  ].filter(Boolean);
}

/** Coverage, precision, and how much two samples differ. @param {import('../shared/wire').Figures} figures */
function sampled({ coverage, precision, diversity }) {
  return [coverage, precision, diversity?.one_minus_tau];
}

/**
 * @param {string} name
 * @param {Line} one
 * @param {(Line|number|null|undefined)[]} [samples] coverage, precision, and how much two differ
 * @param {string} [style]
 */
function line(name, { kendall, spearman, f1 }, [coverage, precision, difference] = [], style = '') {
  const tau = (found) => figure(typeof found === 'number' ? found : found?.kendall ?? null);
  return row(name, [figure(kendall), figure(spearman), percent(f1 ?? NaN), tau(coverage), tau(precision), tau(difference)], style);
}

/** Skill, with its limits as titles where there are enough videos. @param {Skill} skill */
function skills({ kendall, spearman, f1, coverage, precision, intervals }) {
  const cells = [
    [kendall, 'kendall'], [spearman, 'spearman'], [f1, 'f1'],
    [coverage?.kendall ?? null, 'coverage_kendall'], [precision?.kendall ?? null, 'precision_kendall'], [null, ''],
  ].map(([value, name]) => {
    const [low, high] = intervals?.[name] ?? [null, null];
    const title = low === null || high === null ? '' : `95 % over videos: ${figure(low)} to ${figure(high)}`;
    return h('span', { title }, figure(/** @type {number|null} */ (value)));
  });
  return row('Skill', cells, 'mc-skill-row');
}

/** What the alignment test says. @param {NonNullable<NonNullable<Measured['figures']>['alignment']>} found */
function aligned({ coverage, precision }) {
  /** @param {typeof coverage} one */
  const lost = ({ difference, interval }) => {
    const [low, high] = interval ?? [null, null];
    return `${number(difference, 3)}${low === null || high === null ? '' : ` (95 %: ${number(low, 3)} to ${number(high, 3)})`}`;
  };
  const both = [coverage, precision];
  const passed = both.every(({ interval }) => (interval?.[0] ?? -1) > 0);
  return `Shifted in time, what sets its samples apart loses ${lost(coverage)} of coverage and ${lost(precision)} of precision`
    + `${passed ? ': it follows the video.' : ': no trace of the video is certain in it.'}`;
}

function row(name, cells, style) {
  return h('tr', { class: style }, h('th', { scope: 'row' }, name), cells.map((text) => h('td', { class: 'mc-number' }, text)));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
