/** What is heard at a time, and what comes next. Pure: no DOM. */

import { SOUNDS, nextHit } from './words.mjs';

/** @typedef {NonNullable<import('./server.mjs').Entry['sounds']>} Sounds  [from ms, to ms, kind], ascending */

/** Seconds at which the sound begins that comes next, or before. @param {Sounds} sounds @param {number} time @param {number} by */
export function nextSound(sounds, time, by) {
  return nextHit(sounds.map(([from, to, kind]) => ({ time: from / 1000, end: to / 1000, text: SOUNDS[kind], said: false })), time, by).time;
}

/** What is heard at a time, in words. @param {Sounds} sounds @param {number} time seconds */
export function heardAt(sounds, time) {
  const heard = sounds.filter(([from, to]) => from <= time * 1000 && time * 1000 < to).map(([, , kind]) => SOUNDS[kind]);
  return [...new Set(heard)].join(', ');
}
