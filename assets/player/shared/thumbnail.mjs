/** Pictures out of an entry's sheet of thumbnails. */

import { h } from './dom.mjs';
import { url } from './http.mjs';

/** @typedef {import('./wire').Thumbnails} Sheet */

/**
 * The picture nearest to a time, else one from the first third.
 * @param {Sheet|null} sheet null leaves the place empty
 * @param {number} width CSS pixels
 * @param {number} height CSS pixels
 * @param {number|null} [seconds]
 * @param {string} [className]
 */
export function thumbnail(sheet, width, height, seconds = null, className = '') {
  const box = h('span', { class: `mc-thumb ${className}`, 'aria-hidden': 'true' });
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  if (!sheet) return box;
  const { columns, count: pictures, times } = sheet;
  const index = seconds === null ? Math.floor(pictures / 3) : nearest(times, seconds);
  const scale = Math.max(width / sheet.width, height / sheet.height);
  const [w, hgt] = [sheet.width * scale, sheet.height * scale];
  const rows = Math.ceil(pictures / columns);
  box.style.backgroundImage = `url("${url(sheet.url)}")`;
  box.style.backgroundSize = `${w * columns}px ${hgt * rows}px`;
  const x = (index % columns) * w + (w - width) / 2;
  const y = Math.floor(index / columns) * hgt + (hgt - height) / 2;
  box.style.backgroundPosition = `${-x}px ${-y}px`;
  return box;
}

function nearest(times, seconds) {
  let best = 0;
  for (let i = 1; i < times.length; i += 1) {
    if (Math.abs(times[i] - seconds) < Math.abs(times[best] - seconds)) best = i;
  }
  return best;
}
