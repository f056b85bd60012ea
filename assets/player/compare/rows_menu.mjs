/** The menu that says which rows are shown, and in which order. */

import { h, replace } from '../shared/dom.mjs';
import { rowKey } from './row_layout.mjs';
import { rowName } from './rows.mjs';

export class RowsMenu {
  /** @param {import('./page.mjs').Page} page */
  constructor({ store, root, signal }) {
    this.store = store;
    this.element = h('div', { class: 'mc-rowsmenu', role: 'dialog', 'aria-label': 'Rows', hidden: true });
    store.on('overlay', () => {
      const open = store.overlay === 'rows';
      this.element.hidden = !open;
      root.querySelector('.mc-rulerline [data-act=rows]').setAttribute('aria-expanded', String(open));
      if (open) this.#fill();
    });
    document.addEventListener('pointerdown', ({ target }) => {
      if (store.overlay !== 'rows') return;
      if (!(target instanceof Element && target.closest('.mc-rowsmenu, [data-act=rows]'))) store.show(null);
    }, { signal });
  }

  #fill() {
    const { layout } = this.store;
    const last = layout.rows.length - 1;
    const rows = layout.rows.map((row, k) => {
      const [key, name] = [rowKey(row), rowName(row)];
      return this.#line(key, h('span', {}, name), this.#mover(key, name, -1, k === 0), this.#mover(key, name, 1, k === last));
    });
    const reset = h('button', { type: 'button', 'data-rows-reset': '', onclick: () => this.#reset() }, 'As at first');
    const above = { sentence: 'Sentence', filmstrip: 'Filmstrip', words: 'Words', sounds: 'Sounds' };
    const list = h('ul', {}, Object.entries(above).map(([key, name]) => this.#line(key, name)), rows, this.#line('cuts', 'Cuts'));
    replace(this.element, list, h('p', {}, reset));
  }

  #line(key, name, ...buttons) {
    const { layout } = this.store;
    const box = h('input', { type: 'checkbox', onchange: () => layout.show(key, box.checked) });
    box.checked = !layout.hidden.has(key);
    return h('li', { 'data-key': key }, h('label', {}, box, name), ...buttons);
  }

  /** @param {string} key @param {string} name @param {number} by @param {boolean} disabled */
  #mover(key, name, by, disabled) {
    const word = by < 0 ? 'move up' : 'move down';
    const move = () => {
      this.store.layout.move(key, by);
      this.#fill();
      const line = `[data-key="${CSS.escape(key)}"]`;
      const again = this.element.querySelector(`${line} [data-move="${by}"]:not(:disabled)`) ?? this.element.querySelector(`${line} input`);
      /** @type {HTMLElement} */ (again).focus();
    };
    const attributes = { type: 'button', 'data-move': by, 'aria-label': `${name}: ${word}`, title: word, disabled, onclick: move };
    return h('button', attributes, by < 0 ? '↑' : '↓');
  }

  #reset() {
    this.store.layout.reset();
    this.#fill();
    /** @type {HTMLElement} */ (this.element.querySelector('[data-rows-reset]')).focus();
  }
}
