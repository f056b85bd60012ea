/** The video of a task: playing, looping a shot, moving from shot to shot, and remembering the place. */

import { recall, remember } from './annotate_dom.mjs';

const KEEP_EVERY = 250; // ms between notes of the place in this browser while playing
const TELL_EVERY = 5000; // ms between position events while playing
const TELL_AFTER = 800; // ms after the last jump before its position event

/** Index of the shot shown at `seconds`; shots are [first frame, end frame, start s, end s]. */
export function shotAt(shots, seconds) {
  let [low, high] = [0, shots.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (shots[middle][2] <= seconds + 1e-6) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The newer of what this browser remembers under `key` and the last position event; 0 at a first visit. */
export function lastPlace(key, events) {
  const told = events.findLast((event) => event.kind === 'position' && event.t !== null);
  const kept = recall(key, null);
  if (kept && (!told || kept.at >= told.at)) return kept.t;
  return told?.t ?? 0;
}

export class Playback {
  /**
   * @param {HTMLVideoElement} video
   * @param {object} options
   * @param {[number, number, number, number][]} options.shots
   * @param {number} options.frame  length of a frame in seconds
   * @param {number} options.start  where to begin, seconds
   * @param {string} options.key  under which this browser remembers the place
   * @param {() => boolean} options.loops  whether the current shot is repeated
   * @param {{shot: Function, time: Function, state: Function, failed: Function, place: Function}} options.on
   *        shot(): another shot is current; time(): the place moved; state(waiting): playing, paused or waiting;
   *        failed(reason): "" when it is well again; place(t, shot): a place worth an event
   */
  constructor(video, { shots, frame, start, key, loops, on }) {
    this.video = video;
    this.shots = shots;
    this.time = start;
    this.shot = shotAt(shots, start);
    this.end = shots[shots.length - 1][3];
    this._frame = frame;
    this._key = key;
    this._loops = loops;
    this._on = on;
    this._moved = false; // until the first move there is nothing to remember
    this._told = null;
    this._abort = new AbortController();
    this._listen();
  }

  get playing() {
    return !this.video.paused && !this.video.ended;
  }

  load(source) {
    this._on.failed('');
    this._on.state(true);
    this.video.src = source;
    this.video.load();
  }

  goTo(shot) {
    this.shot = Math.max(0, Math.min(this.shots.length - 1, shot));
    this._seek(this._inside(this.shot));
    this._on.shot();
    this._rest();
  }

  stepFrame(step) {
    this.video.pause();
    this._seek(Math.max(0, Math.min(this.end - this._frame / 2, this.time + step * this._frame)));
    this.shot = shotAt(this.shots, this.time);
    this._on.shot();
    this._rest();
  }

  pause() {
    this.video.pause();
  }

  /** Play or pause; rejects when the browser does not let it play. */
  async toggle() {
    if (this.playing) return this.video.pause();
    if (!this._loops() && this.time >= this.end - this._frame) this.goTo(0);
    try {
      await this.video.play();
    } catch (error) {
      if (error.name === 'NotAllowedError') throw error; // an AbortError only says that a pause came first
    }
  }

  /** Remember the place now, here and as an event. */
  tell() {
    clearTimeout(this._timer);
    if (!this._moved) return;
    this._keep();
    const place = Math.round(this.time * 1000) / 1000;
    if (this._told === place) return;
    this._told = place;
    this._toldAt = performance.now();
    this._on.place(place, this.shot);
  }

  close() {
    this.tell();
    this._abort.abort();
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
  }

  // Half a frame into the shot: exactly at its start a decoder may still show the frame before.
  _inside(shot) {
    const [, , start, end] = this.shots[shot];
    return start + Math.min(this._frame, end - start) / 2;
  }

  _seek(seconds) {
    this.time = seconds;
    if (this.video.readyState >= HTMLMediaElement.HAVE_METADATA) this.video.currentTime = seconds;
    this._on.time();
  }

  _rest() {
    this._moved = true;
    this._keep();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.tell(), TELL_AFTER);
  }

  _keep() {
    remember(this._key, { t: this.time, at: Date.now() });
    this._keptAt = performance.now();
  }

  _listen() {
    const { signal } = this._abort;
    const on = (kinds, action) => {
      for (const kind of kinds.split(' ')) this.video.addEventListener(kind, action, { signal });
    };
    on('loadedmetadata', () => {
      this.video.currentTime = this.time;
      const silent = this.video.videoWidth === 0;
      this._on.failed(silent ? 'This browser has no picture for this video, only sound.' : '');
    });
    on('waiting', () => this._on.state(true));
    on('play playing canplay seeked pause', () => this._on.state(false));
    on('playing', () => this._tick());
    on('pause', () => this.tell());
    on('ended', () => {
      if (!this._loops()) return;
      this._seek(this._inside(this.shot));
      this.video.play().catch(() => {});
    });
    on('error', () => {
      if (!this.video.getAttribute('src')) return;
      const broke = this.video.error?.code === MediaError.MEDIA_ERR_NETWORK;
      this._on.failed(
        broke
          ? 'The connection broke while the video was loading.'
          : 'The video could not be played: it is missing on the server, or this browser does not know its format.',
      );
    });
  }

  _tick() {
    if (this._abort.signal.aborted || this.video.paused) return;
    const now = this.video.currentTime;
    const [, , start, end] = this.shots[this.shot];
    const left = now >= end - this._frame / 4 || now < start - this._frame;
    if (!this._loops()) {
      this.time = now;
      const shot = shotAt(this.shots, now);
      if (shot !== this.shot) {
        this.shot = shot;
        this._on.shot();
      }
    } else if (left && !this.video.seeking) {
      // The current shot stays what it is, so a key pressed a moment too late still rates what was watched.
      this._seek(this._inside(this.shot));
    } else {
      this.time = now;
    }
    this._on.time();
    this._moved = true;
    if (performance.now() - (this._keptAt ?? 0) > KEEP_EVERY) this._keep();
    if (performance.now() - (this._toldAt ?? 0) > TELL_EVERY) this.tell();
    requestAnimationFrame(() => this._tick());
  }
}
