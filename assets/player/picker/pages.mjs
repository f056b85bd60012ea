/** The entries that the picker can show: one search at a time, fetched in pages as they are looked at. */

import { get } from '../shared/http.mjs';

export const PAGE = 100;

/** @typedef {import('../shared/wire').PickerRow} PickerEntry */
/** @typedef {import('../shared/wire').Group} Group */
/** @typedef {import('../shared/wire').PickerPage} PickerAnswer  of GET /api/picker */

export class Pages {
  /** @param {(error: Error|null) => void} arrived called when a page that was needed is there, or could not be had */
  constructor(arrived) {
    this.arrived = arrived;
    /** @type {Record<string, string>} */
    this.query = {};
    this.total = 0;
    this.of = 0;
    /** @type {Map<number, PickerEntry[]>} */
    this.pages = new Map();
    /** @type {Map<number, AbortController>} */
    this.asked = new Map();
    /** @type {AbortController|null} */
    this.searching = null;
  }

  /** The entry in a place, undefined until its page is there. @param {number} place */
  at(place) {
    return this.pages.get(Math.floor(place / PAGE))?.[place % PAGE];
  }

  /**
   * A new search takes the place of the one before, when its answer is there and no later search has been asked.
   * @param {Record<string, string>} query as /api/picker takes it
   * @param {{groups?: boolean, placeOf?: string|null}} [also]
   * @returns {Promise<PickerAnswer|null>} null where a later search made it outdated
   */
  async search(query, { groups = false, placeOf = null } = {}) {
    this.searching?.abort();
    const mine = new AbortController();
    this.searching = mine;
    const about = placeOf ? { place_of: placeOf } : {};
    let answer;
    try {
      answer = await ask({ ...query, ...about, offset: 0, limit: PAGE, groups }, mine.signal);
    } catch (error) {
      if (mine.signal.aborted) return null;
      throw error;
    }
    if (mine.signal.aborted) return null;
    for (const one of this.asked.values()) one.abort();
    this.asked.clear();
    this.searching = null;
    this.query = query;
    this.total = answer.total;
    this.of = answer.of;
    this.pages = new Map([[0, answer.entries]]);
    return answer;
  }

  /** Fetch what is missing between two places; what was asked for elsewhere is no longer waited for. */
  need(first, last) {
    const wanted = new Set();
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) wanted.add(page);
    for (const [page, one] of this.asked) {
      if (wanted.has(page)) continue;
      one.abort();
      this.asked.delete(page);
    }
    for (const page of wanted) {
      if (!this.pages.has(page) && !this.asked.has(page) && page * PAGE < this.total) this.fetchPage(page);
    }
  }

  /** @param {number} page */
  async fetchPage(page) {
    const mine = new AbortController();
    this.asked.set(page, mine);
    try {
      const answer = await ask({ ...this.query, offset: page * PAGE, limit: PAGE, groups: false }, mine.signal);
      if (mine.signal.aborted) return;
      this.asked.delete(page);
      this.pages.set(page, answer.entries);
      this.arrived(null);
    } catch (error) {
      if (mine.signal.aborted) return;
      this.asked.delete(page);
      this.arrived(error);
    }
  }

  /** One entry, from the pages that are there or from the server. @param {number} place @returns {Promise<PickerEntry>} */
  async one(place) {
    return this.at(place) ?? (await ask({ ...this.query, offset: place, limit: 1, groups: false })).entries[0];
  }
}

/** @param {Record<string, any>} query @param {AbortSignal} [signal] @returns {Promise<PickerAnswer>} */
function ask(query, signal) {
  return get(`/api/picker?${new URLSearchParams(query)}`, { signal });
}
