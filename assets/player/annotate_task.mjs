/** The rating of one video: what keys and buttons do, as events in the outbox. */

import { ask, keyHelp } from './annotate_dialogs.mjs';
import { recall, remember, url } from './annotate_dom.mjs';
import { KEYS, SPEEDS, TaskLayout } from './annotate_layout.mjs';
import { lastPlace, Playback } from './annotate_playback.mjs';
import { count } from './format.mjs';
import { apply, fold } from './labels.mjs';

const PREFERENCES = { loop: true, advance: true, speed: 1, muted: false };

export class TaskView {
  /**
   * @param {object} data  answer of GET /api/task
   * @param {object[]} pending  events the server may not have yet
   * @param {import('./outbox.mjs').Outbox} outbox
   * @param {object} actions  changed(): ratings or state moved; submitted(element): fill in what comes next
   */
  constructor(data, pending, outbox, actions) {
    this.data = data;
    this.task = data.task;
    this.outbox = outbox;
    this.actions = actions;
    this.shots = data.protocol.shots;
    this.scale = data.protocol.scale;
    this.preferences = { ...PREFERENCES, ...recall('annotate', {}) };
    this.state = fold([...data.events, ...pending]); // skips what the server had already
    this.held = false; // true while another tab has the task
    this.failed = '';
    this.layout = new TaskLayout(data, this);
    const key = `position:${outbox.owner}:${this.task}`;
    this.playback = new Playback(this.layout.video, {
      shots: this.shots,
      frame: frameLength(data.entry.fps),
      start: lastPlace(key, [...data.events, ...pending]),
      key,
      loops: () => this.preferences.loop,
      on: {
        shot: () => this.layout.showShot(this.shot, this.state.ratings.get(this.shot), this.editable),
        time: () => this.layout.showTime(this.playback.time),
        state: (waiting) => this._showPlaying(waiting),
        failed: (reason) => this._fail(reason),
        place: (t, shot) => this.held || this._record({ kind: 'position', shot, t }),
      },
    });
    this._abort = new AbortController();
    this._watchLeaving();
    this.layout.video.muted = data.protocol.muted || this.preferences.muted;
    this.layout.showPreferences(this.preferences);
    this.layout.showTime(this.playback.time);
    this._show();
    this.retry();
    this._applySpeed();
  }

  get element() {
    return this.layout.element;
  }

  get shot() {
    return this.playback.shot;
  }

  get editable() {
    return !this.state.submitted && !this.held && !this.failed;
  }

  get complete() {
    return this.state.ratings.size === this.shots.length;
  }

  get progress() {
    return `${this.state.ratings.size} of ${count(this.shots.length, 'shot')} rated`;
  }

  close() {
    this.playback.close();
    this.layout.close();
    this._abort.abort();
  }

  /** Another tab took the task. */
  hold() {
    if (this.held) return;
    this.playback.pause();
    this.playback.tell();
    this.held = true;
    this._show();
  }

  /** The outbox moved: whether a submission has arrived depends on it. */
  outboxChanged() {
    this._showSubmitted();
  }

  // ---- rating ----

  rate(value) {
    if (!this._mayEdit()) return;
    const { shot } = this;
    if (this.state.ratings.get(shot) !== value) this._record({ kind: 'rate', shot, value });
    this._show(shot);
    this.layout.flash(shot, value);
    this.layout.say(`Shot ${shot + 1} rated ${value}. ${this.progress}`);
    if (!this.preferences.advance) return;
    const next = this._unrated(shot, 1);
    if (next !== null) this.goTo(next);
    else this.layout.say('Every shot is rated. Look over them, then submit.', true);
  }

  clear() {
    if (!this._mayEdit() || !this.state.ratings.has(this.shot)) return;
    this._record({ kind: 'clear', shot: this.shot });
    this._show(this.shot);
    this.layout.say(`Shot ${this.shot + 1}: rating removed. ${this.progress}`);
  }

  /** Undo, or redo: one step, and go to the shot it changed. */
  undo(kind = 'undo') {
    if (!this._mayEdit()) return;
    const steps = kind === 'undo' ? this.state.undoable : this.state.redoable;
    if (steps.length === 0) {
      this.layout.say(`Nothing to ${kind}.`, true);
      return;
    }
    const shot = this._record({ kind });
    this.goTo(shot);
    this._show(shot);
    const value = this.state.ratings.get(shot);
    this.layout.flash(shot, value);
    this.layout.say(`Shot ${shot + 1} is ${value ? `rated ${value}` : 'not rated'} again. ${this.progress}`);
  }

  async submit() {
    if (!this._mayEdit()) return;
    this.playback.pause();
    const missing = this.shots.length - this.state.ratings.size;
    if (missing > 0) {
      const answer = await ask({
        title: `${missing} of ${count(this.shots.length, 'shot')} ${missing === 1 ? 'is' : 'are'} not rated`,
        text: 'Unrated shots stay empty in the results.',
        buttons: [
          ['go', 'Go to the first unrated shot', 'primary'],
          ['submit', 'Submit as it is'],
          ['', 'Cancel', 'quiet'],
        ],
      });
      if (answer === 'go') this.goTo(this._unrated(-1, 1));
      if (answer !== 'submit' || !this.editable) return;
    }
    this.playback.tell();
    this._record({ kind: 'submit' });
    this._show();
  }

  reopen() {
    if (this.held || !this.state.submitted) return;
    this._record({ kind: 'reopen' });
    this._show();
    this.layout.say('Reopened: it counts again once you submit it.', true);
  }

  // ---- moving and playing ----

  goTo(shot) {
    this.playback.goTo(shot);
  }

  step(shots) {
    this.goTo(this.shot + shots);
  }

  nextUnrated(step = 1) {
    const shot = this._unrated(this.shot, step);
    if (shot === null) this.layout.say('Every shot is rated.', true);
    else this.goTo(shot);
  }

  toggle() {
    if (this.held || this.failed) return;
    this.playback.toggle().catch(() => this.layout.say('The browser blocked playing; press the play button.', true));
  }

  /** Load the video, for the first time or again. */
  retry() {
    const { video, video_reason: reason } = this.data.entry;
    if (video) this.playback.load(url(video.url));
    else this._fail(reason || 'This entry has no video on this server.');
  }

  setLoop(loop) {
    this._prefer({ loop });
    this.layout.say(loop ? 'Loops the current shot.' : 'Plays on from shot to shot.', true);
  }

  setAdvance(advance) {
    this._prefer({ advance });
    this.layout.say(advance ? 'Goes to the next unrated shot after rating.' : 'Stays on the shot after rating.', true);
  }

  setSpeed(speed) {
    this._prefer({ speed });
    this._applySpeed();
  }

  changeSpeed(step) {
    const speed = SPEEDS[SPEEDS.indexOf(this.preferences.speed) + step];
    if (speed) this.setSpeed(speed);
    this.layout.say(`Speed ${this.preferences.speed}×`, true);
  }

  toggleSound() {
    if (this.data.protocol.muted) {
      this.layout.say('This task is rated without sound.', true);
      return;
    }
    this._prefer({ muted: !this.preferences.muted });
    this.layout.video.muted = this.preferences.muted;
  }

  /** Handle a key; true when it meant something here. */
  key(event) {
    const shift = event.shiftKey;
    const key = keyName(event);
    if (event.altKey) return false;
    if (event.ctrlKey || event.metaKey) {
      if (key === 'z') this.undo(shift ? 'redo' : 'undo');
      else if (key === 'y' && !shift) this.undo('redo');
      else return false;
      return true;
    }
    const digit = Number(/^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? event.key);
    if (this.scale.includes(digit) && !shift) {
      if (!event.repeat) this.rate(digit); // a held key must not rate shot after shot
      return true;
    }
    const action = {
      ' ': () => event.repeat || this.toggle(),
      k: () => event.repeat || this.toggle(),
      j: () => this.changeSpeed(-1),
      l: () => this.changeSpeed(1),
      arrowleft: () => this.step(-1),
      arrowright: () => this.step(1),
      home: () => this.goTo(0),
      end: () => this.goTo(this.shots.length - 1),
      n: () => this.nextUnrated(shift ? -1 : 1),
      u: () => this.undo(shift ? 'redo' : 'undo'),
      backspace: () => this.clear(),
      delete: () => this.clear(),
      r: () => this.setLoop(!this.preferences.loop),
      a: () => this.setAdvance(!this.preferences.advance),
      m: () => this.toggleSound(),
      i: () => (this.layout.instructions.open = !this.layout.instructions.open),
      ',': () => this.playback.stepFrame(-1),
      '.': () => this.playback.stepFrame(1),
      '?': () => keyHelp(KEYS),
    }[key];
    if (!action) return false;
    action();
    return true;
  }

  // ---- inside ----

  // Make an event and apply it here; returns the shot whose rating it set, or null.
  _record(parts) {
    const t = Math.round(this.playback.time * 1000) / 1000;
    return apply(this.state, this.outbox.append(this.task, { t, ...parts }));
  }

  _mayEdit() {
    if (this.state.submitted) this.layout.say('This video is submitted.', true);
    else if (this.failed) this.layout.say('Without its picture the video cannot be rated.', true);
    return this.editable;
  }

  // The next shot without a rating after (step 1) or before (-1) `from`, going round; null when there is none.
  _unrated(from, step) {
    const n = this.shots.length;
    for (let k = 1; k <= n; k += 1) {
      const shot = (((from + step * k) % n) + n) % n;
      if (!this.state.ratings.has(shot)) return shot;
    }
    return null;
  }

  _prefer(changes) {
    Object.assign(this.preferences, changes);
    remember('annotate', this.preferences);
    this.layout.showPreferences(this.preferences);
  }

  _applySpeed() {
    // Loading a video sets its speed back to the default one.
    this.layout.video.defaultPlaybackRate = this.layout.video.playbackRate = this.preferences.speed;
  }

  _fail(reason) {
    if (this.failed === reason) return;
    this.failed = reason;
    this.layout.showProblem(reason);
    this._show();
  }

  _watchLeaving() {
    const { signal } = this._abort;
    const leave = () => {
      this.playback.tell();
      this.outbox.flush({ leaving: true });
    };
    const hide = () => {
      if (document.visibilityState !== 'hidden') return;
      this.playback.pause(); // nobody watches a hidden tab
      leave();
    };
    document.addEventListener('visibilitychange', hide, { signal });
    addEventListener('pagehide', leave, { signal });
  }

  _show(changed = null) {
    this.layout.showState(this, changed);
    this._showSubmitted();
    this.actions.changed();
  }

  _showPlaying(waiting) {
    this.layout.showPlaying(this.playback.playing);
    this.layout.showWaiting(waiting && !this.failed);
  }

  _showSubmitted() {
    const { submitted } = this.state;
    const arrived = submitted && !this.outbox.records.some((one) => one.task === this.task && one.kind !== 'position');
    const place = this.layout.showSubmitted(submitted, arrived, this.progress);
    if (place) this.actions.submitted(place);
  }
}

// Seconds per frame of a rate like "30000/1001".
function frameLength(rate) {
  const [number, divisor] = String(rate).split('/').map(Number);
  return number > 0 ? (divisor || 1) / number : 0.04;
}

// The key's letter; on keyboards without Latin letters the one at its place.
function keyName(event) {
  const place = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  return place && !/^[\x20-\x7e]$/.test(event.key) ? place : event.key.toLowerCase();
}
