/**
 * Finding an entry, without anything to look at: the search and its filters, where in it the marked and the shown entry
 * stand, and stepping from the shown one to the next.
 */

import { amongOf, withoutAmong } from '../shared/among.mjs';
import { Observable } from '../shared/observable.mjs';
import { FILTERS, recallChoice, rememberChoice } from './choices.mjs';
import { Pages } from './pages.mjs';
import { wordsOf } from './words.mjs';

/**
 * @typedef {{entry: string|null, title?: string, dataset?: string, duration?: number, rate_assumed?: boolean}} Shown
 *   duration in seconds
 */
/** @typedef {{groups?: boolean, follow?: boolean}} Asking  list the groups, too; go to the entry that is shown */
/** @typedef {{kind: 'none', search: string}|{kind: 'empty'}|{kind: 'failed', message: string}} Note */

const DEBOUNCE_MS = 120;
const RETRY_MS = 3000;

/**
 * Tells
 *   "shown"   which entry is shown
 *   "place"   where it stands in the search, and how much was found
 *   "searching"   a search has begun or ended
 *   "answered"   there is another list
 *   "filled"   a page of the list has come
 *   "moved" (centred)   the mark stands elsewhere
 *   "noted"   what is said in place of the list
 *   "choice"   filters and order
 *   "groups" (name, options)   which there are
 *   "typed"   the search was set, not by typing
 *   "opened", "closed" (focus)   the panel
 *   "wanted" (id)   somebody wants to see this entry
 *   "chosen"   it was chosen from the list
 */
export class Finder extends Observable {
  constructor() {
    super();
    this.choice = recallChoice();
    this.typed = '';
    /** @type {string[]} words of the search that was answered */
    this.words = [];
    this.open = false;
    this.searching = false;
    /** @type {Note|null} */
    this.note = null;
    this.active = 0; // the marked place
    /** @type {Shown|null} null: not known yet */
    this.shown = null;
    /** @type {number|null} place of the shown entry in the present search; null: not known, -1: not among them */
    this.place = null;
    this.pages = new Pages((error) => this._pageArrived(error));
    this._enter = false; // Enter was pressed before the answer was there
    this._timer = 0; // of what was typed and not asked yet
    this._retry = 0;
    this._steps = 0;
  }

  /** @returns {Record<string, string>} as /api/picker takes it */
  get query() {
    return { search: this.typed.trim(), ...this.choice };
  }

  /** Whether a search or a filter is on. */
  get narrowed() {
    return Boolean(this.query.search) || Object.keys(FILTERS).some((name) => this.choice[name]);
  }

  /** The player shows this entry. @param {Shown} shown */
  show(shown) {
    if (shown.entry !== this.shown?.entry) this.place = null;
    this.shown = shown;
    this.tell('shown');
    this.tell('place');
  }

  /** Entries that were selected elsewhere to be looked at one after the other; none once another is shown. */
  get among() {
    const among = amongOf();
    return among.includes(this.shown?.entry) ? among : [];
  }

  // ---- searching

  /** Ask for what is wanted now. @param {Asking} [asking] */
  async search({ groups = false, follow = false } = {}) {
    this._forgetTimers();
    this._isSearching(true);
    const query = this.query;
    const marked = this.active;
    try {
      const answer = await this.pages.search(query, { groups, placeOf: follow ? this.shown?.entry : null });
      if (!answer) return;
      if (groups && this._forgetGone(answer)) await this.search({ groups, follow });
      else this._answered(query.search, follow ? answer.place ?? -1 : null, marked);
    } catch (error) {
      this._failed(error, { groups, follow });
    }
  }

  /** Somebody types. @param {string} text */
  type(text) {
    this.typed = text;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._timer = 0;
      this.search();
    }, DEBOUNCE_MS);
  }

  /** Try again what failed. */
  again() {
    this._again?.();
  }

  _forgetTimers() {
    clearTimeout(this._timer);
    clearTimeout(this._retry);
    this._timer = 0;
  }

  _isSearching(searching) {
    this.searching = searching;
    this.tell('searching');
  }

  /**
   * @param {string} search
   * @param {number|null} place  of the shown entry, -1: not among them; null: the list begins at its first entry
   * @param {number} marked  the mark when the search began
   */
  _answered(search, place, marked) {
    this._isSearching(false);
    const { total, of } = this.pages;
    this.place = place;
    this.words = wordsOf(search);
    this._say(of === 0 ? { kind: 'empty' } : total === 0 ? { kind: 'none', search } : null);
    // Who has moved the mark while the list was only brought up to date keeps it where it is.
    const kept = place !== null && this.active !== marked;
    if (!kept) this.active = Math.max(0, place ?? 0);
    this.tell('answered');
    this.move(this.active, { centred: !kept });
    this.tell('place');
    if (this._enter) this.chooseMarked();
  }

  /**
   * Filters that were remembered for a dataset or category that is gone would hide everything.
   * @param {import('./pages.mjs').PickerAnswer} answer
   */
  _forgetGone({ datasets, categories }) {
    this.tell('groups', 'dataset', datasets);
    this.tell('groups', 'category', categories);
    let gone = false;
    for (const [name, groups] of Object.entries({ dataset: datasets, category: categories })) {
      if (!this.choice[name] || groups.some(({ id }) => id === this.choice[name])) continue;
      this.choice[name] = '';
      gone = true;
    }
    if (gone) this.tell('choice');
    return gone;
  }

  _pageArrived(error) {
    if (error) {
      this._failed(error, { follow: true });
      return;
    }
    this._say(null);
    this.tell('filled');
    if (this._enter) this.chooseMarked();
  }

  /** @param {Error} error @param {Asking} asking */
  _failed(error, asking) {
    this._isSearching(false);
    this._enter = false;
    if (!this.open) return;
    this._say({ kind: 'failed', message: error.message });
    this._again = () => this.search({ groups: true, ...asking });
    this._retry = setTimeout(() => this.open && this._again(), RETRY_MS);
  }

  /** @param {Note|null} note */
  _say(note) {
    this.note = note;
    this.tell('noted');
  }

  // ---- filters and order

  change(name, value) {
    this.choice[name] = value;
    if (name === 'dataset') this.choice.category = '';
    rememberChoice(this.choice);
    this.tell('choice');
    this.search({ groups: name === 'dataset' });
  }

  clear() {
    if (this.among.length) {
      history.replaceState(history.state, '', withoutAmong());
      this.tell('place');
      return;
    }
    this._retype('');
    for (const name of Object.keys(FILTERS)) this.choice[name] = '';
    rememberChoice(this.choice);
    this.tell('choice');
    this.search({ groups: true, follow: true });
  }

  _retype(text) {
    this.typed = text;
    this.tell('typed');
  }

  // ---- opening, choosing, stepping

  openPanel() {
    if (this.open) return;
    this._before = this.typed;
    this.open = true;
    this.tell('opened');
    this.search({ groups: true, follow: true });
  }

  /** Close the panel. What was typed without choosing anything is taken back; filters stay. */
  closePanel({ focus = true, chosen = false } = {}) {
    if (!this.open) return;
    if (!chosen) this._retype(this._before);
    this.open = false;
    this._forgetTimers();
    this._enter = false;
    this.tell('closed', focus);
    // The bar speaks of what previous and next will follow.
    if (JSON.stringify(this.pages.query) !== JSON.stringify(this.query)) this.search({ follow: true });
  }

  /** Put the mark on a place; `centred` where the eye should find it in the middle. */
  move(place, { centred = false } = {}) {
    this.active = Math.min(Math.max(place, 0), Math.max(0, this.pages.total - 1));
    this.tell('moved', centred);
  }

  chooseMarked() {
    const pending = this._timer || this.searching;
    const entry = this.pages.at(this.active);
    this._enter = Boolean(pending || (!entry && this.pages.total));
    if (this._timer) this.search();
    else if (!pending && entry) this._choose(entry);
  }

  _choose(entry) {
    this._enter = false;
    this.closePanel({ focus: false, chosen: true });
    this._want(entry, this.active);
    this.tell('chosen');
  }

  /** @param {{id: string, title?: string, dataset?: string, duration?: number, rate_assumed?: boolean}} entry @param {number|null} place */
  _want({ id, title, dataset, duration, rate_assumed }, place) {
    this.show({ entry: id, title, dataset, duration, rate_assumed });
    this.place = place;
    this.tell('place');
    this.tell('wanted', id);
  }

  /** The entry before or after the one that is shown: of the selection, else in the order and within the filters of the panel. */
  async step(by) {
    const { among } = this;
    if (among.length) {
      const next = among[among.indexOf(this.shown.entry) + by];
      if (next) this._want({ id: next }, null);
      return;
    }
    this._steps += 1;
    const mine = this._steps;
    try {
      if (this.place === null) await this.search({ follow: true });
      if (mine !== this._steps || this.place === null) return;
      const target = this.stepTarget(by);
      if (target < 0 || target >= this.pages.total) return;
      this.place = target; // so that a second click during the round trip goes one further
      const entry = await this.pages.one(target);
      if (entry && mine === this._steps) this._want(entry, target);
    } catch {
      this.place = null; // the player says that the server does not answer as soon as anything is asked of it
    }
  }

  /** Where a step leads to; outside of the list where there is nothing. */
  stepTarget(by) {
    if (this.place < 0) return by > 0 ? 0 : this.pages.total - 1;
    return this.place + by;
  }

  /** Whether a step leads somewhere, as far as it is known. */
  canStep(by) {
    const { among } = this;
    if (among.length) return among[among.indexOf(this.shown.entry) + by] !== undefined;
    const { total } = this.pages;
    if (this.place === null || this.place < 0) return total > 0;
    return this.place + by >= 0 && this.place + by < total;
  }
}
