/**
 * Shapes of a cut that people watch. Mirrors core/select/shapes.py function by function; what they are stands there.
 * All sums are whole numbers below 2^53.
 */

import { NOTHING_FITS, NOTHING_SCORES } from './selection.mjs';
import { SHORTEST_CLIP_MS, adjoined, capacityMs, collected, freePieces, longestPiece, outside, trim, view } from './viewing.mjs';
import { betweenWords } from './between_words.mjs';
import { mostWithin } from './knapsack.mjs';

/** @typedef {import('./viewing.mjs').Span} Span */
/** @typedef {import('./viewing.mjs').Footage} Footage */
/** @typedef {'scored'|'one'|'short'|'story'} Shape */
/** @typedef {{shape: Shape, clipMs: number, words: boolean}} Form */

const APART_MS = 1000;
const PARTS = 8;
const LEAST_OF_PART_MS = 2000;

/**
 * The cut of a video in a shape.
 * @param {ArrayLike<number>} scores (T,) in [0, 1]; NaN (not judged) counts as 0
 * @param {Footage} footage
 * @param {number} budget share of the duration, in (0, 1]
 * @param {Form} form its shape, how long one of many short clips may be, and whether edges go between words
 * @param {Span[]} [pieces] what freePieces gives, where it is known already
 * @returns {import('./viewing.mjs').Viewed}
 */
export function shaped(scores, footage, budget, { shape, clipMs, words }, pieces = undefined) {
  const capacity = capacityMs(budget, footage);
  const asScored = shape === 'scored';
  let { spans, note } = asScored ? view(scores, footage, budget, [], [], pieces) : clips(scores, footage, capacity, shape, clipMs);
  if (words) spans = betweenWords(spans, footage, capacity, shape === 'short' ? clipMs : null);
  return { spans, segments: spans.map(([start, end]) => /** @type {[number, number]} */ ([start, end])), note };
}

function clips(scores, footage, capacity, shape, clipMs) {
  const make = { one: oneClip, short: manyShort, story: wholeStory }[shape];
  const spans = adjoined(make(scores, footage, capacity, clipMs));
  if (spans.length) return { spans, note: '' };
  return { spans, note: collected(scores, footage, [whole(footage)])[0] > 0 ? NOTHING_FITS : NOTHING_SCORES };
}

/** The stretch of at most the capacity that collects most; of equal ones the first. @returns {Span[]} */
function oneClip(scores, footage, capacity) {
  const best = bestOf(stretches(scores, footage, points(footage), [whole(footage)], capacity));
  return best ? [trim(best, footage.empty)] : [];
}

/** Clips of at most `clipMs`, each within one shot, APART_MS apart. @returns {Span[]} */
function manyShort(scores, footage, capacity, clipMs) {
  const longest = Math.min(clipMs, capacity);
  const least = Math.max(1, Math.min(SHORTEST_CLIP_MS, Math.floor(longest / 2)));
  const found = [...stretches(scores, footage, points(footage), rooms(footage), longest)]
    .filter(([, value]) => value > 0)
    .map(([stretch, value]) => ({ stretch: trim(stretch, footage.empty), value }))
    .filter(({ stretch: [, , from, to] }) => to - from >= least);
  const order = found.map((_, k) => k).sort((a, b) => found[b].value - found[a].value || a - b);
  const parts = Math.max(1, Math.ceil(capacity / Math.max(longest, 1)));
  /** @type {Span[]} */
  const taken = [];
  const filled = new Set();
  let room = capacity;
  for (const spread of [true, false]) {
    for (const k of order) {
      const { stretch } = found[k];
      const length = stretch[3] - stretch[2];
      const part = partOf(stretch, parts, footage);
      if (length > room || (spread && filled.has(part))) continue;
      const at = firstFrom(taken.map(([start]) => start), stretch[0]);
      if ((at > 0 && stretch[2] - taken[at - 1][3] < APART_MS) || (at < taken.length && taken[at][2] - stretch[3] < APART_MS)) continue;
      taken.splice(at, 0, stretch);
      filled.add(part);
      room -= length;
    }
  }
  return taken;
}

/** The best of each part of the film within its share of the time, and what the parts before it left. @returns {Span[]} */
function wholeStory(scores, footage, capacity) {
  const parts = Math.max(1, Math.min(PARTS, Math.floor(capacity / LEAST_OF_PART_MS)));
  const share = Math.floor(capacity / parts);
  const ends = points(footage);
  /** @type {Span[][]} */
  const ofPart = Array.from({ length: parts }, () => []);
  for (const piece of freePieces(footage, longestPiece(capacity), [], [])) {
    const best = piece[3] - piece[2] > share ? bestOf(stretches(scores, footage, ends, [piece], share)) : piece;
    if (best) ofPart[partOf(best, parts, footage)].push(best === piece ? piece : trim(best, footage.empty));
  }
  /** @type {Span[]} */
  const taken = [];
  let used = 0;
  ofPart.forEach((spans, k) => {
    const lengths = spans.map(([, , from, to]) => to - from);
    const room = Math.floor((capacity * (k + 1)) / parts) - used;
    for (const row of mostWithin(collected(scores, footage, spans), lengths, room)) {
      taken.push(spans[row]);
      used += lengths[row];
    }
  });
  return taken;
}

/** Frames and their times, ascending, at which a stretch may begin or end. @returns {[number, number][]} */
function points({ picks, pickMs, pieces, empty, nFrames, durationMs }) {
  const at = new Map(Array.from(picks, (frame, k) => [frame, pickMs[k]]));
  for (const edges of pieces) for (const [frame, ms] of edges) at.set(frame, ms);
  for (const [start, end, from, to] of empty) at.set(start, from).set(end, to);
  at.set(0, 0).set(nFrames, durationMs);
  return [...at].sort((a, b) => a[0] - b[0]);
}

/**
 * From each point of each room the longest stretch within it that lasts at most `longest`, and what it collects.
 * @returns {Generator<[Span, number]>}
 */
function* stretches(scores, footage, ends, among, longest) {
  const frames = ends.map(([frame]) => frame);
  const upto = uptoOf(scores, footage, ends);
  for (const [start, end] of among) {
    const last = firstFrom(frames, end);
    let until = firstFrom(frames, start);
    for (let begin = until; begin < last; begin += 1) {
      until = Math.max(until, begin);
      while (until < last && ends[until + 1][1] - ends[begin][1] <= longest) until += 1;
      if (until > begin) yield [[frames[begin], frames[until], ends[begin][1], ends[until][1]], upto[until] - upto[begin]];
    }
  }
}

/** What is collected until each point; kept for the last curve, whose pieces are asked one after the other. */
const known = { scores: null, ends: null, upto: null };
function uptoOf(scores, footage, ends) {
  if (known.scores !== scores || known.ends !== ends) {
    Object.assign(known, { scores, ends, upto: collected(scores, footage, ends.map(([frame, ms]) => [0, frame, 0, ms])) });
  }
  return known.upto;
}

/** The stretch that collects most, the first of equal ones; null where none collects anything. */
function bestOf(found) {
  let best = null;
  let most = 0;
  for (const [stretch, value] of found) if (value > most) [best, most] = [stretch, value];
  return best;
}

/** Shots without the empty pictures that they begin and end with, and between those that last. @returns {Span[]} */
function rooms({ pieces, empty }) {
  const dividing = empty.filter(([, , from, to]) => to - from >= SHORTEST_CLIP_MS);
  return pieces.flatMap((edges) => {
    const [[start, from], [end, to]] = [edges[0], edges[edges.length - 1]];
    return outside([start, end, from, to], dividing).map((part) => trim(part, empty));
  }).filter(([start, end]) => start < end);
}

/** @returns {Span} */
function whole({ nFrames, durationMs }) {
  return [0, nFrames, 0, durationMs];
}

function partOf([, , from, to], parts, { durationMs }) {
  return Math.min(parts - 1, Math.floor(((from + to) * parts) / Math.max(2 * durationMs, 1)));
}

/** The first place of ascending values from which on they are no less than one. */
function firstFrom(values, least) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
