/** Shows the sentence above the rows. */

import { h, replace } from '../shared/dom.mjs';
import { sentence } from './sentence.mjs';
import { simulatedMark } from './swatch.mjs';

export class SentenceView {
  /** @param {import('./page.mjs').Page} page @param {(strip: string) => void} play a cut from its beginning */
  constructor({ store }, play) {
    this.store = store;
    this.play = play;
    this.written = '';
    this.element = h('div', { class: 'mc-said' });
    store.on('cuts', () => this.#write());
    store.on('draw', () => (this.element.hidden = store.layout.hidden.has('sentence')));
  }

  /** Written only where it has changed, so that the focus stays. */
  #write() {
    const { model, strips, selected } = this.store;
    const parts = sentence(model, strips, selected);
    const now = JSON.stringify(parts);
    if (now !== this.written) replace(this.element, parts.map((part) => this.#part(part)));
    this.written = now;
  }

  /** @param {import('./sentence.mjs').Part} part */
  #part(part) {
    if (typeof part === 'string') return part;
    if ('strong' in part) return h('b', {}, part.strong);
    if ('emphasis' in part) return h('em', {}, part.emphasis);
    if ('aside' in part) return h('span', { title: part.title }, part.aside);
    if ('simulated' in part) return simulatedMark(part.simulated);
    const attributes = { class: 'mc-link', 'data-playcut': part.play, title: part.title, onclick: () => this.play(part.play) };
    return h('button', attributes, `▶ ${part.label}`);
  }
}
