/** What is seen of a task: the picture, transport, the five buttons, instructions, the shots. No decisions here. */

import { h, icon, recall, remember } from './annotate_dom.mjs';
import { keyHelp } from './annotate_dialogs.mjs';
import { Strip } from './annotate_strip.mjs';
import { clock } from './format.mjs';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
export const KEYS = [
  ['1 … 5', 'Rate the current shot'],
  ['Space or K', 'Play or pause'],
  ['← →', 'Previous or next shot'],
  ['Home / End', 'First or last shot'],
  ['N', 'Next shot that is not rated (Shift: previous)'],
  [', .', 'One frame back or forward'],
  ['J L', 'Slower or faster'],
  ['R', 'Loop this shot, or play on'],
  ['A', 'After rating, go to the next unrated shot, or stay'],
  ['M', 'Sound on or off, where the task allows it'],
  ['U or Ctrl+Z', 'Undo'],
  ['Shift+U or Ctrl+Shift+Z', 'Redo'],
  ['Backspace', 'Remove the rating of the current shot'],
  ['I', 'Show or fold the instructions'],
  ['?', 'These keys'],
];

function button(label, keys, action, ...inside) {
  const title = `${label} (${keys})`;
  return h('button', { type: 'button', class: 'mca-button', onclick: action, 'aria-label': label, title }, ...inside);
}

// A row of buttons of which one is chosen.
function choice(label, keys, options, chosen) {
  const buttons = options.map(([text, value]) =>
    h('button', { type: 'button', onclick: () => chosen(value), 'aria-label': `${label}: ${text}` }, text),
  );
  const title = `${label} (${keys})`;
  const element = h('div', { class: 'mca-choice', role: 'group', 'aria-label': label, title }, ...buttons);
  const show = (value) => {
    buttons.forEach((one, index) => one.setAttribute('aria-pressed', String(options[index][1] === value)));
  };
  return { element, show };
}

export class TaskLayout {
  /**
   * @param {object} data  answer of GET /api/task
   * @param {object} act  what the controls do: rate, clear, undo, goTo, nextUnrated, toggle, setLoop, setSpeed,
   *        setAdvance, toggleSound, reopen, retry
   */
  constructor(data, act) {
    this.data = data;
    this.act = act;
    this.shots = data.protocol.shots;
    this.scale = data.protocol.scale;
    this._end = this.shots[this.shots.length - 1][3];
    this.live = h('div', { class: 'mca-hidden', role: 'status', 'aria-live': 'polite' });
    this.strip = new Strip(this.shots, data.entry.thumbnails, (shot) => act.goTo(shot));
    this.instructions = this._instructions();
    this.submitted = h('div', { class: 'mca-submitted', role: 'status', hidden: true });
    this.element = h(
      'div',
      { class: 'mca-task' },
      h('div', { class: 'mca-stage' }, this._screen(), this._transport()),
      h('aside', { class: 'mca-panel', 'aria-label': 'Rating' }, this.submitted, this._rating(), this.instructions),
      h('div', { class: 'mca-below' }, this._summary(), this.strip.element),
      this.live,
    );
  }

  close() {
    this.strip.close();
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
      onclick: () => this.act.toggle(),
    });
    this._echo = h('div', { class: 'mca-echo', 'aria-hidden': 'true', hidden: true });
    this._note = h('div', { class: 'mca-note', hidden: true });
    this._waiting = h('div', { class: 'mca-waiting', hidden: true }, 'Loading the video …');
    this._reason = h('p');
    this._retry = h('button', { type: 'button', class: 'mca-button', onclick: () => this.act.retry() }, 'Try again');
    this._retry.hidden = !entry.video;
    this._problem = h('div', { class: 'mca-problem', role: 'alert', hidden: true }, this._reason, this._retry);
    return h('div', { class: 'mca-screen' }, this.video, this._echo, this._waiting, this._problem, this._note);
  }

  _transport() {
    const { act } = this;
    this._play = button('Play', 'Space', () => act.toggle(), icon('play'));
    this._clock = h('span', { class: 'mca-clock' });
    const ways = [
      ['Loop shot', true],
      ['Play on', false],
    ];
    this._loop = choice('Playing', 'R', ways, (value) => act.setLoop(value));
    const speeds = SPEEDS.map((speed) => [`${speed}×`, speed]);
    this._speed = choice('Speed', 'J L', speeds, (value) => act.setSpeed(value));
    return h(
      'div',
      { class: 'mca-transport' },
      h(
        'div',
        { class: 'mca-buttons' },
        button('Previous shot', '←', () => act.step(-1), icon('previous')),
        this._play,
        button('Next shot', '→', () => act.step(1), icon('next')),
      ),
      this._clock,
      this._loop.element,
      this._speed.element,
      this._soundPart(),
    );
  }

  _soundPart() {
    if (this.data.protocol.muted) {
      const title = 'This task is rated without sound, so that everyone judges the picture.';
      return h('span', { class: 'mca-sound', title }, 'Sound off for this task');
    }
    this._sound = button('Sound', 'M', () => this.act.toggleSound());
    return this._sound;
  }

  _rating() {
    const { act } = this;
    this._where = h('div', { class: 'mca-where' });
    this._values = this.scale.map((value) => {
      const name = [value, this._label(value)].filter(Boolean).join(', ');
      const swatch = h('span', { class: 'mca-swatch', 'data-value': value });
      const attributes = { type: 'button', class: 'mca-value', 'data-rate': value, 'aria-label': name };
      return h('button', { ...attributes, onclick: () => act.rate(value) }, swatch, String(value));
    });
    this._undo = button('Undo', 'U or Ctrl+Z', () => act.undo(), icon('undo'), 'Undo');
    this._redo = button('Redo', 'Shift+U or Ctrl+Shift+Z', () => act.undo('redo'), icon('redo'), 'Redo');
    this._clear = button('Clear this rating', 'Backspace', () => act.clear(), 'Clear');
    this._advance = h('input', { type: 'checkbox', onchange: (event) => act.setAdvance(event.target.checked) });
    const [lowest, highest] = [this._label(this.scale[0]), this._label(this.scale.at(-1))];
    this._panel = h(
      'div',
      { class: 'mca-rating' },
      this._where,
      h('div', { class: 'mca-values', role: 'group', 'aria-label': 'Rating of the current shot' }, ...this._values),
      h('div', { class: 'mca-ends' }, h('span', {}, lowest), h('span', {}, highest)),
      h('div', { class: 'mca-edits' }, this._undo, this._redo, this._clear),
      h('label', { class: 'mca-check' }, this._advance, h('span', {}, 'After rating, go to the next unrated shot')),
    );
    return this._panel;
  }

  _label(value) {
    return this.data.protocol.labels?.[value] ?? '';
  }

  _instructions() {
    const { protocol } = this.data;
    const key = `instructions:${protocol.name}:${protocol.version}`;
    const text = String(protocol.instructions ?? '').split(/\n\s*\n/);
    const details = h(
      'details',
      { class: 'mca-instructions', open: recall(key, true), ontoggle: () => remember(key, details.open) },
      h('summary', {}, 'Instructions'),
      ...text.map((part) => h('p', {}, part.trim())),
      h(
        'p',
        {},
        'Space plays, 1 to 5 rate the current shot, arrows move, ? shows all keys. Everything is saved at once.',
      ),
      h(
        'p',
        { class: 'mca-faint' },
        `Protocol: ${protocol.name}, version ${protocol.version}. `,
        "You see nobody else's ratings and no model's scores while you rate.",
      ),
    );
    return details;
  }

  _summary() {
    this._done = h('span', { class: 'mca-done' });
    this._bar = h('progress', { class: 'mca-bar', max: this.shots.length, 'aria-label': 'Shots rated' });
    this._next = button('Next unrated shot', 'N', () => this.act.nextUnrated(), 'Next unrated');
    const keys = button('All keys', '?', () => keyHelp(KEYS), 'Keys ', h('kbd', {}, '?'));
    keys.classList.add('mca-quiet');
    return h('div', { class: 'mca-summary' }, this._done, this._bar, this._next, keys);
  }

  // ---- what changes ----

  /** Ratings, and what can be done now. `changed` is a shot to flash. */
  showState({ state, shot, editable, progress }, changed = null) {
    const rated = state.ratings.size;
    this.strip.showRatings(state.ratings, changed);
    this._done.textContent = progress;
    this._bar.value = rated;
    this._undo.disabled = !editable || state.undoable.length === 0;
    this._redo.disabled = !editable || state.redoable.length === 0;
    this._next.disabled = rated === this.shots.length;
    this._panel.hidden = this.instructions.hidden = state.submitted;
    this.showShot(shot, state.ratings.get(shot), editable);
  }

  /** The current shot and its rating. */
  showShot(shot, rating, editable) {
    const [, , start, end] = this.shots[shot];
    this.strip.showCurrent(shot);
    this._where.replaceChildren(
      h('strong', {}, `Shot ${shot + 1}`),
      h('span', {}, `of ${this.shots.length}`),
      h('span', { class: 'mca-span' }, `${clock(start)} – ${clock(end)}`),
    );
    this._values.forEach((one, index) => {
      one.setAttribute('aria-pressed', String(this.scale[index] === rating));
      one.disabled = !editable;
    });
    this._clear.disabled = !editable || rating === undefined;
  }

  showTime(seconds) {
    this._clock.textContent = `${clock(seconds)} / ${clock(this._end)}`;
    this.strip.showTime(seconds);
  }

  showPlaying(playing) {
    if (this._play.dataset.playing === String(playing)) return;
    const label = playing ? 'Pause' : 'Play';
    this._play.dataset.playing = String(playing);
    this._play.replaceChildren(icon(label.toLowerCase()));
    this._play.setAttribute('aria-label', label);
    this._play.title = `${label} (Space)`;
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

  showPreferences({ loop, speed, advance, muted }) {
    this._loop.show(loop);
    this._speed.show(speed);
    this._advance.checked = advance;
    if (this._sound) this._sound.textContent = muted ? 'Sound is off' : 'Sound is on';
  }

  /** After submit: `arrived` tells whether the server has it; returns where to put what comes next, or null. */
  showSubmitted(submitted, arrived, progress) {
    this.submitted.hidden = !submitted;
    const shown = submitted ? String(arrived) : '';
    if ((this.submitted.dataset.arrived ?? '') === shown) return null;
    this.submitted.dataset.arrived = shown;
    if (!submitted) return null;
    const text = arrived
      ? `${progress}. Thank you, your ratings are on the server.`
      : 'The server has not confirmed it yet. Keep this tab open; it is sent as soon as the server answers.';
    const place = h('div', { class: 'mca-nexts' });
    const reopen = h(
      'button',
      { type: 'button', class: 'mca-link', onclick: () => this.act.reopen() },
      'Reopen it to change something',
    );
    this.submitted.replaceChildren(
      h('h3', {}, arrived ? 'Submitted' : 'Submitting …'),
      h('p', {}, text),
      place,
      arrived ? reopen : '',
    );
    return arrived ? place : null;
  }

  /** The rating just given, large over the picture for a moment: eyes stay on the video. */
  flash(shot, value) {
    this._echo.replaceChildren(h('small', {}, `Shot ${shot + 1}`), String(value ?? '–'));
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
