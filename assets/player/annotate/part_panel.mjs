/** The controls of a keyshot task: mark in and out, the selected part and its edges, playing it. */

import { h } from '../shared/dom.mjs';
import { clock } from '../shared/format.mjs';
import { commandButton } from './controls.mjs';

/** @typedef {import('./labels.mjs').Part} Part */

export class PartPanel {
  /**
   * @param {import('./frames.mjs').Frames} frames
   * @param {import('../shared/commands.mjs').Commands} commands
   */
  constructor(frames, commands) {
    this.frames = frames;
    this._where = h('div', { class: 'mc-where' });
    const mark = { style: 'mc-mark' };
    this._in = commandButton(commands, 'mark-in', { label: 'Mark in', ...mark }, h('kbd', { 'data-key': 'I' }), 'Begins here');
    const out = commandButton(commands, 'mark-out', { label: 'Mark out', ...mark }, 'Ends here', h('kbd', { 'data-key': 'O' }));
    this._begins = h('output', { 'aria-label': 'Begins at' });
    this._ends = h('output', { 'aria-label': 'Ends at' });
    /** The button beside undo and redo. */
    this.remove = commandButton(commands, 'remove', { label: 'Remove this part' }, 'Remove');
    this.element = h(
      'div',
      { class: 'mc-rating' },
      h('div', { class: 'mc-pair' }, this._in, out),
      this._where,
      edgeLine(commands, 'first-frame', 'Begins', this._begins),
      edgeLine(commands, 'last-frame', 'Ends', this._ends),
      h(
        'div',
        { class: 'mc-pair' },
        commandButton(commands, 'play-part', { label: 'Play this part' }, 'Play part'),
        commandButton(commands, 'play-cut', { label: 'Play the whole cut' }, 'Play cut'),
      ),
    );
  }

  /** @param {{parts: [number, Part][], selected: number|null, begun: boolean}} facts */
  show({ parts, selected, begun }) {
    const place = parts.findIndex(([number]) => number === selected);
    const part = parts[place]?.[1];
    this._in.setAttribute('aria-pressed', String(begun));
    const none = begun ? 'A part is begun' : parts.length ? 'No part selected' : 'No part yet';
    this._where.replaceChildren(h('strong', {}, part ? `Part ${place + 1}` : none));
    if (part) {
      const seconds = this.frames.start(part[1]) - this.frames.start(part[0]);
      this._where.append(
        h('span', {}, `of ${parts.length}`),
        h('span', { class: 'mc-span' }, `${seconds.toFixed(1)} s`),
      );
    }
    this._showEdge(this._begins, part?.[0], part?.[0]);
    this._showEdge(this._ends, part?.[1], part?.[1] - 1);
  }

  // An edge lies at the start of `frame`; `shown` is the frame of the part that is seen there.
  _showEdge(output, frame, shown) {
    output.textContent = frame === undefined ? '–' : clock(this.frames.start(frame), 2);
    output.title = frame === undefined ? '' : `Frame ${shown}`;
  }
}

function edgeLine(commands, command, name, output) {
  const less = commandButton(commands, command, { label: `${name} a frame earlier`, amount: -1 }, '−1');
  const more = commandButton(commands, command, { label: `${name} a frame later`, amount: 1 }, '+1');
  return h('div', { class: 'mc-edge-line' }, h('span', {}, name), less, output, more);
}
