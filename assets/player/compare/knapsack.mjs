/**
 * The set of pieces that collects most within a length, exactly, where lengths are milliseconds. Mirrors
 * core/select/knapsack.py function by function; how it works stands there. All numbers are whole and below 2^53.
 */

import { gcd } from './selection.mjs';

/** Pieces on either side of the last one that fits, between which a first good set is improved by exchanging two. */
const NEARBY = 100;
const ROUNDING = 0.25;

/**
 * The set of largest total value whose total length is at most the capacity, exactly. Of equally good sets the first
 * that is found: pieces of more value per length come first, of equal ones the earlier.
 * @param {ArrayLike<number>} values (S,) whole numbers
 * @param {ArrayLike<number>} lengths (S,) positive whole numbers
 * @param {number} capacity
 * @returns {number[]} taken indices, ascending
 */
export function mostWithin(values, lengths, capacity) {
  const order = [];
  for (let k = 0; k < values.length; k += 1) if (values[k] > 0 && lengths[k] <= capacity) order.push(k);
  const worth = Float64Array.from(values, (value, k) => value / lengths[k]);
  order.sort((a, b) => worth[b] - worth[a] || a - b);
  // No set is longer than the last multiple of what divides all lengths.
  const unit = order.reduce((found, k) => gcd(found, lengths[k]), 0) || 1;
  const within = capacity - (capacity % unit);
  const taken = solve(Float64Array.from(order, (k) => values[k]), Float64Array.from(order, (k) => lengths[k]), within);
  return order.filter((_, i) => taken[i]).sort((a, b) => a - b);
}

/** (S,) 0 or 1 for pieces in descending order of value per length. One loop without calls, because it has to be fast. */
// eslint-disable-next-line complexity
function solve(values, lengths, capacity) {
  const count = values.length;
  const taken = greedy(values, lengths, capacity);
  let best = 0;
  for (let i = 0; i < count; i += 1) if (taken[i]) best += values[i];
  const beforeLength = new Float64Array(count + 1);
  const beforeValue = new Float64Array(count + 1);
  for (let i = 0; i < count; i += 1) {
    beforeLength[i + 1] = beforeLength[i] + lengths[i];
    beforeValue[i + 1] = beforeValue[i] + values[i];
  }
  // States by ascending length and value; each remembers the piece it took last and the state before that.
  let [stateLength, stateValue, stateNode] = [[0], [0], [-1]];
  const nodePiece = [];
  const nodeBefore = [];
  let bestNode = -1;
  for (let i = 0; i < count; i += 1) {
    const states = stateLength.length;
    const [lengthAfter, valueAfter, nodeAfter] = [[], [], []];
    let without = 0;
    let withIt = 0;
    let highest = -1;
    while (without < states || withIt < states) {
      let take = false;
      let longer = 0;
      let more = 0;
      if (withIt < states) {
        longer = stateLength[withIt] + lengths[i];
        more = stateValue[withIt] + values[i];
        if (longer > capacity) {
          withIt = states;
          continue;
        }
        take = without === states || longer < stateLength[without]
          || (longer === stateLength[without] && more > stateValue[without]);
      }
      let length;
      let value;
      let node;
      if (take) {
        [length, value, node] = [longer, more, stateNode[withIt]];
        withIt += 1;
      } else {
        [length, value, node] = [stateLength[without], stateValue[without], stateNode[without]];
        without += 1;
      }
      if (value <= highest) continue;
      highest = value;
      if (value <= best
        && bound(value, capacity - length, i + 1, values, lengths, beforeLength, beforeValue) < best + 1 - ROUNDING) continue;
      if (take) {
        nodePiece.push(i);
        nodeBefore.push(node);
        node = nodePiece.length - 1;
      }
      if (value > best) [best, bestNode] = [value, node];
      lengthAfter.push(length);
      valueAfter.push(value);
      nodeAfter.push(node);
    }
    [stateLength, stateValue, stateNode] = [lengthAfter, valueAfter, nodeAfter];
  }
  if (bestNode >= 0) {
    taken.fill(0);
    for (; bestNode >= 0; bestNode = nodeBefore[bestNode]) taken[nodePiece[bestNode]] = 1;
  }
  return taken;
}

/** What a state of this value could reach at most with the pieces from `first` on, the last of them in part. */
function bound(value, room, first, values, lengths, beforeLength, beforeValue) {
  let low = first;
  let high = values.length;
  while (low < high) { // the first piece that does not fit as a whole
    const middle = (low + high + 1) >> 1;
    if (beforeLength[middle] - beforeLength[first] <= room) low = middle;
    else high = middle - 1;
  }
  const whole = value + beforeValue[low] - beforeValue[first];
  if (low >= values.length) return whole;
  return whole + (room - (beforeLength[low] - beforeLength[first])) * (values[low] / lengths[low]);
}

/** (S,) 0 or 1: whatever still fits, in order; then the best exchange of one for another, again and again. */
function greedy(values, lengths, capacity) {
  const count = values.length;
  const taken = new Uint8Array(count);
  let room = capacity;
  let last = -1;
  for (let i = 0; i < count; i += 1) {
    if (lengths[i] <= room) {
      taken[i] = 1;
      room -= lengths[i];
    } else if (last < 0) last = i;
  }
  if (last < 0) return taken;
  const first = Math.max(0, last - NEARBY);
  const end = Math.min(count, last + NEARBY);
  for (;;) {
    let gain = 0;
    let out = -1;
    let into = -1;
    for (let i = first; i < end; i += 1) {
      if (!taken[i]) continue;
      for (let j = first; j < end; j += 1) {
        if (!taken[j] && lengths[j] - lengths[i] <= room && values[j] - values[i] > gain) {
          gain = values[j] - values[i];
          [out, into] = [i, j];
        }
      }
    }
    if (out < 0) return taken;
    taken[out] = 0;
    taken[into] = 1;
    room += lengths[out] - lengths[into];
  }
}
