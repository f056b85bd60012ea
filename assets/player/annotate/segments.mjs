/** Arithmetic of marked parts. A part is [first frame, end frame), as in core/labelling/conversions.py. */

/** @typedef {import('./labels.mjs').Part} Part */

/**
 * Parts joined where they touch or overlap, ascending; the mirror of segments_of.
 * @param {Iterable<Part>} parts
 * @returns {Part[]}
 */
export function joined(parts) {
  /** @type {Part[]} */
  const all = [];
  for (const [start, end] of [...parts].sort((a, b) => a[0] - b[0])) {
    if (all.length > 0 && start <= all.at(-1)[1]) all.at(-1)[1] = Math.max(end, all.at(-1)[1]);
    else all.push([start, end]);
  }
  return all;
}

/**
 * How many frames parts take together.
 * @param {Iterable<Part>} parts
 */
export function framesOf(parts) {
  return joined(parts).reduce((sum, [start, end]) => sum + end - start, 0);
}

/**
 * All marks in the order of the video.
 * @param {Map<number, Part>} marks
 */
export function inOrder(marks) {
  return [...marks].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]);
}

/**
 * Number of the mark around a frame: the preferred one if it is, else the one that begins last; null outside.
 * @param {Map<number, Part>} marks
 * @param {number} frame
 * @param {number|null} [preferred]
 */
export function around(marks, frame, preferred = null) {
  const inside = inOrder(marks).filter(([, [start, end]]) => start <= frame && frame < end);
  if (inside.some(([number]) => number === preferred)) return preferred;
  return inside.at(-1)?.[0] ?? null;
}

/** @typedef {'in'|'out'} Edge */

/**
 * A part with one edge moved to `frame`; the edges stay a frame apart and inside the video.
 * @param {Part} part
 * @param {Edge} edge
 * @param {number} frame
 * @param {number} count  frames of the video
 * @returns {Part}
 */
export function moved([start, end], edge, frame, count) {
  return edge === 'in'
    ? [Math.max(0, Math.min(end - 1, frame)), end]
    : [start, Math.min(count, Math.max(start + 1, frame))];
}
