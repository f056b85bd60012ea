/** How a submitted task compares with what the others said: a small chart and two numbers in words. */

import { h, svg } from '../shared/dom.mjs';
import { clock, number, ticks } from '../shared/format.mjs';
import { post } from '../shared/http.mjs';
import { plainButton } from './controls.mjs';
import { ask, openDialog } from './dialogs.mjs';

const SIZE = { width: 640, height: 220, left: 34, right: 8, top: 8, bottom: 22 };
const TAU =
  'Kendall’s tau: take any two moments. 1 means that the same one is always the more important, 0 that it is as good as ' +
  'chance, −1 that it is always the other.';
const RHO =
  'Spearman’s rho: how well the order of all moments by importance agrees. 1 is the same order, 0 none, −1 the reverse.';

const UNDEFINED =
  'Of every two that are compared one gave everything the same value, or they judged fewer than two moments in common.';

/** @typedef {import('../shared/wire').Comparison['mine']} Line  a share of importance at each moment, null where nothing was judged */
/** @typedef {import('../shared/wire').Comparison} ComparisonAnswer  of POST /api/task/compare */

/**
 * Warns where it has consequences, asks the server, and shows the answer.
 * @param {import('./task.mjs').Task} task
 * @returns {Promise<boolean>} whether the labels are fixed from now on
 */
export async function compareDialog(task) {
  const { practice, entry } = task.data;
  if (!practice && !task.revealed) {
    const answer = await ask({
      title: 'See how you compare?',
      text: 'Once you have seen how others judged this video, you can no longer reopen it.',
      buttons: [
        ['show', 'Show it', 'primary'],
        ['', 'Not yet', ''],
      ],
    });
    if (answer !== 'show') return false;
  }
  try {
    const answer = await post('/api/task/compare', { task: task.id });
    show(view(answer, entry.duration));
    return !practice;
  } catch (error) {
    show([h('p', { role: 'alert' }, error.message), h('p', { class: 'mc-faint' }, error.hint ?? '')]);
    return false;
  }
}

function show(parts) {
  const title = 'How you compare';
  const close = plainButton('Close', () => dialog.close());
  const dialog = openDialog(title, 'mc-compare', ...parts, h('div', { class: 'mc-answers' }, close));
}

/** @param {ComparisonAnswer} answer @param {number} duration seconds */
function view(answer, duration) {
  const { others, with_mean: mine, between } = answer;
  const people = others === 1 ? 'the other person' : `the ${others} others`;
  const legend = [
    ['mine', 'You'],
    ['mean', others === 1 ? 'The other person' : 'Mean of the others'],
    ...(others > 1 ? [['band', 'Middle half of the others']] : []),
  ];
  const line = (text, { kendall, spearman }) =>
    h('li', {}, h('span', {}, text), figure('tau', kendall, TAU), figure('rho', spearman, RHO));
  return [
    h('p', {}, `${agreementSentence(mine.kendall, people)} There is no right answer: people differ.`),
    h(
      'ul',
      { class: 'mc-legend' },
      ...legend.map(([name, text]) => h('li', {}, h('i', { 'data-line': name }), text)),
    ),
    chart(answer, duration),
    h(
      'ul',
      { class: 'mc-figures' },
      line(`You and ${people}`, mine),
      between ? line('The others among themselves', between) : null,
    ),
  ];
}

function agreementSentence(tau, people) {
  if (tau === null || tau === undefined) {
    return `Your order cannot be compared with that of ${people}: one of you gave everything the same value, or you judged `
      + 'hardly anything in common.';
  }
  /** @type {[number, string][]} */
  const steps = [
    [0.5, 'You see the importance much like'],
    [0.25, 'You see the importance somewhat like'],
    [0.1, 'Your view is only a little like that of'],
    [-0.1, 'Your view is unlike that of'],
  ];
  const step = steps.find(([least]) => tau >= least);
  return `${step?.[1] ?? 'You find other moments important than'} ${people}.`;
}

function figure(name, value, explanation) {
  const text = `${name} ${value === null ? 'undefined' : number(value)}`;
  const title = value === null ? UNDEFINED : explanation;
  return h('abbr', { title, tabindex: '0', 'aria-label': `${text}. ${title}` }, text);
}

/** @param {ComparisonAnswer} answer @param {number} duration seconds */
function chart({ seconds, mine, mean, low, high }, duration) {
  const { width, height, left, right, top, bottom } = SIZE;
  const x = (t) => left + (t / duration) * (width - left - right);
  const y = (v) => top + (1 - v) * (height - top - bottom);
  const grid = [0, 0.5, 1].map((v) => [
    svg('line', { x1: left, x2: width - right, y1: y(v), y2: y(v), class: 'mc-grid' }),
    svg('text', { x: left - 6, y: y(v) + 4, 'text-anchor': 'end' }, String(v)),
  ]);
  const { values } = ticks(0, duration, width - left - right, 70);
  const times = values.map((t) => {
    const anchor = t === 0 ? 'start' : 'middle';
    return svg('text', { x: x(t), y: height - 6, 'text-anchor': anchor }, clock(t, 0));
  });
  const bands = runs(mean).map(([from, end]) => {
    const there = seconds.slice(from, end).map((t, k) => `${x(t)},${y(high[from + k])}`);
    const back = seconds.slice(from, end).map((t, k) => `${x(t)},${y(low[from + k])}`);
    return svg('polygon', { points: [...there, ...back.reverse()].join(' '), class: 'mc-band' });
  });
  const lines = Object.entries({ mean, mine }).map(([name, line]) =>
    runs(line).map(([from, end]) => {
      const points = line.slice(from, end).map((v, k) => `${x(seconds[from + k])},${y(v)}`);
      return svg('polyline', { points: points.join(' '), class: 'mc-line', 'data-line': name });
    }),
  );
  const about = { class: 'mc-chart', role: 'img', 'aria-label': 'Importance over time: you, and the others' };
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, ...about }, grid.flat(), times, bands, lines.flat());
}

/** Stretches [from, end) of a line that are not null. @param {Line} values */
function runs(values) {
  /** @type {[number, number][]} */
  const found = [];
  values.forEach((value, k) => {
    if (value === null) return;
    if (found.at(-1)?.[1] === k) found.at(-1)[1] = k + 1;
    else found.push([k, k + 1]);
  });
  return found;
}
