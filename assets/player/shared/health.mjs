/**
 * A quiet bar on every page while the installation is not as it should be: what is wrong, and what becomes of changes.
 * The server is asked now and then, and at once when it has refused something or did not answer.
 */

import { h, stylesheets } from './dom.mjs';
import { get, UNAVAILABLE } from './http.mjs';

/** @typedef {import('./wire').Health} Health */
/** @typedef {import('./wire').Trouble} Trouble */

const LOOK_MS = 20_000;
const LOOK_AGAIN_MS = 3_000; // while something is wrong
const KEPT = 'What you do is kept in this browser and sent as soon as that is possible.';

/** Called by the Gradio component once its element exists. @param {{element: HTMLElement}} gradio */
export async function mount({ element }) {
  await stylesheets(import.meta.url, 'every_page.css');
  new HealthBar(element.querySelector('#health')).start();
}

export class HealthBar {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this._timer = undefined;
    this._hidden = ''; // what the person has read
  }

  start() {
    this.root.classList.add('mc-health');
    this.root.setAttribute('role', 'status');
    this.root.hidden = true;
    addEventListener(UNAVAILABLE, () => this._lookIn(300));
    document.addEventListener('visibilitychange', () => document.hidden || this.look());
    this.look();
  }

  async look() {
    const said = await sentences();
    this._show(said);
    this._lookIn(said.length ? LOOK_AGAIN_MS : LOOK_MS);
  }

  _lookIn(milliseconds) {
    clearTimeout(this._timer);
    if (!document.hidden) this._timer = setTimeout(() => this.look(), milliseconds);
  }

  /** @param {string[]} said */
  _show(said) {
    const text = said.join(' ');
    if (!text) this._hidden = '';
    this.root.hidden = !text || text === this._hidden;
    if (this.root.dataset.said === text) return;
    this.root.dataset.said = text;
    const hide = () => {
      this._hidden = text;
      this.root.hidden = true;
    };
    this.root.replaceChildren(
      h('span', {}, text),
      h('button', { type: 'button', 'aria-label': 'Hide this', title: 'Hide this', onclick: hide }, '×'),
    );
  }
}

/** What is wrong now, for people; empty where nothing is. @returns {Promise<string[]>} */
async function sentences() {
  const annotating = document.querySelector('#annotator') !== null;
  const kept = annotating ? KEPT : '';
  try {
    /** @type {Health} */
    const { troubles } = await get('/healthz', { quiet: true });
    const lost = troubles.filter(({ saving }) => !saving).map(({ message }) => message);
    const rest = troubles.filter(({ saving }) => saving).map(({ message }) => message);
    return [...(lost.length ? ['Changes cannot be saved at the moment.', ...lost, kept] : []), ...rest].filter(Boolean);
  } catch (error) {
    if (error.offline) return annotating ? [] : ['The server does not answer.']; // Annotate's header says so
    return ['The server is not ready: its database cannot be read.', kept].filter(Boolean);
  }
}
