/** What was said in one task, small: bars of ratings, marked segments, or a curve over the time of the video. */

import { clock, count, percent } from '../shared/format.mjs';
import { shade } from './colours.mjs';
import { h } from '../shared/dom.mjs';

const [WIDTH, HEIGHT] = [360, 56];

export function labelsView({ labels, duration, protocol }) {
  const x = (seconds) => ((seconds / duration) * WIDTH).toFixed(2);
  const [shapes, said] = { 'shot-ratings': ratings, keyshots: marks, continuous: curve }[protocol.kind](labels, x, duration);
  const figure = h('figure', { class: 'mc-labels' });
  figure.innerHTML =
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${said}">${shapes}</svg>` +
    `<div><span>${clock(0, 0)}</span><span>${said}</span><span>${clock(duration, 0)}</span></div>`;
  return figure;
}

function ratings({ ratings: shots, scale }, x) {
  const [low, high] = [scale[0], scale.at(-1)];
  const given = shots.filter(([, , value]) => value !== null);
  const bars = given.map(([start, end, value]) => {
    const tall = 6 + ((value - low) / (high - low || 1)) * (HEIGHT - 6);
    const wide = Math.max(0.5, x(end) - x(start) - 0.6);
    return `<rect x="${x(start)}" y="${HEIGHT - tall}" width="${wide}" height="${tall}" fill="${shade((value - low) / (high - low || 1))}"><title>${clock(start, 0)}: ${value}</title></rect>`;
  });
  return [bars.join(''), `${given.length} of ${count(shots.length, 'shot')}, ${low} to ${high}`];
}

function marks({ marks: segments }, x, duration) {
  const total = segments.reduce((sum, [start, end]) => sum + end - start, 0);
  const bars = segments.map(([start, end]) => `<rect class="mc-mark" x="${x(start)}" y="6" width="${Math.max(1, x(end) - x(start))}" height="${HEIGHT - 12}"><title>${clock(start, 0)} to ${clock(end, 0)}</title></rect>`);
  return [bars.join(''), `${count(segments.length, 'segment')}, ${percent(total / duration)}`];
}

function curve({ curve: samples }, x) {
  if (!samples.length) return ['', 'nothing recorded'];
  const points = samples.map(([t, value]) => `${x(t)},${((1 - value) * (HEIGHT - 4) + 2).toFixed(1)}`);
  return [`<polyline points="${points.join(' ')}" vector-effect="non-scaling-stroke"/>`, 'level, 0 to 1'];
}
