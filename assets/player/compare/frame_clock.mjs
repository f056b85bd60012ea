/** From frames to seconds. Pure: no DOM. */

/**
 * Frames to seconds: exact where the rate is constant, to a millisecond at all edges of shots and of empty pictures.
 * @param {import('./server.mjs').Entry} entry
 * @param {ArrayLike<number>} picks
 * @param {ArrayLike<number>} times
 * @returns {(frame: number) => number}
 */
export function frameClock(entry, picks, times) {
  const [n, d] = entry.fps.split('/').map(Number);
  const steady = (frame) => Math.min(entry.duration, (frame * (d || 1)) / n);
  const known = new Map();
  // Where the rate varies only the milliseconds are known.
  const edge = (frame, ms) => Math.abs(steady(frame) * 1000 - ms) > 1 && known.set(frame, ms / 1000);
  for (const { pieces } of entry.shots) for (const edges of pieces) for (const [frame, ms] of edges) edge(frame, ms);
  for (const [start, end, from, to] of entry.empty) {
    edge(start, from);
    edge(end, to);
  }
  for (const { bounds } of entry.shots) {
    for (const [start, end, from, to] of bounds) {
      known.set(start, from);
      known.set(end, to);
    }
  }
  for (let k = 0; k < picks.length; k += 1) known.set(picks[k], times[k]);
  return (frame) => known.get(frame) ?? steady(frame);
}
