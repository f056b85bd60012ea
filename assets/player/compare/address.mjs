/** The page's address: entry, time and what was chosen, so that a link shows the same to somebody else. */

import { CLIP_SECONDS } from '../shared/limits.mjs';

/**
 * @typedef {object} View
 * @property {string|null} entry
 * @property {number} t seconds
 * @property {boolean} [disputed] at the moment where people differ most, in place of a time
 * @property {number|null} budget share
 * @property {number|null} length seconds, instead of a budget
 * @property {string|null} shape of the cuts
 * @property {number|null} clip seconds of one of many short clips
 * @property {boolean} words whether clips begin and end between words
 * @property {string|null} shots name of a segmentation
 * @property {string|null} rule of the cuts: "viewing" or "published"
 * @property {string|null} cut id of the selected strip, or PINNED
 * @property {string|null} person name of the pinned person
 * @property {[number, number]|null} zoom seconds
 * @property {string[]} runs ids of runs that are shown instead of the newest
 * @property {[string, string][]} over pairs: a run that is shown, the run over it
 * @property {string[]|null} hidden keys of rows; null where the link says nothing
 */

/** What a link from elsewhere can say: the cut of the pinned person, who has no number there; where people differ most. */
export const PINNED = 'person';
export const DISPUTED = 'disputed';

/** @param {string} search of a location @returns {View} */
export function readAddress(search) {
  const asked = new URLSearchParams(search);
  const share = Math.round(Number(asked.get('budget')) * 10) / 1000;
  const length = Number(asked.get('length'));
  const clip = Number(asked.get('clip'));
  return {
    entry: asked.get('entry'),
    t: Math.max(0, Number(asked.get('t')) || 0),
    disputed: asked.get('t') === DISPUTED,
    budget: share >= 0.01 && share <= 1 ? share : null,
    length: length > 0 && Number.isFinite(length) ? length : null,
    shape: asked.get('shape'),
    clip: clip >= 0.5 && clip <= CLIP_SECONDS ? clip : null,
    words: asked.get('words') !== 'cut',
    shots: asked.get('shots'),
    rule: asked.get('rule'),
    cut: asked.get('cut'),
    person: asked.get('person'),
    zoom: stretch(asked.get('zoom')),
    runs: asked.getAll('run'),
    over: asked.getAll('over').map((pair) => pair.split('~')).filter(isPair),
    hidden: asked.has('hide') ? asked.getAll('hide').filter(Boolean) : null,
  };
}

/** "5.0-40.0" @param {string|null} text @returns {[number, number]|null} */
function stretch(text) {
  const [start, end, ...more] = (text ?? '').split('-').map(Number);
  return end > start && !more.length ? [start, end] : null;
}

/** @param {string[]} parts @returns {parts is [string, string]} */
function isPair(parts) {
  return parts.length === 2;
}

/** What a view says in the address. */
const NAMES = ['entry', 't', 'budget', 'length', 'shape', 'clip', 'words', 'shots', 'rule', 'cut', 'person', 'zoom', 'run', 'over', 'hide'];

/**
 * The address with a view in it; what is as always is left out.
 * @param {string} href
 * @param {View} view
 */
export function writeAddress(href, view) {
  const url = new URL(href);
  for (const name of NAMES) url.searchParams.delete(name);
  const set = (name, value) => value !== null && url.searchParams.append(name, value);
  set('entry', view.entry);
  set('t', view.t.toFixed(1));
  set('budget', view.budget === null ? null : String(Math.round(view.budget * 1000) / 10));
  set('length', view.length === null ? null : String(view.length));
  set('shape', view.shape);
  set('clip', view.clip === null ? null : String(view.clip));
  set('words', view.words ? null : 'cut');
  set('shots', view.shots);
  set('rule', view.rule);
  set('cut', view.cut);
  set('person', view.person);
  set('zoom', view.zoom && view.zoom.map((value) => value.toFixed(1)).join('-'));
  for (const run of view.runs) set('run', run);
  for (const pair of view.over) set('over', pair.join('~'));
  for (const key of view.hidden ?? []) set('hide', key);
  return url.href.replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%7E', '~');
}
