/** Filters and order of the picker, remembered in this browser. The search itself is not: it belongs to the moment. */

import { FILTERS, SORTS } from './frame.mjs';

const KEY = 'manycut.picker';

function fresh() {
  return { ...Object.fromEntries(Object.keys(FILTERS).map((name) => [name, ''])), sort: 'library' };
}

/** What was chosen last; anything unknown or unreadable counts as not chosen. */
export function loadChoice() {
  const choice = fresh();
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {};
  } catch {
    return choice;
  }
  for (const name of Object.keys(choice)) {
    const listed = name === 'sort' ? SORTS : FILTERS[name].options;
    const open = name === 'dataset' || name === 'category'; // the server knows these
    if (typeof kept[name] === 'string' && (open || listed.some(([value]) => value === kept[name]))) choice[name] = kept[name];
  }
  return choice;
}

export function saveChoice(choice) {
  try {
    localStorage.setItem(KEY, JSON.stringify(choice));
  } catch {
    // A browser that keeps nothing still picks.
  }
}
