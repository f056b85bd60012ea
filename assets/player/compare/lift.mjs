/** The curve under the pointer, lifted out of the others of its row. */

import { prepare } from '../shared/canvas.mjs';
import { thinCurve } from './series.mjs';

/** Pixels within which a curve is near the pointer. */
const NEAR = 14;

/**
 * Where a value of a row lies, CSS pixels from the first row.
 * @param {import('./rows.mjs').Row} row
 * @returns {(value: number) => number}
 */
function heightIn({ range: [low, high], top, height }) {
  const pad = (high - low) * 0.05;
  return (value) => top + height * (1 - (value - low + pad) / (high - low + 2 * pad));
}

/**
 * Draw the lifted curve thick over the others.
 * @param {HTMLCanvasElement} canvas over the plots, from the gutter on
 * @param {import('./store.mjs').Store} store
 * @param {import('./page.mjs').Page['colour']} colour
 */
export function drawLift(canvas, { lifted, model, height, axis }, colour) {
  const context = prepare(canvas, axis.width, height);
  if (!lifted) return;
  const { row, sample } = lifted;
  const y = heightIn(row);
  const { x: times, y: shown } = thinCurve(model.edges, row.track.rows[sample], axis.start, axis.end, axis.width);
  context.save();
  context.beginPath();
  context.rect(0, row.top, axis.width, row.height);
  context.clip();
  context.fillStyle = colour('panel', 0.65);
  context.fillRect(0, row.top, axis.width, row.height);
  context.lineJoin = 'round';
  context.strokeStyle = colour(row.track.colour);
  context.lineWidth = 2.4;
  context.beginPath();
  times.forEach((time, k) => shown[k] !== null && context.lineTo(axis.x(time), y(shown[k])));
  context.stroke();
  context.restore();
}

/** The sample whose curve passes nearest below or above the pointer; -1 where none is near. @param {import('./rows.mjs').Row} row */
export function sampleUnder(row, pick, y) {
  const at = heightIn(row);
  let best = -1;
  let nearest = NEAR;
  row.track.rows.forEach((values, k) => {
    const off = Math.abs(at(values[pick]) - y);
    if (off < nearest) [nearest, best] = [off, k];
  });
  return best;
}
