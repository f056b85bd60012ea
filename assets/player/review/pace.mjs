/** Throughput: labels and submitted tasks a day in this computer's time, and when it will be done at this rate. */

import { count } from '../shared/format.mjs';
import { h } from '../shared/dom.mjs';

const SHOWN = 28;
const WEEK = 7;
const FEWEST = 3; // submitted tasks that a rate is taken from
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

/** @param pace {hours: [ms, labels, submitted][], left: number | null} */
export function paceView(pace, labelled) {
  const days = byDay(pace.hours);
  const end = h('p', { class: 'mc-end' }, ...estimate(pace, days).map(([kind, text]) => h(kind, {}, text)));
  if (!labelled) return [end];
  return [chart(days, 'labels', 'Labels a day'), chart(days, 'submitted', 'Submitted tasks a day'), end];
}

function midnight(ms, back = 0) {
  const day = new Date(ms);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - back).getTime();
}

function byDay(hours) {
  const today = Date.now();
  const days = Array.from({ length: SHOWN }, (_, index) => ({ at: midnight(today, SHOWN - 1 - index), labels: 0, submitted: 0 }));
  const found = new Map(days.map((day) => [day.at, day]));
  for (const [ms, labels, submitted] of hours) {
    const day = found.get(midnight(ms));
    if (!day) continue;
    day.labels += labels;
    day.submitted += submitted;
  }
  return days;
}

/** What the last seven days say about the end, honestly. Pairs of [element, text]. */
function estimate({ left }, days) {
  if (left === null) return [['b', 'No open assignment'], ['span', 'Nothing is asked for, so there is no end to estimate.']];
  if (left === 0) return [['b', 'Complete'], ['span', 'Every place of the open assignments is taken by a submitted task.']];
  const places = `${count(left, 'place')} left`;
  const week = days.slice(-WEEK);
  const first = week.findIndex((day) => day.submitted);
  const done = week.reduce((sum, day) => sum + day.submitted, 0);
  const span = WEEK - first;
  if (done < FEWEST || first < 0) {
    return [['b', places], ['span', `Not enough yet to say when this ends: ${count(done, 'task')} submitted in the last seven days.`]];
  }
  const rate = done / span;
  const need = Math.ceil(left / rate);
  const end = new Date(Date.now() + need * 86400000);
  const since = span === WEEK ? 'of the last seven days' : span === 1 ? 'of today alone' : `of the last ${span} days`;
  return [['b', places], ['span', `At the rate ${since}, ${rate.toFixed(1)} tasks a day: about ${count(need, 'more day')}, until ${DAY.format(end)}.`]];
}

function chart(days, what, title) {
  const [width, height, bar] = [SHOWN * 8, 44, 8];
  const most = Math.max(1, ...days.map((day) => day[what]));
  const total = days.reduce((sum, day) => sum + day[what], 0);
  const bars = days.map((day, index) => {
    const tall = day[what] ? Math.max(2, (day[what] / most) * (height - 2)) : 0;
    const tip = `${DAY.format(day.at)}: ${day[what]}`;
    return `<g><title>${tip}</title><rect x="${index * bar}" y="0" width="${bar}" height="${height}" fill="transparent"/>` +
      `<rect class="mc-bar" x="${index * bar + 1}" y="${height - tall}" width="${bar - 2}" height="${tall}"/></g>`;
  });
  const figure = h('figure', { class: 'mc-chart', role: 'img', 'aria-label': `${title}, last ${SHOWN} days: ${total} in all, at most ${most} on a day` });
  figure.innerHTML =
    `<figcaption>${title}<span>at most ${most}</span></figcaption>` +
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${bars.join('')}<path d="M0 ${height - 0.5}H${width}" class="mc-axis"/></svg>` +
    `<div><span>${DAY.format(days[0].at)}</span><span>today</span></div>`;
  return figure;
}
