/** The ruler and the filmstrip on top of the rows. */

import { prepare } from '../shared/canvas.mjs';
import { indexAt } from './series.mjs';
import { ticks } from '../shared/format.mjs';

const RULER = 20;
const FILM = 40;
/** How much of the ground lies over pictures that the cut leaves out. */
const DIMMED = 0.7;

/**
 * Time axis, with marks where people disagree most.
 * @param {HTMLCanvasElement} canvas
 * @param {import('./time_axis.mjs').TimeAxis} axis
 * @param {number[]} peaks seconds
 * @param {(name: string, opacity?: number) => string} colour
 */
export function drawRuler(canvas, axis, peaks, colour) {
  const context = prepare(canvas, axis.width, RULER);
  const { values, labels } = ticks(axis.start, axis.end, axis.width);
  context.font = `10.5px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = 'middle';
  context.fillStyle = colour('ink-2');
  context.strokeStyle = colour('ink-3');
  values.forEach((value, k) => {
    const x = Math.round(axis.x(value)) + 0.5;
    context.beginPath();
    context.moveTo(x, RULER - 6);
    context.lineTo(x, RULER);
    context.stroke();
    const width = context.measureText(labels[k]).width;
    if (x + 4 + width <= axis.width) context.fillText(labels[k], x + 3, 7.5);
  });
  context.fillStyle = colour('people');
  for (const peak of peaks) {
    const x = axis.x(peak);
    if (x < 0 || x > axis.width) continue;
    context.beginPath();
    context.moveTo(x - 3.5, RULER - 6);
    context.lineTo(x + 3.5, RULER - 6);
    context.lineTo(x, RULER);
    context.fill();
  }
}

/**
 * Pictures side by side, each the one nearest in time to the middle of its place; what a cut leaves out is dimmed.
 * @param {HTMLCanvasElement} canvas
 * @param {import('./time_axis.mjs').TimeAxis} axis
 * @param {{columns: number, width: number, height: number, times: number[]}} sheet
 * @param {HTMLImageElement} image
 * @param {{start: number, end: number}[]|undefined} cut clips of the selected cut, ascending; none dims nothing
 * @param {(name: string, opacity?: number) => string} colour
 */
export function drawFilm(canvas, axis, sheet, image, cut, colour) {
  const context = prepare(canvas, axis.width, FILM);
  if (!image.complete || !image.naturalWidth || !sheet.times.length) return;
  const tile = (FILM * sheet.width) / sheet.height;
  for (let left = 0; left < axis.width; left += tile) {
    const middle = axis.start + ((left + tile / 2) / axis.width) * (axis.end - axis.start);
    let k = indexAt(sheet.times, middle);
    if (k + 1 < sheet.times.length && sheet.times[k + 1] - middle < middle - sheet.times[k]) k += 1;
    const [column, row] = [k % sheet.columns, Math.floor(k / sheet.columns)];
    const width = Math.min(tile, axis.width - left);
    context.drawImage(
      image,
      column * sheet.width, row * sheet.height, (sheet.width * width) / tile, sheet.height,
      left, 0, width - 1, FILM,
    );
  }
  if (!cut?.length) return;
  context.fillStyle = colour('ground', DIMMED);
  let from = 0;
  for (const { start, end } of [...cut, { start: axis.end, end: axis.end }]) {
    const until = Math.min(axis.width, axis.x(start));
    if (until > from) context.fillRect(from, 0, until - from, FILM);
    from = Math.max(from, axis.x(end));
  }
}
