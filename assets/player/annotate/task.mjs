/**
 * One task at work, without anything to look at: what is labelled, noted, watched, put aside and submitted, as events in
 * the outbox. What is judged, and how, is the business of its tool; see annotate/protocols.mjs.
 */

import { percent } from '../shared/format.mjs';
import { Observable } from '../shared/observable.mjs';
import { apply, emptyState, isLabel } from './labels.mjs';
import { Watch } from './watched.mjs';

/** @typedef {import('./labels.mjs').LabelEvent} LabelEvent */
/** @typedef {Omit<import('../shared/wire').TaskFacts, 'events'> & {events: LabelEvent[]}} TaskAnswer  of GET /api/task */
/** @typedef {typeof import('./questions.mjs')} Questions */
/** @typedef {[string, string?, (() => void)?]} Missing  a sentence; some with a button that leads to what is missing */

/**
 * Tells
 *   "changed" (number)   labels or what can be done; number of the label that was set, or null
 *   "said" (text, visible)   a sentence for a screen reader, with `visible` for everyone
 *   "flashed" (where, value)   what was just judged
 *   "noted"   the notes changed
 *   "failed" (reason)   why the video cannot be seen, "" when it can
 *   "skipped"   the video was put aside
 */
export class Task extends Observable {
  /**
   * @param {TaskAnswer} data
   * @param {LabelEvent[]} events  of the task so far, also those the server may not have yet; some may come twice
   * @param {import('./outbox.mjs').Outbox} outbox
   * @param {import('./playback.mjs').Playback} playback
   * @param {import('./habits.mjs').Habits} habits
   * @param {Questions} questions  what its annotator is asked
   */
  constructor(data, events, outbox, playback, habits, questions) {
    super();
    this.data = data;
    this.id = data.task;
    this.end = data.entry.duration;
    this.frames = playback.frames;
    this.outbox = outbox;
    this.playback = playback;
    this.habits = habits;
    this.questions = questions;
    this.state = emptyState();
    /** @type {LabelEvent[]} */
    this.notes = [];
    this.revealed = false; // the comparison with others was seen
    this.held = false; // true while another tab has the task
    this.failed = '';
    /** @type {{t: number, shot: number|null}[]} where somebody was before each undo */
    this._left = [];
    const watched = (from, to) => this._mayWatch() && this.record({ kind: 'watched', t: to, data: { from, to } });
    this.watch = new Watch(watched);
    for (const event of events) this._take(event); // skips what came before
    playback.on('failed', (reason) => this._fail(reason));
    playback.on('place', (t) => this.held || this.record({ kind: 'position', shot: this.tool.place?.() ?? null, t }));
    playback.on('played', (now) => this._played(now));
    playback.on('broke', (why) => this._broke(why));
  }

  /** Judge with this tool from now on. @param {import('./protocols.mjs').Tool} tool */
  begin(tool) {
    this.tool = tool;
    tool.start();
  }

  get preferences() {
    return this.habits.values;
  }

  get editable() {
    return !this.state.submitted && !this.held && !this.failed;
  }

  get complete() {
    return this.tool.complete;
  }

  /** Whether the server has everything that counts. */
  get arrived() {
    return !this.outbox.records.some((one) => one.task === this.id && isLabel(one));
  }

  // ---- for the tool ----

  /**
   * Make an event and apply it here.
   * @param {{kind: string, shot?: number|null, value?: number, t?: number, data?: LabelEvent['data']}} parts
   * @returns {number|null} number of the label it set
   */
  record(parts) {
    return this._take(this.outbox.append(this.id, { t: rounded(this.playback.time), ...parts }));
  }

  /** Whether labels can be given now; says why not. */
  mayEdit() {
    if (this.state.submitted) this.say('This video is submitted.', true);
    else if (this.failed) this.say('Without its picture the video cannot be judged.', true);
    return this.editable;
  }

  /** @param {number|null} [number]  of a label that was set */
  changed(number = null) {
    this.tell('changed', number);
  }

  say(text, visible = false) {
    this.tell('said', text, visible);
  }

  /** Play; says so where the browser does not let it. */
  async play() {
    try {
      await this.playback.play();
      return true;
    } catch {
      this.say('The browser blocked playing; press the play button.', true);
      return false;
    }
  }

  // ---- what people do ----

  /** One step back, or with "redo" forward. @param {'undo'|'redo'} [kind] */
  undo(kind = 'undo') {
    if (!this.mayEdit()) return;
    this.tool.rest?.();
    const steps = kind === 'undo' ? this.state.undoable : this.state.redoable;
    if (steps.length === 0) {
      this.say(`Nothing to ${kind}.`, true);
      return;
    }
    if (this.state.redoable.length === 0) this._left = [];
    const here = { t: this.playback.time, shot: this.tool.place?.() ?? null };
    const number = this.record({ kind });
    this.changed(number);
    this.say(this.tool.undone(number));
    if (kind === 'undo') this._left.push(here);
    else this._goBack(this._left.pop());
  }

  /** After a redo: where somebody was before they undid it. @param {{t: number, shot: number|null}} [place] */
  _goBack(place) {
    if (!place) return;
    if (place.shot === null || !this.tool.goTo) this.goToTime(place.t);
    else this.tool.goTo(place.shot);
  }

  async submit() {
    if (!this.mayEdit()) return;
    this.playback.pause();
    this.rest();
    const missing = [...this.tool.missing(), ...this._unwatched()];
    if (missing.length > 0) {
      const answer = await this.questions.askWhatIsMissing(missing);
      if (answer === 'go') missing.find(([, text]) => text)[2]();
      if (answer !== 'submit' || !this.editable) return;
    }
    this.rest();
    this.record({ kind: 'submit' });
    this.changed();
  }

  reopen() {
    if (this.held || !this.state.submitted || this.revealed) return;
    this.record({ kind: 'reopen' });
    this.changed();
    this.say('Reopened: it counts again once you submit it.', true);
  }

  /** Take up again what was put aside. */
  resume() {
    if (!this.mayEdit()) return;
    this.record({ kind: 'reopen' });
    this.changed();
  }

  /** Another round of training. */
  again() {
    if (this.held || !this.data.practice) return;
    this.tool.forget?.();
    this.record({ kind: 'restart' });
    this.playback.moveTo(0);
    this.changed();
    this.say('Everything is empty again: another round of training.', true);
  }

  /** The comparison was seen, or not. @param {boolean} seen */
  reveal(seen) {
    this.revealed ||= seen;
    this.changed();
  }

  async note() {
    if (this.held) return;
    this.playback.pause();
    this.rest();
    const { time } = this.playback;
    const text = await this.questions.askNote();
    if (text === null || this.held) return;
    this.record({ kind: 'note', t: rounded(time), data: { text } });
    this.tell('noted');
    this.say('Your note is kept.', true);
  }

  async skip() {
    if (!this.mayEdit()) return;
    this.playback.pause();
    this.rest();
    const text = await this.questions.askReason();
    if (text === null || !this.editable) return;
    this.record({ kind: 'skip', data: { text } });
    this.tell('skipped');
  }

  toggle() {
    if (this.held || this.failed) return;
    const { playing } = this.playback;
    this.tool.rest?.();
    if (playing) this.playback.pause();
    else this.play();
  }

  /** The picture was clicked. */
  touch() {
    if (this.tool.touch) this.tool.touch();
    else this.toggle();
  }

  goToTime(seconds) {
    this.tool.moved?.();
    this.playback.moveTo(seconds);
  }

  stepFrame(step) {
    this.tool.moved?.();
    this.playback.stepFrame(step);
  }

  changeSpeed(step) {
    this.habits.changeSpeed(step);
    this.say(`Speed ${this.preferences.speed}×`, true);
  }

  toggleSound() {
    if (this.data.protocol.muted) this.say('This task is judged without sound.', true);
    else this.habits.prefer({ muted: !this.preferences.muted });
  }

  /** Load the video, for the first time or again. @param {(path: string) => string} address of a path of the server */
  load(address) {
    const { video, video_reason: reason } = this.data.entry;
    if (video) this.playback.load(address(video.url));
    else this._fail(reason || 'This entry has no video on this server.');
  }

  // ---- coming and going ----

  /** Another tab took the task. */
  hold() {
    if (this.held) return;
    this.playback.pause();
    this.rest();
    this.held = true;
    this.changed();
  }

  /** Everything that is still kept back becomes an event. */
  rest() {
    this.tool.rest?.();
    this.watch.rest();
    this.playback.notePlace();
  }

  /** The page is left. */
  leave() {
    this.rest();
    this.outbox.flush({ leaving: true });
  }

  close() {
    this.rest();
    this.playback.close();
    this.tool.close?.();
  }

  // ---- inside ----

  _take(event) {
    const known = this.state.seen.size;
    const number = apply(this.state, event);
    if (this.state.seen.size === known) return null; // seen before
    if (event.kind === 'note') this.notes.push(event);
    if (event.kind === 'revealed') this.revealed = true;
    if (event.kind === 'watched') this.watch.add(event.data.from, event.data.to);
    return number;
  }

  /** @returns {Missing[]} */
  _unwatched() {
    const share = this.watch.share(this.end);
    const wanted = this.data.protocol.watch;
    // A moment is lost at every pause.
    if (share >= wanted - 0.01) return [];
    return [[`You have watched ${percent(share, 0)} of the video; ${percent(wanted, 0)} is asked for`]];
  }

  _mayWatch() {
    return !this.held && !this.state.submitted;
  }

  _played(now) {
    this.watch.played(now);
    this.tool.played?.(now);
  }

  _broke(why) {
    this.watch.rest();
    this.tool.broke?.(why);
  }

  _fail(reason) {
    if (this.failed === reason) return;
    this.failed = reason;
    this.tell('failed', reason);
    this.changed();
  }
}

// Moments are kept to the millisecond.
function rounded(seconds) {
  return Math.round(seconds * 1000) / 1000;
}
