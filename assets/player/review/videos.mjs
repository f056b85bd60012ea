/** Choosing the videos of an assignment: a search, and either all that it finds or those that are ticked. */

import { h } from '../shared/dom.mjs';
import { check, choice } from '../shared/form.mjs';
import { count, lasting } from '../shared/format.mjs';
import { get } from '../shared/http.mjs';
import { failure, query } from '../shared/parts.mjs';

/** @typedef {{id: string, title: string, dataset: string, duration: number}} Video */

const PAGE = 200;
const TYPING_MS = 200;

export class VideoChoice {
  /** @param {{datasets: import('./review.mjs').Dataset[], chosen: string[], changed: (rows: Video[]) => void}} given */
  constructor({ datasets, chosen, changed }) {
    this.chosen = new Set(chosen);
    this.all = !chosen.length;
    this.total = 0;
    /** @type {Video[]} */
    this.rows = [];
    this._changed = changed;
    this._search = h('input', {
      type: 'search',
      placeholder: 'Search',
      'aria-label': 'Search videos',
      oninput: () => this._later(),
    });
    /** @type {[string, string][]} */
    const options = datasets.map((one) => [one.id, `${one.label} (${one.entries})`]);
    const about = { 'aria-label': 'Dataset of the videos' };
    this._dataset = choice([['', 'All datasets'], ...options], '', () => this._load(), about);
    this._label = document.createTextNode('');
    const every = check(this._label, this.all, (on) => this._takeAll(on), { name: 'every' });
    this._list = h('ul', { class: 'mc-pick', 'aria-label': 'Videos' });
    this._said = h('p', { class: 'mc-quietly', role: 'status' });
    const tools = h('div', { class: 'mc-tools' }, this._dataset, this._search, every.element);
    this.element = h('div', { class: 'mc-videos' }, tools, this._list, this._said);
    this._load();
  }

  /** The part of the request that says which videos. */
  asked() {
    if (!this.all) return { entries: [...this.chosen] };
    return { entries: null, search: this._search.value, dataset: this._dataset.value || null };
  }

  _later() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._load(), TYPING_MS);
  }

  _takeAll(on) {
    this.all = on;
    this._draw();
  }

  async _load() {
    const asked = { search: this._search.value, dataset: this._dataset.value, video: 'yes', limit: PAGE, groups: false };
    const path = `/api/picker${query(asked)}`;
    this._latest = path;
    try {
      const { entries, total } = await get(path);
      if (this._latest !== path) return;
      [this.rows, this.total] = [entries, total];
    } catch (error) {
      this._list.replaceChildren(h('li', {}, failure(error, () => this._load())));
      return;
    }
    this._changed(this.rows);
    this._draw();
  }

  _draw() {
    this._label.textContent = `All ${count(this.total, 'video')} found`;
    this._list.replaceChildren(...this.rows.map((one) => this._line(one)));
    this._say();
  }

  /** @param {Video} video */
  _line(video) {
    const { id, title, dataset } = video;
    const choose = (on) => {
      if (on) this.chosen.add(id);
      else this.chosen.delete(id);
      this._say();
    };
    const box = check(title, this.all || this.chosen.has(id), choose, { disabled: this.all });
    return h('li', {}, box.element, h('small', {}, `${dataset} · ${lasting(video)}`));
  }

  _say() {
    this._said.textContent = this._sentence();
  }

  _sentence() {
    if (!this.total) return 'No video found. Videos come into the library on the Library page.';
    if (this.all) return `${count(this.total, 'video')} in the assignment. Untick “All” to choose single ones.`;
    const rest = this.total > PAGE ? ` The first ${PAGE} of ${this.total} are listed; search for others.` : '';
    return `${count(this.chosen.size, 'video')} chosen.${rest}`;
  }
}
