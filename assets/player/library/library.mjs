/**
 * The Library page's upper part: what is here, found again, put in order. The address keeps what is looked at:
 * ?dataset=demo, ?tag=night, ?collection=3, ?search=harbour&view=list, ?trash=yes.
 */

import { comparePath } from '../shared/among.mjs';
import { act, confirm, tell } from '../shared/asking.mjs';
import { h, replace, stylesheets } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { sentence, url } from '../shared/http.mjs';
import { keysSheet } from '../shared/keys_sheet.mjs';
import { TAG_CHARS, TITLE_CHARS } from '../shared/limits.mjs';
import { button, empty, failure, primary } from '../shared/parts.mjs';
import { whoAsks } from '../shared/role.mjs';
import { Acts } from './acts.mjs';
import { Bar } from './bar.mjs';
import { Details } from './details.mjs';
import { EntriesView } from './entries.mjs';
import { exportLabels } from './export.mjs';
import { GroupHead } from './group.mjs';
import { libraryCommands } from './library_commands.mjs';
import { Nav } from './nav.mjs';
import { LibraryStore } from './store.mjs';
import { TrashView } from './trash.mjs';
import { askName, askWord } from './words.mjs';

/** Where the page begins to take in videos. */
const ADDING = 'taking-in';
/** What asks for files there. */
const CHOOSER = '#adding input[type=file][multiple]:not([webkitdirectory])';

/** Called by the Gradio component once its element exists. @param {{element: HTMLElement}} gradio */
export async function mount({ element }) {
  await stylesheets(import.meta.url, '../shared/desk.css', '../picker/picker.css', 'library.css');
  await new LibraryPage(element.querySelector('#library')).start();
}

export class LibraryPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.store = new LibraryStore();
    this.acts = new Acts(this.store);
    this.commands = libraryCommands(this);
    this.entries = new EntriesView(this.store, (id) => this.open(id), () => this.narrow && this.showDetails(true));
    this.nav = new Nav(this.store, (pointed) => this._went(pointed));
    this.bar = new Bar(this.store, this.commands, () => this.focusEntries());
    this.group = new GroupHead(this);
    this.details = new Details(this);
    this.trash = new TrashView(this);
    this.note = h('div', { class: 'mc-shelf-instead', role: 'status' });
    this._ends = new AbortController();
  }

  /** Whether what is known of an entry lies over the entries. */
  get narrow() {
    return matchMedia('(max-width: 1100px)').matches;
  }

  async start() {
    const { root, store } = this;
    root.classList.add('mc-desk', 'mc-library');
    this.placesButton = button('All entries', () => this.showPlaces(), { class: 'mc-button mc-shelf-places', 'aria-expanded': 'false' });
    const add = primary('Add videos', () => this.goToAdding());
    const keys = this.commands.button('help', { class: 'mc-button', 'aria-label': 'Keys' }, '?');
    const body = h('div', { class: 'mc-shelf-body' }, this.entries.element, this.note);
    const main = h('div', { class: 'mc-shelf-main' }, this.group.element, this.bar.element, body, this.trash.element);
    root.replaceChildren(
      h('p', { class: 'mc-told', role: 'status', 'aria-live': 'polite' }),
      h('header', { class: 'mc-shelf-top' }, h('h1', {}, 'Library'), this.placesButton, h('span', { class: 'mc-shelf-tools' }, add, keys)),
      h('div', { class: 'mc-shelf' }, this.nav.element, main, this.details.element),
    );
    const fit = () => root.style.setProperty('--mc-top', `${root.getBoundingClientRect().top + scrollY}px`);
    new ResizeObserver(fit).observe(document.body);
    fit();
    addEventListener('popstate', () => root.isConnected && store.readAddress());
    for (const news of ['asked', 'answered', 'shelf']) store.on(news, () => this._draw());
    store.on('searching', () => root.toggleAttribute('data-searching', store.searching));
    this.commands.listen(this._ends.signal, () => this._listens());
    this._draw();
    if (matchMedia('(hover: hover)').matches) this.focusEntries();
    await Promise.all([store.load(), store.look().catch(() => false)]);
    this.root.dataset.ready = 'true';
    store.follow(this._ends.signal);
  }

  /** Keys are for this part of the page, unless the focus is in another. */
  _listens() {
    if (!this.root.isConnected) this._ends.abort();
    const { activeElement } = document;
    return activeElement === document.body || activeElement === null || this.root.contains(activeElement);
  }

  _draw() {
    const { root, store } = this;
    const { note, asked } = store;
    this.placesButton.textContent = this.nav.here;
    root.dataset.place = asked.trash ? 'trash' : 'entries';
    const instead = asked.trash || !note ? null : this._instead(note);
    replace(this.note, instead);
    this.note.hidden = !instead;
  }

  /** What is said in place of entries. @param {import('./store.mjs').Note} note */
  _instead(note) {
    if (note.kind === 'failed') return failure(note.error, () => this.store.load());
    const { search, tag, collection } = this.store.asked;
    if (note.kind === 'empty') {
      const text = 'Add a video, or import a data set with: python app.py import FILE. What was removed is in the trash.';
      const trash = button('Trash', () => this.store.visit({ trash: 'yes' }));
      return empty('The library is empty', text, primary('Add videos', () => this.goToAdding()), trash);
    }
    if (note.kind === 'none') {
      const title = search.trim() ? `No entry matches “${search.trim()}”` : 'No entry passes these filters';
      const text = 'All words must occur in the title, key, data set or category, within what the left column and the filters say.';
      return empty(title, text, button('Clear search and filters', () => this.store.clear()));
    }
    const what = tag ? `No entry has the tag “${tag}”` : collection ? 'Nothing is in this collection' : 'Nothing is here';
    const text = 'Select entries, then press T to tag them or C to put them into a collection.';
    return empty(what, text, button('All entries', () => this.store.visit({})));
  }

  // ---- where the focus and the eyes are

  focusEntries() {
    this.entries.list.focus({ preventScroll: true });
  }

  search() {
    this.bar.search.focus();
    this.bar.search.select();
  }

  /** Ask for files at once; how they are taken in, and what becomes of them, stands in view behind the system's dialog. */
  goToAdding() {
    document.getElementById(ADDING)?.scrollIntoView({ block: 'start' });
    /** @type {HTMLInputElement|null} */ (document.querySelector(CHOOSER))?.click();
  }

  goToPlaces() {
    this.showPlaces(true);
    /** @type {HTMLElement|null} */ (this.nav.element.querySelector('[aria-current]') ?? this.nav.element.querySelector('a'))?.focus();
  }

  /** Keys are for the entries now, so that Delete never means the place that was clicked. @param {boolean} pointed */
  _went(pointed) {
    this.showPlaces(false);
    if (pointed) this.focusEntries();
  }

  /** On a narrow page the left column lies over the entries. */
  showPlaces(open = !this.root.hasAttribute('data-places')) {
    this.root.toggleAttribute('data-places', open);
    this.placesButton.setAttribute('aria-expanded', String(open));
  }

  /** Beside the entries it is there unless it was hidden, over them where it was asked for. @param {boolean} [open] */
  showDetails(open) {
    const name = this.narrow ? 'data-details' : 'data-without-details';
    const wanted = this.narrow ? open : open === undefined ? undefined : !open;
    this.root.toggleAttribute(name, wanted);
    if (!this.details.element.contains(document.activeElement)) return;
    this.focusEntries();
  }

  help() {
    keysSheet(this.root, this.commands);
  }

  turn() {
    this.store.change({ view: this.store.asked.view === 'grid' ? 'list' : 'grid' });
  }

  escape() {
    if (this.root.hasAttribute('data-details')) this.showDetails(false);
    else if (this.root.hasAttribute('data-places')) this.showPlaces(false);
    else if (this.store.selected.size) this.store.selectNone();
    else return false;
    return true;
  }

  // ---- the mark

  move(by) {
    if (this.nav.hasFocus || this.store.asked.trash) return false;
    this.focusEntries();
    this.store.move(this.store.active + by);
    return true;
  }

  moveRow(by) {
    if (this.nav.hasFocus) this.nav.step(by);
    else if (this.store.asked.trash) this.trash.step(by);
    else {
      const target = this.store.active + by * this.entries.columns;
      if (target < 0) return true;
      this.move(Math.min(target, this.store.pages.total - 1) - this.store.active);
    }
    return true;
  }

  moveScreen(by) {
    return this.move(by * this.entries.columns * this.entries.inView);
  }

  moveEnd(by) {
    return this.move(by < 0 ? -this.store.active : this.store.pages.total - 1 - this.store.active);
  }

  /** Space on a line of the left column goes there. */
  select() {
    if (this.nav.hasFocus) return false;
    this.store.toggle(this.store.active);
    return true;
  }

  async extend(place) {
    try {
      await this.store.extend(place);
    } catch (error) {
      tell(sentence(error), true);
    }
  }

  async selectAll() {
    try {
      await this.store.selectAll();
    } catch (error) {
      tell(sentence(error), true);
    }
  }

  // ---- what is done

  open(id) {
    location.href = url(`/compare?entry=${encodeURIComponent(id)}`);
  }

  /** Several that are selected are looked at one after the other. */
  async openMarked() {
    const ids = await this._targets();
    if (ids.length) location.href = url(comparePath(ids));
  }

  /** What an action is about, once it is known what is found. @returns {Promise<string[]>} */
  async _targets() {
    await this.store.loaded;
    return this.store.targets;
  }

  async annotate(id) {
    const who = await whoAsks();
    if (!who.annotator) {
      location.href = url('/annotate');
      return;
    }
    const begun = await act('/api/task', { entry: id });
    if (begun) location.href = url(`/annotate?task=${begun.task}`);
  }

  /** @param {string[]} [about] */
  async tag(about) {
    const ids = about ?? await this._targets();
    if (!ids.length) return;
    const known = (this.store.shelf?.tags ?? []).map(({ label }) => label);
    const words = { label: 'Tag', known, most: TAG_CHARS, give: 'Tag', take: 'Take this tag away' };
    const said = await askWord(`Tag ${this.acts.called(ids)}`, words);
    this._back();
    if (said) await this.acts.tag(ids, said.word.toLowerCase(), said.away);
  }

  /** @param {string[]} [about] */
  async collect(about) {
    const ids = about ?? await this._targets();
    if (!ids.length) return;
    const known = (this.store.shelf?.collections ?? []).map(({ name }) => name);
    const words = { label: 'Collection; a new name makes one', known, most: TITLE_CHARS, give: 'Put in', take: 'Take out' };
    const said = await askWord(`Collect ${this.acts.called(ids)}`, words);
    this._back();
    if (said) await this.acts.collect(ids, said.word, said.away);
  }

  async export() {
    const ids = await this._targets();
    if (ids.length) await exportLabels(ids, this.acts.called(ids));
  }

  rename() {
    const group = this.nav.focused;
    if (group) this.renameGroup(group.what, group.label);
    else if (!this.store.current || this.nav.hasFocus) return false;
    else {
      this.showDetails(true);
      this.details.rename();
    }
    return true;
  }

  writeNote() {
    this.showDetails(true);
    this.details.element.querySelector('textarea')?.focus();
  }

  remove() {
    const group = this.nav.focused;
    if (group) this.removeGroup(group.what, group.label);
    else if (this.nav.hasFocus || !this.store.targets.length || this.store.asked.trash) return false;
    else this._targets().then((ids) => ids.length > 0 && this.acts.remove(ids));
    return true;
  }

  /** @param {string} what @param {string} label */
  async renameGroup(what, label) {
    const tag = what.startsWith('tag:');
    const help = tag ? 'It is renamed wherever it is.' : 'Its id stays; links and files go on working.';
    const name = await askName(`Rename “${label}”`, label, help);
    if (!name || name === label) return;
    const other = this._called(what, name);
    if (!other) {
      const done = await this.acts.rename(what, label, name);
      if (done && tag && this.store.asked.tag === label) await this.store.visit({ tag: done.name });
      return;
    }
    const text = `${count(other.entries, 'entry has', 'entries have')} it already. Both become one, and are not taken apart again.`;
    if (!(await confirm(`There is a ${tag ? 'tag' : 'collection'} “${other.label}” already`, text, 'Make one of both', 'Cancel'))) return;
    const here = tag ? this.store.asked.tag === label : what === `collection:${this.store.asked.collection}`;
    if (await this.acts.merge(what, label, name) && here) await this.store.visit(other.place);
  }

  /** Another tag or collection of this name. @param {string} what @param {string} name */
  _called(what, name) {
    const { shelf } = this.store;
    const wanted = name.trim().toLowerCase();
    if (what.startsWith('tag:')) {
      const tag = shelf?.tags.find(({ id }) => id === wanted && what !== `tag:${id}`);
      return tag && { label: tag.label, entries: tag.entries, place: { tag: tag.id } };
    }
    const found = shelf?.collections.find((one) => one.name.toLowerCase() === wanted && what !== `collection:${one.id}`);
    if (!what.startsWith('collection:') || !found) return null;
    return { label: found.name, entries: found.entries, place: { collection: String(found.id) } };
  }

  /** A data set or a collection. @param {string} what @param {string} label */
  async removeGroup(what, label) {
    if (what.startsWith('tag:')) return;
    if (!(await this.acts.removeThing(what, label))) return;
    const { dataset, collection } = this.store.asked;
    const here = what === `dataset:${dataset}` || what === `collection:${collection}`;
    await (here ? Promise.all([this.store.visit({}), this.store.look()]) : this.store.refresh());
  }

  /** @param {number} id @param {string} label */
  async removeRun(id, label) {
    if (await this.acts.removeThing(`run:${id}`, label)) await this.store.renewFacts();
  }

  _back() {
    if (!this.root.contains(document.activeElement)) this.focusEntries();
  }
}
