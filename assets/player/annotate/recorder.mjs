/**
 * When a continuous rating is being recorded, and when not. Recording goes on only while the picture really moves and
 * somebody can be expected to look at it; whatever ends it by itself says why, and after a short countdown it goes on.
 *
 * States: "idle", "counting" (3, 2, 1), "rolling" (the video plays), "broken" (ended by itself).
 */

const STILL = 700; // ms without a new moment: the video stalls

export class Recorder {
  /**
   * @param {object} on
   * @param {() => void} on.roll  play now
   * @param {() => void} on.halt  pause now
   * @param {(seconds: number) => void} on.sample  the picture shows this moment
   * @param {(seconds: number|null) => void} on.end  recording ended; null: where it was
   * @param {() => void} on.changed  state, `left` or `reason` changed
   */
  constructor(on) {
    this.on = on;
    this.state = 'idle';
    this.left = 0; // seconds of the countdown
    this.reason = ''; // why it ended by itself
    this.brief = false; // the next countdown may be short: work goes on where it stopped
    this.waits = false; // goes on by itself when the video can play again
    this._abort = new AbortController();
    const { signal } = this._abort;
    addEventListener('blur', () => this.interrupt('This window lost the focus.'), { signal });
    const hidden = () => document.visibilityState === 'hidden' && this.interrupt('You went to another tab.');
    document.addEventListener('visibilitychange', hidden, { signal });
  }

  get busy() {
    return this.state === 'counting' || this.state === 'rolling';
  }

  /** Begin with a countdown. */
  start() {
    if (this.busy) return;
    this.reason = '';
    this.waits = false;
    this.left = this.brief ? 2 : 3;
    this._become('counting');
    this._timer = setInterval(() => this._count(), 1000);
  }

  /** Somebody stopped it, or moved. */
  stop(seconds = null) {
    if (this.state === 'broken') this._become('idle');
    if (!this.busy) return;
    this._leave('idle', seconds);
    this.on.halt();
  }

  /** It cannot go on; `waits`: until the video can play again. */
  interrupt(reason, waits = false) {
    if (!this.busy) return;
    this.reason = reason;
    this.waits = waits;
    this.brief = true;
    this._leave('broken', null);
    this.on.halt();
  }

  /** The picture of this moment is shown while playing. */
  played(seconds) {
    if (this.state === 'broken') this._become('idle'); // plays without recording
    if (this.state !== 'rolling') return;
    if (seconds !== this._last) this._movedAt = performance.now();
    this._last = seconds;
    this._begun = true;
    this.on.sample(seconds);
  }

  /** Playing ended; see Playback. */
  broke(why, seconds, ended) {
    if (this.state !== 'rolling') return;
    if (ended || why === 'ended') {
      this.brief = false;
      this._leave('idle', seconds);
    } else if (!this._begun) {
      return; // it is only about to begin
    } else if (why === 'waiting') this.interrupt('The video has to load.', true);
    else if (why === 'error') this.interrupt('The video broke off.');
    else {
      this.brief = why === 'pause';
      this._leave('idle', null);
      if (why === 'seeking') this.on.halt();
    }
  }

  /** The video could play again. */
  ready() {
    if (this.state === 'broken' && this.waits) this.start();
  }

  close() {
    this.stop();
    this._abort.abort();
    clearInterval(this._timer);
  }

  _count() {
    this.left -= 1;
    if (this.left > 0) return this.on.changed();
    clearInterval(this._timer);
    this._begun = false;
    this._movedAt = performance.now();
    this._become('rolling');
    this._timer = setInterval(() => this._look(), 200);
    this.on.roll();
  }

  _look() {
    if (this._begun && performance.now() - this._movedAt > STILL) this.interrupt('The video stands still.');
  }

  _leave(state, seconds) {
    clearInterval(this._timer);
    const rolled = this.state === 'rolling' && this._begun;
    this.state = state;
    if (rolled) this.on.end(seconds);
    this.on.changed();
  }

  _become(state) {
    this.state = state;
    this.on.changed();
  }
}
