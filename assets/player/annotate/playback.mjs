/** The video of a task: playing, playing only some parts, moving, and remembering the place. */

import { recall, remember } from '../shared/preferences.mjs';

const KEEP_EVERY = 250; // ms between notes of the place in this browser while playing
const TELL_EVERY = 5000; // ms between position events while playing
const TELL_AFTER = 800; // ms after the last jump before its position event

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
   * @param {import('./frames.mjs').Frames} options.frames
   * @param {number} options.end  length of the video, seconds
   * @param {number} options.start  where to begin, seconds
   * @param {string} options.key  under which this browser remembers the place
   * @param {{time: Function, state: Function, failed: Function, place: Function, played: Function,
   *        broke: Function}} options.on
   *        time(): the place moved; state(waiting): playing, paused or waiting; failed(reason): "" when it is well
   *        again; place(t): a place worth an event; played(now): the picture of this moment is shown while playing;
   *        broke(why): playing along ended: "pause", "seeking", "waiting", "ended" or "error"
   */
  constructor(video, { frames, end, start, key, on }) {
    this.video = video;
    this.frames = frames;
    this.end = end;
    this.time = Math.min(start, end);
    /** Only these parts are played: {parts: [[start s, end s], ...] ascending, loop}; null plays everything. */
    this.route = null;
    this._key = key;
    this._on = on;
    this._moved = false; // until the first move there is nothing to remember
    this._told = null;
    this._abort = new AbortController();
    this._listen();
  }

  get playing() {
    return !this.video.paused && !this.video.ended;
  }

  get frame() {
    return this.frames.at(this.time);
  }

  load(source) {
    this._on.failed('');
    this._on.state(true);
    this.video.src = source;
    this.video.load();
  }

  /** Show this moment, and remember it as the place. */
  moveTo(seconds) {
    this._seek(Math.max(0, Math.min(this.end - this.frames.length / 2, seconds)));
    this._moved = true;
    this._keep();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.tell(), TELL_AFTER);
  }

  showFrame(frame) {
    const last = this.frames.count - 1;
    this.moveTo(this.frames.middle(Math.max(0, Math.min(last, frame))));
  }

  stepFrame(step) {
    this.video.pause();
    this.showFrame(this.frame + step);
  }

  pause() {
    this.video.pause();
  }

  /** Play or pause; rejects when the browser does not let it play. */
  toggle() {
    return this.playing ? this.video.pause() : this.play();
  }

  async play() {
    if (!this.route && this.time >= this.end - this.frames.length) this.moveTo(0);
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
    this._on.place(place);
  }

  close() {
    this.tell();
    this._abort.abort();
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
  }

  _seek(seconds) {
    this.time = seconds;
    if (this.video.readyState >= HTMLMediaElement.HAVE_METADATA) this.video.currentTime = seconds;
    this._on.time();
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
    on('pause seeking waiting ended error', ({ type }) => this._on.broke(type));
    on('playing', () => this._tick());
    on('pause', () => this.tell());
    on('ended', () => {
      if (!this.route?.loop) return;
      this._seek(this._first());
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

  _first() {
    return this.frames.middle(this.frames.at(this.route.parts[0][0]));
  }

  // Where playing goes on from `now` along the route; null: the route is at its end.
  _along(now) {
    const { parts, loop } = this.route;
    const part = parts.find(([, end]) => now < end - this.frames.length / 4);
    if (!part) return loop ? this._first() : null;
    return now < part[0] - this.frames.length ? this.frames.middle(this.frames.at(part[0])) : now;
  }

  _tick() {
    if (this._abort.signal.aborted || this.video.paused) return;
    cancelAnimationFrame(this._next); // a second `playing` must not make a second loop
    const now = this.video.currentTime;
    const on = this.route ? this._along(now) : now;
    if (on === null) {
      this.video.pause();
      this._seek(this.frames.middle(this.frames.at(this.route.parts.at(-1)[1]) - 1));
      this.route = null;
      return;
    }
    // While seeking, the place is where it goes to: a key pressed a moment too late still means what was watched.
    if (on !== now && !this.video.seeking) this._seek(on);
    else if (on === now) this.time = now;
    if (!this.video.seeking) this._on.played(now);
    this._on.time();
    this._moved = true;
    if (performance.now() - (this._keptAt ?? 0) > KEEP_EVERY) this._keep();
    if (performance.now() - (this._toldAt ?? 0) > TELL_EVERY) this.tell();
    this._next = requestAnimationFrame(() => this._tick());
  }
}
