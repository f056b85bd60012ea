/** What leaves the page says pseudonyms where the page says names, as exports do. Pure: no DOM. */

/** Letters of a name that is looked for within texts; one letter is a word like any other. */
const SHORTEST = 2;

/**
 * @param {Record<string, string>} pseudonyms by name
 * @returns {(text: string) => string} a text with pseudonyms where names stood: it is a name, or names are words of it
 */
export function withPseudonyms(pseudonyms) {
  const names = Object.keys(pseudonyms).filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
  const literal = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  const within = names.length ? new RegExp(`(?<![\\p{L}\\p{N}_])(?:${literal.join('|')})(?![\\p{L}\\p{N}_])`, 'gu') : null;
  return (text) => {
    if (Object.hasOwn(pseudonyms, text)) return pseudonyms[text];
    return within ? text.replaceAll(within, (name) => pseudonyms[name]) : text;
  };
}
