/**
 * One clock for the page: the video's where there is one, otherwise its own, so that timelines can be played without
 * a video. It also plays cuts: what is not selected is skipped, nothing is rendered. Tells 'changed' after play, pause,
 * seek and change of rate, and 'frame' before every animation frame.
 */

import { Observable } from '../shared/observable.mjs';

/**
 * Seconds by which clips begin late, so that rounding does not show the frame before, and end early, so that none of
 * what follows flashes.
 */
const HAIR = 0.001;
const LEAD = 0.02;

const RATES = [0.25, 0.5, 1, 1.5, 2, 4];

export class Clock extends Observable {
  /** @param {HTMLVideoElement} video */
  constructor(video) {
    super();
    this.video = video;
    this.duration = 0;
    this.rate = 1;
    this.useVideo = false;
    /** @type {{start: number, end: number}[] | null} what is played; null plays everything */
    this.cut = null;
    /** Begin a cut again at its end. */
    this.loop = false;
    this.own = { playing: false, time: 0, since: 0 };
    /** Where the picture is going while the video seeks; it counts as the time, so that repeated steps add up. */
    this.wanted = undefined;
    video.addEventListener('seeked', () => {
      if (!video.seeking) this.wanted = undefined;
    });
    video.addEventListener('loadedmetadata', () => {
      if (this.wanted !== undefined) video.currentTime = this.wanted;
    });
    for (const event of ['play', 'pause', 'seeked', 'ratechange', 'ended', 'seeking']) {
      video.addEventListener(event, () => this.useVideo && this.changed());
    }
  }

  changed() {
    this.tell('changed');
  }

  /** Begin with another entry. @param {string|null} url address of the video, null where there is none */
  open(url, duration) {
    this.stop();
    this.duration = duration;
    this.useVideo = Boolean(url);
    this.own = { playing: false, time: 0, since: 0 };
    if (url) this.video.src = url;
    else this.video.removeAttribute('src');
    this.video.load();
    this.setRate(1);
  }

  /** The video cannot be played after all: go on without it, from the same time. */
  dropVideo() {
    const time = this.time();
    this.useVideo = false;
    this.wanted = undefined;
    this.own = { playing: false, time, since: 0 };
    this.changed();
  }

  time() {
    if (this.useVideo) return this.wanted ?? this.video.currentTime;
    if (!this.own.playing) return this.own.time;
    return Math.min(this.duration, this.own.time + ((performance.now() - this.own.since) / 1000) * this.rate);
  }

  get playing() {
    return this.useVideo ? !this.video.paused && !this.video.ended : this.own.playing;
  }

  seek(seconds) {
    const time = Math.min(Math.max(0, seconds), this.duration);
    if (this.useVideo) {
      this.wanted = time;
      if (this.video.readyState > 0) this.video.currentTime = time;
    } else {
      this.own = { ...this.own, time, since: performance.now() };
    }
    this.changed();
  }

  play() {
    if (this.time() >= this.duration - 0.05) this.seek(0);
    if (this.useVideo) {
      this.video.playbackRate = this.rate;
      this.video.play().catch(() => this.changed());
    } else {
      this.own = { playing: true, time: this.own.time, since: performance.now() };
    }
    this.changed();
  }

  pause() {
    if (this.useVideo) this.video.pause();
    else this.own = { playing: false, time: this.time(), since: 0 };
    this.changed();
  }

  stop() {
    this.cut = null;
    this.wanted = undefined;
    this.pause();
  }

  setRate(rate) {
    const time = this.time();
    this.rate = rate;
    if (this.useVideo) this.video.playbackRate = rate;
    else this.own = { ...this.own, time, since: performance.now() };
    this.changed();
  }

  /** One step up or down the ladder of rates. */
  faster(step) {
    const at = RATES.findIndex((rate) => rate >= this.rate);
    this.setRate(RATES[Math.min(Math.max(0, at + step), RATES.length - 1)]);
  }

  /**
   * Play only these segments, from the present one or the next; from the first when none is left.
   * @param {{start: number, end: number}[]} segments seconds, ascending
   */
  playCut(segments) {
    if (!segments.length) return;
    const now = this.time();
    const here = segments.find(({ end }) => now < end - 0.05) ?? segments[0];
    if (now < here.start || now >= here.end) this.seek(here.start + HAIR);
    this.cut = segments;
    this.play();
  }

  /** Play everything from now on. */
  leaveCut() {
    this.cut = null;
    this.changed();
  }

  /** @param {boolean} loop begin cuts again at their end */
  setLoop(loop) {
    this.loop = loop;
    this.changed();
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.video.muted = muted;
    this.changed();
  }

  /** Seconds into the cut that is played and its length; null while everything is played. */
  inCut() {
    if (!this.cut) return null;
    const now = this.time();
    const length = (until) => this.cut.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, until) - start), 0);
    return { at: length(now), of: length(Infinity) };
  }

  /** To be called every animation frame: skips what is not selected, stops or begins again at the end. */
  tick() {
    const now = this.time();
    const over = this.useVideo ? this.video.ended : this.own.playing && now >= this.duration;
    if (!this.playing && !(over && this.cut)) return;
    if (this.cut) {
      if (this.wanted === undefined) this.#skip(over ? Infinity : now);
    } else if (over) {
      this.own = { playing: false, time: this.duration, since: 0 };
      this.changed();
    }
  }

  /** From what is not selected to the next clip; after the last one from the beginning, or no further. @param {number} now */
  #skip(now) {
    const here = this.cut.find(({ end }) => now < end - LEAD * this.rate);
    if (here) {
      if (now < here.start - 0.02) this.seek(here.start + HAIR);
    } else if (this.loop) {
      this.seek(this.cut[0].start + HAIR);
      this.play();
    } else {
      const last = this.cut[this.cut.length - 1].end;
      this.cut = null;
      this.pause();
      this.seek(last);
    }
  }
}
