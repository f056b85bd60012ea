/** The head of where one is: the name of a tag; of a data set or a collection source, licence and note; what can be done with it. */

import { h, replace } from '../shared/dom.mjs';
import { button, row } from '../shared/parts.mjs';
import { addNote, noteParts } from './words.mjs';

export class GroupHead {
  /** @param {import('./library.mjs').LibraryPage} page */
  constructor(page) {
    this.page = page;
    this.element = h('header', { class: 'mc-shelf-group', hidden: true });
    for (const news of ['asked', 'shelf']) page.store.on(news, () => this.draw());
  }

  /** @param {string} tag */
  _drawTag(tag) {
    this.element.hidden = false;
    const rename = button('Rename…', () => this.page.renameGroup(`tag:${tag}`, tag), { title: 'Rename (F2 in the left column)' });
    replace(this.element, h('div', {}, h('h2', {}, tag)), row(rename));
  }

  draw() {
    const { dataset, collection, asked } = this.page.store;
    if (asked.tag) {
      this._drawTag(asked.tag);
      return;
    }
    const one = dataset
      ? { what: `dataset:${dataset.id}`, label: dataset.label, ...dataset }
      : collection && { what: `collection:${collection.id}`, label: collection.name, source: '', licence: '', ...collection };
    this.element.hidden = !one;
    if (!one) return;
    const { what, label, note, source, licence } = one;
    const facts = [source && `Source: ${source}`, licence && `Licence: ${licence}`].filter(Boolean).join(' · ');
    replace(
      this.element,
      h('div', {}, h('h2', {}, label), facts && h('p', { class: 'mc-quietly' }, facts), noteParts(note)),
      row(
        button('Rename…', () => this.page.renameGroup(what, label), { title: 'Rename (F2 in the left column)' }),
        button(note ? 'Edit note…' : 'Add a note…', () => addNote(this.page.acts, what, label, note)),
        button('Remove', () => this.page.removeGroup(what, label), { title: 'Remove (Delete in the left column)' }),
      ),
    );
  }
}
