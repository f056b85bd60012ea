/**
 * The entry picker in the page's top bar: which entry is shown, the one before and after it, and a panel to find any
 * other among tens of thousands. It only says which entry is wanted (`manycut:open`); the player shows it and answers
 * with `manycut:opened`.
 */

import { typing } from '../shared/commands.mjs';
import { stylesheets } from '../shared/dom.mjs';
import { Bar } from './bar.mjs';
import { Finder } from './finder.mjs';
import { EntryList } from './list.mjs';
import { Panel, searchField } from './panel.mjs';
import { closeCommands, hints, listCommands, pageCommands } from './picker_commands.mjs';

class Picker {
  /**
   * @param {HTMLElement} root
   * @param {AbortSignal} signal ends all listening
   */
  constructor(root, signal) {
    this.root = root;
    this.finder = new Finder();
    this.touched = false; // a finger was there last
    this.pointed = false; // the last thing done was done with a pointer
    const { finder } = this;
    const clear = () => this.clear();
    this.page = pageCommands(finder, () => finder.openPanel());
    this.closing = closeCommands(finder);
    this.moving = listCommands(finder, () => this.list.inView);
    this.search = searchField();
    this.list = new EntryList(finder, this.search);
    const line = hints([this.moving, this.closing, this.page]);
    this.panel = new Panel(finder, this.search, this.list.element, this.closing, line, clear);
    this.bar = new Bar(finder, this.page, { toggle: () => this.toggle(), clear });
    root.replaceChildren(this.bar.element, this.panel.element);
    finder.on('searching', () => this.showSearching());
    finder.on('typed', () => (this.search.value = finder.typed));
    finder.on('opened', () => this.panel.open(this.bar.button.getBoundingClientRect(), this.touched && this.pointed));
    finder.on('wanted', openInCompare);
    finder.on('chosen', giveKeysToPlayer);
    this.listen(signal);
  }

  showSearching() {
    if (this.finder.searching) this.root.dataset.searching = 'true';
    else delete this.root.dataset.searching;
  }

  toggle() {
    if (this.finder.open) this.finder.closePanel();
    else this.finder.openPanel();
  }

  clear() {
    this.finder.clear();
    if (this.finder.open) this.search.focus();
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const { finder, search } = this;
    const panel = this.panel.element;
    /** @type {(node: EventTarget, kind: string, act: (event: any) => void, options?: AddEventListenerOptions) => void} */
    const on = (node, kind, act, options = {}) => node.addEventListener(kind, act, { signal, ...options });
    on(this.root, 'pointerdown', (event) => {
      this.touched = event.pointerType === 'touch';
      this.pointed = true;
    });
    on(search, 'input', () => finder.type(search.value));
    on(panel, 'change', (event) => this.chose(event.target));
    // The field keeps the focus while rows and heads of columns are clicked.
    on(panel, 'mousedown', (event) => event.target.closest('.mc-pick-row, [data-column]') && event.preventDefault());
    on(panel, 'focusout', ({ relatedTarget }) => relatedTarget && this.left(relatedTarget));
    on(document, 'pointerdown', ({ target }) => this.left(target), { capture: true });
    on(document, 'manycut:opened', ({ detail }) => finder.show(detail));
    on(window, 'online', () => finder.open && finder.again());
    // On the window, so that no other listener of the page takes a key that is meant for the open panel.
    on(window, 'keydown', (event) => this.key(event), { capture: true });
  }

  // Whoever goes elsewhere with the pointer or the focus is done here.
  left(target) {
    if (this.finder.open && !this.root.contains(target)) this.finder.closePanel({ focus: false });
  }

  chose(select) {
    const name = select.dataset.filter;
    if (!name) return;
    this.finder.change(name, select.value);
    // After a mouse the next thing is typing; arrow keys stay in the field.
    if (this.pointed && !this.touched) this.search.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.root.isConnected || event.isComposing) return;
    this.pointed = false;
    const { open } = this.finder;
    const handled = open ? this.keyInside(event) : !typing(event.target) && this.page.press(event);
    if (handled) event.preventDefault();
    if (handled || open) event.stopPropagation();
  }

  keyInside(event) {
    const { search } = this;
    const { key, target, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (this.closing.press(event)) return true;
    if (target.tagName === 'SELECT') return false;
    if (key.length === 1 && !ctrlKey && !metaKey && !altKey && target !== search) {
      if (key !== ' ' || !target.closest('button, a')) search.focus(); // the letter itself follows the focus
      return false;
    }
    if (target !== search && target !== this.panel.element) return false;
    if (ctrlKey || metaKey || shiftKey) return false;
    return this.moving.press(event);
  }
}

// From here on the keys belong to the player.
function giveKeysToPlayer() {
  /** @type {HTMLElement|null} */
  const rows = document.querySelector('#player .mc-scroll');
  rows?.focus({ preventScroll: true });
}

/** @type {AbortController|null} */
let listening = null;

/**
 * Called by the Gradio component when its frame is in the page.
 * @param {{element: HTMLElement, props: {value: any}, watch: (name: string, told: () => void) => void}} gradio
 */
export async function mount({ element, props, watch }) {
  await stylesheets(import.meta.url, 'picker.css');
  listening?.abort();
  listening = new AbortController();
  const root = element.querySelector('#picker') ?? element;
  root.classList.add('mc-entry-picker');
  const { finder } = new Picker(/** @type {HTMLElement} */ (root), listening.signal);
  let told = false;
  const tell = () => {
    if (told || !props.value || !('entry' in props.value)) return;
    told = true;
    // The player may have been faster and have said what it shows.
    if (finder.shown === null) finder.show(props.value);
    finder.search({ groups: true, follow: true });
  };
  watch('value', tell);
  tell();
}

/** @param {string} entry */
function openInCompare(entry) {
  if (!document.dispatchEvent(new CustomEvent('manycut:open', { detail: { entry }, cancelable: true }))) return;
  // Compare is not there yet: it begins with what the address asks for.
  const address = new URL(location.href);
  address.searchParams.set('entry', entry);
  history.replaceState(history.state, '', address.href.replaceAll('%2F', '/'));
}
