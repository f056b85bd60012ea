/**
 * Scores + shots + budget -> cut. Mirrors core/select/published.py function by function: the sums and comparisons are in
 * float64 and in the same order in both, so that the page and the server never disagree about a cut.
 *
 * Frames are 0-based, intervals half-open. A shot is [start, end).
 */

export const NOTHING_FITS = 'no shot fits the budget';
export const NOTHING_SCORES = 'no shot within the budget scores above 0';

/**
 * @typedef {{segments: [number, number][], shots: number[], frames: number, note: string}} Cut
 * segments ascending; `shots` the indices of the given shots that they lie in; `frames` their total length
 */

/** Scores without NaN: what nobody judged counts as 0. */
function known(scores) {
  return Float64Array.from(scores, (score) => (score === score ? score : 0));
}

/** Scores of all frames: each pick's score is held until the next pick; before the first pick it is 0. */
export function holdScores(scores, picks, nFrames) {
  const held = new Float32Array(nFrames);
  const clean = known(scores);
  for (let t = 0; t < picks.length; t += 1) held.fill(clean[t], picks[t], picks[t + 1] ?? nFrames);
  return held;
}

/** Mean held score of each interval, from the running sum of the held scores. */
export function shotScores(scores, picks, bounds, nFrames) {
  const clean = known(scores);
  const sums = new Float64Array(picks.length + 1);
  for (let t = 0; t < picks.length; t += 1) {
    sums[t + 1] = sums[t] + clean[t] * ((picks[t + 1] ?? nFrames) - picks[t]);
  }
  const upto = (frame) => {
    const pick = lastAtOrBefore(picks, frame);
    return pick < 0 ? 0 : sums[pick] + clean[pick] * (frame - picks[pick]);
  };
  return Float64Array.from(bounds, ([start, end]) => (upto(end) - upto(start)) / (end - start));
}

/** Index of the last pick <= frame, -1 before the first. */
function lastAtOrBefore(picks, frame) {
  let low = -1;
  let high = picks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (picks[middle] <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The set of items of largest total value whose total weight is at most the capacity, exactly. Of equally good sets
 * the one that does without the later items.
 *
 * The last item is decided when all others are known; the others' weights are counted in their greatest common
 * divisor, see core/select/published.py.
 * @param {Float64Array} values (S,)
 * @param {ArrayLike<number>} weights (S,) positive integers
 * @param {number} capacity
 * @returns {number[]} chosen indices, ascending
 */
export function knapsack(values, weights, capacity) {
  const last = values.length - 1;
  if (last < 0) return [];
  let unit = 0;
  for (let i = 0; i < last; i += 1) unit = gcd(unit, weights[i]);
  unit ||= 1;
  let room = Math.floor(capacity / unit);
  const best = new Float64Array(room + 1);
  const stride = (room >> 3) + 1;
  const taken = new Uint8Array(last * stride);
  for (let i = 0; i < last; i += 1) {
    const weight = weights[i] / unit;
    const worth = values[i];
    const row = i * stride;
    for (let left = room; left >= weight; left -= 1) {
      const value = best[left - weight] + worth;
      if (value > best[left]) {
        best[left] = value;
        taken[row + (left >> 3)] |= 1 << (left & 7);
      }
    }
  }
  const chosen = [];
  if (weights[last] <= capacity) {
    const beside = Math.floor((capacity - weights[last]) / unit);
    if (best[beside] + values[last] > best[room]) {
      chosen.push(last);
      room = beside;
    }
  }
  for (let i = last - 1; i >= 0; i -= 1) {
    if ((taken[i * stride + (room >> 3)] >> (room & 7)) & 1) {
      chosen.push(i);
      room -= weights[i] / unit;
    }
  }
  return chosen.reverse();
}

/** Greatest common divisor; gcd(0, b) is b. */
export function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/**
 * The shots of largest total score that fit into the budget. Where no shot fits, the best-scored shot is split at its
 * weakest boundary until the best-scored piece fits (not in the strict protocol, which stays empty as published).
 * @param {ArrayLike<number>} scores (T,) in [0, 1], NaN counts as 0
 * @param {ArrayLike<number>} picks (T,) ascending frames
 * @param {[number, number, ...number[]][]} shots S half-open intervals, whatever else is said of them
 * @param {number} nFrames
 * @param {number} budget share of the video in (0, 1]
 * @param {boolean} [strict]
 * @returns {Cut}
 */
export function select(scores, picks, shots, nFrames, budget, strict = false) {
  const clean = known(scores);
  const capacity = Math.floor(budget * nFrames);
  /** @type {[number, number][]} */
  let bounds = shots.map(([start, end]) => [start, end]);
  let parents = bounds.map((_, shot) => shot);
  let note = '';
  if (bounds.every(([start, end]) => end - start > capacity)) {
    note = NOTHING_FITS;
    if (!strict && capacity > 0 && bounds.length > 0) {
      let split;
      [bounds, parents, split] = splitUntilFits(clean, picks, bounds, nFrames, capacity);
      note = split === 1 ? '1 overlong shot was split' : `${split} overlong shots were split`;
    }
  }
  const lengths = bounds.map(([start, end]) => end - start);
  const chosen = knapsack(shotScores(clean, picks, bounds, nFrames), lengths, capacity);
  if (chosen.length === 0 && note !== NOTHING_FITS) note = NOTHING_SCORES;
  return {
    segments: chosen.map((k) => bounds[k]),
    shots: chosen.map((k) => parents[k]),
    frames: chosen.reduce((sum, k) => sum + lengths[k], 0),
    note,
  };
}

/** Split the best-scored shot (the first of equals) again and again until the best-scored one fits. */
function splitUntilFits(scores, picks, bounds, nFrames, capacity) {
  const pieces = [...bounds];
  const parents = bounds.map((_, shot) => shot);
  for (;;) {
    const values = shotScores(scores, picks, pieces, nFrames);
    const best = values.reduce((top, value, k) => (value > values[top] ? k : top), 0);
    const [start, end] = pieces[best];
    if (end - start <= capacity) {
      const counts = new Map();
      for (const parent of parents) counts.set(parent, (counts.get(parent) ?? 0) + 1);
      return [pieces, parents, [...counts.values()].filter((n) => n > 1).length];
    }
    const middle = weakestBoundary(scores, picks, start, end);
    pieces.splice(best, 1, [start, middle], [middle, end]);
    parents.splice(best, 0, parents[best]);
  }
}

/** The pick inside (start, end) at which the score changes most; of equal ones the nearest to the middle. */
function weakestBoundary(scores, picks, start, end) {
  let boundary = -1;
  let largest = -1;
  let nearest = Infinity;
  for (let t = 1; t < picks.length; t += 1) {
    if (picks[t] <= start || picks[t] >= end) continue;
    const step = Math.abs(scores[t] - scores[t - 1]);
    const off = Math.abs(2 * picks[t] - (start + end));
    if (step > largest || (step === largest && off < nearest)) {
      boundary = picks[t];
      largest = step;
      nearest = off;
    }
  }
  return boundary < 0 ? Math.floor((start + end) / 2) : boundary;
}

/**
 * How well two cuts agree: the F1 of their frames, or of their seconds, 0 to 1; NaN where one of them is empty.
 * @param {[number, number][]} a ascending segments
 * @param {[number, number][]} b ascending segments
 */
export function overlap(a, b) {
  let shared = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    shared += Math.max(0, Math.min(a[i][1], b[j][1]) - Math.max(a[i][0], b[j][0]));
    if (a[i][1] < b[j][1]) i += 1;
    else j += 1;
  }
  const length = (segments) => segments.reduce((sum, [start, end]) => sum + end - start, 0);
  const total = length(a) + length(b);
  return a.length && b.length ? (2 * shared) / total : NaN;
}
