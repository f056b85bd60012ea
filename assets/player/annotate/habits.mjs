/** How somebody likes to work, remembered by this browser: speed, sound, what is looped. */

import { recall, remember } from '../shared/preferences.mjs';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const USUAL = { loop: true, repeat: false, advance: true, speed: 1, muted: false };

export class Habits {
  /** @param {import('./task.mjs').TaskView} task */
  constructor(task) {
    this.task = task;
    this.values = { ...USUAL, ...recall('annotate', {}) };
  }

  /** Once there is a video. */
  start() {
    this.task.layout.showPreferences(this.values);
    this._apply();
  }

  prefer(changes) {
    Object.assign(this.values, changes);
    remember('annotate', this.values);
    this.task.layout.showPreferences(this.values);
    this._apply();
  }

  setSpeed(speed) {
    this.prefer({ speed });
  }

  changeSpeed(step) {
    const speed = SPEEDS[SPEEDS.indexOf(this.values.speed) + step];
    if (speed) this.setSpeed(speed);
    this.task.say(`Speed ${this.values.speed}×`, true);
  }

  toggleSound() {
    if (this.task.data.protocol.muted) return this.task.say('This task is judged without sound.', true);
    this.prefer({ muted: !this.values.muted });
  }

  _apply() {
    const { video } = this.task.layout;
    video.muted = this.task.data.protocol.muted || this.values.muted;
    // Loading a video sets its speed back to the default one.
    video.defaultPlaybackRate = video.playbackRate = this.values.speed;
  }
}
