/** In which state the page is, for people, for styles and for whoever drives it; and what is said in passing. */

import { h, replace } from '../shared/dom.mjs';
import { url } from '../shared/http.mjs';

const TOAST_MS = 3500;

export class Status {
  /** @param {import('./page.mjs').Page} page */
  constructor({ root, store, signal }) {
    this.root = root;
    this.store = store;
    this.element = h('div', { class: 'mc-status', role: 'status', hidden: true });
    this.toast = h('p', { class: 'mc-toast', role: 'status', hidden: true });
    store.on('status', () => this.#show());
    store.on('said', (text, way) => this.#say(text, way));
    store.on('rows', () => (root.dataset.hides = [...store.layout.hidden].join(' ')));
    store.on('solving', () => this.#mark());
    addEventListener('online', () => store.status.state === 'offline' && store.status.retry?.(), { signal });
  }

  #show() {
    const { state, message, hint, retry, task } = this.store.status;
    this.root.dataset.state = state;
    this.root.dataset.ready = String(state === 'ready');
    if (state === 'ready') this.root.dataset.seen = '';
    this.element.hidden = state === 'ready';
    this.element.className = `mc-status ${state}${this.store.model && state === 'offline' ? ' bar' : ''}`;
    replace(
      this.element, h('h2', {}, message), hint ? h('p', {}, hint) : null,
      state === 'empty' ? h('p', {}, h('a', { href: url('/library') }, 'Go to the Library page')) : null,
      state === 'failed' && !retry && !task ? h('p', {}, h('a', { href: url('/') }, 'Show the first entry')) : null,
      task ? h('p', {}, h('a', { href: url(`/annotate?task=${task}`) }, 'Go to your task')) : null,
      retry ? h('button', { onclick: retry }, 'Try again') : null,
    );
  }

  /** @param {string} text @param {{label: string, run: () => any}} [way] */
  #say(text, way) {
    const act = () => {
      this.toast.hidden = true;
      way.run();
    };
    replace(this.toast, text, way ? [' ', h('button', { type: 'button', onclick: act }, way.label)] : null);
    this.toast.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.toast.hidden = true), way ? 3 * TOAST_MS : TOAST_MS);
  }

  /** Whether cuts are being solved, and which settings those that are shown follow. */
  #mark() {
    const { made, solver } = this.store.cuts;
    this.root.dataset.solving = String(solver.open > 0);
    if (solver.open === 0) this.root.dataset.shown = made;
    if (solver.waiting === 0) this.root.dataset.solved = made;
  }
}
