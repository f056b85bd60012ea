/** What is said about models, in words. Pure: no DOM. */

import { count } from '../shared/format.mjs';

/** @typedef {import('./store.mjs').Model} Model */

/** What a model learned from, in short: "6 videos, 12 simulated people (demo)". @param {Model} model */
export function learned({ released, videos, people, applies_as: kind, datasets, simulated }) {
  if (released) return 'what its release learned from';
  if (videos === null) return 'not known';
  const of = datasets.length ? ` (${datasets.join(', ')})` : '';
  if (kind === 'visp') return `${count(videos, 'video')}, nobody’s labels${of}`;
  if (people === null) return `${count(videos, 'video')}${of}`;
  const [one, many] = simulated ? ['simulated person', 'simulated people'] : ['person', 'people'];
  return `${count(videos, 'video')}, ${count(people, one, many)}${of}`;
}

/** A duration in seconds: "39 s", "12 min", "3.5 h". @param {number|null} seconds */
export function lasted(seconds) {
  if (seconds === null) return '–';
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** A setting as it is written. @param {string|number|boolean|null|undefined} value */
export function setting(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  return String(value);
}

/** Milliseconds since 1970 of a moment in the wire's form. @param {string} moment */
export function moment(moment) {
  return Date.parse(moment);
}
