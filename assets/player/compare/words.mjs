/** What is said, what captions say, and names of what is heard: where words are found, and which one comes next. Pure: no DOM. */

/** @typedef {import('./server.mjs').Entry} Entry */
/** @typedef {{time: number, end: number, text: string, said: boolean}} Hit  seconds; `said`: in the transcript */

/** How people call what is heard. @type {Record<NonNullable<Entry['sounds']>[number][2], string>} */
export const SOUNDS = { speech: 'speech', singing: 'singing', music: 'music', silence: 'silence', burst: 'sudden loud sound' };

/**
 * Everywhere that captions, transcript or the names of sounds hold all the words that are looked for, in the order of time.
 * Captions that say the same one after the other are one place.
 * @param {Entry} entry
 * @param {ArrayLike<number>} times seconds of the picks
 * @param {string} asked
 * @returns {Hit[]}
 */
export function findWords({ captions, cues, sounds, duration }, times, asked) {
  const words = plain(asked).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const fits = (text) => words.every((word) => plain(text).includes(word));
  /** @type {Hit[]} */
  const hits = (cues ?? []).filter(([, , text]) => fits(text))
    .map(([from, to, text]) => ({ time: from / 1000, end: to / 1000, text, said: true }));
  const heard = (sounds ?? []).map(([from, to, kind]) => ({ time: from / 1000, end: to / 1000, text: SOUNDS[kind], said: false }));
  (captions ?? []).forEach((text, k) => {
    if (!fits(text)) return;
    const end = times[k + 1] ?? duration;
    const last = hits[hits.length - 1];
    if (last && !last.said && last.text === text && last.end === times[k]) last.end = end;
    else hits.push({ time: times[k], end, text, said: false });
  });
  return [...hits, ...heard.filter(({ text }) => fits(text))].sort((a, b) => a.time - b.time || Number(b.said) - Number(a.said));
}

/** The hit after a time, or before it; from the last one to the first. @param {Hit[]} hits @param {number} time @param {number} by */
export function nextHit(hits, time, by) {
  const hair = 0.05;
  if (by > 0) return hits.find((hit) => hit.time > time + hair) ?? hits[0];
  return hits.findLast((hit) => hit.time < time - hair) ?? hits[hits.length - 1];
}

/**
 * The cue that is said at a time, else the last one before it; -1 before the first.
 * @param {Entry['cues']} cues
 * @param {number} time seconds
 */
export function cueAt(cues, time) {
  let found = -1;
  for (let k = 0; k < cues.length && cues[k][0] <= time * 1000 + 1; k += 1) found = k;
  return found;
}

/** Without accents and whatever the case. @param {string} text */
function plain(text) {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
