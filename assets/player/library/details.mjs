/** The marked entry: its name and note, where it came from, what is known of it, and what models said of it. */

import { when } from '../shared/dates.mjs';
import { h, replace } from '../shared/dom.mjs';
import { circa, clock, frameRate } from '../shared/format.mjs';
import { url } from '../shared/http.mjs';
import { NOTE_CHARS, TITLE_CHARS } from '../shared/limits.mjs';
import { button, failure, link, quietly, row } from '../shared/parts.mjs';
import { thumbnail } from '../shared/thumbnail.mjs';
import { RunList } from './runs.mjs';

/** @typedef {import('./store.mjs').Facts} Facts */

export class Details {
  /** @param {import('./library.mjs').LibraryPage} page */
  constructor(page) {
    this.page = page;
    this.store = page.store;
    this.acts = page.acts;
    this.renaming = false;
    this.element = h('aside', { class: 'mc-shelf-details', 'aria-label': 'The marked entry' });
    this.store.on('facts', () => this._changed());
    this.store.on('shelf', () => this._changed());
  }

  /** Write another title in the place of this one. */
  rename() {
    if (!this.store.facts) return;
    this.renaming = true;
    this.draw();
  }

  /** Nothing is drawn anew under what somebody writes. */
  _changed() {
    const { facts } = this.store;
    const writing = this.element.querySelector('input, textarea') === document.activeElement && document.activeElement !== null;
    if (writing && facts?.id === this._shown) return;
    if (!facts && this.store.current && !this.store.unknown && this._shown) {
      this.element.dataset.waiting = 'true'; // what is there stays until there is something else
      return;
    }
    this.renaming = false;
    this.draw();
  }

  draw() {
    const { facts, unknown } = this.store;
    delete this.element.dataset.waiting;
    this._shown = facts?.id ?? '';
    if (unknown) replace(this.element, this._close(), this._unknown(unknown));
    else replace(this.element, this._close(), facts ? this._parts(facts) : quietly('Mark an entry to see what is known of it.'));
    if (!this.renaming) return;
    const name = this.element.querySelector('input');
    name.focus();
    name.select();
  }

  /** An entry whose file is gone can be removed all the same. @param {Error} why */
  _unknown(why) {
    const { current } = this.store;
    const remove = current && button('Remove', () => this.acts.remove([current.id]), { title: 'Remove (Delete)' });
    return [current && h('h2', {}, current.title), failure(why, () => this.store.renewFacts()), current && row(remove)];
  }

  _close() {
    return button('Close', () => this.page.showDetails(false), { class: 'mc-button mc-shelf-close' });
  }

  /** @param {Facts} facts */
  _parts(facts) {
    const { acts, page } = this;
    const entry = encodeURIComponent(facts.id);
    const current = this.store.current;
    const sheet = current?.id === facts.id ? /** @type {any} */ (current.thumbnails) : null;
    return [
      sheet && thumbnail(sheet, 288, 162, null, 'mc-shelf-picture'),
      this._title(facts),
      row(
        h('a', { class: 'mc-button mc-primary', href: url(`/compare?entry=${entry}`), title: 'Open in Compare (Enter)' }, 'Compare'),
        button('Annotate', () => this.page.annotate(facts.id), { title: 'Judge this video yourself' }),
        button('Remove', () => this.acts.remove([facts.id]), { title: 'Remove (Delete)' }),
      ),
      this._words('Tags', facts.tags, (tag) => acts.tag([facts.id], tag, true), () => page.tag([facts.id])),
      this._words('Collections', facts.collections, (name) => acts.collect([facts.id], name, true), () => page.collect([facts.id])),
      this._note(facts),
      this._facts(facts),
      facts.notes.map((text) => h('p', { class: 'mc-remark' }, text)),
      this._runs(facts),
    ];
  }

  /** @param {Facts} facts */
  _title({ id, title }) {
    if (!this.renaming) {
      return h(
        'div', { class: 'mc-shelf-title' }, h('h2', { ondblclick: () => this.rename() }, title),
        link('Rename', () => this.rename(), { title: 'Rename (F2)' }),
      );
    }
    let ended = false; // Enter or Escape, after which the field loses the focus as well
    const name = h('input', { type: 'text', value: title, maxlength: TITLE_CHARS, 'aria-label': 'Title', class: 'mc-shelf-rename' });
    const end = (kept) => {
      if (ended) return;
      ended = true;
      this.renaming = false;
      this.draw();
      this.page.focusEntries();
      if (kept) this.acts.rename(`entry:${id}`, title, name.value.trim());
    };
    name.addEventListener('blur', () => end(true));
    name.addEventListener('keydown', (event) => {
      if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      end(event.key === 'Enter');
    });
    return h('div', { class: 'mc-shelf-title' }, name);
  }

  /** @param {string} name @param {string[]} words @param {(word: string) => void} away @param {() => void} add */
  _words(name, words, away, add) {
    const chips = words.map((word) => h(
      'span', { class: 'mc-chip' }, word,
      h('button', { type: 'button', 'aria-label': `Take away ${word}`, title: 'Take away', onclick: () => away(word) }, '×'),
    ));
    return h('div', { class: 'mc-shelf-words' }, h('h3', {}, name), chips, link(words.length ? 'Add' : 'Add one', add));
  }

  /** @param {Facts} facts */
  _note({ id, note }) {
    const about = { rows: note ? 3 : 1, maxlength: NOTE_CHARS, 'aria-label': 'Note', placeholder: 'Write something down …' };
    const area = h('textarea', about, note);
    let ended = false;
    area.addEventListener('blur', () => !ended && this.acts.note(`entry:${id}`, note, area.value));
    area.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      ended = true;
      area.value = note;
      this.page.focusEntries();
    });
    return h('div', { class: 'mc-shelf-note' }, h('h3', {}, 'Note'), area);
  }

  /** @param {Facts} facts */
  _facts(facts) {
    const dataset = this.store.shelf?.datasets.find(({ id }) => id === facts.dataset);
    const shots = Object.entries(facts.shots).map(([name, number]) => h('div', {}, `${name}: ${number}`));
    const simulated = facts.simulated === facts.people ? 'simulated' : `${facts.simulated} simulated`;
    /** @type {[string, import('../shared/dom.mjs').Child][]} */
    const lines = [
      ['Data set', link(dataset?.label ?? facts.dataset, () => this.store.visit({ dataset: facts.dataset }))],
      ['Source', facts.source],
      ['Licence', facts.licence],
      ['Category', facts.category],
      ['Length', length(facts)],
      ['Video', facts.video ? 'yes' : h('a', { href: url(`/library?attach=${encodeURIComponent(facts.id)}`) }, 'no: attach it')],
      ['People', facts.people ? `${facts.people}${facts.simulated ? `, ${simulated}` : ''}` : 'nobody yet'],
      ['Features', facts.features.length ? facts.features.map((one) => h('div', {}, one)) : 'none'],
      ['Shots', shots],
      ['Picks', facts.picks],
      ['Captions', facts.captions ? 'yes' : 'no'],
      ['Came', when(Date.parse(facts.created))],
      ['Id', h('code', {}, facts.id)],
    ];
    const known = lines.filter(([, value]) => value !== '' && value !== null);
    return h('dl', { class: 'mc-facts' }, known.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
  }

  /** @param {Facts} facts */
  _runs({ id: entry, runs, judging }) {
    if (judging !== null) {
      const task = h('a', { href: url(`/annotate?task=${judging}`) }, 'your task');
      return h('p', { class: 'mc-quietly' }, 'What models said of it is shown when ', task, ' is submitted.');
    }
    if (!runs.length) return null;
    return new RunList(entry, runs, (id, label) => this.page.removeRun(id, label)).element;
  }
}

/** @param {Facts} facts */
function length({ duration, fps, fps_assumed: assumed }) {
  return `${circa(assumed)}${clock(duration)}, ${frameRate(fps)} frames/s${assumed ? ' (assumed)' : ''}`;
}
