/** What the Library page's address remembers: what is looked at, how it is found, and how it is shown. */

import { COLUMNS, FILTERS, SORTS } from '../picker/choices.mjs';
import { recall, remember } from '../shared/preferences.mjs';

/**
 * @typedef {object} Asked  "" is any
 * @property {string} dataset
 * @property {string} tag
 * @property {string} collection  its number
 * @property {string} trash  "yes" shows what was removed
 * @property {string} search
 * @property {string} category
 * @property {string} video
 * @property {string} people
 * @property {string} disputed
 * @property {string} sort
 * @property {string} view  "grid" or "list"
 */

/** The filters beside what stands in the left column. */
export const NARROWING = Object.keys(FILTERS).filter((name) => name !== 'dataset');
/** Where somebody is; only one of them at a time. */
export const PLACES = ['dataset', 'tag', 'collection', 'trash'];
const NAMES = [...PLACES, 'search', ...NARROWING, 'sort', 'view'];
const VIEWS = ['grid', 'list'];
const VIEW = 'library-view';
export { COLUMNS, FILTERS, SORTS };

/** @param {string} search of a location @returns {Asked} */
export function readAddress(search) {
  const given = new URLSearchParams(search);
  const asked = /** @type {any} */ (Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ''])));
  const [place] = PLACES.filter((name) => asked[name]);
  for (const name of PLACES) if (name !== place) asked[name] = '';
  for (const name of NARROWING) {
    const { options } = FILTERS[name];
    if (name !== 'category' && !options.some(([value]) => value === asked[name])) asked[name] = '';
  }
  if (!/^[1-9]\d{0,8}$/.test(asked.collection)) asked.collection = '';
  if (!SORTS.some(([value]) => value === asked.sort)) asked.sort = 'library';
  if (!VIEWS.includes(asked.view)) asked.view = recall(VIEW, 'grid');
  return asked;
}

/** The page's own address, with what else stands in it. @param {Asked} asked */
export function addressOf(asked) {
  const address = new URL(location.href);
  for (const name of NAMES) {
    const usual = name === 'sort' ? 'library' : name === 'view' ? 'grid' : '';
    if (!asked[name] || asked[name] === usual) address.searchParams.delete(name);
    else address.searchParams.set(name, asked[name]);
  }
  return address.href;
}

/** @param {string} view */
export function rememberView(view) {
  remember(VIEW, view);
}

/** As /api/picker takes it. @param {Asked} asked @returns {Record<string, string>} */
export function queryOf({ view: _view, trash: _trash, ...asked }) {
  const set = Object.entries({ ...asked, search: asked.search.trim() }).filter(([, value]) => value);
  return Object.fromEntries(set);
}
