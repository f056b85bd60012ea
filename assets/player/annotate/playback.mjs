/** The video of a task: playing, playing only some parts, moving, and remembering the place. */

import { Observable } from '../shared/observable.mjs';
import { recall, remember } from '../shared/preferences.mjs';

const KEEP_EVERY = 250; // ms between notes of the place in this browser while playing
const TELL_EVERY = 5000; // ms between position events while playing
const TELL_AFTER = 800; // ms after the last jump before its position event

/** @typedef {{parts: [number, number][], loop: boolean}} Route  parts [start s, end s] in ascending order */

/**
 * The newer of what this browser remembers under `key` and the last position event; 0 at a first visit.
 * @param {string} key
 * @param {import('./labels.mjs').LabelEvent[]} events
 * @returns {number} seconds
 */
export function lastPlace(key, events) {
  const told = events.findLast((event) => event.kind === 'position' && event.t !== null);
  const kept = recall(key, null);
  if (kept && (!told || kept.at >= told.at)) return kept.t;
  return told?.t ?? 0;
}

/**
 * Tells
 *   "time"   the place moved
 *   "state" (waiting)   playing, paused or waiting
 *   "failed" (reason)   "" when it is well again
 *   "place" (t)   a place worth an event
 *   "played" (now)   the picture of this moment is shown while playing
 *   "broke" (why)   playing along ended: "pause", "seeking", "waiting", "ended" or "error"
 *   "ready"   it could play on
 *   "sound" (silent)   the sound was switched on or off
 */
export class Playback extends Observable {
  /**
   * @param {HTMLVideoElement} video
   * @param {object} options
   * @param {import('./frames.mjs').Frames} options.frames
   * @param {number} options.end  length of the video, seconds
   * @param {number} options.start  where to begin, seconds
   * @param {string} options.key  under which this browser remembers the place
   */
  constructor(video, { frames, end, start, key }) {
    super();
    this.video = video;
    this.frames = frames;
    this.end = end;
    this.time = Math.min(start, end);
    /** @type {Route|null} only these parts are played; null plays everything */
    this.route = null;
    this._key = key;
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

  get muted() {
    return this.video.muted;
  }

  /** Whether the end of the video was reached. */
  get ended() {
    return this.video.ended;
  }

  /** The moment that the video itself is at; `time` may be ahead of it while it seeks. */
  get shown() {
    return Math.min(this.end, this.video.currentTime);
  }

  /** @param {{speed: number, muted: boolean}} habits */
  adopt({ speed, muted }) {
    this.video.muted = muted;
    // Loading a video sets its speed back to the default one.
    this.video.defaultPlaybackRate = this.video.playbackRate = speed;
  }

  load(source) {
    this.tell('failed', '');
    this.tell('state', true);
    this.video.src = source;
    this.video.load();
  }

  /** Show this moment, and remember it as the place. */
  moveTo(seconds) {
    this._seek(Math.max(0, Math.min(this.end - this.frames.length / 2, seconds)));
    this._moved = true;
    this._keep();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.notePlace(), TELL_AFTER);
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

  /** Rejects when the browser does not let it play. */
  async play() {
    if (!this.route && this.time >= this.end - this.frames.length) this.moveTo(0);
    try {
      await this.video.play();
    } catch (error) {
      if (error.name === 'NotAllowedError') throw error; // an AbortError only says that a pause came first
    }
  }

  /** Remember the place now, here and as an event. */
  notePlace() {
    clearTimeout(this._timer);
    if (!this._moved) return;
    this._keep();
    const place = Math.round(this.time * 1000) / 1000;
    if (this._told === place) return;
    this._told = place;
    this._toldAt = performance.now();
    this.tell('place', place);
  }

  close() {
    this.notePlace();
    this._abort.abort();
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
  }

  _seek(seconds) {
    this.time = seconds;
    if (this.video.readyState >= HTMLMediaElement.HAVE_METADATA) this.video.currentTime = seconds;
    this.tell('time');
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
      this.tell('failed', silent ? 'This browser has no picture for this video, only sound.' : '');
    });
    on('waiting', () => this.tell('state', true));
    on('play playing canplay seeked pause', () => this.tell('state', false));
    on('pause seeking waiting ended error', ({ type }) => this.tell('broke', type));
    on('playing', () => this._tick());
    on('pause', () => this.notePlace());
    on('canplay', () => this.tell('ready'));
    on('seeked', () => this.video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA && this.tell('ready'));
    on('volumechange', () => this.tell('sound', this.video.muted || this.video.volume === 0));
    on('ended', () => {
      if (!this.route?.loop) return;
      this._seek(this._first());
      this.video.play().catch(() => {});
    });
    on('error', () => {
      if (!this.video.getAttribute('src')) return;
      const broke = this.video.error?.code === MediaError.MEDIA_ERR_NETWORK;
      this.tell('failed', 
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
    if (!this.video.seeking) this.tell('played', now);
    this.tell('time');
    this._moved = true;
    if (performance.now() - (this._keptAt ?? 0) > KEEP_EVERY) this._keep();
    if (performance.now() - (this._toldAt ?? 0) > TELL_EVERY) this.notePlace();
    this._next = requestAnimationFrame(() => this._tick());
  }
}
