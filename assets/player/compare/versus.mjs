/**
 * Two cuts of one video that somebody compares: which of them plays, how much of each was watched, what is said of
 * them. No DOM. Tells 'opened' (another pair), 'changed' (what is said, or which plays) and 'watched'.
 */

import { Observable } from '../shared/observable.mjs';
import { watchedOf } from './versus_cuts.mjs';

/** @typedef {'a'|'b'} Letter */
/** @typedef {'a'|'b'|'both'|'neither'} Verdict */

/**
 * @typedef {object} Side
 * @property {string|null} label null where it is told after the vote
 * @property {[number, number][]} seconds clips
 * @property {number} length seconds
 * @property {number} alone share of it that the other one does not take
 * @property {number|null} empty share of it that shows nothing
 * @property {number} enough seconds to be watched before a blind vote
 * @property {string} [agreement] with people
 */

const LONGEST_STEP = 1; // seconds between two looks at normal speed; more is a jump
const ROUNDING = 0.05; // seconds, as the server allows

export class Versus extends Observable {
  /** @param {import('./clock.mjs').Clock} clock */
  constructor(clock) {
    super();
    this.clock = clock;
    /** @type {Record<Letter, Side>|null} */
    this.sides = null;
    clock.on('changed', () => this.tell('changed'));
  }

  /** Compare these two from now on. @param {Record<Letter, Side>} sides @param {boolean} blind */
  open(sides, blind) {
    this.sides = sides;
    this.blind = blind;
    /** @type {Letter|null} */
    this.playing = null;
    /** @type {Record<Letter, [number, number][]>} */
    this.spans = { a: [], b: [] };
    /** @type {Verdict|null} */
    this.verdict = null;
    /** @type {Set<string>} */
    this.reasons = new Set();
    this.tell('opened');
    this.tell('changed');
  }

  close() {
    this.sides = null;
    this.tell('opened');
  }

  /** Play one of them from the present moment, or from the next that it has. @param {Letter} letter @param {number} [time] from there */
  play(letter, time = this.clock.time()) {
    if (!this.sides) return;
    this.playing = letter;
    const clips = this.sides[letter].seconds.map(([start, end]) => ({ start, end }));
    this.clock.cut = null;
    if (time !== this.clock.time()) this.clock.seek(time);
    this.clock.playCut(clips);
    this.tell('changed');
  }

  /** The other one from the same place; the first where none played yet. */
  turn() {
    this.play(this.playing === 'a' ? 'b' : 'a');
  }

  toggle() {
    if (this.clock.playing) this.clock.pause();
    else this.play(this.playing ?? 'a');
  }

  /** To be called every animation frame. */
  tick() {
    const { clock, playing } = this;
    if (!this.sides || !playing || !clock.playing || !clock.cut) return;
    const now = clock.time();
    const last = this.spans[playing].at(-1);
    if (last && now >= last[1] && now - last[1] < LONGEST_STEP * Math.max(1, clock.video.playbackRate)) last[1] = now;
    else this.spans[playing].push([now, now]);
    this.tell('watched');
  }

  /** Seconds of a cut that were watched. @param {Letter} letter */
  watched(letter) {
    return watchedOf(this.spans[letter], this.sides[letter].seconds);
  }

  /** What is still to be watched before a blind vote. @returns {Letter[]} */
  get missing() {
    if (!this.blind) return [];
    return /** @type {Letter[]} */ (['a', 'b']).filter((one) => this.watched(one) < this.sides[one].enough - ROUNDING);
  }

  /** @param {Verdict} verdict */
  say(verdict) {
    this.verdict = verdict;
    this.tell('changed');
  }

  /** Give a reason, or take it back. @param {string} reason */
  because(reason) {
    if (!this.reasons.delete(reason)) this.reasons.add(reason);
    this.tell('changed');
  }

  get ready() {
    return Boolean(this.sides && this.verdict && !this.missing.length);
  }

  /** What the server is told of a pair. @param {number} pair */
  vote(pair) {
    const seconds = (letter) => Math.round(this.watched(letter) * 1000) / 1000;
    return {
      pair, verdict: this.verdict, reasons: [...this.reasons], watched_a: seconds('a'), watched_b: seconds('b'),
      client: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    };
  }
}

/** A side as the server says it. @param {import('../shared/wire').ComparedCut} cut @returns {Side} */
export function sideOf({ label, seconds, length_s: length, alone, empty_share: empty, enough_s: enough }) {
  return { label, seconds, length, alone, empty, enough };
}
