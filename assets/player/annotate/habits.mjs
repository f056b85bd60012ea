/** How somebody likes to work, remembered by this browser: speed, sound, what is looped. */

import { Observable } from '../shared/observable.mjs';
import { recall, remember } from '../shared/preferences.mjs';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

/**
 * @typedef {object} HabitValues
 * @property {boolean} loop  the current shot, while rating
 * @property {boolean} repeat  parts and cut, while marking
 * @property {boolean} advance  to the next shot after a rating
 * @property {number} speed
 * @property {boolean} muted
 */
/** @type {HabitValues} */
const USUAL = { loop: true, repeat: false, advance: true, speed: 1, muted: false };

/** Tells "changed". */
export class Habits extends Observable {
  /** @type {HabitValues} */
  values = { ...USUAL, ...recall('annotate', {}) };

  /** @param {Partial<HabitValues>} changes */
  prefer(changes) {
    Object.assign(this.values, changes);
    remember('annotate', this.values);
    this.tell('changed');
  }

  /** A step of speed: 1 faster, -1 slower. */
  changeSpeed(step) {
    const speed = SPEEDS[SPEEDS.indexOf(this.values.speed) + step];
    if (speed) this.prefer({ speed });
  }
}
