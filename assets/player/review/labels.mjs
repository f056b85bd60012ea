/** What was said in one task, small: bars of ratings, marked segments, or a curve over the time of the video. */

import { h, svg } from '../shared/dom.mjs';
import { clock, count, lasting, percent } from '../shared/format.mjs';
import { inCompare } from './in_compare.mjs';
import { shade } from './colours.mjs';

/** @typedef {import('../shared/wire').Labels} Labels  in seconds of the video */
/** @typedef {{shapes: SVGElement[], said: string}} Drawn */
/** @typedef {Pick<import('../shared/wire').JudgedTask, 'entry'|'name'|'labels'|'duration'|'rate_assumed'|'protocol'>} Judged */

const [WIDTH, HEIGHT] = [360, 56];
const VIEWS = { 'shot-ratings': ratings, keyshots: marks, continuous: curve };

/** What was said; a click goes to that moment in Compare. @param {Judged} task */
export function labelsView(task) {
  const { labels, duration, protocol } = task;
  const x = (seconds) => (seconds / duration) * WIDTH;
  /** @type {Drawn} */
  const { shapes, said } = VIEWS[protocol.kind](labels, x, duration);
  const about = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': said };
  const drawing = svg('svg', about, shapes);
  drawing.addEventListener('click', ({ clientX }) => {
    const { left, width } = drawing.getBoundingClientRect();
    location.href = inCompare(task.entry, { person: task.name, t: Math.max(0, ((clientX - left) / width) * duration) });
  });
  const captions = [clock(0, 0), said, lasting(task)].map((text) => h('span', {}, text));
  return h('figure', { class: 'mc-labels', title: 'Click for that moment in Compare' }, drawing, h('div', {}, captions));
}

/** @param {Labels} labels @param {(seconds: number) => number} x @returns {Drawn} */
function ratings({ ratings: shots, scale }, x) {
  const [low, high] = [scale[0], scale.at(-1)];
  const given = shots.filter(([, , value]) => value !== null);
  const shapes = given.map(([start, end, value]) => {
    const share = (value - low) / (high - low || 1);
    const tall = 6 + share * (HEIGHT - 6);
    const width = Math.max(0.5, x(end) - x(start) - 0.6);
    const about = { x: x(start).toFixed(2), y: HEIGHT - tall, width, height: tall, fill: shade(share) };
    return svg('rect', about, svg('title', {}, `${clock(start, 0)}: ${value}`));
  });
  return { shapes, said: `${given.length} of ${count(shots.length, 'shot')}, ${low} to ${high}` };
}

/** @param {Labels} labels @param {(seconds: number) => number} x @param {number} duration @returns {Drawn} */
function marks({ marks: segments }, x, duration) {
  const total = segments.reduce((sum, [start, end]) => sum + end - start, 0);
  const shapes = segments.map(([start, end]) => {
    const width = Math.max(1, x(end) - x(start));
    const about = { class: 'mc-mark', x: x(start).toFixed(2), y: 6, width, height: HEIGHT - 12 };
    return svg('rect', about, svg('title', {}, `${clock(start, 0)} to ${clock(end, 0)}`));
  });
  return { shapes, said: `${count(segments.length, 'segment')}, ${percent(total / duration)}` };
}

/** @param {Labels} labels @param {(seconds: number) => number} x @returns {Drawn} */
function curve({ curve: samples }, x) {
  if (!samples.length) return { shapes: [], said: 'nothing recorded' };
  const points = samples.map(([t, value]) => `${x(t).toFixed(2)},${((1 - value) * (HEIGHT - 4) + 2).toFixed(1)}`);
  const line = svg('polyline', { points: points.join(' '), 'vector-effect': 'non-scaling-stroke' });
  return { shapes: [line], said: 'level, 0 to 1' };
}
