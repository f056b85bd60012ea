/** What was watched of the video, as spans. It is told to the server while playing along, and never enforced. */

const TELL_EVERY = 5; // s of video
const LONGEST_STEP = 1; // s of video between two looks; more is a jump

/** How many seconds spans [[from, to], ...] cover together. */
export function covered(spans) {
  let [total, end] = [0, -Infinity];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

export class Watch {
  /** @param {(from: number, to: number) => void} tell  makes the event */
  constructor(tell) {
    this.spans = [];
    this._tell = tell;
    this._from = this._to = null;
  }

  /** A span of the log. */
  add(from, to) {
    this.spans.push([from, to]);
  }

  /** The video plays and shows this moment. */
  played(now) {
    const on = this._to !== null && now >= this._to && now - this._to < LONGEST_STEP;
    if (!on) {
      this.rest();
      this._from = now;
    }
    this._to = now;
    if (this._to - this._from < TELL_EVERY) return;
    this.rest();
    this._from = this._to = now;
  }

  /** Paused, jumped or left: what was watched until here is told. */
  rest() {
    const [from, to] = [this._from, this._to].map((one) => (one === null ? null : Math.round(one * 1000) / 1000));
    this._from = this._to = null;
    if (from === null || to - from < 0.05) return;
    this._tell(from, to);
  }

  /** Share of a video of this length that was watched so far. */
  share(duration) {
    const now = this._from === null ? [] : [[this._from, this._to]];
    return duration > 0 ? covered([...this.spans, ...now]) / duration : 1;
  }
}
