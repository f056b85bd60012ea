/** What is seen of a continuous rating: the record button, the level, the curve so far, and why recording paused. */

import { h, icon } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { commandButton, summaryLine } from './controls.mjs';
import { Curve } from './curve.mjs';
import { LevelView } from './level_view.mjs';
import { JUMP } from './trace_commands.mjs';

export class TraceView {
  hint = 'Space records and pauses, ↑ and ↓ or the mouse hold the level, K plays without recording, ? shows all keys.';

  /**
   * @param {import('./trace.mjs').Trace} trace
   * @param {import('../shared/commands.mjs').Commands} commands
   */
  constructor(trace, commands) {
    this.trace = trace;
    this._build(commands);
    const { task } = trace;
    task.on('changed', () => this._show());
    task.on('recording', () => this._showRecording());
    task.on('sampled', () => this._curve.grew(trace.live));
    task.playback.on('time', () => this._curve.showTime(task.playback.time));
  }

  /** The mouse and fingers hold the level all over the picture's row. @param {HTMLElement} stage */
  start(stage) {
    this._stage = stage;
    this._level.start(stage, (pointer) => (this.trace.pointer = pointer));
  }

  close() {
    this._level.close();
    this._curve.close();
  }

  _show() {
    const { trace } = this;
    this._curve.show(trace.trace, trace.live);
    this._done.textContent = trace.progress;
    this._bar.value = trace.recorded;
    const takes = trace.task.state.takes.size;
    this._takes.textContent = takes === 0 ? 'Nothing recorded yet' : count(takes, 'take');
    this._showRecording();
  }

  _showRecording() {
    const { state, left, busy, brief } = this.trace.recorder;
    this._record.dataset.state = state;
    this._recordText.textContent = busy ? 'Stop' : brief ? 'Go on recording' : 'Record';
    this._record.setAttribute('aria-label', this._recordText.textContent);
    this._stage?.toggleAttribute('data-following', busy);
    this._count.hidden = state !== 'counting';
    this._count.textContent = String(left);
    this._light.hidden = state !== 'rolling';
    this._why.hidden = state !== 'broken';
    if (state === 'broken') this._explain();
    if (state === 'counting') this.trace.task.say(String(left));
  }

  _explain() {
    const { reason, waits } = this.trace.recorder;
    const onward = waits ? 'It goes on by itself.' : 'Space or a click goes on, after a short countdown.';
    const text = `Recording paused. ${reason} ${onward}`;
    if (this._why.textContent === text) return;
    this._why.textContent = text;
    this.trace.task.say(text);
  }

  _build(commands) {
    const { trace } = this;
    const { labels } = trace.task.data.protocol;
    const ends = { low: labels?.['0'] ?? '0', high: labels?.['1'] ?? '1' };
    this.back = commandButton(commands, 'seconds', { label: 'Five seconds back', amount: -JUMP }, icon('previous'));
    this.on = commandButton(commands, 'seconds', { label: 'Five seconds forward', amount: JUMP }, icon('next'));
    this._level = new LevelView(trace.level, ends);
    this.beside = this._level.element;
    this._count = h('div', { class: 'mc-countdown', hidden: true, 'aria-hidden': 'true' });
    this._light = h('div', { class: 'mc-recording', hidden: true }, 'Recording');
    this._why = h('div', { class: 'mc-why', hidden: true });
    this.above = h('div', { class: 'mc-above' }, this._count, this._light, this._why);
    this._recordText = h('span');
    const inside = [h('i', { class: 'mc-dot' }), this._recordText, h('kbd', { 'data-key': 'Space' })];
    this._record = commandButton(commands, 'record', { label: 'Record', style: 'mc-record' }, ...inside);
    this._takes = h('p', { class: 'mc-faint' });
    this.panel = h('div', { class: 'mc-rating' }, this._record, this._takes);
    this._curve = new Curve(trace.end, ends, (seconds) => trace.task.goToTime(seconds));
    this._done = h('span', { class: 'mc-done' });
    this._bar = h('progress', { class: 'mc-bar', max: trace.end, 'aria-label': 'Recorded' });
    const gap = commandButton(commands, 'gap', { label: 'Go to the first gap' }, 'First gap');
    this.below = h('div', { class: 'mc-timeline' }, summaryLine(this._done, this._bar, gap), this._curve.element);
  }
}
