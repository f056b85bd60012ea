/** What is seen of keyshots: the reel with its parts, the budget, and the controls of the selected part. */

import { h, icon } from '../shared/dom.mjs';
import { clock, count } from '../shared/format.mjs';
import { BudgetMeter } from './budget.mjs';
import { commandButton, commandChoice, summaryLine } from './controls.mjs';
import { PartPanel } from './part_panel.mjs';
import { Reel } from './reel.mjs';
import { inOrder } from './segments.mjs';

export class KeyshotsView {
  hint = 'Space plays, I and O mark where a part begins and ends, P plays it, ? shows all keys.';

  /**
   * @param {import('./keyshots.mjs').Keyshots} keyshots
   * @param {import('../shared/commands.mjs').Commands} commands
   */
  constructor(keyshots, commands) {
    this.keyshots = keyshots;
    this._build(commands);
    const { task } = keyshots;
    const { playback } = task;
    task.on('changed', () => this._show());
    task.on('selected', () => this._show());
    playback.on('time', () => this._reel.showTime(playback.time, playback.playing));
    task.habits.on('changed', () => this._repeat.show(task.preferences.repeat));
  }

  /** Zoom the strip in (1) or out (-1), 0 shows everything. */
  zoom(step) {
    this._reel.zoomBy(step, this.keyshots.task.playback.time);
  }

  close() {
    this._reel.close();
  }

  _show() {
    const { keyshots } = this;
    const { selected, opening, task } = keyshots;
    const parts = inOrder(keyshots.marks);
    this._reel.show(parts, selected, opening, task.editable);
    this._meter.show(keyshots.share);
    this._count.textContent = `${count(parts.length, 'part')}, ${clock(keyshots.seconds)}`;
    this._panel.show({ parts, selected, begun: opening !== null });
  }

  _build(commands) {
    const { keyshots } = this;
    const { task } = keyshots;
    this.back = commandButton(commands, 'second', { label: 'One second back', amount: -1 }, icon('previous'));
    this.on = commandButton(commands, 'second', { label: 'One second forward', amount: 1 }, icon('next'));
    this._reel = new Reel(keyshots.frames, task.end, task.data.entry.thumbnails, {
      seek: (seconds) => task.goToTime(seconds),
      pick: (number) => keyshots.select(number),
      drag: (number, edge, frame) => task.editable && keyshots.moveEdge(number, edge, frame),
      drop: (kept) => (kept ? keyshots.rest() : keyshots.draft && keyshots.giveUp()),
    });
    this._meter = new BudgetMeter(keyshots.budget);
    this._count = h('span', { class: 'mc-faint mc-count' });
    const out = commandButton(commands, 'zoom', { label: 'Zoom the strip out', amount: -1 }, '−');
    const closer = commandButton(commands, 'zoom', { label: 'Zoom the strip in', amount: 1 }, '+');
    const line = summaryLine(this._meter.element, this._count, out, closer);
    this.below = h('div', { class: 'mc-timeline' }, line, this._reel.element);
    this._panel = new PartPanel(keyshots.frames, commands);
    this.panel = this._panel.element;
    this.remove = this._panel.remove;
    /** @type {[string, boolean][]} */
    const ways = [['Play once', false], ['Repeat', true]];
    this._repeat = commandChoice(commands, 'repeat', 'Parts and cut', ways, (value) => keyshots.setRepeat(value));
    this.way = this._repeat.element;
  }
}
