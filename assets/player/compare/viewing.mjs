/**
 * The viewing rule: the cut of a video that a person watches, from scores. Mirrors core/select/viewing.py function by
 * function; what the rule is stands there. Scores are counted in millionths and times in whole milliseconds, so that
 * all sums are whole numbers and equal in both.
 *
 * A span is [from frame, to frame, from ms, to ms], half-open. Edges of a shot are [frame, ms, level].
 */

import { NOTHING_FITS, NOTHING_SCORES } from './selection.mjs';
import { mostWithin } from './knapsack.mjs';

export const NOTHING_LASTS = 'no picture that shows something lasts long enough';
export const ALL_FORBIDDEN = 'all that could be taken is left out';
const STEPS = 1_000_000;
export const SHORTEST_CLIP_MS = 500;
const SHORTEST_SHOT_MS = 1000;
const LONGEST_PIECE_MS = 10_000;

/**
 * @typedef {[number, number, number, number]} Span
 * @typedef {object} Footage
 * @property {number} nFrames
 * @property {number} durationMs
 * @property {ArrayLike<number>} picks (T,) ascending frames
 * @property {ArrayLike<number>} pickMs (T,) when they are shown
 * @property {Span[]} bounds (S,) shots as published protocols count them
 * @property {[number, number, number][][]} pieces edges of each shot
 * @property {Span[]} empty
 * @property {Span[]} speech words that are said, ascending, those that overlap as one
 *
 * @typedef {{spans: Span[], segments: [number, number][], note: string}} Viewed
 */

/** When picks are shown, in whole milliseconds, halves up. @param {ArrayLike<number>} times seconds */
export function milliseconds(times) {
  return Float64Array.from(times, (time) => Math.floor(time * 1000 + 0.5));
}

/** How long a piece may be under a budget, in milliseconds; a second may always be, where it fits. */
export function longestPiece(capacity) {
  return Math.min(LONGEST_PIECE_MS, Math.max(Math.floor(capacity / 2), Math.min(capacity, SHORTEST_SHOT_MS)));
}

/** Whole milliseconds that a cut may last; a millionth more, so that 0.15 of 100 s are 15 s. */
export function capacityMs(budget, footage) {
  return Math.floor(budget * footage.durationMs + 1e-6);
}

/**
 * The cut that collects most score over time within a budget.
 * @param {ArrayLike<number>} scores (T,) in [0, 1]; NaN (not judged) counts as 0
 * @param {Footage} footage
 * @param {number} budget share of the duration, in (0, 1]
 * @param {Span[]} [kept] spans that must be in the cut, merged
 * @param {Span[]} [forbidden] spans that must not be, merged
 * @param {Span[]} [pieces] what freePieces gives, where it is known already
 * @returns {Viewed} clips that do not adjoin
 */
export function view(scores, footage, budget, kept = [], forbidden = [], pieces = undefined) {
  const capacity = capacityMs(budget, footage);
  const longest = longestPiece(capacity);
  const free = pieces ?? freePieces(footage, longest, kept, forbidden);
  const values = collected(scores, footage, free);
  const lengths = free.map(([, , from, to]) => to - from);
  let room = capacity - lasting(kept);
  const best = bestMoment(scores, footage, free, values, lengths, room, kept);
  const rest = free.map((_, k) => k);
  const taken = [...kept];
  if (best >= 0) {
    taken.push(free[best]);
    rest.splice(best, 1);
    room -= lengths[best];
  }
  for (const k of mostWithin(rest.map((k) => values[k]), rest.map((k) => lengths[k]), room)) taken.push(free[rest[k]]);
  const spans = adjoined(taken);
  const note = spans.length ? '' : whyEmpty(footage, lengths, capacity, forbidden.length > 0);
  return { spans, segments: spans.map(([start, end]) => /** @type {[number, number]} */ ([start, end])), note };
}

/** Why nothing could be taken. */
function whyEmpty(footage, lengths, capacity, forbids) {
  if (!lengths.length) {
    if (forbids) return ALL_FORBIDDEN;
    return footage.empty.length ? NOTHING_LASTS : NOTHING_FITS;
  }
  return lengths.some((length) => length <= capacity) ? NOTHING_SCORES : NOTHING_FITS;
}

/** How long spans last, in milliseconds. @param {Span[]} spans */
export function lasting(spans) {
  return spans.reduce((sum, [, , from, to]) => sum + to - from, 0);
}

/** (S,) score collected over time by spans, in millionths of a score times milliseconds; 0 while pictures are empty. */
export function collected(scores, footage, spans) {
  const until = heldUntil(scores, footage);
  return Float64Array.from(spans, ([, , from, to]) => {
    let total = until(to) - until(from);
    for (const [, , start, end] of footage.empty) {
      if (start >= to || end <= from) continue;
      total -= until(Math.min(to, end)) - until(Math.max(from, start));
    }
    return total;
  });
}

/** Score collected from the beginning until a time, as if no pictures were empty. @returns {(ms: number) => number} */
function heldUntil(scores, { pickMs, durationMs }) {
  const steps = Float64Array.from(scores, (score) => (score === score ? Math.floor(score * STEPS + 0.5) : 0));
  const before = new Float64Array(steps.length + 1);
  for (let t = 0; t < steps.length; t += 1) {
    before[t + 1] = before[t] + steps[t] * ((t + 1 < steps.length ? pickMs[t + 1] : durationMs) - pickMs[t]);
  }
  return (ms) => {
    let low = -1;
    let high = pickMs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pickMs[middle] <= ms) low = middle;
      else high = middle - 1;
    }
    return low < 0 ? 0 : before[low] + steps[low] * (ms - pickMs[low]);
  };
}

/**
 * Spans that may be taken or left, ascending: pieces without what is decided already, trimmed.
 * @param {Footage} footage
 * @param {number} longest how long a piece may be, in milliseconds
 * @param {Span[]} kept
 * @param {Span[]} forbidden
 * @returns {Span[]}
 */
export function freePieces(footage, longest, kept, forbidden) {
  const least = Math.min(SHORTEST_CLIP_MS, Math.floor(longest / 2));
  // What shows nothing for long is no part of a clip either: the piece goes on after it.
  const dividing = footage.empty.filter(([, , from, to]) => to - from >= SHORTEST_CLIP_MS);
  const decided = [...kept, ...forbidden, ...dividing].sort((a, b) => a[0] - b[0]);
  const pieces = [];
  for (const piece of piecesInForce(footage.pieces, longest)) {
    for (const span of outside(piece, decided)) {
      const trimmed = trim(span, footage.empty);
      // What goes on from a kept span is part of its clip, however short it is.
      const goesOn = kept.some(([start, end]) => end === trimmed[0] || start === trimmed[1]);
      if (trimmed[3] - trimmed[2] >= Math.max(1, goesOn ? 0 : least)) pieces.push(trimmed);
    }
  }
  return pieces;
}

/**
 * The pieces that shots fall into while none may be longer than `longest` ms.
 * @param {[number, number, number][][]} shots
 * @param {number} longest
 * @returns {Span[]}
 */
export function piecesInForce(shots, longest) {
  /** @type {Span[]} */
  const pieces = [];
  for (const edges of shots) {
    const inside = edges.filter(([, , level]) => level === 0 || level > longest);
    for (let k = 1; k < inside.length; k += 1) pieces.push([inside[k - 1][0], inside[k][0], inside[k - 1][1], inside[k][1]]);
  }
  return pieces;
}

/**
 * The piece of most score per time that lies, by half at least, in the shot with the highest mean score over time; -1
 * where that shot scores nothing, none of its pieces fits, or a part of it is kept already.
 */
export function bestMoment(scores, footage, pieces, values, lengths, room, kept) {
  const { bounds } = footage;
  if (!bounds.length) return -1;
  const until = heldUntil(scores, footage);
  const means = bounds.map(([, , from, to]) => (until(to) - until(from)) / Math.max(to - from, 1));
  const [start, end] = bounds[means.reduce((top, value, k) => (value > means[top] ? k : top), 0)];
  if (kept.some(([from, to]) => from < end && to > start)) return -1;
  let best = -1;
  pieces.forEach(([first, last], k) => {
    const inside = 2 * (Math.min(last, end) - Math.max(first, start)) >= last - first;
    if (!inside || lengths[k] > room || values[k] <= 0) return;
    if (best < 0 || values[k] / lengths[k] > values[best] / lengths[best]) best = k;
  });
  return best;
}

/**
 * Spans in the order of time; where one begins before or as another ends, they are one.
 * @param {Span[]} spans
 * @returns {Span[]}
 */
export function adjoined(spans) {
  /** @type {Span[]} */
  const rows = [];
  const copies = spans.map((span) => /** @type {Span} */ ([...span]));
  for (const row of copies.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3])) {
    const last = rows[rows.length - 1];
    if (last && row[0] <= last[1]) {
      if (row[1] > last[1]) [last[1], last[3]] = [row[1], row[3]];
    } else rows.push(row);
  }
  return rows;
}

/**
 * The parts of a span outside of ascending others.
 * @param {Span} span
 * @param {Span[]} decided
 * @returns {Span[]}
 */
export function outside([start, end, fromMs, toMs], decided) {
  /** @type {Span[]} */
  const parts = [];
  for (const [first, last, firstMs, lastMs] of decided) {
    if (last <= start || first >= end) continue;
    if (first > start) parts.push([start, first, fromMs, firstMs]);
    if (last > start) [start, fromMs] = [last, lastMs];
  }
  if (start < end) parts.push([start, end, fromMs, toMs]);
  return parts;
}

/**
 * A span without the empty pictures that it begins and ends with; of length 0 where all are.
 * @param {Span} span
 * @param {Span[]} empty
 * @returns {Span}
 */
export function trim([start, end, fromMs, toMs], empty) {
  for (const [first, last, , lastMs] of empty) {
    if (first <= start && start < last) [start, fromMs] = [last, lastMs];
  }
  for (const [first, last, firstMs] of [...empty].reverse()) {
    if (first < end && end <= last) [end, toMs] = [first, firstMs];
  }
  return start < end ? [start, end, fromMs, toMs] : [start, start, fromMs, fromMs];
}
