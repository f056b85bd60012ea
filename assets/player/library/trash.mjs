/** What was removed: when, whether it can go, and the way back. */

import { confirm, tell } from '../shared/asking.mjs';
import { when } from '../shared/dates.mjs';
import { h, replace } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { post, sentence } from '../shared/http.mjs';
import { button, empty, failure, loading, PATIENCE_MS, quietly, two } from '../shared/parts.mjs';
import { table } from '../shared/table.mjs';

/** @typedef {import('./store.mjs').Removed} Removed */

const KINDS = { entry: 'Entry', dataset: 'Data set', run: 'Run', checkpoint: 'Model', collection: 'Collection' };
const SHOWN = 500;

export class TrashView {
  /** @param {import('./library.mjs').LibraryPage} page */
  constructor(page) {
    this.store = page.store;
    this.acts = page.acts;
    /** @type {import('../shared/table.mjs').Sorting} */
    this._sorting = {};
    this.element = h('section', { class: 'mc-trash', 'aria-label': 'Trash', hidden: true });
    this.store.on('trash', () => this.draw());
    this.store.on('asked', () => (this.element.hidden = !this.store.asked.trash));
    this.element.hidden = !this.store.asked.trash;
  }

  draw() {
    const { trash, note } = this.store;
    if (note?.kind === 'failed') replace(this.element, failure(note.error, () => this.store.load()));
    else if (!trash) replace(this.element, loading());
    else if (!trash.length) replace(this.element, empty('The trash is empty', 'What you remove comes here, and can be brought back.'));
    else replace(this.element, this._parts(trash));
  }

  /** Put the focus on the way back of the line before or after. @param {number} by */
  step(by) {
    const ways = [...this.element.querySelectorAll('tbody button')];
    const at = ways.indexOf(document.activeElement);
    /** @type {HTMLElement|undefined} */ (ways[Math.min(ways.length - 1, Math.max(0, at + by))])?.focus();
  }

  /** @param {Removed[]} things */
  _parts(things) {
    const kept = things.filter((one) => one.kept).length;
    const more = things.length > SHOWN && quietly(`The newest ${SHOWN} of ${things.length} are listed.`);
    return [
      h(
        'header', { class: 'mc-shelf-group' },
        h('div', {}, h('h2', {}, 'Trash'), quietly(
          `${count(things.length, 'thing')} removed${kept ? `, ${kept} of which stay here: their labels are never deleted.` : '.'}`,
        )),
        button('Empty the trash…', () => this._empty(things), { class: 'mc-button', disabled: kept === things.length }),
      ),
      table(this._columns(), things.slice(0, SHOWN), { label: 'Trash', state: this._sorting, changed: () => this.draw() }),
      more,
    ];
  }

  /** @returns {import('../shared/table.mjs').Column<Removed>[]} */
  _columns() {
    return [
      { label: 'What', value: (one) => one.label.toLowerCase(), cell: whatCell },
      { label: 'Kind', value: (one) => KINDS[one.kind], cell: (one) => KINDS[one.kind] },
      { label: 'Removed', value: (one) => Date.parse(one.removed), cell: (one) => h('time', {}, when(Date.parse(one.removed))) },
      { label: '', slim: true, cell: (one) => button('Restore', () => this._restore(one), { 'aria-label': `Restore ${one.label}` }) },
    ];
  }

  /** @param {Removed} one */
  _restore(one) {
    return this.acts.restore(`${one.kind}:${one.id}`, one.label);
  }

  /** @param {Removed[]} things */
  async _empty(things) {
    const going = things.filter((one) => !one.kept).length;
    const staying = things.length - going;
    const text = `${count(going, 'thing')} and their files are deleted for good; this cannot be undone. `
      + (staying ? `${staying} stay, because of what people labelled or are asked for.` : '');
    if (!(await confirm('Empty the trash?', text, 'Delete for good', 'Keep'))) return;
    try {
      const { deleted } = await post('/api/library/trash/empty', {}, { timeout: PATIENCE_MS });
      tell(`${count(deleted.length, 'thing')} deleted.`);
    } catch (error) {
      tell(sentence(error), true);
    }
    await this.store.load();
  }
}

/** @param {Removed} one */
function whatCell({ label, kept }) {
  return kept ? two(label, `Stays: ${kept}.`) : label;
}
