/** What the Library page changes, each with the way back: a button beside what is said, and Ctrl+Z. */

import { act, tell } from '../shared/asking.mjs';
import { count } from '../shared/format.mjs';
import { post, sentence } from '../shared/http.mjs';
import { ENTRIES_PER_CHANGE } from '../shared/limits.mjs';
import { button, PATIENCE_MS } from '../shared/parts.mjs';

/** @typedef {() => Promise<unknown>} Way */

const STEPS = 100; // that can be taken back

export class Acts {
  /** @param {import('./store.mjs').LibraryStore} store */
  constructor(store) {
    this.store = store;
    /** @type {{said: string, back: Way}[]} */
    this.steps = [];
  }

  get canUndo() {
    return this.steps.length > 0;
  }

  /** Take back what was done last. */
  async undo() {
    const step = this.steps.pop();
    if (!step) return;
    await step.back();
    tell(`Taken back: ${step.said}`);
  }

  /** Say what was done, and how it is taken back. @param {string} said @param {Way} back */
  _did(said, back) {
    this.steps = [...this.steps, { said, back }].slice(-STEPS);
    const step = this.steps.at(-1);
    const way = button('Undo', () => {
      tell('');
      if (this.steps.at(-1) === step) this.undo();
    }, { title: 'Undo (Ctrl+Z)', 'data-undo': '' });
    tell(said, false, way);
  }

  // ---- entries

  /** How people call these entries. @param {string[]} ids */
  called(ids) {
    if (ids.length !== 1) return count(ids.length, 'entry', 'entries');
    const { facts, current } = this.store;
    const [known] = [facts, current].filter((one) => one?.id === ids[0]);
    return `“${known?.title ?? ids[0]}”`;
  }

  /** @param {string[]} ids of entries */
  async remove(ids) {
    const what = ids.map((id) => `entry:${id}`);
    const called = this.called(ids);
    const gone = await this._parts('/api/library/remove', 'Removing', what, (part) => ({ what: part }));
    for (const id of ids.slice(0, gone.count)) this.store.selected.delete(id);
    this.store.tell('selected');
    if (gone.count) this._did(`${gone.count === ids.length ? called : count(gone.count, 'entry', 'entries')} removed.`, async () => {
      const back = what.slice(0, gone.count);
      await this._parts('/api/library/restore', 'Bringing back', back, (part) => ({ what: part }));
      await this.store.refresh(ids[0]);
    });
    await this.store.refresh();
  }

  /** Give entries a tag, or take it away. @param {string[]} ids @param {string} tag @param {boolean} [away] */
  async tag(ids, tag, away = false) {
    const body = (off) => (entry) => ({ entry, [off ? 'remove' : 'add']: [tag] });
    const called = this.called(ids);
    const { changed } = await this._parts('/api/library/tag', 'Tagging', ids, body(away));
    const said = away ? `“${tag}” taken from ${called}.` : `${called} tagged “${tag}”.`;
    if (changed.length) this._did(said, async () => {
      await this._parts('/api/library/tag', 'Tagging', changed, body(!away));
      await this._ordered();
    });
    await this._ordered();
  }

  /** Put entries into a collection, or take them out. @param {string[]} ids @param {string} name @param {boolean} [out] */
  async collect(ids, name, out = false) {
    const known = this.store.shelf?.collections.some((one) => one.name.toLowerCase() === name.trim().toLowerCase());
    const body = (away) => (part) => ({ collection: name, [away ? 'remove' : 'entry']: part });
    const called = this.called(ids);
    const done = await this._parts('/api/library/collect', 'Collecting', ids, body(out));
    const said = out ? `${called} taken out of “${name}”.` : `${called} put into “${name}”.`;
    if (done.changed.length) this._did(said, async () => {
      if (known) await this._parts('/api/library/collect', 'Collecting', done.changed, body(!out));
      else await act('/api/library/remove', { what: [`collection:${done.last.collection}`] });
      await this._ordered();
    });
    await this._ordered();
  }

  // ---- anything that has a name

  /** @param {string} what @param {string} before @param {string} name */
  async rename(what, before, name) {
    if (name === before) return null;
    const done = await act('/api/library/rename', { what, name });
    if (!done) return null;
    this._did(`Renamed to “${done.name}”.`, async () => {
      await act('/api/library/rename', { what: done.what, name: before });
      await this._renamed();
    });
    await this._renamed();
    return done;
  }

  /** Make one of two tags or collections, for good. @param {string} what @param {string} label @param {string} name */
  async merge(what, label, name) {
    const done = await act('/api/library/rename', { what, name, merge: true });
    if (!done) return null;
    await this._renamed();
    tell(`“${label}” is a part of “${done.name}” now.`);
    return done;
  }

  /** @param {string} what @param {string} before @param {string} text */
  async note(what, before, text) {
    if (text.trim() === before) return;
    const write = async (note) => {
      const done = await act('/api/library/note', { what, text: note });
      await Promise.all([this.store.look(), this.store.renewFacts()]);
      return done;
    };
    if (await write(text)) this._did(text.trim() ? 'Note kept.' : 'Note taken away.', () => write(before));
  }

  /** A data set, a collection or a run. @param {string} what @param {string} called */
  async removeThing(what, called) {
    const done = await act('/api/library/remove', { what: [what] });
    if (!done) return null;
    const with_them = done.entries ? ` with ${count(done.entries, 'entry', 'entries')}` : '';
    this._did(`“${called}” removed${with_them}.`, () => this.restore(what, called, false));
    return done;
  }

  /** @param {string} what @param {string} called */
  async restore(what, called, says = true) {
    const done = await act('/api/library/restore', { what: [what] });
    const entry = what.startsWith('entry:') ? what.slice('entry:'.length) : null;
    if (done) await this.store.refresh(entry);
    if (done && says) tell(`“${called}” is back.`);
    return done;
  }

  // ---- how

  async _renamed() {
    await this.store.refresh(this.store.current?.id ?? null);
  }

  /** Tags or collections are others: where one is looked at, what is in it is, too. */
  async _ordered() {
    const { asked, current } = this.store;
    if (asked.tag || asked.collection) await this.store.refresh(current?.id ?? null);
    else await Promise.all([this.store.look(), this.store.renewFacts()]);
  }

  /**
   * A change of many entries in parts, none of which lets others wait for long.
   * @param {string} path @param {string} doing @param {string[]} all @param {(part: string[]) => object} body
   * @returns {Promise<{count: number, changed: string[], last: any}>} how many were done before something went wrong
   */
  async _parts(path, doing, all, body) {
    /** @type {string[]} */
    const changed = [];
    let [done, last] = [0, null];
    for (let start = 0; start < all.length; start += ENTRIES_PER_CHANGE) {
      const part = all.slice(start, start + ENTRIES_PER_CHANGE);
      if (all.length > ENTRIES_PER_CHANGE) tell(`${doing}: ${start} of ${all.length} …`);
      try {
        last = await post(path, body(part), { timeout: PATIENCE_MS });
      } catch (error) {
        tell(sentence(error), true);
        break;
      }
      done += part.length;
      changed.push(...(last.changed ?? []));
    }
    return { count: done, changed, last };
  }
}
