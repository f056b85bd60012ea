/**
 * What a person decided about a cut, and the cut that follows. Pure: no DOM. Mirrors core/select/mending.py, but for
 * the history, which the server keeps.
 */

import { adjoined, capacityMs, freePieces, lasting, longestPiece, view } from './viewing.mjs';

/**
 * @typedef {[number, number]} Interval half-open frames
 * @typedef {[number, number, 'keep'|'forbid'|'free']} Paint frames, and what is said of them
 * @typedef {{kept: Interval[], forbidden: Interval[], splits: number[], budget: number}} Decided
 */

/**
 * The decisions after some more; the later wins.
 * @template {Decided} T
 * @param {T} decided
 * @param {{spans?: Paint[], splits?: number[], budget?: number}} step
 * @returns {T}
 */
export function after(decided, { spans = [], splits = [], budget = decided.budget }) {
  let { kept, forbidden } = decided;
  for (const [start, end, label] of spans) {
    kept = without(kept, start, end);
    forbidden = without(forbidden, start, end);
    if (label === 'keep') kept = joined([...kept, [start, end]]);
    if (label === 'forbid') forbidden = joined([...forbidden, [start, end]]);
  }
  const now = new Set(decided.splits);
  for (const frame of splits) if (!now.delete(frame)) now.add(frame);
  return { ...decided, kept, forbidden, splits: [...now].sort((a, b) => a - b), budget };
}

/** @param {Interval[]} rows @param {number} start @param {number} end @returns {Interval[]} */
function without(rows, start, end) {
  return rows.flatMap(([from, to]) => /** @type {Interval[]} */ ([[from, Math.min(to, start)], [Math.max(from, end), to]]))
    .filter(([from, to]) => from < to);
}

/** @param {Interval[]} rows @returns {Interval[]} */
function joined(rows) {
  return adjoined(rows.map(([start, end]) => [start, end, start, end])).map(([start, end]) => [start, end]);
}

/**
 * The clips: what is kept, nothing of what is forbidden, and the best of the rest in what room is left.
 * @param {Decided} decided
 * @param {ArrayLike<number>} scores that the rest is chosen by
 * @param {import('./viewing.mjs').Footage} footage
 * @param {(interval: Interval) => import('./viewing.mjs').Span} spanOf
 * @returns {Interval[]|null} null where more is kept than the budget allows
 */
export function solved(decided, scores, footage, spanOf) {
  const [kept, forbidden] = [decided.kept, decided.forbidden].map((rows) => adjoined(rows.map(spanOf)));
  const capacity = capacityMs(decided.budget, footage);
  if (lasting(kept) > capacity) return null;
  const pieces = freePieces(footage, longestPiece(capacity), kept, forbidden);
  return divided(view(scores, footage, decided.budget, kept, forbidden, pieces).segments, decided.splits);
}

/** Clips, divided at the frames that lie inside of one. @param {Interval[]} segments @param {number[]} splits @returns {Interval[]} */
export function divided(segments, splits) {
  return segments.flatMap(([start, end]) => {
    const edges = [start, ...splits.filter((frame) => start < frame && frame < end), end];
    return edges.slice(1).map((edge, k) => /** @type {Interval} */ ([edges[k], edge]));
  });
}

/** The interval that a frame lies in. @param {Interval[]} rows @param {number} frame */
export function at(rows, frame) {
  return rows.find(([start, end]) => start <= frame && frame < end) ?? null;
}

/**
 * What is painted when an edge of a clip goes elsewhere: the clip as it is then stays, what fell off goes.
 * @param {Interval[]} clips ascending
 * @param {Interval} clip one of them
 * @param {0|1} side its beginning or its end
 * @param {number} frame where the edge is to be
 * @param {number} nFrames
 * @returns {{spans: Paint[], clip: Interval}|null} null where nothing changes
 */
export function moved(clips, clip, side, frame, nFrames) {
  const k = clips.indexOf(clip);
  // A clip lasts for a frame at least, and ends where its neighbour begins.
  const [least, most] = side ? [clip[0] + 1, clips[k + 1]?.[0] ?? nFrames] : [clips[k - 1]?.[1] ?? 0, clip[1] - 1];
  const edge = Math.min(Math.max(frame, least), most);
  if (edge === clip[side]) return null;
  /** @type {Interval} */
  const now = side ? [clip[0], edge] : [edge, clip[1]];
  /** @type {Paint[]} */
  const spans = [[...now, 'keep']];
  if (side && edge < clip[1]) spans.push([edge, clip[1], 'forbid']);
  if (!side && edge > clip[0]) spans.push([clip[0], edge, 'forbid']);
  return { spans, clip: now };
}
