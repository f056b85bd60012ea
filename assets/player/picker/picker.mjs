/**
 * The entry picker in the page's top bar: which entry is shown, the one before and after it, and a panel to find any
 * other among tens of thousands. It only says which entry is wanted (`manycut:open`); the player shows it and answers
 * with `manycut:opened`.
 */

import { EntryList } from './list.mjs';
import { COLUMNS, FILTERS, FRAME, NOTES, optionsMarkup } from './frame.mjs';
import { Pages } from './pages.mjs';
import { clock, escape } from '../shared/format.mjs';
import { root as address, url } from '../shared/http.mjs';
import { loadChoice, saveChoice } from './memory.mjs';
import { wordsOf } from './row.mjs';

const DEBOUNCE_MS = 120;
const RETRY_MS = 3000;
const many = (n) => n.toLocaleString('en-US');

/** True where typing belongs to the field that has the focus. */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target.tagName === 'INPUT' && !/^(radio|checkbox|range|button)$/.test(target.type);
}

export class Picker {
  /**
   * @param {HTMLElement} root
   * @param {AbortSignal} signal ends all listening
   */
  constructor(root, signal) {
    this.root = root;
    root.innerHTML = FRAME;
    this.nodes = Object.fromEntries([...root.querySelectorAll('[data-node]')].map((node) => [node.dataset.node, node]));
    this.choice = loadChoice();
    this.current = null;
    this.place = null; // of the current entry in the present search; null: not known, -1: not among them
    this.enter = false; // Enter was pressed before the answer was there
    this.timer = 0; // of what was typed and not asked yet
    this.pages = new Pages((error) => this.pageArrived(error));
    this.list = new EntryList(this.nodes, this.pages, url);
    this.listen(signal);
    this.showChoice();
  }

  get open() {
    return !this.nodes.panel.hidden;
  }

  get query() {
    return { search: this.nodes.search.value.trim(), ...this.choice };
  }

  get narrowed() {
    const { search, sort, ...filters } = this.query;
    return Boolean(search || Object.values(filters).some(Boolean));
  }

  // ---------------------------------------------------------------- what is shown in the bar

  /** @param {{entry: string|null, title?: string, dataset?: string, duration?: number}} shown */
  name(shown) {
    const changed = shown.entry !== this.current;
    this.current = shown.entry;
    if (changed) this.place = null;
    this.list.shown = this.current;
    const { current, button } = this.nodes;
    if (!shown.entry) current.textContent = 'The library is empty';
    else if (!shown.title) current.textContent = shown.entry;
    else current.innerHTML = `<span>${escape(shown.dataset)}</span> · <b>${escape(shown.title)}</b> (${clock(shown.duration, 0)})`;
    button.setAttribute('aria-label', `Entry: ${current.textContent}. Choose another`);
    this.showPlace();
  }

  showPlace() {
    const { total, of } = this.pages;
    for (const button of this.root.querySelectorAll('[data-step]')) {
      const target = this.place === null || this.place < 0 ? null : this.place + Number(button.dataset.step);
      button.disabled = total === 0 || (target !== null && (target < 0 || target >= total));
    }
    const { within } = this.nodes;
    within.hidden = !this.narrowed || !of;
    within.textContent = `${this.place !== null && this.place >= 0 ? `${many(this.place + 1)} of ` : ''}${many(total)} found`;
    within.title = `A search or filters are on: previous and next stay within the ${many(total)} of ${many(of)} entries that match. Click to clear.`;
  }

  // ---------------------------------------------------------------- searching

  /** Ask for what is wanted now. `follow`: go to the entry that is shown, not to the first. */
  async search({ groups = false, follow = false } = {}) {
    this.forgetTimers();
    this.root.dataset.searching = 'true';
    const query = this.query;
    const marked = this.list.active;
    try {
      const answer = await this.pages.search(query, { groups, placeOf: follow ? this.current : null });
      if (!answer) return;
      if (groups && this.forgetGone(answer)) {
        await this.search({ groups, follow });
        return;
      }
      this.place = follow ? answer.place ?? -1 : null;
      // Who has moved the mark while the list was only brought up to date keeps it where it is.
      const kept = follow && this.list.active !== marked;
      this.answered(query, kept ? this.list.active : follow ? answer.place ?? 0 : 0, kept);
    } catch (error) {
      this.failed(error, { groups, follow });
    }
  }

  forgetTimers() {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.timer = 0;
  }

  answered(query, place, kept = false) {
    delete this.root.dataset.searching;
    const { total, of } = this.pages;
    this.list.words = wordsOf(query.search);
    this.note(of === 0 ? NOTES.empty(address) : total === 0 ? NOTES.none(query.search) : '');
    this.nodes.count.textContent = total === of ? `${many(of)} ${of === 1 ? 'entry' : 'entries'}` : `${many(total)} of ${many(of)} entries`;
    this.nodes.clear.hidden = !this.narrowed;
    this.list.renew();
    this.list.move(place, { centred: !kept });
    this.showPlace();
    if (this.enter) this.chooseActive();
  }

  /** Filters that were remembered for a dataset or category that is gone would hide everything. */
  forgetGone(answer) {
    this.showGroups('dataset', answer.datasets.map(({ id, label, entries }) => [id, `${label} (${many(entries)})`]));
    this.showGroups('category', answer.categories.map(({ id, entries }) => [id, `${id} (${many(entries)})`]));
    let gone = false;
    for (const [name, groups] of [['dataset', answer.datasets], ['category', answer.categories]]) {
      if (!this.choice[name] || groups.some(({ id }) => id === this.choice[name])) continue;
      this.choice[name] = '';
      gone = true;
    }
    if (gone) this.showChoice();
    return gone;
  }

  pageArrived(error) {
    if (error) {
      this.failed(error, { follow: true });
      return;
    }
    this.note('');
    this.list.fill();
    if (this.enter) this.chooseActive();
  }

  failed(error, again) {
    delete this.root.dataset.searching;
    this.enter = false;
    if (!this.open) return;
    this.nodes.count.textContent = '';
    this.note(NOTES.failed(error.message));
    this.again = () => this.search({ groups: true, ...again });
    this.retry = setTimeout(() => this.open && this.again(), RETRY_MS);
  }

  note(markup) {
    const { note } = this.nodes;
    note.hidden = !markup;
    note.innerHTML = markup;
  }

  // ---------------------------------------------------------------- filters and order

  change(name, value) {
    this.choice[name] = value;
    if (name === 'dataset') this.choice.category = '';
    saveChoice(this.choice);
    this.showChoice();
    this.search({ groups: name === 'dataset' });
  }

  clear() {
    this.nodes.search.value = '';
    for (const name of Object.keys(FILTERS)) this.choice[name] = '';
    saveChoice(this.choice);
    this.showChoice();
    this.search({ groups: true, follow: true });
    if (this.open) this.nodes.search.focus();
  }

  showChoice() {
    for (const select of this.root.querySelectorAll('[data-filter]')) {
      const value = this.choice[select.dataset.filter];
      // Until the server has listed the groups, a remembered one stands for itself.
      if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
      select.value = value;
      select.toggleAttribute('data-on', Boolean(value) && select.dataset.filter !== 'sort');
    }
    for (const button of this.root.querySelectorAll('[data-column]')) {
      const [first, second] = COLUMNS[button.dataset.column];
      const { sort } = this.choice;
      button.dataset.sorted = sort !== first && sort !== second ? '' : sort.startsWith('-') ? 'down' : 'up';
    }
  }

  showGroups(name, options) {
    const select = this.root.querySelector(`[data-filter="${name}"]`);
    select.innerHTML = optionsMarkup([...FILTERS[name].options, ...options], this.choice[name]);
  }

  // ---------------------------------------------------------------- opening, choosing, stepping

  show({ byTouch = false } = {}) {
    const { panel, search, button } = this.nodes;
    this.before = search.value;
    const below = button.getBoundingClientRect();
    panel.style.setProperty('--top', `${Math.round(below.bottom + 6)}px`);
    panel.style.setProperty('--left', `${Math.round(below.left)}px`);
    panel.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    // On a touch screen the keyboard would cover half of the list before anybody wants to type.
    (byTouch ? panel : search).focus({ preventScroll: true });
    if (!byTouch) search.select();
    this.search({ groups: true, follow: true });
  }

  /** Close the panel. What was typed without choosing anything is taken back; filters stay. */
  hide({ focus = true, chosen = false } = {}) {
    if (!this.open) return;
    if (!chosen) this.nodes.search.value = this.before;
    this.nodes.panel.hidden = true;
    this.nodes.button.setAttribute('aria-expanded', 'false');
    this.forgetTimers();
    this.enter = false;
    if (focus) this.nodes.button.focus({ preventScroll: true });
    // The bar speaks of what previous and next will follow.
    if (JSON.stringify(this.pages.query) !== JSON.stringify(this.query)) this.search({ follow: true });
  }

  chooseActive() {
    const pending = this.timer || this.root.dataset.searching;
    const entry = this.pages.at(this.list.active);
    this.enter = Boolean(pending || (!entry && this.pages.total));
    if (this.timer) this.search();
    else if (!pending && entry) this.choose(entry, this.list.active);
  }

  choose(entry, place) {
    this.enter = false;
    this.hide({ focus: false, chosen: true });
    this.shown(entry, place);
    // From here on the keys belong to the player.
    document.querySelector('#player .mc-scroll')?.focus({ preventScroll: true });
  }

  shown(entry, place) {
    this.name({ entry: entry.id, title: entry.title, dataset: entry.dataset, duration: entry.duration });
    this.place = place;
    this.showPlace();
    document.dispatchEvent(new CustomEvent('manycut:open', { detail: { entry: entry.id } }));
  }

  /** The entry before or after the one that is shown, in the order and within the filters of the panel. */
  async step(by) {
    const mine = (this.stepping = (this.stepping ?? 0) + 1);
    try {
      if (this.place === null) await this.search({ follow: true });
      if (mine !== this.stepping || this.place === null) return;
      const target = this.place < 0 ? (by > 0 ? 0 : this.pages.total - 1) : this.place + by;
      if (target < 0 || target >= this.pages.total) return;
      this.place = target; // so that a second click during the round trip goes one further
      const entry = await this.pages.one(target);
      if (entry && mine === this.stepping) this.shown(entry, target);
    } catch {
      this.place = null; // the player says that the server does not answer as soon as anything is asked of it
    }
  }

  // ---------------------------------------------------------------- keys and pointer

  listen(signal) {
    const { button, search, panel, list, close, clear, note } = this.nodes;
    const on = (node, kind, act, options = {}) => node.addEventListener(kind, act, { signal, ...options });
    let touched = false;
    on(this.root, 'pointerdown', (event) => { touched = event.pointerType === 'touch'; this.pointed = true; });
    on(button, 'click', () => (this.open ? this.hide() : this.show({ byTouch: touched })));
    on(this.root, 'click', (event) => {
      const step = event.target.closest('[data-step]');
      if (step) this.step(Number(step.dataset.step));
      const column = event.target.closest('[data-column]');
      if (column) {
        const [first, second] = COLUMNS[column.dataset.column];
        this.change('sort', this.choice.sort === first ? second : first);
      }
    });
    on(close, 'click', () => this.hide());
    for (const node of [clear, this.nodes.within]) on(node, 'click', () => this.clear());
    on(note, 'click', (event) => {
      if (event.target.closest('[data-clear]')) this.clear();
      if (event.target.closest('[data-retry]')) this.again?.();
    });
    on(search, 'input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.timer = 0; this.search(); }, DEBOUNCE_MS);
    });
    on(this.root, 'change', (event) => {
      const name = event.target.dataset?.filter;
      if (!name) return;
      this.change(name, event.target.value);
      if (this.pointed && !touched) search.focus(); // after a mouse the next thing is typing; arrow keys stay in the field
    });
    // The field keeps the focus while rows and heads of columns are clicked.
    on(panel, 'mousedown', (event) => event.target.closest('.mc-pick-row, [data-column]') && event.preventDefault());
    on(list, 'click', (event) => {
      const place = Number(event.target.closest('.mc-pick-row')?.dataset.place ?? -1);
      if (place < 0) return;
      this.list.move(place);
      this.chooseActive();
    });
    on(document, 'pointerdown', (event) => {
      if (this.open && !this.root.contains(event.target)) this.hide({ focus: false });
    }, { capture: true });
    on(panel, 'focusout', (event) => {
      if (event.relatedTarget && !this.root.contains(event.relatedTarget)) this.hide({ focus: false });
    });
    on(document, 'manycut:opened', (event) => this.name(event.detail));
    on(window, 'online', () => this.open && this.again?.());
    // On the window, so that no other listener of the page takes a key that is meant for the open panel.
    on(window, 'keydown', (event) => this.key(event), { capture: true });
  }

  key(event) {
    if (!this.root.isConnected || event.isComposing) return;
    this.pointed = false;
    const handled = this.open ? this.keyInside(event) : this.keyOutside(event);
    if (handled) event.preventDefault();
    if (handled || this.open) event.stopPropagation();
  }

  keyOutside(event) {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (typing(event.target)) return false;
    if ((event.key === '/' && plain) || (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey)) {
      this.show();
      return true;
    }
    if (event.altKey && !event.ctrlKey && !event.metaKey && /^Arrow(Up|Down)$/.test(event.key)) {
      this.step(event.key === 'ArrowDown' ? 1 : -1);
      return true;
    }
    return false;
  }

  keyInside(event) {
    const { search, panel } = this.nodes;
    const { key, target } = event;
    if (key === 'Escape' || (key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey))) {
      this.hide();
      return true;
    }
    if (target.tagName === 'SELECT') return false;
    if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && target !== search) {
      if (key === ' ' && target.closest('button, a')) return false;
      search.focus(); // the letter itself follows the focus
      return false;
    }
    if (target !== search && target !== panel) return false;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return false;
    const { active, inView } = this.list;
    const moves = {
      ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + inView, PageUp: active - inView,
      Home: 0, End: this.pages.total - 1,
    };
    if (key in moves) this.list.move(moves[key]);
    else if (key === 'Enter') this.chooseActive();
    else return false;
    return true;
  }
}

/** The style sheet, once per page and before anything is measured. */
function styled() {
  return new Promise((resolve) => {
    if (document.querySelector('link[data-mc="picker.css"]')) return resolve();
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.dataset.mc = 'picker.css';
    link.href = new URL('./picker.css', import.meta.url).href;
    link.onload = link.onerror = resolve;
    document.head.append(link);
    return undefined;
  });
}

let listening = null;

/**
 * Called by the Gradio component when its frame is in the page.
 * @param {{element: HTMLElement, props: {value: any}, watch: Function, root: string}} gradio  root: the app's address
 */
export async function mount({ element, props, watch }) {
  await styled();
  listening?.abort();
  listening = new AbortController();
  const root = element.querySelector('#picker') ?? element;
  root.classList.add('mc-entry-picker');
  const picker = new Picker(root, listening.signal);
  let told = false;
  const tell = () => {
    if (told || !props.value || !('entry' in props.value)) return;
    told = true;
    // The player may have been faster and have said what it shows.
    if (picker.current === null) picker.name(props.value);
    picker.search({ groups: true, follow: true });
  };
  watch('value', tell);
  tell();
}
