/**
 * What the Library page knows, without anything to look at: what is looked for, what was found, where the mark stands,
 * what is selected, and how the library is ordered.
 */

import { Pages } from '../picker/pages.mjs';
import { wordsOf } from '../picker/words.mjs';
import { get } from '../shared/http.mjs';
import { Observable } from '../shared/observable.mjs';
import { PATIENCE_MS, query as queryString } from '../shared/parts.mjs';
import { addressOf, NARROWING, PLACES, queryOf, readAddress, rememberView } from './address.mjs';

/** @typedef {import('./address.mjs').Asked} Asked */
/** @typedef {import('../shared/wire').Shelf} Shelf */
/** @typedef {import('../shared/wire').ShelfEntry} Facts */
/** @typedef {import('../shared/wire').RemovedThing} Removed */
/** @typedef {import('../picker/pages.mjs').PickerEntry} Entry */
/** @typedef {{kind: 'none'|'empty'|'bare'}|{kind: 'failed', error: Error}} Note  in place of entries */

const TYPED_MS = 120;
const FACTS_MS = 120; // whoever holds an arrow key wants nothing of the entries between
const LOOK_MS = 5000;

/**
 * Tells
 *   "asked"   what is looked for
 *   "searching"   a search has begun or ended
 *   "answered"   there is another list, or none
 *   "filled"   a page of it has come
 *   "moved" (still)   the mark stands elsewhere; where still, nobody moved it and nothing scrolls
 *   "selected"   something else is selected
 *   "shelf"   data sets, collections, tags
 *   "facts"   what is known of the marked entry
 *   "trash"   what was removed
 */
export class LibraryStore extends Observable {
  constructor() {
    super();
    this.asked = readAddress(location.search);
    this.pages = new Pages((error) => this._arrived(error));
    /** @type {string[]} */
    this.words = [];
    /** @type {import('../shared/wire').Group[]} */
    this.categories = [];
    this.active = 0;
    this.selected = new Set();
    this.searching = false;
    /** @type {Note|null} */
    this.note = null;
    /** @type {Shelf|null} */
    this.shelf = null;
    /** @type {Facts|null} */
    this.facts = null;
    /** @type {Error|null} */
    this.unknown = null; // why there are no facts
    /** @type {Removed[]|null} */
    this.trash = null;
    this._anchor = 0;
    /** @type {string[]} selected by the last extension, which the next one takes back */
    this._stretch = [];
    this._timers = { typed: 0, facts: 0, look: 0 };
    this._facts = new AbortController();
    /** What is being asked for; keys that come meanwhile are about what is found then. @type {Promise<unknown>} */
    this.loaded = Promise.resolve();
  }

  // ---- what is looked for

  /** As /api/picker and /api/library/ids take it. */
  get query() {
    return queryOf(this.asked);
  }

  /** Whether a search or a filter is on, beside the place. */
  get narrowed() {
    return Boolean(this.asked.search.trim()) || NARROWING.some((name) => this.asked[name]);
  }

  /** The data set that is looked at. */
  get dataset() {
    return this.shelf?.datasets.find(({ id }) => id === this.asked.dataset) ?? null;
  }

  /** The collection that is looked at. */
  get collection() {
    return this.shelf?.collections.find(({ id }) => String(id) === this.asked.collection) ?? null;
  }

  /** Go to a place of the left column; search and filters end. @param {Partial<Asked>} place */
  visit(place) {
    const fresh = Object.fromEntries([...PLACES, ...NARROWING, 'search'].map((name) => [name, '']));
    return this.change({ ...fresh, ...place }, true);
  }

  /** Look for something else. @param {Partial<Asked>} change @param {boolean} [step]  Back comes back from it */
  change(change, step = false) {
    const before = JSON.stringify(this.query) + this.asked.trash;
    this.asked = { ...this.asked, ...change };
    if (change.view) rememberView(change.view);
    const address = addressOf(this.asked);
    if (address !== location.href) history[step ? 'pushState' : 'replaceState'](history.state, '', address);
    this.tell('asked');
    return JSON.stringify(this.query) + this.asked.trash === before ? null : this._another();
  }

  /** The address says something else. */
  readAddress() {
    this.asked = readAddress(location.search);
    this.tell('asked');
    return this._another();
  }

  /** Somebody types. @param {string} search */
  type(search) {
    clearTimeout(this._timers.typed);
    this._timers.typed = setTimeout(() => this.change({ search }), TYPED_MS);
  }

  /** What was typed is looked for now. @param {string} search */
  typed(search) {
    clearTimeout(this._timers.typed);
    this.change({ search });
  }

  clear() {
    return this.change({ search: '', ...Object.fromEntries(NARROWING.map((name) => [name, ''])) });
  }

  _another() {
    clearTimeout(this._timers.typed);
    this.selectNone();
    this.active = 0;
    this._anchor = 0;
    return this.load();
  }

  // ---- finding

  /**
   * Ask for what is looked for.
   * @param {string|null} [follow]  put the mark on this entry
   * @param {boolean} [still]  nobody asked for it: what is in view stays there
   */
  load(follow = null, still = false) {
    this.loaded = this._load(follow, still);
    return this.loaded;
  }

  /** @param {string|null} follow @param {boolean} still */
  async _load(follow, still) {
    if (this.asked.trash) return this._loadTrash();
    this._isSearching(true);
    try {
      const answer = await this.pages.search(this.query, { groups: true, placeOf: follow });
      if (!answer) return undefined;
      this.categories = answer.categories;
      this.words = wordsOf(this.asked.search);
      this._answered(answer.place, still);
    } catch (error) {
      this.note = { kind: 'failed', error };
      this._isSearching(false);
      this.tell('answered');
    }
    return undefined;
  }

  /** The same again, after something was changed. @param {string|null} [follow] */
  async refresh(follow = null) {
    this.forgetFacts();
    await Promise.all([this.load(follow), this.look()]);
  }

  /** @param {number|null} place  of the entry that was followed @param {boolean} still */
  _answered(place, still) {
    const { total, of } = this.pages;
    this.note = total ? null : { kind: of === 0 ? 'empty' : this.narrowed ? 'none' : 'bare' };
    this._isSearching(false);
    this.active = Math.max(0, Math.min(place ?? this.active, total - 1));
    this.tell('answered');
    this.move(this.active, { still });
  }

  _isSearching(searching) {
    this.searching = searching;
    this.tell('searching');
  }

  _arrived(error) {
    if (error) {
      this.note = { kind: 'failed', error };
      this.tell('answered');
      return;
    }
    this.tell('filled');
    if (!this.facts) this._askFacts();
  }

  async _loadTrash() {
    this.trash = null;
    this.note = null;
    this.tell('trash');
    try {
      this.trash = (await get('/api/library/trash', { timeout: PATIENCE_MS })).things;
    } catch (error) {
      this.note = { kind: 'failed', error };
    }
    this.tell('trash');
  }

  // ---- how the library is ordered

  /** Look at data sets, collections and tags. @returns {Promise<boolean>} whether they are others than before */
  async look() {
    /** @type {Shelf} */
    const shelf = await get('/api/library/shelf', { timeout: PATIENCE_MS, quiet: true });
    const changed = JSON.stringify(shelf) !== JSON.stringify(this.shelf);
    this.shelf = shelf;
    if (changed) this.tell('shelf');
    return changed;
  }

  /** Look again and again, for what jobs and other people change. @param {AbortSignal} signal */
  follow(signal) {
    clearTimeout(this._timers.look);
    if (signal.aborted) return;
    this._timers.look = setTimeout(async () => {
      if (!document.hidden) await this._lookAgain();
      this.follow(signal);
    }, LOOK_MS);
  }

  async _lookAgain() {
    const known = this.shelf !== null;
    try {
      if ((await this.look()) && known && !this.searching) await this.load(this.current?.id ?? null, true);
    } catch {
      // The line at the top of the page says that the server does not answer.
    }
  }

  // ---- the mark, and what is known of the entry there

  /** The marked entry, once its page is there. @returns {Entry|undefined} */
  get current() {
    return this.asked.trash ? undefined : this.pages.at(this.active);
  }

  /** Put the mark on a place. @param {number} place @param {{still?: boolean, extending?: boolean}} [how] */
  move(place, { still = false, extending = false } = {}) {
    this.active = Math.min(Math.max(place, 0), Math.max(0, this.pages.total - 1));
    if (!extending) {
      this._anchor = this.active;
      this._stretch = [];
    }
    if (this.facts?.id !== this.current?.id) this.forgetFacts();
    this._askFacts();
    this.tell('moved', still);
  }

  forgetFacts() {
    this._facts.abort();
    this.facts = null;
    this.unknown = null;
  }

  /** Ask anew what is known of the marked entry, and show the old until then. */
  async renewFacts() {
    const id = this.current?.id;
    if (!id) return;
    this._facts.abort();
    const mine = new AbortController();
    this._facts = mine;
    try {
      const facts = await get(`/api/library/entry?id=${encodeURIComponent(id)}`, { signal: mine.signal });
      if (mine.signal.aborted) return;
      [this.facts, this.unknown] = [facts, null];
    } catch (error) {
      if (mine.signal.aborted) return;
      [this.facts, this.unknown] = [null, error];
    }
    this.tell('facts');
  }

  _askFacts() {
    clearTimeout(this._timers.facts);
    this.tell('facts');
    if (this.current && !this.facts) this._timers.facts = setTimeout(() => this.renewFacts(), FACTS_MS);
  }

  // ---- what is selected

  /** What an action is about: what is selected, else the marked entry. @returns {string[]} ids */
  get targets() {
    if (this.selected.size) return [...this.selected];
    return this.current ? [this.current.id] : [];
  }

  /** Select the entry of a place, or no longer. @param {number} place */
  toggle(place) {
    const id = this.pages.at(place)?.id;
    if (!id) return;
    if (!this.selected.delete(id)) this.selected.add(id);
    this._anchor = place;
    this._stretch = [];
    this.tell('selected');
  }

  /** Select from where the mark stood to a place. @param {number} place */
  async extend(place) {
    this.move(place, { extending: true });
    const [first, last] = [this._anchor, this.active].sort((a, b) => a - b);
    const ids = await this._ids(first, last);
    if (first !== Math.min(this._anchor, this.active) || last !== Math.max(this._anchor, this.active)) return;
    for (const id of this._stretch) this.selected.delete(id);
    for (const id of ids) this.selected.add(id);
    this._stretch = ids;
    this.tell('selected');
  }

  async selectAll() {
    await this.loaded;
    const { total } = this.pages;
    if (!total) return;
    const ids = await this._ids(0, total - 1);
    this.selected = new Set(ids);
    this._stretch = [];
    this.tell('selected');
  }

  selectNone() {
    this.selected.clear();
    this._stretch = [];
    this.tell('selected');
  }

  /** @param {number} first @param {number} last @returns {Promise<string[]>} */
  async _ids(first, last) {
    const known = [];
    for (let place = first; place <= last && this.pages.at(place); place += 1) known.push(this.pages.at(place).id);
    if (known.length === last - first + 1) return known;
    const stretch = { ...this.query, offset: first, limit: last - first + 1 };
    return (await get(`/api/library/ids${queryString(stretch)}`, { timeout: PATIENCE_MS })).ids;
  }
}
