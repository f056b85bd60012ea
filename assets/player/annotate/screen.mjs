/** The picture, and what is written over it: what was just judged, a sentence, waiting, and why it cannot be seen. */

import { h } from '../shared/dom.mjs';
import { plainButton } from './controls.mjs';

const SAID_MS = 2500;
const FLASH_MS = 900;
const PATIENCE_MS = 400; // of a video that loads, before it is said

export class Screen {
  /**
   * @param {import('./task.mjs').Task} task
   * @param {HTMLElement|undefined} above  what the protocol shows over the picture
   * @param {() => void} retry  load the video again
   */
  constructor(task, above, retry) {
    this.task = task;
    /** Read aloud, not seen. */
    this.aloud = h('div', { class: 'mc-hidden', role: 'status', 'aria-live': 'polite' });
    this._echo = h('div', { class: 'mc-echo', 'aria-hidden': 'true', hidden: true });
    this._said = h('div', { class: 'mc-note', hidden: true });
    this._waiting = h('div', { class: 'mc-waiting', hidden: true }, 'Loading the video …');
    this._reason = h('p');
    const again = task.data.entry.video ? plainButton('Try again', retry) : null;
    this._problem = h('div', { class: 'mc-problem', role: 'alert', hidden: true }, this._reason, again);
    const over = [this._echo, this._waiting, above, this._problem, this._said];
    this.element = h('div', { class: 'mc-screen' }, task.playback.video, ...over);
    task.on('said', (text, visible) => this._say(text, visible));
    task.on('flashed', (where, value) => this._flash(where, value));
    task.on('failed', (reason) => this._showProblem(reason));
    task.playback.on('state', (waiting) => this._showWaiting(waiting && !task.failed));
  }

  close() {
    clearTimeout(this._saidTimer);
    clearTimeout(this._waitingTimer);
  }

  // Eyes stay on the video: large, for a moment.
  _flash(where, value) {
    this._echo.replaceChildren(h('small', {}, where), String(value));
    this._echo.hidden = false;
    for (const animation of this._echo.getAnimations()) animation.cancel();
    const frames = [{ opacity: 1 }, { opacity: 1, offset: 0.6 }, { opacity: 0 }];
    this._echo.animate(frames, FLASH_MS).onfinish = () => (this._echo.hidden = true);
  }

  _say(text, visible) {
    this.aloud.textContent = text;
    if (!visible) return;
    this._said.textContent = text;
    this._said.hidden = false;
    clearTimeout(this._saidTimer);
    this._saidTimer = setTimeout(() => (this._said.hidden = true), SAID_MS);
  }

  _showWaiting(waiting) {
    clearTimeout(this._waitingTimer);
    if (waiting) this._waitingTimer = setTimeout(() => (this._waiting.hidden = !this._problem.hidden), PATIENCE_MS);
    else this._waiting.hidden = true;
  }

  _showProblem(reason) {
    this._problem.hidden = !reason;
    this._reason.textContent = reason;
    if (reason) this._showWaiting(false);
  }
}

/** The video element of an entry. @param {string} title @param {() => void} touched  it was clicked */
export function videoElement(title, touched) {
  return h('video', {
    playsinline: true,
    preload: 'auto',
    disablepictureinpicture: true,
    tabindex: '-1',
    'aria-label': title,
    onclick: touched,
  });
}
