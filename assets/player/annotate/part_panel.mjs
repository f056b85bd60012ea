/** The controls of a keyshot task: mark in and out, the selected part and its edges, playing it. */

import { button } from './controls.mjs';
import { h } from '../shared/dom.mjs';
import { clock } from '../shared/format.mjs';

export class PartPanel {
  /** @param {import('./keyshots.mjs').KeyshotsTool} tool */
  constructor(tool) {
    this.tool = tool;
    this._where = h('div', { class: 'mc-where' });
    this._in = button('Mark in', 'I', () => tool.markIn(), h('kbd', {}, 'I'), 'Begins here');
    this._out = button('Mark out', 'O', () => tool.markOut(), 'Ends here', h('kbd', {}, 'O'));
    for (const one of [this._in, this._out]) one.classList.add('mc-mark');
    this._nudges = [];
    this._edges = [];
    this._playPart = button('Play this part', 'P', () => tool.play(false), 'Play part');
    this._playCut = button('Play the whole cut', 'Shift+P', () => tool.play(true), 'Play cut');
    /** The button beside undo and redo. */
    this.remove = button('Remove this part', 'Backspace', () => tool.removePart(), 'Remove');
    this.element = h(
      'div',
      { class: 'mc-rating' },
      h('div', { class: 'mc-pair' }, this._in, this._out),
      this._where,
      this._edge('Begins', 'in', ['Shift+←', 'Shift+→']),
      this._edge('Ends', 'out', ['Ctrl+←', 'Ctrl+→']),
      h('div', { class: 'mc-pair' }, this._playPart, this._playCut),
    );
  }

  /** @param {{parts: [number, number[]][], selected: number|null, begun: boolean, editable: boolean}} facts */
  show({ parts, selected, begun, editable }) {
    const { frames } = this.tool;
    const place = parts.findIndex(([number]) => number === selected);
    const part = parts[place]?.[1];
    this._in.setAttribute('aria-pressed', String(begun));
    for (const one of [this._in, this._out]) one.disabled = !editable;
    for (const one of [this.remove, ...this._nudges]) one.disabled = !editable || !part;
    this._playPart.disabled = !part;
    this._playCut.disabled = parts.length === 0;
    const none = begun ? 'A part is begun' : parts.length ? 'No part selected' : 'No part yet';
    this._where.replaceChildren(h('strong', {}, part ? `Part ${place + 1}` : none));
    if (part) {
      const seconds = frames.start(part[1]) - frames.start(part[0]);
      this._where.append(
        h('span', {}, `of ${parts.length}`),
        h('span', { class: 'mc-span' }, `${seconds.toFixed(1)} s`),
      );
    }
    this._edges.forEach((one, index) => {
      const frame = part?.[index];
      one.textContent = part ? clock(frames.start(frame), 2) : '–';
      one.title = part ? `Frame ${index === 0 ? frame : frame - 1}` : '';
    });
  }

  _edge(name, edge, keys) {
    const time = h('output', { 'aria-label': `${name} at` });
    const less = button(`${name} a frame earlier`, keys[0], () => this.tool.nudge(edge, -1), '−1');
    const more = button(`${name} a frame later`, keys[1], () => this.tool.nudge(edge, 1), '+1');
    this._nudges.push(less, more);
    this._edges.push(time);
    return h('div', { class: 'mc-edge-line' }, h('span', {}, name), less, time, more);
  }
}
