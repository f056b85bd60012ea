/** How a submitted task compares with what the others said: a small chart and two numbers in words. */

import { ask } from './dialogs.mjs';
import { h } from '../shared/dom.mjs';
import { post } from '../shared/http.mjs';
import { clock, number, ticks } from '../shared/format.mjs';

const SIZE = { width: 640, height: 220, left: 34, right: 8, top: 8, bottom: 22 };
const TAU = 'Kendall’s tau: take any two moments. 1 means that the same one is always the more important, 0 that it is as good as chance, −1 that it is always the other.';
const RHO = 'Spearman’s rho: how well the order of all moments by importance agrees. 1 is the same order, 0 none, −1 the reverse.';

/**
 * Warns where it has consequences, asks the server, and shows the answer.
 * @returns {Promise<boolean>} whether the labels are fixed from now on
 */
export async function compareDialog(task, { practice, entry }, revealed) {
  if (!practice && !revealed) {
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
    const answer = await post('/api/task/compare', { task });
    show(view(answer, entry.duration));
    return !practice;
  } catch (error) {
    show([h('p', { role: 'alert' }, error.message), h('p', { class: 'mc-faint' }, error.hint ?? '')]);
    return false;
  }
}

function show(parts) {
  const title = 'How you compare';
  const close = h('button', { type: 'button', class: 'mc-button', onclick: () => dialog.close() }, 'Close');
  const dialog = h(
    'dialog',
    { class: 'mc-dialog mc-compare', 'aria-label': title },
    h('h3', {}, title),
    ...parts,
    h('div', { class: 'mc-answers' }, close),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.getElementById('annotator').append(dialog);
  dialog.showModal();
}

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
    h('p', {}, `${words(mine.kendall, people)} There is no right answer: people differ.`),
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

function words(tau, people) {
  if (tau === null || tau === undefined) return `Your order cannot be compared with that of ${people}: somebody gave everything the same value.`;
  const step = [
    [0.5, 'You see the importance much like'],
    [0.25, 'You see the importance somewhat like'],
    [0.1, 'Your view is only a little like that of'],
    [-0.1, 'Your view is unlike that of'],
  ].find(([least]) => tau >= least);
  return `${step?.[1] ?? 'You find other moments important than'} ${people}.`;
}

function figure(name, value, explanation) {
  return h('abbr', { title: explanation, tabindex: '0', 'aria-label': `${name} ${number(value)}. ${explanation}` }, `${name} ${number(value)}`);
}

function chart({ seconds, mine, mean, low, high }, duration) {
  const { width, height, left, right, top, bottom } = SIZE;
  const x = (t) => left + (t / duration) * (width - left - right);
  const y = (v) => top + (1 - v) * (height - top - bottom);
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, class: 'mc-chart', role: 'img' });
  svg.setAttribute('aria-label', 'Importance over time: you, and the others');
  for (const v of [0, 0.5, 1]) {
    svg.append(element('line', { x1: left, x2: width - right, y1: y(v), y2: y(v), class: 'mc-grid' }));
    svg.append(label(String(v), left - 6, y(v) + 4, 'end'));
  }
  const { values } = ticks(0, duration, width - left - right, 70);
  for (const t of values) svg.append(label(clock(t, 0), x(t), height - 6, t === 0 ? 'start' : 'middle'));
  for (const [from, end] of runs(mean)) {
    const there = seconds.slice(from, end).map((t, k) => `${x(t)},${y(high[from + k])}`);
    const back = seconds.slice(from, end).map((t, k) => `${x(t)},${y(low[from + k])}`);
    svg.append(element('polygon', { points: [...there, ...back.reverse()].join(' '), class: 'mc-band' }));
  }
  for (const [name, line] of [['mean', mean], ['mine', mine]]) {
    for (const [from, end] of runs(line)) {
      const points = line.slice(from, end).map((v, k) => `${x(seconds[from + k])},${y(v)}`);
      svg.append(element('polyline', { points: points.join(' '), class: 'mc-line', 'data-line': name }));
    }
  }
  return svg;
}

// Stretches [from, end) of a list that are not null.
function runs(values) {
  const found = [];
  values.forEach((value, k) => {
    if (value === null) return;
    if (found.at(-1)?.[1] === k) found.at(-1)[1] = k + 1;
    else found.push([k, k + 1]);
  });
  return found;
}

function label(text, x, y, anchor) {
  const node = element('text', { x, y, 'text-anchor': anchor });
  node.textContent = text;
  return node;
}

function element(tag, attributes) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
