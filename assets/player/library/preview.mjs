/** What is in a file that may be taken in: how much, of whom, and what is wrong with which entry. */

import { h } from '../shared/dom.mjs';
import { count, spell } from '../shared/format.mjs';

/** @typedef {import('../shared/wire').ImportPreviewResult} Preview */

/** @type {Record<string, [string, string]>} */
const UNITS = {
  entries: ['entry', 'entries'], videos: ['video', 'videos'], tasks: ['task', 'tasks'], splits: ['split', 'splits'],
  models: ['model', 'models'],
};
const NOT_HERE = 'No data set here has these videos: take that in first.';
/** What joins entries that are here, so that somebody says which. */
export const ABOUT_VIDEOS = ['captions', 'labels'];
const OPEN = 5;
const NAMED = 12;

/** One and several of what is counted. @param {string} unit */
export function words(unit) {
  return UNITS[unit];
}

/** "50 entries", "the model" @param {number} n @param {string} unit */
export function inAll(n, unit) {
  const [one, several] = words(unit);
  return n === 1 ? `the ${one}` : `${n} ${several}`;
}

/** @param {Preview} preview */
export function facts(preview) {
  const { captioned, fits, kind } = preview;
  const told = [
    preview.judged > 0 && ['People', kind === 'labels' ? labellers(preview) : people(preview)],
    preview.frames > 0 && ['Frames', `${preview.frames.toLocaleString('en')} in ${spell(preview.seconds)}`],
    preview.features.length > 0 && ['Features', preview.features.map(space).join('; ')],
    captioned > 0 && ['Captions', kind === 'captions' ? `${captioned}` : `of ${count(captioned, ...words('entries'))}`],
    fits.length > 0 && ['About', fits.map((one) => `${count(one.entries, 'entry', 'entries')} of ${one.dataset}`).join('; ')],
  ].filter(Boolean);
  return [
    h('dl', { class: 'mc-facts' }, told.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    preview.notes.length > 0 && lines('mc-notes', preview.notes, 'remark'),
    ABOUT_VIDEOS.includes(kind) && !fits.length && h('p', { class: 'mc-notice' }, NOT_HERE),
    preview.replaced > 0 && h('p', { class: 'mc-notice' }, known(preview)),
    preview.doubled > 0 && h('p', { class: 'mc-notice' }, doubled(preview)),
    ...matches(preview),
    ...faults(preview),
  ];
}

/** @param {Preview} preview */
function people({ people: n, judged, simulated, unit }) {
  const made = simulated ? `, ${count(simulated, 'judgement')} made by programs` : '';
  return `${count(n, 'person', 'people')}, who judged ${count(judged, ...words(unit))}${made}`;
}

/** Which entry each video of labels is. @param {Preview} preview */
function matches({ good, into, matched }) {
  if (!matched.length) return [];
  const each = matched.map((one) => (one.video === one.entry ? one.entry : `${one.video} is ${one.entry}`));
  return [h('h3', {}, `${count(good, ...words('videos'))} of “${into}”`), lines('mc-notes', each, 'more video')];
}

/** @param {Preview} preview */
function faults({ kind, wrong }) {
  if (!wrong.length) return [];
  const all = count(wrong.length, ...words(kind === 'labels' ? 'videos' : 'entries'));
  const title = kind === 'labels' ? `Not matched: ${all}` : `Wrong with ${all}, which would be left out`;
  return [h('h3', {}, title), lines('mc-wrong', wrong.map((one) => `${one.entry}: ${one.reason}`), 'more fault')];
}

/** Of labels of another tool: by name, where they are few. @param {Preview} preview */
function labellers({ people: n, simulated, unnamed, whose }) {
  const more = n - NAMED;
  const named = n > 0 && whose.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const nobody = unnamed > 0 && `somebody whom the file does not name (${count(unnamed, ...words('videos'))})`;
  const made = simulated > 0 && `${count(simulated, 'judgement')} made by programs`;
  return [named, nobody, made].filter(Boolean).join('; ');
}

/** @param {Preview['features'][number]} one */
function space({ space: id, width, entries }) {
  return `${id}, ${width} columns${entries ? `, of ${count(entries, ...words('entries'))}` : ''}`;
}

/** @param {Preview} preview */
function known({ replaced, replaces, good }) {
  const all = replaced === good ? 'All of them are' : `${replaced} ${replaced === 1 ? 'is' : 'are'}`;
  return `${all} here already, such as ${replaces[0]}. Replace them, or give the data set another name.`;
}

/** @param {Preview} preview */
function doubled({ doubled: n, doubles: [first] }) {
  const seem = `${count(n, 'entry seems', 'entries seem')} to be here already under another name`;
  return `${seem}: ${first.entry} is like ${first.here}. Taking them in doubles them.`;
}

/** A few sentences; many are folded. @param {string} style @param {string[]} sentences @param {string} noun */
function lines(style, sentences, noun) {
  const list = (some) => h('ul', { class: style }, some.map((one) => h('li', {}, one)));
  if (sentences.length <= OPEN) return list(sentences);
  const rest = sentences.slice(OPEN);
  return [list(sentences.slice(0, OPEN)), h('details', {}, h('summary', {}, count(rest.length, noun)), list(rest))];
}
