/** What an agreement came to: overall, per video, person by person, who is unlike the others, what is worth a look. */

import { h } from '../shared/dom.mjs';
import { check } from '../shared/form.mjs';
import { count } from '../shared/format.mjs';
import { table } from '../shared/table.mjs';
import { figuresView } from './figures.mjs';
import { disputedLink } from './in_compare.mjs';
import { matrixView } from './matrix.mjs';
import { figure, figureOr, link, part, quietly } from '../shared/parts.mjs';

/** @typedef {import('./figures.mjs').Interval} Interval */
/** @typedef {import('./figures.mjs').EntryFigures} EntryFigures */
/** @typedef {import('../shared/wire').PersonStanding} Standing  how one person stands to the others */
/** @typedef {import('../shared/wire').Remarked} Remark */
/** @typedef {import('../shared/wire').PeopleAgreement} Result */
/** @typedef {import('./review.mjs').Review} Review */

const NUMBERED =
  'of people who are only called “person 1”, “person 2” …: a number within one video, not the same person in the next. A ' +
  'matrix across videos would mean nothing for them; choose “Person by person” at one video above.';
const INTERVALS =
  'Value and 95 % interval. Those of the α say how it would be at other moments of the same video, the others how it would ' +
  'be with other people.';
const VERDICT =
  'It is a reason to look, not a verdict: whoever judged only hard videos stands here as well. Nothing is left out by itself.';
const ALONE = 'nobody else judged these videos, or one of the two gave the same score throughout';
const FEWEST = 4; // people, for one to stand out

/**
 * @param {Result} result
 * @param {string} people  whose labels
 * @param {import('../shared/table.mjs').Sorting} sorting  of the videos
 * @param {Review} app
 */
export function agreementParts(result, people, sorting, app) {
  const single = result.figures.per_entry.length === 1;
  return [
    part(single ? 'This video' : 'Overall', ...figuresView(result)),
    single ? null : videosPart(result.figures.per_entry, sorting, app),
    matrixPart(result),
    standingsPart(result.standings),
    people === 'dataset' ? null : remarksPart(result, app),
  ];
}

/** @param {EntryFigures[]} rows @param {import('../shared/table.mjs').Sorting} state @param {Review} app */
function videosPart(rows, state, app) {
  const place = h('div');
  const draw = () => place.replaceChildren(table(columns, rows, { label: 'Agreement per video', state, changed: draw }));
  const hint = { title: 'Only this video: who agrees with whom' };
  /** @type {import('../shared/table.mjs').Column<EntryFigures>[]} */
  const columns = [
    {
      label: 'Video',
      value: (row) => row.title || row.entry,
      cell: (row) => h('span', { title: row.entry }, row.title || row.entry),
    },
    { label: 'People', number: true, value: (row) => row.people, cell: (row) => row.people },
    {
      ...measure('α ordinal', 'krippendorff_alpha_ordinal'),
      cell: (row) => (row.statistics ? interval(row.statistics.krippendorff_alpha_ordinal) : h('span', { class: 'mc-quietly' }, row.why)),
    },
    measure('Cronbach α', 'cronbach_alpha'),
    measure('Pairwise τ', 'pairwise_kendall'),
    measure('Leave-one-out τ', 'leave_one_out_kendall'),
    measure('Pairwise F1', 'pairwise_f1'),
    {
      label: 'Person by person', unseen: true,
      cell: (row) => row.statistics && rows.length > 1 && link('Person by person', () => app.go({ entry: row.entry }), hint),
    },
    { label: 'Most disputed moment', unseen: true, cell: (row) => row.statistics && disputedLink(row.entry, row.title || row.entry) },
  ];
  draw();
  return part('Per video', quietly(INTERVALS), place);
}

/** @param {string} label @param {import('./figures.mjs').FigureName} name */
function measure(label, name) {
  return {
    label,
    number: true,
    value: (row) => row.statistics?.[name].value ?? null,
    cell: (row) => row.statistics && interval(row.statistics[name]),
  };
}

/** @param {Interval} figures */
function interval({ value, low, high, why }) {
  if (value === null) return figureOr(null, why);
  const limits = low === null ? 'too few for an interval' : `${figure(low)} to ${figure(high)}`;
  return h('span', { class: 'mc-interval' }, figure(value), h('small', {}, limits));
}

/** @param {Result} result */
function matrixPart({ matrix, numbered }) {
  const note = numbered ? h('p', { class: 'mc-notice' }, `${count(numbered, 'judgement')} ${NUMBERED}`) : null;
  if (!matrix || matrix.names.length < 2) return part('Person by person', note ?? quietly('Nobody to compare.'));
  const lead = quietly('Mean Kendall τ over the videos that both judged; people who agree stand side by side.');
  return part('Person by person', lead, note, matrixView(matrix));
}

/** @param {Standing[]} standings */
function standingsPart(standings) {
  if (!standings.length) return part('Unlike the others', quietly('Nobody to compare across videos.'));
  const odd = standings.filter((one) => one.unusual);
  const place = h('div');
  /** @type {import('../shared/table.mjs').Column<Standing>[]} */
  const columns = [
    { label: 'Person', cell: (one) => one.name },
    { label: 'Videos', number: true, cell: (one) => one.entries },
    { label: 'τ with the others', number: true, cell: (one) => figureOr(one.kendall, ALONE) },
    { label: 'ρ', number: true, cell: (one) => figureOr(one.spearman, ALONE) },
    {
      label: 'z',
      number: true,
      title: 'How many robust standard deviations below the median person',
      cell: (one) => figureOr(one.z, 'as τ is', 1),
    },
    { label: 'Remark', unseen: true, cell: (one) => one.unusual && 'agrees unusually little' },
  ];
  const draw = (all) => {
    const shown = all ? standings : odd;
    if (shown.length) place.replaceChildren(table(columns, shown, { label: 'People and the others' }));
    else place.replaceChildren();
  };
  draw(false);
  const everybody = check('Show everybody', false, draw).element;
  return part('Unlike the others', quietly(whoStandsOut(standings, odd.length)), everybody, place);
}

function whoStandsOut(standings, odd) {
  if (standings.filter((one) => one.z !== null).length < FEWEST) return 'With fewer than four people, nobody can stand out.';
  return odd ? `${count(odd, 'person', 'people')} with z below −2.5. ${VERDICT}` : 'Nobody stands out (z below −2.5).';
}

/** @param {Result} result @param {Review} app */
function remarksPart({ remarks, figures }, app) {
  if (!remarks.length) return part('Worth a look', quietly('No submitted task was hurried, unwatched or all of one value.'));
  const titles = new Map(figures.per_entry.map((row) => [row.entry, row.title]));
  /** @type {import('../shared/table.mjs').Column<Remark>[]} */
  const columns = [
    { label: 'Person', cell: (one) => one.name },
    { label: 'Video', cell: (one) => h('span', { title: one.entry }, titles.get(one.entry) || one.entry) },
    { label: 'What stands out', cell: (one) => one.remarks.join('; ') },
    { label: 'Task', unseen: true, cell: (one) => link('Look', () => app.go({ section: 'progress', task: one.task })) },
  ];
  return part('Worth a look', table(columns, remarks, { label: 'Tasks worth a look' }));
}
