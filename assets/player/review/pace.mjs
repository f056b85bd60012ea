/** Throughput: labels and submitted tasks a day in this computer's time, and when it will be done at this rate. */

import { midnight, weekday } from '../shared/dates.mjs';
import { h, svg } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';

/** @typedef {import('../shared/wire').Pace} PaceAnswer  of GET /api/review/pace */
/** @typedef {{at: number, labels: number, submitted: number}} Day  at: its beginning, ms since 1970 UTC */

const SHOWN = 28;
const WEEK = 7;
const FEWEST = 3; // submitted tasks that a rate is taken from
const DAY_MS = 86_400_000;
const [BAR, HEIGHT] = [8, 44]; // px, width of a day and height of a chart

/** @param {PaceAnswer} pace @param {boolean} labelled anybody has labelled anything @returns {HTMLElement[]} */
export function paceView(pace, labelled) {
  const days = byDay(pace.hours);
  const [head, text] = estimate(pace.left, days.slice(-WEEK));
  const end = h('p', { class: 'mc-end' }, h('b', {}, head), h('span', {}, text));
  if (!labelled) return [end];
  return [chart(days, 'labels', 'Labels a day'), chart(days, 'submitted', 'Submitted tasks a day'), end];
}

/** @param {PaceAnswer['hours']} hours @returns {Day[]} */
function byDay(hours) {
  const today = Date.now();
  const days = Array.from({ length: SHOWN }, (_, k) => ({ at: midnight(today, SHOWN - 1 - k), labels: 0, submitted: 0 }));
  const found = new Map(days.map((day) => [day.at, day]));
  for (const [ms, labels, submitted] of hours) {
    const day = found.get(midnight(ms));
    if (!day) continue;
    day.labels += labels;
    day.submitted += submitted;
  }
  return days;
}

/** What the last seven days say about the end, honestly: in a word, and why. @param {number|null} left @param {Day[]} week */
function estimate(left, week) {
  if (left === null) return ['No open assignment', 'Nothing is asked for, so there is no end to estimate.'];
  if (left === 0) return ['Complete', 'Every place of the open assignments is taken by a submitted task.'];
  const places = `${count(left, 'place')} left`;
  const first = week.findIndex((day) => day.submitted);
  const done = week.reduce((sum, day) => sum + day.submitted, 0);
  if (done < FEWEST || first < 0) {
    return [places, `Not enough yet to say when this ends: ${count(done, 'task')} submitted in the last seven days.`];
  }
  const span = WEEK - first;
  const rate = done / span;
  const need = Math.ceil(left / rate);
  const end = weekday(new Date(Date.now() + need * DAY_MS));
  return [places, `At the rate ${since(span)}, ${rate.toFixed(1)} tasks a day: about ${count(need, 'more day')}, until ${end}.`];
}

function since(days) {
  if (days === WEEK) return 'of the last seven days';
  return days === 1 ? 'of today alone' : `of the last ${days} days`;
}

/** @param {Day[]} days @param {'labels'|'submitted'} what @param {string} title */
function chart(days, what, title) {
  const width = SHOWN * BAR;
  const most = Math.max(1, ...days.map((day) => day[what]));
  const total = days.reduce((sum, day) => sum + day[what], 0);
  const bars = days.map((day, index) => {
    const height = day[what] ? Math.max(2, (day[what] / most) * (HEIGHT - 2)) : 0;
    return svg(
      'g',
      {},
      svg('title', {}, `${weekday(day.at)}: ${day[what]}`),
      svg('rect', { x: index * BAR, y: 0, width: BAR, height: HEIGHT, fill: 'transparent' }),
      svg('rect', { class: 'mc-bar', x: index * BAR + 1, y: HEIGHT - height, width: BAR - 2, height }),
    );
  });
  const said = `${title}, last ${SHOWN} days: ${total} in all, at most ${most} on a day`;
  return h(
    'figure',
    { class: 'mc-chart' },
    h('figcaption', {}, title, h('span', {}, `at most ${most}`)),
    svg(
      'svg',
      { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': said },
      bars,
      svg('path', { d: `M0 ${HEIGHT - 0.5}H${width}`, class: 'mc-axis' }),
    ),
    h('div', {}, h('span', {}, weekday(days[0].at)), h('span', {}, 'today')),
  );
}
