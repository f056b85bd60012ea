/** A continuous rating: a level that is held while the video plays, in takes. A later take replaces what it covers. */

import { button } from './controls.mjs';
import { Curve } from './curve.mjs';
import { h } from '../shared/dom.mjs';
import { Level } from './level.mjs';
import { Recorder } from './recorder.mjs';
import { gapsOf, mergedTakes } from './samples.mjs';
import { clock, count } from '../shared/format.mjs';

const SEND_EVERY = 1; // s of video in one event
const JUMP = 5; // s of an arrow
const KEYS = [
  ['Space', 'Record, after a countdown; or pause'],
  ['↑ ↓', 'Move the level; hold to glide. Mouse height, a finger or a controller stick do the same'],
  ['K', 'Play without recording, or pause'],
  ['← →', 'Five seconds back or forward'],
  ['Home / End', 'Go to the beginning or the end'],
  ['G', 'Go to the first gap'],
  ['Esc', 'Stop recording'],
  ['I', 'Show or fold the instructions'],
];

export class TraceTool {
  /** @param {import('./task.mjs').TaskView} task */
  constructor(task) {
    this.task = task;
    this.end = task.end;
    this.gaps = [];
    this.live = []; // samples of the take that is being recorded
    this.playKey = 'K';
    this.hint = 'Space records and pauses, ↑ and ↓ or the mouse hold the level, K plays without recording, ? shows all keys.';
    this.keys = KEYS;
    this.steps = [
      ['Five seconds back', '←', () => this.step(-JUMP)],
      ['Five seconds forward', '→', () => this.step(JUMP)],
    ];
    this.option = this.remove = this.way = null;
    this.recorder = new Recorder({
      roll: () => this._roll(),
      halt: () => this.task.playback.pause(),
      sample: (seconds) => this._sample(seconds),
      end: (seconds) => this._endTake(seconds),
      changed: () => this._showRecording(),
    });
    this._build();
  }

  get recorded() {
    return this.end - this.gaps.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  get progress() {
    return `Recorded ${clock(this.recorded, 0)} of ${clock(this.end, 0)}`;
  }

  get complete() {
    return this.gaps.length === 0;
  }

  start() {
    const { video, element } = this.task.layout;
    const stage = element.querySelector('.mc-picture-row');
    this._stage = stage;
    this.level.start(stage);
    video.addEventListener('canplay', () => this.recorder.ready());
    video.addEventListener('seeked', () => video.readyState >= 3 && this.recorder.ready());
    video.addEventListener('volumechange', () => {
      const silent = video.muted || video.volume === 0;
      if (silent && !this.task.data.protocol.muted) this.recorder.interrupt('The sound was switched off.');
    });
  }

  // ---- what is done ----

  /** Begin or stop recording. */
  toggle() {
    const { recorder, task } = this;
    if (recorder.busy) {
      recorder.brief = true;
      return recorder.stop();
    }
    if (!task.mayEdit()) return;
    task.playback.pause();
    if (task.playback.time >= this.end - 0.1) task.playback.moveTo(0);
    recorder.start();
    this.level.run();
    if (task.layout.video.muted && !task.data.protocol.muted) task.say('The sound is off; M turns it on.', true);
  }

  // A finger on the picture holds the level while recording; only the mouse's click stops it.
  touch() {
    if (!this.recorder.busy || this.level.pointer === 'mouse') this.toggle();
  }

  step(seconds) {
    this.task.goToTime(this.task.playback.time + seconds);
  }

  goToGap() {
    if (this.gaps.length === 0) return this.task.say('Everything is recorded.', true);
    this.task.goToTime(this.gaps[0][0]);
  }

  moved() {
    this.recorder.brief = false;
    this.recorder.stop();
  }

  rest() {
    if (this.recorder.busy) this.recorder.stop();
  }

  undone(number) {
    const { state } = this.task;
    const taken = !state.takes.has(number);
    const samples = state.takes.get(number) ?? state.redoable.at(-1)?.[3] ?? [];
    if (samples.length > 0) this.task.goToTime(samples[0][0]);
    return `Take ${number + 1} is ${taken ? 'taken back' : 'there again'}. ${this.progress}`;
  }

  missing() {
    if (this.complete) return [];
    const text = `${this.progress}; ${count(this.gaps.length, 'gap')} ${this.gaps.length === 1 ? 'is' : 'are'} left`;
    return [[text, 'Go to the first gap', () => this.goToGap()]];
  }

  played(seconds) {
    this.recorder.played(seconds);
  }

  broke(why) {
    const { video } = this.task.layout;
    this.recorder.broke(why, Math.min(this.end, video.currentTime), video.ended);
  }

  key(key, event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const action = {
      ' ': () => event.repeat || this.toggle(),
      arrowup: () => this.level.press(1, event.repeat),
      arrowdown: () => this.level.press(-1, event.repeat),
      arrowleft: () => this.step(-JUMP),
      arrowright: () => this.step(JUMP),
      home: () => this.task.goToTime(0),
      end: () => this.task.goToTime(this.end),
      g: () => this.goToGap(),
      i: () => this.task.toggleInstructions(),
    }[key];
    if (key === 'escape' && this.recorder.state !== 'idle') {
      this.recorder.stop();
      return true;
    }
    if (!action) return false;
    action();
    return true;
  }

  // ---- what is seen ----

  show() {
    const trace = mergedTakes(this.task.state.takes);
    this.gaps = gapsOf(trace, this.end);
    this._curve.show(trace);
    this._done.textContent = this.progress;
    this._bar.value = this.recorded;
    this._gap.disabled = this.complete;
    const takes = this.task.state.takes.size;
    this._takes.textContent = takes === 0 ? 'Nothing recorded yet' : count(takes, 'take');
    this._showRecording();
  }

  showTime() {
    this._curve.showTime(this.task.playback.time);
  }

  close() {
    this.recorder.close();
    this.level.close();
    this._curve.close();
  }

  // ---- inside ----

  _roll() {
    this.task.playback.play().catch(() => {
      this.recorder.stop();
      this.task.say('The browser blocked playing; press the play button.', true);
    });
  }

  _sample(seconds, least = 1 / this.task.data.protocol.hz - 0.002) {
    const t = Math.round(Math.max(0, seconds) * 1000) / 1000;
    const { live } = this;
    if (live.length === 0) {
      this._take = Math.max(-1, ...this.task.state.takes.keys()) + 1;
      this._sent = 0;
    } else if (t - live.at(-1)[0] < least) return;
    live.push([t, this.level.value]);
    this._curve.grew();
    if (t - live[this._sent][0] >= SEND_EVERY) this._send();
  }

  _endTake(seconds) {
    this._sample(seconds ?? this.task.playback.time, 0.001);
    this._send();
    this.live = this._curve.live = [];
    this.task.show();
  }

  _send() {
    const samples = this.live.slice(this._sent);
    if (samples.length === 0) return;
    this._sent = this.live.length;
    this.task.record({ kind: 'trace', shot: this._take, t: samples[0][0], data: { samples } });
    this.task.show();
  }

  _showRecording() {
    const { state, left, reason, busy } = this.recorder;
    const { editable } = this.task;
    this._record.disabled = !editable;
    this._record.dataset.state = state;
    this._recordText.textContent = busy ? 'Stop' : this.recorder.brief ? 'Go on recording' : 'Record';
    this._record.setAttribute('aria-label', this._recordText.textContent);
    this._stage?.toggleAttribute('data-following', busy);
    this._count.hidden = state !== 'counting';
    this._count.textContent = left;
    this._light.hidden = state !== 'rolling';
    this._why.hidden = state !== 'broken';
    const waits = this.recorder.waits ? 'It goes on by itself.' : 'Space or a click goes on, after a short countdown.';
    const text = `Recording paused. ${reason} ${waits}`;
    if (state === 'broken' && this._why.textContent !== text) {
      this._why.textContent = text;
      this.task.say(text);
    }
    if (state === 'counting') this.task.say(String(left));
  }

  _build() {
    const { labels } = this.task.data.protocol;
    const ends = { low: labels?.['0'] ?? '0', high: labels?.['1'] ?? '1' };
    this.level = new Level(ends, () => this.recorder.busy);
    this.beside = this.level.element;
    this._count = h('div', { class: 'mc-countdown', hidden: true, 'aria-hidden': 'true' });
    this._light = h('div', { class: 'mc-recording', hidden: true }, 'Recording');
    this._why = h('div', { class: 'mc-why', hidden: true });
    this.above = h('div', { class: 'mc-above' }, this._count, this._light, this._why);
    this._recordText = h('span');
    this._record = button('Record', 'Space', () => this.toggle(), h('i', { class: 'mc-dot' }), this._recordText);
    this._record.append(h('kbd', {}, 'Space'));
    this._record.classList.add('mc-record');
    this._takes = h('p', { class: 'mc-faint' });
    this.panel = h('div', { class: 'mc-rating' }, this._record, this._takes);
    this._curve = new Curve(this.end, ends, (seconds) => this.task.goToTime(seconds));
    this._curve.live = this.live;
    this._done = h('span', { class: 'mc-done' });
    this._bar = h('progress', { class: 'mc-bar', max: this.end, 'aria-label': 'Recorded' });
    this._gap = button('Go to the first gap', 'G', () => this.goToGap(), 'First gap');
    const line = h('div', { class: 'mc-summary' }, this._done, this._bar, this._gap);
    this.below = h('div', { class: 'mc-timeline' }, line, this._curve.element);
  }
}
