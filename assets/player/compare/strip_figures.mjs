/** How well each strip's cut agrees with the people of the entry, beside what chance gets. Pure: no DOM. */

import { number } from '../shared/format.mjs';
import { percentage } from './numbers.mjs';

/** @typedef {import('./server.mjs').Numbers} Numbers */
/** @typedef {import('./figures.mjs').Figures['live']} Live */

/**
 * @typedef {object} StripFigures as in the table of figures; missing where it is not known yet, null or NaN where undefined
 * @property {number|null} [f1] share 0..1, of the cuts as they are now
 * @property {number|null} [tau]
 * @property {{f1: number|null, tau: number|null}} [chance] of noise that knows nothing of the video, F1 at 15 % of it
 */

/**
 * The figures of every strip that has some, by its id; none where nobody else judged the entry.
 * @param {import('./model.mjs').Model} model
 * @param {Numbers|null} numbers
 * @param {Live} live
 * @returns {Map<string, StripFigures>}
 */
export function stripFigures(model, numbers, live) {
  /** @type {Map<string, StripFigures>} */
  const found = new Map();
  const { people, signals, tracks } = model;
  if (!people.raw.length) return found;
  const others = people.raw.length > 1;
  const tau = (id) => numbers?.curves?.[id];
  if (others) {
    found.set('mean', { f1: live?.people.oracle, tau: tau('mean') });
    people.raw.forEach((_, k) => found.set(`person:${k}`, { f1: live?.people.each[k], tau: tau(`person:${k}`) }));
    for (const id of [...people.camps.map((_, k) => `camp:${k}`), ...signals.map((one) => one.id)]) {
      found.set(id, { f1: live?.alone.get(id), tau: tau(id) });
    }
  }
  for (const track of tracks) for (const [id, figures] of ofTrack(track, numbers, live)) found.set(id, figures);
  return found;
}

/** The cut of a model's curve, or of the mean of its samples, and of each of them. @returns {[string, StripFigures][]} */
function ofTrack({ id, run }, numbers, live) {
  const own = numbers?.runs?.[id];
  const now = live?.models.get(id);
  const noise = numbers?.noise?.find(({ curves }) => curves === run.n);
  const chance = (one) => one && { f1: one.f1, tau: one.kendall };
  const f1 = own?.protocol === 'summe' ? now?.best : now?.mean;
  const centre = { f1, tau: own?.kendall, chance: chance(noise?.mean) };
  if (run.kind !== 'samples') return [[id, centre]];
  const samples = Array.from({ length: run.n }, (_, k) => /** @type {[string, StripFigures]} */ (
    [`${id}:${k}`, { f1: now?.each[k], tau: own && meanOf(own.matrix[k]), chance: chance(noise?.single) }]
  ));
  return [[`${id}:mean`, centre], ...samples];
}

/** @param {(number|null)[]} values */
function meanOf(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

/**
 * "F1 52.1 % · chance 41.0 % · τ 0.21 · chance −0.02"; "" while nothing is known.
 * @param {StripFigures|undefined} figures
 * @param {boolean} usual the cuts are made as chance was measured
 */
export function figuresSentence(figures, usual) {
  if (!figures) return '';
  const { f1, tau, chance } = figures;
  const share = (value) => (unknown(value) ? 'undefined' : `${number(percentage(value), 1)} %`);
  const level = (value) => (unknown(value) ? 'undefined' : number(value));
  return [
    f1 === undefined ? '' : `F1 ${share(f1)}`,
    f1 === undefined || !chance ? '' : `chance ${share(chance.f1)}${usual ? '' : ' at 15 %'}`,
    tau === undefined ? '' : `τ ${level(tau)}`,
    tau === undefined || !chance ? '' : `chance ${level(chance.tau)}`,
  ].filter(Boolean).join(' · ');
}

/** Computed, and undefined. @param {number|null} value */
function unknown(value) {
  return value === null || Number.isNaN(value);
}

/** The same in a column: "52", "0.21", "–". @param {StripFigures|undefined} figures @returns {[string, string]} F1 in percent, tau */
export function figuresShort(figures) {
  const short = (value, shown) => (value === undefined ? '' : unknown(value) ? '–' : shown(value));
  return [short(figures?.f1, (value) => number(percentage(value), 0)), short(figures?.tau, (value) => number(value))];
}
