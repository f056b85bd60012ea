/** Two cuts beside each other: what only one of them takes, and how much of each was watched. Pure: no DOM. */

import { covered } from '../annotate/watched.mjs';

/** @typedef {[number, number]} Span seconds */

/**
 * The clips of a cut, divided where the other one begins or ends.
 * @param {Span[]} own ascending
 * @param {Span[]} other ascending
 * @returns {{start: number, end: number, both: boolean}[]}
 */
export function divided(own, other) {
  return own.flatMap(([start, end]) => {
    const edges = other.flat().filter((time) => time > start && time < end);
    const times = [start, ...new Set(edges), end].sort((a, b) => a - b);
    return times.slice(1).map((until, k) => {
      const middle = (times[k] + until) / 2;
      return { start: times[k], end: until, both: other.some(([from, to]) => from <= middle && middle < to) };
    });
  });
}

/** Share of a cut's time that the other one does not take. @param {Span[]} own @param {Span[]} other */
export function alone(own, other) {
  const parts = divided(own, other);
  const long = (some) => some.reduce((sum, { start, end }) => sum + end - start, 0);
  return long(parts.filter(({ both }) => !both)) / (long(parts) || 1);
}

/**
 * Share of a cut's time whose pictures show nothing; null where nothing is cut.
 * @param {Span[]} own
 * @param {import('./server.mjs').Entry['empty']} empty
 */
export function emptyShare(own, empty) {
  const spans = empty.map(([, , from, to]) => /** @type {Span} */ ([from / 1000, to / 1000]));
  return own.length ? 1 - alone(own, spans) : null;
}

/** Seconds of a cut that were watched. @param {Span[]} spans that were played @param {Span[]} clips */
export function watchedOf(spans, clips) {
  const inside = spans.flatMap(([from, to]) => clips.map(([start, end]) => [Math.max(from, start), Math.min(to, end)]));
  return covered(inside.filter(([from, to]) => to > from));
}
