/** The words of a search, and where they occur in a title. */

/** Words as the server compares them: without case and accents. @param {string} text */
function fold(text) {
  return text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
}

/** The words of a search, folded. @param {string} search */
export function wordsOf(search) {
  return fold(search).split(/\s+/).filter(Boolean);
}

/**
 * A title in pieces that are part of a searched word or not.
 * @param {string} title
 * @param {string[]} words  folded
 * @returns {{text: string, hit: boolean}[]}
 */
export function pieces(title, words) {
  const letters = [...title];
  const owners = []; // of each folded letter, because folding may make one letter into several
  let plain = '';
  letters.forEach((letter, k) => {
    const folded = fold(letter);
    for (let n = 0; n < folded.length; n += 1) owners.push(k);
    plain += folded;
  });
  const hits = new Set();
  for (const word of words) {
    for (let from = plain.indexOf(word); from >= 0; from = plain.indexOf(word, from + word.length)) {
      for (let k = from; k < from + word.length; k += 1) hits.add(owners[k]);
    }
  }
  /** @type {{text: string, hit: boolean}[]} */
  const found = [];
  letters.forEach((letter, k) => {
    const last = found.at(-1);
    if (last && last.hit === hits.has(k)) last.text += letter;
    else found.push({ text: letter, hit: hits.has(k) });
  });
  return found;
}
