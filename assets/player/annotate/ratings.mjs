/** Shot ratings: one key for one shot. */

import { button, choice, summaryLine } from './controls.mjs';
import { h } from '../shared/dom.mjs';
import { shotAt } from './frames.mjs';
import { Strip } from './strip.mjs';
import { clock, count } from '../shared/format.mjs';

export class RatingsTool {
  /** @param {import('./task.mjs').TaskView} task */
  constructor(task) {
    this.task = task;
    this.shots = task.data.protocol.shots;
    this.scale = task.data.protocol.scale;
    this.shot = 0;
    this.playKey = 'Space';
    this.hint = `Space plays, ${this.scale[0]} to ${this.scale.at(-1)} rate the current shot, arrows move, ? shows all keys.`;
    this.keys = [
      [`${this.scale[0]} … ${this.scale.at(-1)}`, 'Rate the current shot'],
      ['Space or K', 'Play or pause'],
      ['← →', 'Previous or next shot'],
      ['Home / End', 'First or last shot'],
      ['N', 'Next shot that is not rated (Shift: previous)'],
      ['R', 'Loop this shot, or play on'],
      ['A', 'After rating, go to the next unrated shot, or stay'],
      ['Backspace', 'Remove the rating of the current shot'],
      ['I', 'Show or fold the instructions'],
    ];
    this.steps = [
      ['Previous shot', '←', () => this.step(-1)],
      ['Next shot', '→', () => this.step(1)],
    ];
    this.beside = this.above = null;
    this._build();
  }

  get progress() {
    return `${this._ratings.size} of ${count(this.shots.length, 'shot')} rated`;
  }

  get complete() {
    return this._ratings.size === this.shots.length;
  }

  get _ratings() {
    return this.task.state.ratings;
  }

  start() {
    this.shot = shotAt(this.shots, this.task.playback.time);
    this._loop();
  }

  place() {
    return this.shot;
  }

  // ---- what is done ----

  rate(value) {
    if (!this.task.mayEdit()) return;
    const { shot, task } = this;
    if (this._ratings.get(shot) !== value) task.record({ kind: 'rate', shot, value });
    task.show(shot);
    task.layout.flash(`Shot ${shot + 1}`, value);
    task.say(`Shot ${shot + 1} rated ${value}. ${this.progress}`);
    if (!task.preferences.advance) return;
    const next = this._unrated(shot, 1);
    if (next !== null) this.goTo(next);
    else task.say('Every shot is rated. Look over them, then submit.', true);
  }

  clear() {
    if (!this.task.mayEdit() || !this._ratings.has(this.shot)) return;
    this.task.record({ kind: 'clear', shot: this.shot });
    this.task.show(this.shot);
    this.task.say(`Shot ${this.shot + 1}: rating removed. ${this.progress}`);
  }

  undone(shot) {
    this.goTo(shot);
    const value = this._ratings.get(shot);
    this.task.layout.flash(`Shot ${shot + 1}`, value ?? '–');
    return `Shot ${shot + 1} is ${value === undefined ? 'not rated' : `rated ${value}`} again. ${this.progress}`;
  }

  goTo(shot) {
    this.shot = Math.max(0, Math.min(this.shots.length - 1, shot));
    this._loop();
    const [first, end, from, to] = this.shots[this.shot];
    const { frames, playback } = this.task;
    playback.moveTo(end > first ? frames.middle(first) : (from + to) / 2);
    this._showShot();
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
    this.task.prefer({ loop });
    this._loop();
    this._way.show(loop);
    this.task.say(loop ? 'Loops the current shot.' : 'Plays on from shot to shot.', true);
  }

  setAdvance(advance) {
    this.task.prefer({ advance });
    this._advance.checked = advance;
    this.task.say(advance ? 'Goes to the next unrated shot after rating.' : 'Stays on the shot after rating.', true);
  }

  missing() {
    const missing = this.shots.length - this._ratings.size;
    if (missing === 0) return [];
    const text = `${missing} of ${count(this.shots.length, 'shot')} ${missing === 1 ? 'is' : 'are'} not rated`;
    return [[text, 'Go to the first unrated shot', () => this.goTo(this._unrated(-1, 1))]];
  }

  key(key, event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const digit = Number(/^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? (event.key.trim() || NaN));
    if (this.scale.includes(digit) && !event.shiftKey) {
      if (!event.repeat) this.rate(digit); // a held key must not rate shot after shot
      return true;
    }
    const action = {
      arrowleft: () => this.step(-1),
      arrowright: () => this.step(1),
      home: () => this.goTo(0),
      end: () => this.goTo(this.shots.length - 1),
      n: () => this.nextUnrated(event.shiftKey ? -1 : 1),
      backspace: () => this.clear(),
      delete: () => this.clear(),
      r: () => this.setLoop(!this.task.preferences.loop),
      a: () => this.setAdvance(!this.task.preferences.advance),
      i: () => this.task.toggleInstructions(),
    }[key];
    if (!action) return false;
    action();
    return true;
  }

  // ---- what is seen ----

  show(changed = null) {
    this._strip.showRatings(this._ratings, changed);
    this._done.textContent = this.progress;
    this._bar.value = this._ratings.size;
    this._next.disabled = this.complete;
    this._showShot();
  }

  showTime() {
    const { playback } = this.task;
    // In a loop the current shot stays what it is, so a key pressed a moment too late still rates what was watched.
    const shot = playback.playing && this.task.preferences.loop ? this.shot : shotAt(this.shots, playback.time);
    if (shot !== this.shot) {
      this.shot = shot;
      this._loop();
      this._showShot();
    }
    this._strip.showTime(playback.time);
  }

  close() {
    this._strip.close();
  }

  _showShot() {
    const [, , start, end] = this.shots[this.shot];
    const { editable } = this.task;
    const rating = this._ratings.get(this.shot);
    this._strip.showCurrent(this.shot);
    this._where.replaceChildren(
      h('strong', {}, `Shot ${this.shot + 1}`),
      h('span', {}, `of ${this.shots.length}`),
      h('span', { class: 'mc-span' }, `${clock(start)} – ${clock(end)}`),
    );
    this._values.forEach((one, index) => {
      one.setAttribute('aria-pressed', String(this.scale[index] === rating));
      one.disabled = !editable;
    });
    this.remove.disabled = !editable || rating === undefined;
  }

  _build() {
    const { task } = this;
    this._strip = new Strip(this.shots, task.data.entry.thumbnails, this.scale, (shot) => this.goTo(shot));
    this._where = h('div', { class: 'mc-where' });
    this._values = this.scale.map((value) => this._value(value));
    const values = h('div', { class: 'mc-values', role: 'group', 'aria-label': 'Rating of the current shot' });
    values.style.setProperty('--values', Math.min(5, this.scale.length));
    values.append(...this._values);
    const ends = [this.scale[0], this.scale.at(-1)].map((value) => h('span', {}, this._label(value)));
    this.panel = h('div', { class: 'mc-rating' }, this._where, values, h('div', { class: 'mc-ends' }, ...ends));
    this.remove = button('Clear this rating', 'Backspace', () => this.clear(), 'Clear');
    this._advance = h('input', { type: 'checkbox', onchange: (event) => this.setAdvance(event.target.checked) });
    this._advance.checked = task.preferences.advance;
    const advance = h('span', {}, 'After rating, go to the next unrated shot');
    this.option = h('label', { class: 'mc-check' }, this._advance, advance);
    const ways = [
      ['Loop shot', true],
      ['Play on', false],
    ];
    this._way = choice('Playing', 'R', ways, (value) => this.setLoop(value));
    this._way.show(task.preferences.loop);
    this.way = this._way.element;
    this._done = h('span', { class: 'mc-done' });
    this._bar = h('progress', { class: 'mc-bar', max: this.shots.length, 'aria-label': 'Shots rated' });
    this._next = button('Next unrated shot', 'N', () => this.nextUnrated(), 'Next unrated');
    this.below = h('div', {}, summaryLine(this._done, this._bar, this._next), this._strip.element);
    this.below.className = 'mc-timeline';
  }

  _value(value) {
    const name = [value, this._label(value)].filter(Boolean).join(', ');
    const step = 1 + Math.round((4 * this.scale.indexOf(value)) / (this.scale.length - 1));
    const swatch = h('span', { class: 'mc-swatch', 'data-step': step });
    const attributes = { type: 'button', class: 'mc-value', 'data-rate': value, 'aria-label': name };
    return h('button', { ...attributes, onclick: () => this.rate(value) }, swatch, String(value));
  }

  _label(value) {
    return this.task.data.protocol.labels?.[value] ?? '';
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
      if (!this._ratings.has(shot)) return shot;
    }
    return null;
  }
}
