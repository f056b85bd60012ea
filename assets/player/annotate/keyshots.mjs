/** Keyshots: parts of the video that are worth showing, marked by their first and last frame, within a budget. */

import { BudgetMeter, budgetWords } from './budget.mjs';
import { button, choice } from './controls.mjs';
import { h } from '../shared/dom.mjs';
import { recall, remember } from '../shared/preferences.mjs';
import { PartPanel } from './part_panel.mjs';
import { Reel } from './reel.mjs';
import { around, framesOf, inOrder, joined, moved } from './segments.mjs';
import { clock, count, percent } from '../shared/format.mjs';

const KEYS = [
  ['Space or K', 'Play or pause'],
  ['I', 'Mark in: a part begins with this frame. Inside a part: it begins here now'],
  ['O', 'Mark out: the part ends with this frame. Inside or after the selected part: it ends here now'],
  ['Esc', 'Forget a mark-in'],
  ['[ ]', 'Select the part before or after'],
  ['Shift+← Shift+→', 'Move the first frame of the selected part by one'],
  ['Ctrl+← Ctrl+→ or < >', 'Move its last frame by one'],
  ['Backspace', 'Remove the selected part'],
  ['P', 'Play the selected part'],
  ['Shift+P', 'Play the whole cut, skipping what is not marked'],
  ['R', 'Repeat what P plays, or stop at its end'],
  ['← →', 'One second back or forward'],
  ['↑ ↓', 'Go to the edge before or after'],
  ['Home / End', 'Go to the beginning or the end'],
  ['+ − 0', 'Zoom the strip in, out, all of it'],
];

export class KeyshotsTool {
  /** @param {import('./task.mjs').TaskView} task */
  constructor(task) {
    this.task = task;
    this.frames = task.frames;
    this.selected = null; // number of a part
    this.opening = null; // frame of a mark-in without its mark-out
    this.draft = null; // {number, part}: an edge that is being moved
    this.playKey = 'Space';
    this.hint = 'Space plays, I and O mark where a part begins and ends, P plays it, ? shows all keys.';
    this.keys = KEYS;
    this.steps = [
      ['One second back', '←', () => this.stepSeconds(-1)],
      ['One second forward', '→', () => this.stepSeconds(1)],
    ];
    this.beside = this.above = this.option = null;
    this._build();
  }

  get marks() {
    const marks = new Map(this.task.state.marks);
    if (this.draft) marks.set(this.draft.number, this.draft.part);
    return marks;
  }

  get share() {
    return framesOf(this.marks.values()) / Math.max(1, this.frames.count);
  }

  get progress() {
    return `${count(this.task.state.marks.size, 'part')}, ${percent(this.share)} of the video marked`;
  }

  get complete() {
    const [low, high] = this.task.data.protocol.budget;
    return this.marks.size > 0 && this.share >= low && this.share <= high;
  }

  start() {
    this._key = `in:${this.task.outbox.owner}:${this.task.task}`;
    this.opening = this.task.state.submitted ? null : recall(this._key, null);
    this.selected = around(this.marks, this.task.playback.frame);
  }

  // ---- marking ----

  markIn() {
    if (!this.task.mayEdit()) return;
    const { frame } = this.task.playback;
    const inside = this.opening === null ? around(this.marks, frame, this.selected) : null;
    if (inside !== null) return this._setEdge(inside, 'in', frame, 'begins');
    this._open(frame);
    this.task.show();
    this.task.say(`A part begins at ${clock(this.frames.start(frame))}. Press O where it ends.`, true);
  }

  markOut() {
    if (!this.task.mayEdit()) return;
    const { frame } = this.task.playback;
    if (this.opening !== null) return this._close(frame);
    const inside = around(this.marks, frame, this.selected);
    const part = this.marks.get(this.selected);
    const target = inside ?? (part && frame >= part[1] ? this.selected : null);
    if (target === null) return this.task.say('First press I where the part begins.', true);
    this._setEdge(target, 'out', frame + 1, 'ends');
  }

  forget() {
    if (this.opening === null) return false;
    this._open(null);
    this.task.show();
    this.task.say('The mark-in is gone.', true);
    return true;
  }

  /** Move an edge of the selected part by frames; with `going` (a held key) it is kept at the release. */
  nudge(edge, step, going = false) {
    if (this.selected === null) return this.task.say('First select a part: [ and ], or click on it.', true);
    if (!this.task.mayEdit()) return;
    const part = this.marks.get(this.selected);
    this._moveEdge(this.selected, edge, part[edge === 'in' ? 0 : 1] + step);
    if (!going) this.rest();
  }

  removePart() {
    if (!this.task.mayEdit() || this.selected === null) return;
    this.rest();
    this.task.record({ kind: 'unmark', shot: this.selected });
    this.selected = null;
    this.task.show();
    this.task.say(`Removed. ${this.progress}`, true);
  }

  undone(number) {
    const part = this.marks.get(number);
    this.selected = part ? number : null;
    if (part) this.task.playback.showFrame(part[0]);
    this.show();
    return `${part ? 'The part is as it was' : 'The part is not marked'} again. ${this.progress}`;
  }

  missing() {
    const { budget } = this.task.data.protocol;
    const found = [];
    const words = `${percent(this.share)} of the video is marked; ${budgetWords(budget)} are asked for`;
    if (this.marks.size === 0) found.push(['Nothing is marked']);
    else if (!this.complete) found.push([words]);
    if (this.opening !== null) {
      const text = `A part begins at ${clock(this.frames.start(this.opening))} and has no end`;
      found.push([text, 'Go there', () => this._go(this.opening)]);
    }
    return found;
  }

  // ---- moving and playing ----

  select(number) {
    this.rest();
    this.selected = number;
    this._go(this.marks.get(number)[0]);
    this.show();
  }

  selectNext(step) {
    const order = inOrder(this.marks).map(([number]) => number);
    if (order.length === 0) return this.task.say('No part is marked yet.', true);
    const at = order.indexOf(this.selected);
    const first = step > 0 ? 0 : order.length - 1;
    this.select(at < 0 ? order[first] : order[(at + step + order.length) % order.length]);
  }

  stepSeconds(step) {
    this.task.goToTime(this.task.playback.time + step);
  }

  goToEdge(step) {
    const edges = joined(this.marks.values()).flat();
    const stops = [0, ...edges, this.frames.count - 1];
    const { frame } = this.task.playback;
    const next = step > 0 ? stops.find((one) => one > frame) : stops.findLast((one) => one < frame);
    if (next !== undefined) this._go(next);
  }

  /** Play the selected part, or with `all` everything that is marked, from its beginning. */
  async play(all) {
    const part = this.marks.get(this.selected);
    const parts = all ? joined(this.marks.values()) : part ? [part] : [];
    if (parts.length === 0) return this.task.say(all ? 'No part is marked yet.' : 'First select a part: [ and ].', true);
    if (this.task.failed) return;
    const { playback } = this.task;
    playback.showFrame(parts[0][0]);
    playback.route = {
      parts: parts.map((one) => one.map((frame) => this.frames.start(frame))),
      loop: this.task.preferences.repeat,
    };
    await playback.play().catch(() => this.task.say('The browser blocked playing; press the play button.', true));
  }

  setRepeat(repeat) {
    this.task.prefer({ repeat });
    const { playback } = this.task;
    if (playback.route) playback.route = { ...playback.route, loop: repeat };
    this._repeat.show(repeat);
    this.task.say(repeat ? 'Parts and cut are repeated.' : 'Parts and cut stop at their end.', true);
  }

  moved() {
    this.rest();
    this.task.playback.route = null;
  }

  key(key, event) {
    const { shiftKey: shift, ctrlKey: control } = event;
    if (event.altKey || event.metaKey) return false;
    const arrow = { arrowleft: -1, arrowright: 1 }[key];
    if (arrow && (shift || control)) {
      this._nudgeByKey(control ? 'out' : 'in', arrow, event);
      return true;
    }
    if (control) return false;
    if (event.key === '<' || event.key === '>') {
      this._nudgeByKey('out', event.key === '>' ? 1 : -1, event);
      return true;
    }
    const action = {
      arrowleft: () => this.stepSeconds(-1),
      arrowright: () => this.stepSeconds(1),
      arrowup: () => this.goToEdge(-1),
      arrowdown: () => this.goToEdge(1),
      home: () => this._go(0),
      end: () => this._go(this.frames.count - 1),
      i: () => event.repeat || this.markIn(),
      o: () => event.repeat || this.markOut(),
      '[': () => this.selectNext(-1),
      ']': () => this.selectNext(1),
      p: () => event.repeat || this.play(shift),
      r: () => this.setRepeat(!this.task.preferences.repeat),
      backspace: () => this.removePart(),
      delete: () => this.removePart(),
      '+': () => this._zoom(1),
      '=': () => this._zoom(1),
      '-': () => this._zoom(-1),
      0: () => this._zoom(0),
    }[key];
    if (key === 'escape') return this._giveUp() || this.forget();
    if (!action) return false;
    action();
    return true;
  }

  // ---- what is seen ----

  show() {
    const { editable } = this.task;
    const parts = inOrder(this.marks);
    if (!this.marks.has(this.selected)) this.selected = null;
    this._reel.show(parts, this.selected, this.opening, editable);
    this._meter.show(this.share);
    const seconds = joined(this.marks.values()).reduce((sum, [a, b]) => sum + this.frames.start(b) - this.frames.start(a), 0);
    this._count.textContent = `${count(parts.length, 'part')}, ${clock(seconds)}`;
    this._panel.show({ parts, selected: this.selected, begun: this.opening !== null, editable });
  }

  showTime() {
    const { playback } = this.task;
    this._reel.showTime(playback.time, playback.playing);
  }

  /** What is being moved becomes an event. */
  rest() {
    const { draft } = this;
    this.draft = null;
    const before = draft && this.task.state.marks.get(draft.number);
    if (!before || (before[0] === draft.part[0] && before[1] === draft.part[1])) return;
    const [start, end] = draft.part;
    this.task.record({ kind: 'mark', shot: draft.number, data: { start, end } });
    this.task.show();
    this.task.say(`${this._range(draft.part)}. ${this.progress}`);
  }

  close() {
    this._reel.close();
    removeEventListener('keyup', this._released);
  }

  // ---- inside ----

  _open(frame) {
    this.opening = frame;
    remember(this._key, frame);
  }

  _close(frame) {
    if (frame < this.opening) {
      return this.task.say('This is before the beginning: press I here to begin the part earlier.', true);
    }
    const number = Math.max(-1, ...this.task.state.marks.keys()) + 1;
    const part = [this.opening, frame + 1];
    this._open(null);
    this.task.record({ kind: 'mark', shot: number, data: { start: part[0], end: part[1] } });
    this.selected = number;
    this.task.show();
    this.task.say(`Marked ${this._range(part)}.`, true);
  }

  _setEdge(number, edge, frame, verb) {
    this.selected = number;
    this.draft = { number, part: moved(this.marks.get(number), edge, frame, this.frames.count) };
    this.rest();
    this.show();
    this.task.say(`The part ${verb} here now.`, true);
  }

  // Preview: the part follows, and the picture shows the frame at its edge.
  _moveEdge(number, edge, frame) {
    const before = this.marks.get(number);
    if (!before) return;
    const part = moved(before, edge, frame, this.frames.count);
    this.draft = { number, part };
    this.task.playback.pause();
    this.task.playback.route = null;
    this.task.playback.showFrame(edge === 'in' ? part[0] : part[1] - 1);
    this.show();
  }

  _nudgeByKey(edge, step, event) {
    this.nudge(edge, step, event.repeat);
    if (event.repeat) addEventListener('keyup', this._released);
  }

  _released = () => {
    removeEventListener('keyup', this._released);
    this.rest();
  };

  // Escape while an edge is moved puts it back.
  _giveUp() {
    if (!this.draft) return false;
    this.draft = null;
    this.show();
    return true;
  }

  _go(frame) {
    this.moved();
    this.task.playback.showFrame(frame);
  }

  _zoom(step) {
    this._reel.zoomBy(step, this.task.playback.time);
  }

  _range([start, end]) {
    return `${clock(this.frames.start(start))} – ${clock(this.frames.start(end))}`;
  }

  _build() {
    const { task } = this;
    this._reel = new Reel(this.frames, task.end, task.data.entry.thumbnails, {
      seek: (seconds) => task.goToTime(seconds),
      pick: (number) => this.select(number),
      drag: (number, edge, frame) => task.editable && this._moveEdge(number, edge, frame),
      drop: (kept) => (kept ? this.rest() : this._giveUp()),
    });
    this._meter = new BudgetMeter(task.data.protocol.budget);
    this._count = h('span', { class: 'mc-faint mc-count' });
    const zoom = [
      button('Zoom the strip out', '−', () => this._zoom(-1), '−'),
      button('Zoom the strip in', '+', () => this._zoom(1), '+'),
    ];
    this.below = h(
      'div',
      { class: 'mc-timeline' },
      h('div', { class: 'mc-summary' }, this._meter.element, this._count, ...zoom),
      this._reel.element,
    );
    this._panel = new PartPanel(this);
    this.panel = this._panel.element;
    this.remove = this._panel.remove;
    const ways = [
      ['Play once', false],
      ['Repeat', true],
    ];
    this._repeat = choice('Parts and cut', 'R', ways, (value) => this.setRepeat(value));
    this._repeat.show(task.preferences.repeat);
    this.way = this._repeat.element;
  }
}
