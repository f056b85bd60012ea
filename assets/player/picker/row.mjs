/** One line of the list. */

import { h } from '../shared/dom.mjs';
import { count, lasting, number } from '../shared/format.mjs';
import { pieces } from './words.mjs';

const ASSUMED = 'By an assumed frame rate: its data set gives none';

const THUMB = { width: 72, height: 40 };
const PICTURE = 0.35; // share of the sheet; not the first picture: videos often begin in black or with a title
// People who say 0 and 1 in equal numbers are apart as far as can be.
const FURTHEST = 0.5;

/** @typedef {import('./pages.mjs').PickerEntry} PickerEntry */

/**
 * Show one picture of a sheet, filling the thumbnail.
 * @param {HTMLElement} thumb
 * @param {import('../shared/wire').Sheet} sheet
 * @param {string} address  of the sheet
 * @param {{width: number, height: number}} [size]  of the thumbnail, px
 */
export function showPicture(thumb, sheet, address, size = THUMB) {
  const scale = Math.max(size.width / sheet.width, size.height / sheet.height);
  const k = Math.floor(sheet.count * PICTURE);
  const [width, height] = [sheet.width * scale, sheet.height * scale];
  const rows = Math.ceil(sheet.count / sheet.columns);
  const x = (k % sheet.columns) * width + (width - size.width) / 2;
  const y = Math.floor(k / sheet.columns) * height + (height - size.height) / 2;
  thumb.style.backgroundImage = `url("${address}")`;
  thumb.style.backgroundSize = `${sheet.columns * width}px ${rows * height}px`;
  thumb.style.backgroundPosition = `${-x}px ${-y}px`;
}

/**
 * The parts of a line.
 * @param {PickerEntry|undefined} entry undefined while its page is on the way
 * @param {string[]} words of the search
 * @param {boolean} shown whether the player shows it now
 * @returns {HTMLElement[]} the thumbnail first
 */
export function rowParts(entry, words, shown) {
  if (!entry) return [h('span', { class: 'mc-pick-thumb' }), h('span', { class: 'mc-pick-name' }, h('i'), h('i'))];
  const title = pieces(entry.title, words).map(({ text, hit }) => (hit ? h('mark', {}, text) : text));
  return [
    h('span', { class: 'mc-pick-thumb', 'data-none': !entry.thumbnails }),
    h('span', { class: 'mc-pick-name' }, h('b', { title: entry.title }, title), h('small', {}, about(entry, shown))),
    h('span', { class: 'mc-pick-number', title: entry.rate_assumed ? ASSUMED : '' }, lasting(entry)),
    h('span', { class: 'mc-pick-number', title: peopleHint(entry) }, entry.people || none()),
    disagreement(entry),
  ];
}

function about({ dataset, category, video }, shown) {
  const parts = [
    shown && h('em', {}, 'shown now'),
    dataset,
    category,
    !video && h('span', { title: 'The timelines of this entry can be seen, its video is not here.' }, 'no video'),
  ];
  return parts.filter(Boolean).flatMap((part, k) => (k ? [' · ', part] : [part]));
}

function none() {
  return h('span', { class: 'mc-pick-none' }, '–');
}

function peopleHint({ people, simulated }) {
  if (!people) return 'Nobody has judged this entry yet.';
  return `${count(people, 'person', 'people')} judged this entry${simulated ? `, ${simulated} of them simulated` : ''}.`;
}

function disagreement({ disagreement: spread, people }) {
  if (spread === null) return h('span', { class: 'mc-pick-spread', title: whyNoSpread(people) }, none());
  const share = Math.min(1, spread / FURTHEST);
  const title =
    `The scores of its ${people} people differ by ±${number(spread)} at a moment of the video, on average ` +
    '(standard deviation; 0.00 is all alike, 0.50 half say nothing and half say everything matters).';
  const bar = h('span', { class: 'mc-pick-bar' }, h('i', { style: `width:${(100 * share).toFixed(1)}%` }));
  return h('span', { class: 'mc-pick-spread', title }, bar, h('span', {}, number(spread)));
}

function whyNoSpread(people) {
  if (people > 1) return 'These people judged nothing in common.';
  return people === 1 ? 'One person alone cannot disagree.' : 'Nobody has judged this entry yet.';
}
