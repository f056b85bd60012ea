/**
 * Clips that neither begin nor end in the middle of a word. Mirrors core/select/between_words.py function by function;
 * what the rule is stands there.
 */

/** @typedef {import('./viewing.mjs').Span} Span */

const FURTHEST_MS = 1500;
const LEAST_MS = 500;

/**
 * Clips with their edges between words.
 * @param {Span[]} clips ascending, they do not adjoin
 * @param {import('./viewing.mjs').Footage} footage with the spans of words
 * @param {number} capacity milliseconds of all clips
 * @param {number|null} longest milliseconds of one of them, where there is such a limit
 * @returns {Span[]}
 */
export function betweenWords(clips, footage, capacity, longest = null) {
  const words = footage.speech;
  if (!words.length) return clips;
  const rows = clips.map((clip) => /** @type {Span} */ ([...clip]));
  let room = capacity - rows.reduce((sum, [, , from, to]) => sum + to - from, 0);
  for (let k = 0; k < rows.length; k += 1) {
    for (const side of [0, 1]) {
      const row = rows[k];
      const word = words[lastUpTo(words, row[side])];
      if (!word || word[0] >= row[side] || row[side] >= word[1]) continue;
      const before = k ? rows[k - 1][1] : -1;
      const after = k + 1 < rows.length ? rows[k + 1][0] : footage.nFrames + 1;
      const fits = (moved) => {
        const grown = moved[3] - moved[2] - (row[3] - row[2]);
        if (grown <= 0) return moved[3] - moved[2] >= LEAST_MS;
        const long = longest !== null && moved[3] - moved[2] > longest;
        const changed = [row[side], moved[side]].sort((a, b) => a - b);
        const meets = moved[0] <= before || moved[1] >= after || anyMeets(changed, footage.empty);
        return grown <= room && !long && !meets && !flashes(moved, side, changed, footage.bounds);
      };
      const moved = moves(row, side, word).find(fits);
      if (!moved) continue;
      room -= moved[3] - moved[2] - (row[3] - row[2]);
      rows[k] = moved;
    }
  }
  return rows;
}

/** The last of ascending spans that begins at a frame or before; -1 where none does. */
function lastUpTo(spans, frame) {
  let low = -1;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle][0] <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A clip with one edge at the beginning and at the end of a word, as far as they are near; the nearer first. */
function moves(row, side, word) {
  const off = (moved) => Math.abs(moved[side + 2] - row[side + 2]);
  return [[word[0], word[2]], [word[1], word[3]]]
    .map(([frame, ms]) => /** @type {Span} */ (side ? [row[0], frame, row[2], ms] : [frame, row[1], ms, row[3]]))
    .filter((moved) => off(moved) <= FURTHEST_MS)
    .sort((a, b) => off(a) - off(b));
}

/** @param {number[]} frames @param {Span[]} spans */
function anyMeets([start, end], spans) {
  return spans.some(([first, last]) => first < end && last > start);
}

/**
 * True where a clip that grew shows less than LEAST_MS of a further shot.
 * @param {Span} moved @param {number} side @param {number[]} grown frames @param {Span[]} bounds
 */
function flashes(moved, side, [start, end], bounds) {
  return bounds.some(([frame, , ms]) => (side
    ? start <= frame && frame < end && moved[3] - ms < LEAST_MS
    : start < frame && frame <= end && ms - moved[2] < LEAST_MS));
}
