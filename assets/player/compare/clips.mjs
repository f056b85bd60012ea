/** Clips of a cut, in seconds. Pure: no DOM. */

/** @typedef {{start: number, end: number}} Clip seconds */

/** How long clips play, in seconds. @param {Clip[]|undefined} clips */
export function playing(clips) {
  return (clips ?? []).reduce((sum, { start, end }) => sum + end - start, 0);
}

/** [start, end] of each clip. @param {Clip[]|undefined} clips @returns {[number, number][]} */
export function pairs(clips) {
  return (clips ?? []).map(({ start, end }) => [start, end]);
}
