/** The one time axis: which part of the video is shown, and where a time lies in it. No DOM. Tells 'zoom'. */

import { Observable } from '../shared/observable.mjs';

const SHORTEST = 0.5;

export class TimeAxis extends Observable {
  duration = 1;
  start = 0;
  end = 1;
  /** CSS pixels that the shown part takes. */
  width = 1;
  /** CSS pixels left of it for labels, and right of it for numbers; the style sheet says how many. */
  gutter = 200;
  margin = 46;

  /** Another video: all of it is shown. @param {number} duration seconds */
  open(duration) {
    this.duration = Math.max(duration, 0.04);
    this.start = 0;
    this.end = this.duration;
  }

  /** Pixels from the left end of the plots. @param {number} time */
  x(time) {
    return ((time - this.start) / (this.end - this.start)) * this.width;
  }

  /** The time at so many pixels from the left end, to a millisecond, unclamped. @param {number} x */
  at(x) {
    return Math.round((this.start + (x / this.width) * (this.end - this.start)) * 1000) / 1000;
  }

  /** The nearest time that is shown. @param {number} time */
  clamp(time) {
    return Math.min(Math.max(time, this.start), this.end);
  }

  /** @param {number} time */
  shows(time) {
    return time >= this.start && time <= this.end;
  }

  get zoomed() {
    return this.start > 1e-9 || this.end < this.duration - 1e-9;
  }

  zoom(start, end) {
    const span = Math.min(this.duration, Math.max(end - start, Math.min(SHORTEST, this.duration)));
    const from = Math.min(Math.max(0, start - Math.max(0, span - (end - start)) / 2), this.duration - span);
    if (Math.abs(from - this.start) < 1e-9 && Math.abs(from + span - this.end) < 1e-9) return;
    this.start = from;
    this.end = from + span;
    this.tell('zoom');
  }

  zoomBy(factor, centre) {
    const share = (centre - this.start) / (this.end - this.start);
    const span = Math.min(this.duration, Math.max((this.end - this.start) * factor, SHORTEST));
    const start = centre - share * span;
    this.zoom(start, start + span);
  }

  /** Move what is shown, as far as there is anything. @param {number} seconds */
  shift(seconds) {
    const span = this.end - this.start;
    const start = Math.min(Math.max(0, this.start + seconds), this.duration - span);
    this.zoom(start, start + span);
  }

  reset() {
    this.zoom(0, this.duration);
  }

  /** Turn the page while playing, or follow a jump out of the part that is shown. @param {number} time */
  follow(time) {
    const span = this.end - this.start;
    if (time > this.end) this.zoom(time, time + span);
    else if (time < this.start) this.zoom(time - span * 0.1, time + span * 0.9);
  }
}
