/** Shot ratings: one key for one shot. What is rated and which shot is looked at; seen by annotate/ratings_view.mjs. */

import { count } from '../shared/format.mjs';
import { shotAt } from './frames.mjs';

export class Ratings {
  /** @param {import('./task.mjs').Task} task */
  constructor(task) {
    this.task = task;
    this.shots = task.data.protocol.shots;
    this.scale = task.data.protocol.scale;
    this.shot = 0;
    task.playback.on('time', () => this._follow());
  }

  /** @returns {Map<number, number>} */
  get ratings() {
    return this.task.state.ratings;
  }

  get rating() {
    return this.ratings.get(this.shot);
  }

  get progress() {
    return `${this.ratings.size} of ${count(this.shots.length, 'shot')} rated`;
  }

  get complete() {
    return this.ratings.size === this.shots.length;
  }

  start() {
    this.shot = shotAt(this.shots, this.task.playback.time);
    this._loop();
  }

  place() {
    return this.shot;
  }

  /** What a value means in words, "" where nobody said. */
  label(value) {
    return this.task.data.protocol.labels?.[value] ?? '';
  }

  // ---- what is done ----

  rate(value) {
    if (!this.task.mayEdit()) return;
    const { shot, task } = this;
    if (this.ratings.get(shot) !== value) task.record({ kind: 'rate', shot, value });
    task.changed(shot);
    task.tell('flashed', `Shot ${shot + 1}`, value);
    task.say(`Shot ${shot + 1} rated ${value}. ${this.progress}`);
    if (!task.preferences.advance) return;
    const next = this._unrated(shot, 1);
    if (next !== null) this.goTo(next);
    else task.say('Every shot is rated. Look over them, then submit.', true);
  }

  clear() {
    if (!this.task.mayEdit() || !this.ratings.has(this.shot)) return;
    this.task.record({ kind: 'clear', shot: this.shot });
    this.task.changed(this.shot);
    this.task.say(`Shot ${this.shot + 1}: rating removed. ${this.progress}`);
  }

  undone(shot) {
    this.goTo(shot);
    const value = this.ratings.get(shot);
    this.task.tell('flashed', `Shot ${shot + 1}`, value ?? '–');
    return `Shot ${shot + 1} is ${value === undefined ? 'not rated' : `rated ${value}`} again. ${this.progress}`;
  }

  goTo(shot) {
    this.shot = Math.max(0, Math.min(this.shots.length - 1, shot));
    this._loop();
    const [first, end, from, to] = this.shots[this.shot];
    const { frames, playback } = this.task;
    playback.moveTo(end > first ? frames.middle(first) : (from + to) / 2);
    this.task.tell('selected');
  }

  step(shots) {
    this.goTo(this.shot + shots);
  }

  nextUnrated(step = 1) {
    const shot = this._unrated(this.shot, step);
    if (shot === null) this.task.say('Every shot is rated.', true);
    else this.goTo(shot);
  }

  setLoop(loop) {
    this.task.habits.prefer({ loop });
    this._loop();
    this.task.say(loop ? 'Loops the current shot.' : 'Plays on from shot to shot.', true);
  }

  setAdvance(advance) {
    this.task.habits.prefer({ advance });
    this.task.say(advance ? 'Goes to the next unrated shot after rating.' : 'Stays on the shot after rating.', true);
  }

  /** @returns {import('./task.mjs').Missing[]} */
  missing() {
    const missing = this.shots.length - this.ratings.size;
    if (missing === 0) return [];
    const text = `${missing} of ${count(this.shots.length, 'shot')} ${missing === 1 ? 'is' : 'are'} not rated`;
    return [[text, 'Go to the first unrated shot', () => this.goTo(this._unrated(-1, 1))]];
  }

  // ---- inside ----

  // In a loop the current shot stays what it is, so a key pressed a moment too late still rates what was watched.
  _follow() {
    const { playback, preferences } = this.task;
    const shot = playback.playing && preferences.loop ? this.shot : shotAt(this.shots, playback.time);
    if (shot === this.shot) return;
    this.shot = shot;
    this._loop();
    this.task.tell('selected');
  }

  // What is played: the current shot over and over, or everything.
  _loop() {
    const [, , start, end] = this.shots[this.shot];
    this.task.playback.route = this.task.preferences.loop ? { parts: [[start, end]], loop: true } : null;
  }

  // The next shot without a rating after (step 1) or before (-1) `from`, going round; null when there is none.
  _unrated(from, step) {
    const n = this.shots.length;
    for (let k = 1; k <= n; k += 1) {
      const shot = (((from + step * k) % n) + n) % n;
      if (!this.ratings.has(shot)) return shot;
    }
    return null;
  }
}
