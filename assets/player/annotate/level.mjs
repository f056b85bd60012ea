/**
 * The level that is held: by the mouse's height, a finger, the arrow keys or the stick of a game controller. Whatever
 * moved last counts.
 */

import { Observable } from '../shared/observable.mjs';

const TAP = 0.02; // one press of an arrow
const PER_SECOND = 0.7; // while an arrow is held down
const TAP_MS = 150; // the first moment of a press is a tap; only a held key glides
const STICK_MOVED = 0.03; // less is the stick trembling
const LONGEST_FRAME = 0.1; // s; after a hiccup the level must not jump

/** Tells "changed". */
export class Level extends Observable {
  /** @param {() => boolean} follows  whether the mouse moves it without a button pressed, and sticks are looked at */
  constructor(follows) {
    super();
    this.value = 0.5;
    this.follows = follows;
    this._direction = 0;
    /** @type {number|null} */
    this._stick = null;
    this._abort = new AbortController();
    const { signal } = this._abort;
    addEventListener('keyup', (event) => event.key.startsWith('Arrow') && this.release(), { signal });
    addEventListener('blur', () => this.release(), { signal });
    addEventListener('gamepadconnected', () => this.run(), { signal });
  }

  set(value) {
    this.value = Math.round(Math.max(0, Math.min(1, value)) * 1000) / 1000;
    this.tell('changed');
  }

  /** An arrow key went down: 1 up, -1 down. */
  press(direction, repeated) {
    if (!repeated || this._direction === 0) this.set(this.value + direction * TAP);
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
      if (this._direction && now - this._pressed > TAP_MS) this.set(this.value + this._direction * PER_SECOND * step);
      const pad = this._lookAtSticks();
      this._running = Boolean(this._direction || pad || this.follows());
      if (this._running) this._next = requestAnimationFrame(look);
    };
    this._next = requestAnimationFrame(look);
  }

  close() {
    this._abort.abort();
    cancelAnimationFrame(this._next);
  }

  // Whether there is a controller at all.
  _lookAtSticks() {
    const pads = [...(navigator.getGamepads?.() ?? [])].filter(Boolean);
    for (const { axes } of pads) {
      const height = axes[1] ?? axes[0];
      if (height === undefined) continue;
      // Up is -1. At rest in the middle it says nothing until it was moved.
      if (this._stick === null) this._stick = height;
      if (Math.abs(height - this._stick) < STICK_MOVED) continue;
      this._stick = height;
      this.set((1 - height) / 2);
    }
    return pads.length > 0;
  }
}
