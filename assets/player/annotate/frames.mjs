/** Frames and seconds of one video. Seconds are exact at the ends of shots; in between frames are spread evenly. */

/** @typedef {[number, number, number, number]} Shot  [first frame, end frame, start s, end s] */

export class Frames {
  /**
   * @param {Shot[]} shots  ascending
   * @param {string} rate  frames a second, like "30000/1001"
   * @param {number} count  of frames
   */
  constructor(shots, rate, count) {
    this.shots = shots;
    this.length = frameLength(rate);
    this.count = count || (shots.at(-1)?.[1] ?? 0);
  }

  /** Seconds at which a frame begins to be shown; the end of the last one for `count`. */
  start(frame) {
    const shot = this.shots[find(this.shots, frame, 0)];
    if (!shot || frame > shot[1] || frame < shot[0]) return frame * this.length;
    const [first, end, from, to] = shot;
    return from + ((frame - first) * (to - from)) / Math.max(1, end - first);
  }

  /** Half a frame later: exactly at its start a decoder may still show the frame before. */
  middle(frame) {
    return (this.start(frame) + this.start(frame + 1)) / 2;
  }

  /** The frame that is shown at `seconds`. */
  at(seconds) {
    const shot = this.shots[find(this.shots, seconds + 1e-6, 2)];
    const inside = shot && seconds >= shot[2] - 1e-6 && seconds <= shot[3];
    const frame = inside
      ? shot[0] + ((seconds - shot[2]) * (shot[1] - shot[0])) / Math.max(1e-9, shot[3] - shot[2])
      : seconds / this.length;
    return Math.max(0, Math.min(this.count - 1, Math.floor(frame + 0.01))); // seconds come rounded
  }
}

/**
 * Index of the shot shown at `seconds`.
 * @param {Shot[]} shots
 * @param {number} seconds
 */
export function shotAt(shots, seconds) {
  return find(shots, seconds + 1e-6, 2);
}

// The last shot whose value in `column` is not above `value`.
function find(shots, value, column) {
  let [low, high] = [0, shots.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (shots[middle][column] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Seconds per frame of a rate like "30000/1001".
function frameLength(rate) {
  const [number, divisor] = String(rate).split('/').map(Number);
  return number > 0 ? (divisor || 1) / number : 0.04;
}
