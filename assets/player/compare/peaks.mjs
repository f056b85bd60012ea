/** Where opinions differ most. Pure: no DOM. */

import { disagreements, meanAndSpread } from './series.mjs';

/**
 * Where opinions differ most, in seconds, by who differs: people among themselves, samples of the first family among
 * themselves, and the average of people from each model's mean (as positions in their own range, because models and
 * people use the scale differently).
 * @param {Float32Array[]} raw people's scores
 * @param {import('./model.mjs').Track[]} tracks
 * @param {import('./series.mjs').Series['data']} times seconds
 * @param {number} duration seconds
 * @returns {{people: number[], samples: number[], models: number[], most: number|null}} `most`: where people differ most
 */
export function peaksOf(raw, tracks, times, duration) {
  // At most about 50 marks, however long the video is.
  const apart = Math.max(2, duration / 50);
  const seconds = (values) => disagreements(values, times, apart).map((t) => times[t]);
  const family = tracks.find(({ run }) => run.kind === 'samples');
  const spread = raw.length > 1 ? meanAndSpread(raw).spread : null;
  const people = spread ? seconds(spread) : [];
  const samples = family?.raw.length > 1 ? seconds(meanAndSpread(family.raw).spread) : [];
  let models = [];
  if (raw.length && tracks.length) {
    const wanted = positions(meanAndSpread(raw).mean);
    const given = tracks.map(({ rawMean }) => positions(rawMean));
    models = seconds(wanted.map((value, t) => given.reduce((sum, one) => sum + Math.abs(one[t] - value), 0) / given.length));
  }
  const widest = people.length ? Math.max(...spread.filter((value) => value === value)) : 0;
  const most = people.length ? times[spread.indexOf(widest)] : null;
  return { people, samples, models, most };
}

/** Each value's place among all of them, 0 (lowest) to 1 (highest); NaN stays. */
function positions(values) {
  const known = Array.from(values).filter((value) => value === value).sort((a, b) => a - b);
  const middle = (value) => (indexBelow(known, value, false) + indexBelow(known, value, true)) / 2;
  return Float32Array.from(values, (value) => (value === value ? middle(value) / Math.max(1, known.length) : NaN));
}

/** How many of an ascending list are below a value, or not above it. */
function indexBelow(ascending, value, orEqual) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const at = (low + high) >> 1;
    if (ascending[at] < value || (orEqual && ascending[at] === value)) low = at + 1;
    else high = at;
  }
  return low;
}
