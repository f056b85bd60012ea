/** One line of the picker as HTML. */

import { clock, count, escape, number } from '../shared/format.mjs';

const THUMB = { width: 72, height: 40 };
// People who say 0 and 1 in equal numbers are apart as far as can be.
const FURTHEST = 0.5;

/** Words as the server compares them: without case and accents. */
function fold(text) {
  return text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
}

/** A title with the words that were searched for marked. */
export function marked(title, words) {
  const letters = [...title];
  const owners = [];
  let plain = '';
  letters.forEach((letter, k) => {
    const folded = fold(letter);
    for (let n = 0; n < folded.length; n += 1) owners.push(k);
    plain += folded;
  });
  const hit = new Set();
  for (const word of words) {
    for (let from = plain.indexOf(word); from >= 0; from = plain.indexOf(word, from + word.length)) {
      for (let k = from; k < from + word.length; k += 1) hit.add(owners[k]);
    }
  }
  return letters
    .map((letter, k) => (hit.has(k) ? `<mark>${escape(letter)}</mark>` : escape(letter)))
    .join('')
    .replaceAll('</mark><mark>', '');
}

/** The words of a search, folded. */
export function wordsOf(search) {
  return fold(search).split(/\s+/).filter(Boolean);
}

/** CSS that shows one picture of a filmstrip, filling the thumbnail. @param {object} sheet @param {string} url */
export function pictureStyle(sheet, url) {
  const scale = Math.max(THUMB.width / sheet.width, THUMB.height / sheet.height);
  // Not the first picture: videos often begin in black or with a title.
  const k = Math.floor(sheet.count * 0.35);
  const [width, height] = [sheet.width * scale, sheet.height * scale];
  const rows = Math.ceil(sheet.count / sheet.columns);
  const x = (k % sheet.columns) * width + (width - THUMB.width) / 2;
  const y = Math.floor(k / sheet.columns) * height + (height - THUMB.height) / 2;
  return {
    backgroundImage: `url("${url}")`,
    backgroundSize: `${sheet.columns * width}px ${rows * height}px`,
    backgroundPosition: `${-x}px ${-y}px`,
  };
}

/**
 * @param {object|undefined} entry undefined while its page is on the way
 * @param {string[]} words of the search
 * @param {boolean} shown whether the player shows it now
 */
export function rowMarkup(entry, words, shown) {
  if (!entry) return '<span class="mc-pick-thumb"></span><span class="mc-pick-name"><i></i><i></i></span>';
  const meta = [entry.dataset, entry.category].filter(Boolean).map((part) => escape(part));
  if (!entry.video) meta.push('<span title="The timelines of this entry can be seen, its video is not here.">no video</span>');
  if (shown) meta.unshift('<em>shown now</em>');
  return (
    `<span class="mc-pick-thumb"${entry.thumbnails ? '' : ' data-none'}></span>` +
    `<span class="mc-pick-name"><b title="${escape(entry.title)}">${marked(entry.title, words)}</b><small>${meta.join(' · ')}</small></span>` +
    `<span class="mc-pick-number">${clock(entry.duration, 0)}</span>` +
    `<span class="mc-pick-number" title="${peopleHint(entry)}">${entry.people || '<span class="mc-pick-none">–</span>'}</span>` +
    disagreement(entry)
  );
}

function peopleHint(entry) {
  return entry.people ? `${count(entry.people, 'person', 'people')} judged this entry.` : 'Nobody has judged this entry yet.';
}

function disagreement({ disagreement: spread, people }) {
  if (spread === null) {
    const why = people === 1 ? 'One person alone cannot disagree.' : 'Nobody has judged this entry yet.';
    return `<span class="mc-pick-spread" title="${people > 1 ? 'These people judged nothing in common.' : why}"><span class="mc-pick-none">–</span></span>`;
  }
  const share = Math.min(1, spread / FURTHEST);
  const hint =
    `The scores of its ${people} people differ by ±${number(spread)} at a moment of the video, on average ` +
    '(standard deviation; 0.00 is all alike, 0.50 half say nothing and half say everything matters).';
  return (
    `<span class="mc-pick-spread" title="${hint}"><span class="mc-pick-bar"><i style="width:${(100 * share).toFixed(1)}%"></i></span>` +
    `<span>${number(spread)}</span></span>`
  );
}
