/**
 * What the list can be narrowed to and ordered by, and what of it this browser remembers. The search itself is not: it
 * belongs to the moment.
 */

import { recall, remember } from '../shared/preferences.mjs';

/** @typedef {[string, string]} Option  value and text */
/** @typedef {{name: string, hint?: string, options: Option[]}} Filter */
/** @typedef {Record<string, string>} Choice  a value for each filter, "" for any; and `sort` */

const ANY = '';
const KEY = 'picker';

/** @type {Record<string, Filter>} */
export const FILTERS = {
  dataset: { name: 'Dataset', options: [[ANY, 'All datasets']] },
  category: { name: 'Category', options: [[ANY, 'All categories']] },
  video: { name: 'Video', options: [[ANY, 'Video or not'], ['yes', 'With video'], ['no', 'Without video']] },
  people: { name: 'People', options: [[ANY, 'Judged or not'], ['yes', 'Judged by people'], ['no', 'Judged by nobody']] },
  disputed: {
    name: 'Disagreement',
    hint:
      'Disagreement: how far the scores of an entry’s people are apart. Most disputed and most agreed are a quarter each ' +
      'of the entries that two people or more have judged.',
    options: [[ANY, 'Any disagreement'], ['most', 'Most disputed'], ['least', 'Most agreed']],
  },
};
/** @type {Option[]} */
export const SORTS = [
  ['library', 'Library order'],
  ['title', 'Title, A to Z'], ['-title', 'Title, Z to A'],
  ['duration', 'Shortest first'], ['-duration', 'Longest first'],
  ['-people', 'Most people first'], ['people', 'Fewest people first'],
  ['-disagreement', 'Most disputed first'], ['disagreement', 'Most agreed first'],
];
/** Column -> the two orders that clicks on its head go through, and its name. @type {Record<string, [string, string, string]>} */
export const COLUMNS = {
  title: ['title', '-title', 'Title'],
  duration: ['-duration', 'duration', 'Length'],
  people: ['-people', 'people', 'People'],
  disagreement: ['-disagreement', 'disagreement', 'Disagreement'],
};

/** @returns {Choice} nothing chosen, in the library's order */
function fresh() {
  return { ...Object.fromEntries(Object.keys(FILTERS).map((name) => [name, ANY])), sort: 'library' };
}

/** What was chosen last; anything unknown counts as not chosen. @returns {Choice} */
export function recallChoice() {
  const choice = fresh();
  const kept = recall(KEY, {});
  for (const name of Object.keys(choice)) {
    const listed = name === 'sort' ? SORTS : FILTERS[name].options;
    const open = name === 'dataset' || name === 'category'; // the server knows these
    if (typeof kept[name] !== 'string') continue;
    if (open || listed.some(([value]) => value === kept[name])) choice[name] = kept[name];
  }
  return choice;
}

/** @param {Choice} choice */
export function rememberChoice(choice) {
  remember(KEY, choice);
}
