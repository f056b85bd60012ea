/** Cuts on canvases: what is chosen, and where a cut may begin or end. */

/** Pixels apart below which boundaries become a grey wall. */
const APART = 5;

/**
 * Lines at which cuts may begin or end, only where they can be told apart.
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} tops of the strips
 * @param {number} height of each
 * @param {number[]} boundaries seconds
 * @param {import('./time_axis.mjs').TimeAxis} axis
 * @param {import('./page.mjs').Page['colour']} colour
 */
export function drawBoundaries(context, tops, height, boundaries, axis, colour) {
  const visible = boundaries.filter((time) => time > axis.start && time < axis.end);
  if (!visible.length || axis.width / visible.length <= APART) return;
  context.fillStyle = colour('line');
  for (const time of visible) {
    const x = Math.round(axis.x(time));
    for (const top of tops) context.fillRect(x, top, 1, height);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{start: number, end: number}[]|undefined} seconds
 * @param {number} top
 * @param {number} height
 * @param {import('./time_axis.mjs').TimeAxis} axis
 */
export function fillSegments(context, seconds, top, height, axis) {
  for (const { start, end } of seconds ?? []) {
    const left = Math.max(0, axis.x(start));
    const right = Math.min(axis.width, axis.x(end));
    if (right > 0 && left < axis.width) context.fillRect(left, top, Math.max(1, right - left - 1), height);
  }
}
