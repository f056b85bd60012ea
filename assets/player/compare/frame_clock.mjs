/** From frames to seconds, and from one frame to the next. Pure: no DOM. */

import { indexAt } from './series.mjs';

/** Share of a frame by which it has to be passed, so that rounding does not take it for the one before. */
const BEHIND = 0.02;
/** Seconds after the beginning of a frame at which it surely shows; less in short frames. */
const INTO = 0.002;

/**
 * Frames to seconds, exact.
 * @param {import('./server.mjs').Entry} entry
 * @param {ArrayLike<number>|null} shown (n_frames,) when each frame is shown, where the rate varies
 * @returns {(frame: number) => number}
 */
export function frameClock({ fps, duration }, shown) {
  if (shown) return (frame) => shown[frame] ?? duration;
  const [n, d] = fps.split('/').map(Number);
  return (frame) => Math.min(duration, (frame * (d || 1)) / n);
}

/**
 * The frame that is shown at a time.
 * @param {import('./server.mjs').Entry} entry
 * @param {ArrayLike<number>|null} shown as above
 * @param {number} now seconds
 */
export function frameAt(entry, shown, now) {
  const [n, d] = entry.fps.split('/').map(Number);
  const length = (d || 1) / n;
  const at = shown ? indexAt(shown, now + Math.min(INTO / 2, BEHIND * length)) : Math.floor(now / length + BEHIND);
  return Math.min(Math.max(0, at), entry.n_frames - 1);
}

/**
 * Where to go so that the frame some frames on from a time shows.
 * @param {import('./server.mjs').Entry} entry
 * @param {ArrayLike<number>|null} shown as above
 * @param {number} now seconds
 * @param {number} amount frames, backwards below 0
 * @returns {number} seconds
 */
export function frameStep(entry, shown, now, amount) {
  const begins = frameClock(entry, shown);
  const frame = Math.min(Math.max(0, frameAt(entry, shown, now) + amount), entry.n_frames - 1);
  return begins(frame) + Math.min(INTO, (begins(frame + 1) - begins(frame)) / 10);
}
