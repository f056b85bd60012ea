/**
 * A continuous rating: a level that is held while the video plays, in takes. A later take replaces what it covers. What
 * is recorded, and how it goes on; seen by annotate/trace_view.mjs.
 */

import { clock, count } from '../shared/format.mjs';
import { Level } from './level.mjs';
import { Recorder } from './recorder.mjs';
import { gapsOf, mergedTakes } from './samples.mjs';

/** @typedef {import('./labels.mjs').Sample} Sample */

const SEND_EVERY = 1; // s of video in one event

export class Trace {
  /** @param {import('./task.mjs').Task} task */
  constructor(task) {
    this.task = task;
    this.end = task.end;
    /** @type {Sample[]} */
    this.trace = [];
    /** @type {[number, number][]} */
    this.gaps = [];
    /** @type {Sample[]} samples of the take that is being recorded */
    this.live = [];
    this.pointer = 'mouse'; // the kind that touched the picture last
    this.recorder = new Recorder({
      roll: () => this._roll(),
      halt: () => task.playback.pause(),
      sample: (seconds) => this._sample(seconds),
      end: (seconds) => this._endTake(seconds),
      changed: () => task.tell('recording'),
    });
    this.level = new Level(() => this.recorder.busy);
    task.on('changed', () => this._merge());
    task.playback.on('ready', () => this.recorder.ready());
    task.playback.on('sound', (silent) => {
      if (silent && !task.data.protocol.muted) this.recorder.interrupt('The sound was switched off.');
    });
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
    const said = [...this.task.state.takes].sort(([one], [other]) => one - other).at(-1)?.[1].at(-1);
    if (said) this.level.set(said[1]); // goes on where it was, also on another day
    this.level.run();
  }

  // ---- what is done ----

  /** Begin or stop recording. */
  toggle() {
    const { recorder, task } = this;
    if (recorder.busy) {
      recorder.brief = true;
      recorder.stop();
      return;
    }
    if (!task.mayEdit()) return;
    task.playback.pause();
    if (task.playback.time >= this.end - 0.1) task.playback.moveTo(0);
    recorder.start();
    this.level.run();
    if (task.playback.muted && !task.data.protocol.muted) task.say('The sound is off; M turns it on.', true);
  }

  // A finger on the picture holds the level while recording; only the mouse's click stops it.
  touch() {
    if (!this.recorder.busy || this.pointer === 'mouse') this.toggle();
  }

  step(seconds) {
    this.task.goToTime(this.task.playback.time + seconds);
  }

  goToGap() {
    if (this.gaps.length === 0) this.task.say('Everything is recorded.', true);
    else this.task.goToTime(this.gaps[0][0]);
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

  /** @returns {import('./task.mjs').Missing[]} */
  missing() {
    if (this.complete) return [];
    const text = `${this.progress}; ${count(this.gaps.length, 'gap')} ${this.gaps.length === 1 ? 'is' : 'are'} left`;
    return [[text, 'Go to the first gap', () => this.goToGap()]];
  }

  played(seconds) {
    this.recorder.played(seconds);
  }

  broke(why) {
    const { playback } = this.task;
    this.recorder.broke(why, playback.shown, playback.ended);
  }

  close() {
    this.recorder.close();
    this.level.close();
  }

  // ---- inside ----

  _merge() {
    this.trace = mergedTakes(this.task.state.takes);
    this.gaps = gapsOf(this.trace, this.end);
  }

  async _roll() {
    if (!(await this.task.play())) this.recorder.stop();
  }

  _sample(seconds, least = 1 / this.task.data.protocol.hz - 0.002) {
    const t = Math.round(Math.max(0, seconds) * 1000) / 1000;
    const { live } = this;
    if (live.length === 0) {
      this._take = Math.max(-1, ...this.task.state.takes.keys()) + 1;
      this._sent = 0;
    } else if (t - live.at(-1)[0] < least) return;
    live.push([t, this.level.value]);
    this.task.tell('sampled');
    if (t - live[this._sent][0] >= SEND_EVERY) this._send();
  }

  _endTake(seconds) {
    this._sample(seconds ?? this.task.playback.time, 0.001);
    this._send();
    this.live = [];
    this.task.changed();
  }

  _send() {
    const samples = this.live.slice(this._sent);
    if (samples.length === 0) return;
    this._sent = this.live.length;
    this.task.record({ kind: 'trace', shot: this._take, t: samples[0][0], data: { samples } });
    this.task.changed();
  }
}
