/** The notes of a task, each with its moment. */

import { h } from '../shared/dom.mjs';
import { clock, count } from '../shared/format.mjs';

export class NoteList {
  /** @param {(seconds: number) => void} goTo */
  constructor(goTo) {
    this._goTo = goTo;
    this._title = h('summary');
    this._list = h('ul');
    this.element = h('details', { class: 'mc-notes', open: true, hidden: true }, this._title, this._list);
  }

  /** Show events of kind "note", in their order. @param {import('./labels.mjs').LabelEvent[]} notes */
  show(notes) {
    this.element.hidden = notes.length === 0;
    this._title.textContent = count(notes.length, 'note');
    this._list.replaceChildren(...notes.map((note) => this._item(note)));
  }

  /** @param {import('./labels.mjs').LabelEvent} note */
  _item({ t, data }) {
    const time = clock(t ?? 0);
    const label = `Go to ${time}`;
    const go = h('button', { type: 'button', class: 'mc-link', 'aria-label': label, onclick: () => this._goTo(t ?? 0) }, time);
    return h('li', {}, go, h('span', {}, String(data?.text ?? '')));
  }
}
