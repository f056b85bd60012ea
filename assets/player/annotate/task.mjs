/**
 * One task at work: playing, undo, notes, putting aside, submitting; as events in the outbox. What is judged, and how,
 * is the tool's business; see annotate/tools.mjs.
 */

import { compareDialog } from './compare.mjs';
import { keyHelp } from './dialogs.mjs';
import { url } from '../shared/http.mjs';
import { Frames } from './frames.mjs';
import { Habits } from './habits.mjs';
import { KEYS, TaskLayout } from './layout.mjs';
import { lastPlace, Playback } from './playback.mjs';
import { TOOLS } from './tools.mjs';
import { askNote, askReason, askWhatIsMissing } from './questions.mjs';
import { Watch } from './watched.mjs';
import { percent } from '../shared/format.mjs';
import { apply, emptyState, isLabel } from './labels.mjs';


export class TaskView {
  /**
   * @param {object} data  answer of GET /api/task
   * @param {object[]} pending  events the server may not have yet
   * @param {import('./outbox.mjs').Outbox} outbox
   * @param {object} actions  changed(): labels or state moved; submitted(element): fill in what comes next;
   *        skipped(): the video was put aside
   */
  constructor(data, pending, outbox, actions) {
    this.data = data;
    this.task = data.task;
    this.outbox = outbox;
    this.actions = actions;
    this.end = data.entry.duration;
    this.frames = new Frames(data.protocol.shots, data.entry.fps, data.entry.n_frames);
    this.habits = new Habits(this);
    this.state = emptyState();
    this.notes = [];
    this.revealed = false;
    this.held = false; // true while another tab has the task
    this.failed = '';
    const playing = (from, to) => this._mayWatch() && this.record({ kind: 'watched', t: to, data: { from, to } });
    this.watch = new Watch(playing);
    const events = [...data.events, ...pending];
    for (const event of events) this._take(event); // skips what the server had already
    this.tool = new TOOLS[data.protocol.kind](this);
    this.layout = new TaskLayout(data, this.tool, this);
    const key = `position:${outbox.owner}:${this.task}`;
    this.playback = new Playback(this.layout.video, {
      frames: this.frames,
      end: this.end,
      start: lastPlace(key, events),
      key,
      on: {
        time: () => this._showTime(),
        state: (waiting) => this._showPlaying(waiting),
        failed: (reason) => this._fail(reason),
        place: (t) => this.held || this.record({ kind: 'position', shot: this.tool.place?.() ?? null, t }),
        played: (now) => this._played(now),
        broke: (why) => this._broke(why),
      },
    });
    this._abort = new AbortController();
    this._watchLeaving();
    this.habits.start();
    this.layout.notes.show(this.notes);
    this.tool.start();
    this._showTime();
    this.show();
    this.retry();
  }

  /** How this person likes to work: {loop, repeat, advance, speed, muted}. */
  get preferences() {
    return this.habits.values;
  }

  get element() {
    return this.layout.element;
  }

  get editable() {
    return !this.state.submitted && !this.held && !this.failed;
  }

  get complete() {
    return this.tool.complete;
  }

  close() {
    this._rest();
    this.playback.close();
    this.tool.close?.();
    this.layout.close();
    this._abort.abort();
  }

  /** Another tab took the task. */
  hold() {
    if (this.held) return;
    this.playback.pause();
    this._rest();
    this.held = true;
    this.show();
  }

  /** The outbox moved: whether a submission has arrived depends on it. */
  outboxChanged() {
    this._showSubmitted();
  }

  // ---- for the tool ----

  /** Make an event and apply it here; returns the number of the label it set, or null. */
  record(parts) {
    const t = Math.round(this.playback.time * 1000) / 1000;
    return this._take(this.outbox.append(this.task, { t, ...parts }));
  }

  /** Whether labels can be given now; says why not. */
  mayEdit() {
    if (this.state.submitted) this.say('This video is submitted.', true);
    else if (this.failed) this.say('Without its picture the video cannot be judged.', true);
    return this.editable;
  }

  show(changed = null) {
    this.layout.showState(this);
    this.tool.show(changed);
    this._showSubmitted();
    this.actions.changed();
  }

  say(text, visible = false) {
    this.layout.say(text, visible);
  }

  prefer(changes) {
    this.habits.prefer(changes);
  }

  // ---- what controls do ----

  /** Undo, or redo: one step. */
  undo(kind = 'undo') {
    if (!this.mayEdit()) return;
    this.tool.rest?.();
    const steps = kind === 'undo' ? this.state.undoable : this.state.redoable;
    if (steps.length === 0) return this.say(`Nothing to ${kind}.`, true);
    const number = this.record({ kind });
    this.show(number);
    this.say(this.tool.undone(number));
  }

  async submit() {
    if (!this.mayEdit()) return;
    this.playback.pause();
    this._rest();
    const missing = this.tool.missing();
    const share = this.watch.share(this.end);
    const wanted = this.data.protocol.watch;
    // A moment is lost at every pause.
    if (share < wanted - 0.01)
      missing.push([`You have watched ${percent(share, 0)} of the video; ${percent(wanted, 0)} is asked for`]);
    if (missing.length > 0) {
      const answer = await askWhatIsMissing(missing);
      if (answer === 'go') missing.find(([, text]) => text)[2]();
      if (answer !== 'submit' || !this.editable) return;
    }
    this._rest();
    this.record({ kind: 'submit' });
    this.show();
  }

  reopen() {
    if (this.held || !this.state.submitted || this.revealed) return;
    this.record({ kind: 'reopen' });
    this.show();
    this.say('Reopened: it counts again once you submit it.', true);
  }

  /** Take up again what was put aside. */
  resume() {
    if (!this.mayEdit()) return;
    this.record({ kind: 'reopen' });
    this.show();
  }

  /** Another round of training. */
  again() {
    if (this.held || !this.data.practice) return;
    this.tool.forget?.();
    this.record({ kind: 'restart' });
    this.playback.moveTo(0);
    this.show();
    this.say('Everything is empty again: another round of training.', true);
  }

  async compare() {
    this.revealed = (await compareDialog(this.task, this.data, this.revealed)) || this.revealed;
    this.show();
  }

  async note() {
    if (this.held) return;
    this.playback.pause();
    this._rest();
    const { time } = this.playback;
    const text = await askNote();
    if (text === null || this.held) return;
    this.record({ kind: 'note', t: Math.round(time * 1000) / 1000, data: { text } });
    this.layout.notes.show(this.notes);
    this.say('Your note is kept.', true);
  }

  async skip() {
    if (!this.mayEdit()) return;
    this.playback.pause();
    this._rest();
    const text = await askReason();
    if (text === null || !this.editable) return;
    this.record({ kind: 'skip', data: { text } });
    this.actions.skipped();
  }

  toggle() {
    if (this.held || this.failed) return;
    const { playing } = this.playback;
    this.tool.rest?.();
    if (playing) return this.playback.pause();
    this.playback.play().catch(() => this.say('The browser blocked playing; press the play button.', true));
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

  /** Load the video, for the first time or again. */
  retry() {
    const { video, video_reason: reason } = this.data.entry;
    if (video) this.playback.load(url(video.url));
    else this._fail(reason || 'This entry has no video on this server.');
  }

  toggleInstructions() {
    this.layout.instructions.open = !this.layout.instructions.open;
  }

  help() {
    keyHelp([...this.tool.keys, ...KEYS]);
  }

  /** Handle a key; true when it meant something here. */
  key(event) {
    const shift = event.shiftKey;
    const key = keyName(event);
    if (this.tool.key(key, event)) return true;
    if (event.altKey) return false;
    if (event.ctrlKey || event.metaKey) {
      if (key === 'z') this.undo(shift ? 'redo' : 'undo');
      else if (key === 'y' && !shift) this.undo('redo');
      else if (key === 'enter') this.submit();
      else return false;
      return true;
    }
    const action = {
      ' ': () => event.repeat || this.toggle(),
      k: () => event.repeat || this.toggle(),
      j: () => this.habits.changeSpeed(-1),
      l: () => this.habits.changeSpeed(1),
      u: () => this.undo(shift ? 'redo' : 'undo'),
      t: () => this.note(),
      x: () => this.skip(),
      m: () => this.habits.toggleSound(),
      ',': () => this._stepFrame(-1),
      '.': () => this._stepFrame(1),
      '?': () => this.help(),
    }[key];
    if (!action) return false;
    action();
    return true;
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

  _stepFrame(step) {
    this.tool.moved?.();
    this.playback.stepFrame(step);
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

  // Everything that is still kept back becomes an event.
  _rest() {
    this.tool.rest?.();
    this.watch.rest();
    this.playback.tell();
  }

  _fail(reason) {
    if (this.failed === reason) return;
    this.failed = reason;
    this.layout.showProblem(reason);
    this.show();
  }

  _watchLeaving() {
    const { signal } = this._abort;
    const leave = () => {
      this._rest();
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

  _showTime() {
    this.layout.showTime(this.playback.time, this.end);
    this.tool.showTime();
  }

  _showPlaying(waiting) {
    this.layout.showPlaying(this.playback.playing);
    this.layout.showWaiting(waiting && !this.failed);
  }

  _showSubmitted() {
    const { outbox, task } = this;
    const facts = this.state.submitted && {
      arrived: !outbox.records.some((one) => one.task === task && isLabel(one)),
      progress: this.tool.progress,
      practice: this.data.practice,
      revealed: this.revealed,
      reveal: this.data.protocol.reveal,
    };
    const place = this.layout.showSubmitted(facts || null);
    if (place) this.actions.submitted(place);
  }
}

// The key's letter; on keyboards without Latin letters the one at its place.
function keyName(event) {
  const place = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  return place && !/^[\x20-\x7e]$/.test(event.key) ? place : event.key.toLowerCase();
}
