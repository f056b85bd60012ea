/**
 * Keyshots: parts of the video that are worth showing, marked by their first and last frame, within a budget. What is
 * marked, selected, begun and being moved; seen by annotate/keyshots_view.mjs.
 */

import { circa, clock, count, percent } from '../shared/format.mjs';
import { recall, remember } from '../shared/preferences.mjs';
import { budgetText } from './budget.mjs';
import { worthOf } from './labels.mjs';
import { around, framesOf, inOrder, joined, moved } from './segments.mjs';

/** @typedef {import('./labels.mjs').Part} Part */
/** @typedef {import('./segments.mjs').Edge} Edge */

export class Keyshots {
  /** @param {import('./task.mjs').Task} task */
  constructor(task) {
    this.task = task;
    this.frames = task.frames;
    this.budget = task.data.protocol.budget;
    /** @type {number|null} number of a part */
    this.selected = null;
    /** @type {number|null} frame of a mark-in without its mark-out */
    this.opening = null;
    /** @type {{number: number, part: Part}|null} a part of which an edge is being moved */
    this.draft = null;
    task.on('changed', () => this.marks.has(this.selected) || (this.selected = null));
  }

  /**
   * All parts, with the edge where it is being moved to; without those that were marked as worth nothing.
   * @returns {Map<number, Part>}
   */
  get marks() {
    const marks = new Map([...this.task.state.marks].filter(([, part]) => worthOf(part) !== 0));
    if (this.draft) marks.set(this.draft.number, this.draft.part);
    return marks;
  }

  get share() {
    return framesOf(this.marks.values()) / Math.max(1, this.frames.count);
  }

  /** Seconds of what is marked. */
  get seconds() {
    return joined(this.marks.values()).reduce((sum, [a, b]) => sum + this.frames.start(b) - this.frames.start(a), 0);
  }

  get progress() {
    return `${count(this.marks.size, 'part')}, ${percent(this.share)} of the video marked`;
  }

  get complete() {
    const [low, high] = this.budget;
    return this.marks.size > 0 && this.share >= low && this.share <= high;
  }

  start() {
    this._key = `in:${this.task.outbox.owner}:${this.task.id}`;
    this.opening = this.task.state.submitted ? null : recall(this._key, null);
    this.selected = around(this.marks, this.task.playback.frame);
  }

  // ---- marking ----

  markIn() {
    if (!this.task.mayEdit()) return;
    const { frame } = this.task.playback;
    const inside = this.opening === null ? around(this.marks, frame, this.selected) : null;
    if (inside !== null) {
      this._setEdge(inside, 'in', frame, 'begins');
      return;
    }
    this._open(frame);
    this.task.changed();
    this.task.say(`A part begins at ${clock(this.frames.start(frame))}. Press O where it ends.`, true);
  }

  markOut() {
    if (!this.task.mayEdit()) return;
    const { frame } = this.task.playback;
    if (this.opening !== null) {
      this._close(frame);
      return;
    }
    const inside = around(this.marks, frame, this.selected);
    const part = this.marks.get(this.selected);
    const target = inside ?? (part && frame >= part[1] ? this.selected : null);
    if (target === null) this.task.say('First press I where the part begins.', true);
    else this._setEdge(target, 'out', frame + 1, 'ends');
  }

  /** Forget a mark-in. */
  forget() {
    if (this.opening === null) return;
    this._open(null);
    this.task.changed();
    this.task.say('The mark-in is gone.', true);
  }

  /** Move an edge of the selected part by frames; with `going` (a held key) it is kept at the release. */
  nudge(edge, step, going = false) {
    if (this.selected === null) {
      this.task.say('First select a part: [ and ], or click on it.', true);
      return;
    }
    if (!this.task.mayEdit()) return;
    const part = this.marks.get(this.selected);
    this.moveEdge(this.selected, edge, part[edge === 'in' ? 0 : 1] + step);
    if (going) addEventListener('keyup', this._released);
    else this.rest();
  }

  /**
   * Preview: the part follows, and the picture shows the frame at its edge.
   * @param {number} number
   * @param {Edge} edge
   * @param {number} frame
   */
  moveEdge(number, edge, frame) {
    const before = this.marks.get(number);
    if (!before) return;
    const part = moved(before, edge, frame, this.frames.count);
    this.draft = { number, part };
    this.task.playback.pause();
    this.task.playback.route = null;
    this.task.playback.showFrame(edge === 'in' ? part[0] : part[1] - 1);
    this.task.tell('selected');
  }

  /** What is being moved becomes an event. */
  rest() {
    const { draft } = this;
    this.draft = null;
    const before = draft && this.task.state.marks.get(draft.number);
    if (!before || (before[0] === draft.part[0] && before[1] === draft.part[1])) return;
    const [start, end] = draft.part;
    this.task.record({ kind: 'mark', shot: draft.number, data: { start, end } });
    this.task.changed();
    this.task.say(`${this._range(draft.part)}. ${this.progress}`);
  }

  /** An edge that is being moved goes back to where it was. */
  giveUp() {
    this.draft = null;
    this.task.tell('selected');
  }

  removePart() {
    if (!this.task.mayEdit() || this.selected === null) return;
    this.rest();
    this.task.record({ kind: 'unmark', shot: this.selected });
    this.selected = null;
    this.task.changed();
    this.task.say(`Removed. ${this.progress}`, true);
  }

  undone(number) {
    const part = this.marks.get(number);
    this.selected = part ? number : null;
    if (part) this.task.playback.showFrame(part[0]);
    this.task.tell('selected');
    return `${part ? 'The part is as it was' : 'The part is not marked'} again. ${this.progress}`;
  }

  /** @returns {import('./task.mjs').Missing[]} */
  missing() {
    /** @type {import('./task.mjs').Missing[]} */
    const found = [];
    if (this.marks.size === 0) found.push(['Nothing is marked']);
    else if (!this.complete) {
      found.push([`${percent(this.share)} of the video is marked; ${budgetText(this.budget)} are asked for`]);
    }
    if (this.opening !== null) {
      const text = `A part begins at ${clock(this.frames.start(this.opening))} and has no end`;
      found.push([text, 'Go there', () => this.goToFrame(this.opening)]);
    }
    return found;
  }

  // ---- moving and playing ----

  select(number) {
    this.rest();
    this.selected = number;
    this.goToFrame(this.marks.get(number)[0]);
    this.task.tell('selected');
  }

  selectNext(step) {
    const order = inOrder(this.marks).map(([number]) => number);
    if (order.length === 0) {
      this.task.say('No part is marked yet.', true);
      return;
    }
    const at = order.indexOf(this.selected);
    const first = step > 0 ? 0 : order.length - 1;
    this.select(at < 0 ? order[first] : order[(at + step + order.length) % order.length]);
  }

  stepSeconds(step) {
    this.task.goToTime(this.task.playback.time + step);
  }

  goToFrame(frame) {
    this.moved();
    this.task.playback.showFrame(frame);
  }

  goToEdge(step) {
    const edges = joined(this.marks.values()).flat();
    const stops = [0, ...edges, this.frames.count - 1];
    const { frame } = this.task.playback;
    const next = step > 0 ? stops.find((one) => one > frame) : stops.findLast((one) => one < frame);
    if (next !== undefined) this.goToFrame(next);
  }

  /** Play the selected part, or with `all` everything that is marked, from its beginning. */
  async play(all) {
    const part = this.marks.get(this.selected);
    const parts = all ? joined(this.marks.values()) : [part].filter(Boolean);
    if (parts.length === 0) {
      this.task.say(all ? 'No part is marked yet.' : 'First select a part: [ and ].', true);
      return;
    }
    if (this.task.failed) return;
    const { playback } = this.task;
    playback.showFrame(parts[0][0]);
    playback.route = {
      parts: parts.map(([start, end]) => [this.frames.start(start), this.frames.start(end)]),
      loop: this.task.preferences.repeat,
    };
    await this.task.play();
  }

  setRepeat(repeat) {
    this.task.habits.prefer({ repeat });
    const { playback } = this.task;
    if (playback.route) playback.route = { ...playback.route, loop: repeat };
    this.task.say(repeat ? 'Parts and cut are repeated.' : 'Parts and cut stop at their end.', true);
  }

  moved() {
    this.rest();
    this.task.playback.route = null;
  }

  close() {
    removeEventListener('keyup', this._released);
  }

  // ---- inside ----

  _open(frame) {
    this.opening = frame;
    remember(this._key, frame);
  }

  _close(frame) {
    if (frame < this.opening) {
      this.task.say('This is before the beginning: press I here to begin the part earlier.', true);
      return;
    }
    const number = Math.max(-1, ...this.task.state.marks.keys()) + 1;
    /** @type {Part} */
    const part = [this.opening, frame + 1];
    this._open(null);
    this.task.record({ kind: 'mark', shot: number, data: { start: part[0], end: part[1] } });
    this.selected = number;
    this.task.changed();
    this.task.say(`Marked ${this._range(part)}.`, true);
  }

  _setEdge(number, edge, frame, verb) {
    this.selected = number;
    this.draft = { number, part: moved(this.marks.get(number), edge, frame, this.frames.count) };
    this.rest();
    this.task.tell('selected');
    this.task.say(`The part ${verb} here now.`, true);
  }

  _released = () => {
    removeEventListener('keyup', this._released);
    this.rest();
  };

  _range([start, end]) {
    return `${circa(this.task.data.entry.assumed_rate)}${clock(this.frames.start(start))} – ${clock(this.frames.start(end))}`;
  }
}
