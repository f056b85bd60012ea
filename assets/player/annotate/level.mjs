/**
 * The level that is held: by the mouse's height, a finger, the arrow keys or the stick of a game controller. Whatever
 * moved last counts.
 */

import { h } from '../shared/dom.mjs';

const TAP = 0.02; // one press of an arrow
const PER_SECOND = 0.7; // while an arrow is held down
const STICK_MOVED = 0.03; // less is the stick trembling
const LONGEST_FRAME = 0.1; // s; after a hiccup the level must not jump

export class Level {
  /**
   * @param {{low: string, high: string}} ends  what 0 and 1 mean
   * @param {() => boolean} follows  whether the mouse moves it without a button pressed
   */
  constructor({ low, high }, follows) {
    this.value = 0.5;
    this._follows = follows;
    this._direction = 0;
    this._stick = null;
    this._abort = new AbortController();
    this._fill = h('div', { class: 'mc-level-fill' });
    this._thumb = h('div', { class: 'mc-level-thumb' });
    this._track = h('div', { class: 'mc-level-track' }, this._fill, this._thumb);
    this.element = h(
      'div',
      {
        class: 'mc-level',
        role: 'slider',
        tabindex: '0',
        'aria-label': 'Importance of this moment',
        'aria-orientation': 'vertical',
        'aria-valuemin': '0',
        'aria-valuemax': '100',
        title: 'Hold the level: mouse height, ↑ ↓, or a controller stick',
      },
      h('span', {}, high),
      this._track,
      h('span', {}, low),
    );
    this._set(this.value);
  }

  /** Listen to the mouse and fingers over `stage`, keys and controllers. */
  start(stage) {
    const { signal } = this._abort;
    const take = (event) => this._fromHeight(event.clientY);
    const on = (target, kind, action) => target.addEventListener(kind, action, { signal });
    on(this.element, 'pointerdown', (event) => {
      this.element.setPointerCapture(event.pointerId);
      take(event);
    });
    on(this.element, 'pointermove', (event) => event.buttons > 0 && take(event));
    on(stage, 'pointermove', (event) => this._follows() && take(event));
    on(stage, 'pointerdown', (event) => {
      this.pointer = event.pointerType;
      if (event.pointerType !== 'mouse' && this._follows()) take(event);
    });
    on(window, 'keyup', (event) => event.key.startsWith('Arrow') && this.release());
    on(window, 'blur', () => this.release());
    on(window, 'gamepadconnected', () => this.run());
    this.run();
  }

  close() {
    this._abort.abort();
    cancelAnimationFrame(this._next);
  }

  /** An arrow key went down: 1 up, -1 down. */
  press(direction, repeated) {
    if (!repeated || this._direction === 0) this._set(this.value + direction * TAP);
    this._direction = direction;
    this._pressed = performance.now();
    this.run();
  }

  release() {
    this._direction = 0;
  }

  /** Look at keys and controllers from now on, for as long as there is something to look at. */
  run() {
    if (this._running || this._abort.signal.aborted) return;
    this._running = true;
    let before = performance.now();
    const look = () => {
      const now = performance.now();
      const step = Math.min(LONGEST_FRAME, (now - before) / 1000);
      before = now;
      // The first moment of a press is a tap; only a held key glides.
      if (this._direction && now - this._pressed > 150) this._set(this.value + this._direction * PER_SECOND * step);
      const pad = this._look();
      this._running = Boolean(this._direction || pad || this._follows());
      if (this._running) this._next = requestAnimationFrame(look);
    };
    this._next = requestAnimationFrame(look);
  }

  _look() {
    const pads = [...(navigator.getGamepads?.() ?? [])].filter(Boolean);
    for (const { axes } of pads) {
      const height = axes[1] ?? axes[0];
      if (height === undefined) continue;
      // Up is -1. At rest in the middle it says nothing until it was moved.
      if (this._stick === null) this._stick = height;
      if (Math.abs(height - this._stick) < STICK_MOVED) continue;
      this._stick = height;
      this._set((1 - height) / 2);
    }
    return pads.length > 0;
  }

  _fromHeight(y) {
    const { top, height } = this._track.getBoundingClientRect();
    this._set(1 - (y - top) / Math.max(1, height));
  }

  _set(value) {
    this.value = Math.round(Math.max(0, Math.min(1, value)) * 1000) / 1000;
    const share = Math.round(this.value * 100);
    this._fill.style.height = share + '%';
    this._thumb.style.bottom = this.value * 100 + '%';
    this.element.setAttribute('aria-valuenow', String(share));
  }
}
