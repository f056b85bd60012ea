/** Choosing the videos of an assignment: a search, and either all that it finds or those that are ticked. */

import { check, choice, failure, query } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { get } from '../shared/http.mjs';
import { clock, count } from '../shared/format.mjs';

const PAGE = 200;

export class VideoChoice {
  constructor({ datasets, chosen, changed }) {
    this.chosen = new Set(chosen);
    this.all = !chosen.length;
    this.total = 0;
    this._changed = changed;
    this._search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search videos', oninput: () => this._later() });
    this._dataset = choice([['', 'All datasets'], ...datasets.map((one) => [one.id, `${one.label} (${one.entries})`])], '', () => this._load(), { 'aria-label': 'Dataset of the videos' });
    this._every = check('', this.all, (on) => ((this.all = on), this._draw()), { name: 'every' });
    this._words = document.createTextNode('');
    this._every.append(this._words);
    this._list = h('ul', { class: 'mc-pick', 'aria-label': 'Videos' });
    this._said = h('p', { class: 'mc-quietly', role: 'status' });
    this.element = h('div', { class: 'mc-videos' }, h('div', { class: 'mc-tools' }, this._dataset, this._search, this._every), this._list, this._said);
    this.rows = [];
    this._load();
  }

  /** The part of the request that says which videos. */
  asked() {
    if (!this.all) return { entries: [...this.chosen] };
    return { entries: null, search: this._search.value, dataset: this._dataset.value || null };
  }

  _later() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._load(), 200);
  }

  async _load() {
    const path = `/api/picker${query({ search: this._search.value, dataset: this._dataset.value, video: 'yes', limit: PAGE, groups: false })}`;
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
    this._words.textContent = `All ${count(this.total, 'video')} found`;
    this._list.replaceChildren(
      ...this.rows.map((row) =>
        h(
          'li',
          {},
          check(row.title, this.all || this.chosen.has(row.id), (on) => (this.chosen[on ? 'add' : 'delete'](row.id), this._say()), { disabled: this.all }),
          h('small', {}, `${row.dataset} · ${clock(row.duration, 0)}`),
        ),
      ),
    );
    this._say();
  }

  _say() {
    if (!this.total) this._said.textContent = 'No video found. Videos come into the library on the Library page.';
    else if (this.all) this._said.textContent = `${count(this.total, 'video')} in the assignment. Untick “All” to choose single ones.`;
    else this._said.textContent = `${count(this.chosen.size, 'video')} chosen.${this.total > PAGE ? ` The first ${PAGE} of ${this.total} are listed; search for others.` : ''}`;
  }
}
