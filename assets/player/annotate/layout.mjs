/** What is seen of any task: the picture, transport, instructions, notes. What is judged comes from the tool. */

import { button, choice } from './controls.mjs';
import { h, icon } from '../shared/dom.mjs';
import { recall, remember } from '../shared/preferences.mjs';
import { SPEEDS } from './habits.mjs';
import { NoteList } from './notes.mjs';
import { submittedView } from './submitted.mjs';
import { clock } from '../shared/format.mjs';

/** The keys of every task; those of the tool come before them. */
export const KEYS = [
  [', .', 'One frame back or forward'],
  ['J L', 'Slower or faster'],
  ['M', 'Sound on or off, where the task allows it'],
  ['U or Ctrl+Z', 'Undo'],
  ['Shift+U or Ctrl+Shift+Z', 'Redo'],
  ['T', 'Write a note about this moment'],
  ['X', 'Put this video aside, with a reason'],
  ['Ctrl+Enter', 'Submit'],
  ['?', 'These keys'],
];

export class TaskLayout {
  /**
   * @param {object} data  answer of GET /api/task
   * @param {object} tool  see annotate/task.mjs
   * @param {object} act  what the controls do: toggle, touch, undo, habits, retry, note, skip, resume, help, goToTime,
   *        reopen, again, compare
   */
  constructor(data, tool, act) {
    this.data = data;
    this.tool = tool;
    this.act = act;
    this.live = h('div', { class: 'mc-hidden', role: 'status', 'aria-live': 'polite' });
    this.instructions = this._instructions();
    this.submitted = h('div', { class: 'mc-submitted', role: 'status', hidden: true });
    this.aside = h('div', { class: 'mc-aside', hidden: true });
    this.notes = new NoteList((seconds) => act.goToTime(seconds));
    const edits = this._edits();
    this._work = h('div', { class: 'mc-work' }, tool.panel, edits, tool.option);
    const stage = h('div', { class: 'mc-stage' }, h('div', { class: 'mc-picture-row' }, this._screen(), tool.beside));
    stage.append(this._transport());
    this.element = h(
      'div',
      { class: 'mc-task', 'data-kind': data.protocol.kind },
      stage,
      h(
        'aside',
        { class: 'mc-panel', 'aria-label': 'Judging' },
        this.aside,
        this.submitted,
        this._work,
        h('div', { class: 'mc-reading' }, this.notes.element, this.instructions),
        this._more(),
      ),
      h('div', { class: 'mc-below' }, tool.below),
      this.live,
    );
  }

  close() {
    clearTimeout(this._noteTimer);
    clearTimeout(this._waitingTimer);
  }

  // ---- parts ----

  _screen() {
    const { entry } = this.data;
    this.video = h('video', {
      playsinline: true,
      preload: 'auto',
      disablepictureinpicture: true,
      tabindex: '-1',
      'aria-label': entry.title,
      onclick: () => this.act.touch(),
    });
    this._echo = h('div', { class: 'mc-echo', 'aria-hidden': 'true', hidden: true });
    this._note = h('div', { class: 'mc-note', hidden: true });
    this._waiting = h('div', { class: 'mc-waiting', hidden: true }, 'Loading the video …');
    this._reason = h('p');
    this._retry = h('button', { type: 'button', class: 'mc-button', onclick: () => this.act.retry() }, 'Try again');
    this._retry.hidden = !entry.video;
    this._problem = h('div', { class: 'mc-problem', role: 'alert', hidden: true }, this._reason, this._retry);
    const above = [this._echo, this._waiting, this.tool.above, this._problem, this._note];
    return h('div', { class: 'mc-screen' }, this.video, ...above.filter(Boolean));
  }

  _transport() {
    const { act, tool } = this;
    this._play = button('Play', tool.playKey, () => act.toggle(), icon('play'));
    this._clock = h('span', { class: 'mc-clock' });
    const speeds = SPEEDS.map((speed) => [`${speed}×`, speed]);
    this._speed = choice('Speed', 'J L', speeds, (value) => act.habits.setSpeed(value));
    const [back, on] = tool.steps;
    return h(
      'div',
      { class: 'mc-transport' },
      h(
        'div',
        { class: 'mc-buttons' },
        button(back[0], back[1], back[2], icon('previous')),
        this._play,
        button(on[0], on[1], on[2], icon('next')),
      ),
      this._clock,
      tool.way,
      this._speed.element,
      this._soundPart(),
    );
  }

  _soundPart() {
    if (this.data.protocol.muted) {
      const title = 'This task is judged without sound, so that everyone judges the picture.';
      return h('span', { class: 'mc-sound', title }, 'Sound off for this task');
    }
    this._sound = button('Sound', 'M', () => this.act.habits.toggleSound());
    return this._sound;
  }

  _edits() {
    const { act } = this;
    this._undo = button('Undo', 'U or Ctrl+Z', () => act.undo(), icon('undo'), 'Undo');
    this._redo = button('Redo', 'Shift+U or Ctrl+Shift+Z', () => act.undo('redo'), icon('redo'), 'Redo');
    return h('div', { class: 'mc-edits' }, this._undo, this._redo, this.tool.remove);
  }

  _more() {
    const { act } = this;
    this._skip = button('Put this video aside', 'X', () => act.skip(), 'Skip …');
    const keys = button('All keys', '?', () => act.help(), 'Keys ', h('kbd', {}, '?'));
    const row = h('div', { class: 'mc-more' }, button('Write a note', 'T', () => act.note(), 'Note …'), this._skip, keys);
    for (const one of row.children) one.classList.add('mc-quiet');
    return row;
  }

  _instructions() {
    const { protocol, practice } = this.data;
    const key = `instructions:${protocol.name}:${protocol.version}`;
    const text = String(protocol.instructions ?? '').split(/\n\s*\n/);
    const details = h(
      'details',
      {
        class: 'mc-instructions',
        open: practice || recall(key, true),
        ontoggle: () => practice || remember(key, details.open),
      },
      h('summary', {}, 'Instructions'),
      ...text.map((part) => h('p', {}, part.trim())),
      h('p', {}, this.tool.hint + ' Everything is saved at once.'),
      h(
        'p',
        { class: 'mc-faint' },
        `Protocol: ${protocol.name}, version ${protocol.version}. `,
        "You see nobody else's labels and no model's scores while you judge.",
      ),
    );
    return details;
  }

  // ---- what changes ----

  /** What can be done now. */
  showState({ state, editable }) {
    this._undo.disabled = !editable || state.undoable.length === 0;
    this._redo.disabled = !editable || state.redoable.length === 0;
    this._work.hidden = this._skip.hidden = state.submitted;
    this.instructions.hidden = state.submitted && !this.data.practice;
    this._showAside(state.submitted ? null : state.skipped);
  }

  _showAside(reason) {
    this.aside.hidden = reason === null;
    if (reason === null || this.aside.dataset.reason === reason) return;
    this.aside.dataset.reason = reason;
    this.aside.replaceChildren(
      h('h3', {}, 'Put aside'),
      h('p', {}, `You wrote: ${reason}`),
      button('Take this video up again', '', () => this.act.resume(), 'Take it up again'),
    );
  }

  showTime(seconds, end) {
    const text = `${clock(seconds)} / ${clock(end)}`;
    if (this._clock.textContent !== text) this._clock.textContent = text;
  }

  showPlaying(playing) {
    if (this._play.dataset.playing === String(playing)) return;
    const label = playing ? 'Pause' : 'Play';
    this._play.dataset.playing = String(playing);
    this._play.replaceChildren(icon(label.toLowerCase()));
    this._play.setAttribute('aria-label', label);
    this._play.title = `${label} (${this.tool.playKey})`;
  }

  showWaiting(waiting) {
    clearTimeout(this._waitingTimer);
    if (waiting) this._waitingTimer = setTimeout(() => (this._waiting.hidden = !this._problem.hidden), 400);
    else this._waiting.hidden = true;
  }

  showProblem(reason) {
    this._problem.hidden = !reason;
    this._reason.textContent = reason;
    if (reason) this.showWaiting(false);
  }

  showPreferences({ speed, muted }) {
    this._speed.show(speed);
    if (this._sound) this._sound.textContent = muted ? 'Sound is off' : 'Sound is on';
  }

  /** After submit; `facts` as of submittedView. Returns where to put what comes next, or null where nothing changed. */
  showSubmitted(facts) {
    const { submitted } = this;
    submitted.hidden = !facts;
    const shown = facts ? JSON.stringify(facts) : '';
    if ((submitted.dataset.shown ?? '') === shown) return null;
    submitted.dataset.shown = shown;
    submitted.dataset.arrived = facts ? String(facts.arrived) : '';
    if (!facts) return null;
    const { parts, place } = submittedView(facts, this.act);
    submitted.replaceChildren(...parts);
    return facts.arrived ? place : null;
  }

  /** What was just judged, large over the picture for a moment: eyes stay on the video. */
  flash(where, value) {
    this._echo.replaceChildren(h('small', {}, where), String(value));
    this._echo.hidden = false;
    for (const animation of this._echo.getAnimations()) animation.cancel();
    const frames = [{ opacity: 1 }, { opacity: 1, offset: 0.6 }, { opacity: 0 }];
    this._echo.animate(frames, 900).onfinish = () => (this._echo.hidden = true);
  }

  /** Say it to a screen reader, and with `visible` to everyone. */
  say(text, visible = false) {
    this.live.textContent = text;
    if (!visible) return;
    this._note.textContent = text;
    this._note.hidden = false;
    clearTimeout(this._noteTimer);
    this._noteTimer = setTimeout(() => (this._note.hidden = true), 2500);
  }
}
