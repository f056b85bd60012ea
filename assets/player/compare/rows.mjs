/** Which score rows an entry has, and how high they are. Pure: no DOM. */

/**
 * @typedef {object} Row
 * @property {string} id "people", "mean", "run:7", "missing:csta"
 * @property {'people'|'mean'|'samples'|'curve'|'signal'|'offer'|'missing'} kind
 * @property {number} height CSS pixels
 * @property {number} [above] CSS pixels kept free above it, for what it learned from
 * @property {number} [top] set by stack()
 * @property {[number, number]} [range] values shown, set by figure()
 * @property {import('./model.mjs').Track} [track]
 * @property {string} [label] where there is no track
 * @property {string} [reason] why there are no curves
 * @property {import('./server.mjs').OfferRow} [offer]
 */

/** Pixels above a model's row for what it learned from. */
const LEARNED = 16;
/** Height of a row of samples: their names stand beside it. */
const SAMPLES = 132;
const GAP = 7;

/** Height of one person's line in the heatmap: readable names for usual datasets, never a wall. @param {number} people */
function lineHeight(people) {
  return Math.max(4, Math.min(people < 7 ? 16 : 12, Math.floor(240 / Math.max(people, 1))));
}

/** The rows of a model from top to bottom, with their heights. @param {import('./model.mjs').Model} model @returns {Row[]} */
export function listRows(model) {
  const n = model.people.raw.length;
  const nobody = model.whyEmpty || 'Nobody has judged this entry yet.';
  /** @type {Row[]} */
  const people = n
    ? [{ id: 'people', kind: 'people', height: Math.max(80, n * lineHeight(n)) }, { id: 'mean', kind: 'mean', height: 60 }]
    : [{ id: 'people', kind: 'missing', height: 22, label: 'People', reason: nobody }];
  /** @type {Row[]} */
  const signals = model.signals.map((track) => ({ id: track.id, kind: 'signal', height: 36, above: LEARNED, track }));
  return [
    ...people,
    ...(n ? [] : signals),
    ...model.tracks.map(trackRow),
    ...(n ? signals : []),
    ...model.offers.map((offer) => /** @type {Row} */ ({ id: offer.id, kind: 'offer', height: 46, label: offer.model, offer })),
    ...model.missing.map(({ id, model: label, reason }) => /** @type {Row} */ ({ id, kind: 'missing', height: 22, label, reason })),
  ];
}

/** @param {import('./model.mjs').Track} track @returns {Row} */
function trackRow(track) {
  const { run } = track;
  const samples = run.kind === 'samples';
  return {
    id: track.id,
    kind: samples ? 'samples' : 'curve',
    height: samples ? SAMPLES : 48,
    above: run.learned_from ? LEARNED : 0,
    track,
  };
}

/** False for rows that hold a sentence in place of curves. @param {Row} row */
export function drawn(row) {
  return row.kind !== 'missing' && row.kind !== 'offer';
}

/** Put rows below one another; returns the total height. @param {Row[]} rows */
export function stack(rows) {
  let top = 3;
  for (const row of rows) {
    row.top = top + (row.above ?? 0);
    top = row.top + row.height + GAP;
  }
  return top;
}

/** A row's name for people. @param {Row} row */
export function rowName(row) {
  return row.label ?? row.track?.label ?? { people: 'People', mean: 'Average' }[row.kind];
}
