/** What is said as a line over the rows: where somebody speaks, the words at the cursor, and where words are found. */

import { cueAt } from './words.mjs';
import { h, replace } from '../shared/dom.mjs';
import { prepare } from '../shared/canvas.mjs';

const HEIGHT = 22;
/** Pixels from which on a cue has room for its text. */
const READABLE = 24;

export class WordsLane {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {(time: number) => void} seek
   */
  constructor({ store, colour, clock: time, commands }, seek) {
    this.store = store;
    this.colour = colour;
    this.clock = time;
    this.seek = seek;
    this.canvas = h('canvas', { class: 'mc-wordscanvas', 'data-slot': 'words-lane' });
    this.now = h('div', { class: 'mc-saidnow', 'data-slot': 'said-now', role: 'group', 'aria-label': 'What is said' });
    const title = 'What is said, and where the words are that are looked for. Click a cue to go there.';
    const find = commands.button('find', { 'aria-label': 'Find words' }, 'Find');
    this.line = h('div', { class: 'mc-wordsline' }, h('div', { class: 'mc-label' }, h('h4', { title }, 'Words'), find), this.canvas);
    this.element = h('div', { class: 'mc-words', hidden: true, 'data-row': 'words' }, this.line, this.now);
    for (const news of ['draw', 'found']) store.on(news, () => this.#draw());
    store.axis.on('zoom', () => this.#draw());
    store.on('time', () => this.#say());
  }

  #draw() {
    const { entry, axis, hits, layout } = this.store;
    if (!this.store.model) return;
    this.element.hidden = layout.hidden.has('words') || !(entry.cues?.length || hits.length);
    const context = prepare(this.canvas, axis.width, HEIGHT);
    context.fillStyle = this.colour('panel');
    context.fillRect(0, 0, axis.width, HEIGHT);
    context.font = `10.5px ${getComputedStyle(this.canvas).fontFamily}`;
    context.textBaseline = 'middle';
    for (const [from, to, text] of entry.cues ?? []) {
      const [left, right] = [axis.x(from / 1000), axis.x(to / 1000)];
      if (right < 0 || left > axis.width) continue;
      context.fillStyle = this.colour('line');
      context.fillRect(left, 3, Math.max(1, right - left - 1), HEIGHT - 6);
      if (right - left >= READABLE) write(context, text, left + 3, right - 3, this.colour('ink'));
    }
    context.fillStyle = this.colour('accent');
    for (const { time, end } of hits) context.fillRect(axis.x(time), HEIGHT - 4, Math.max(3, axis.x(end) - axis.x(time)), 4);
    this.#say(true);
  }

  /** The cues around the cursor, each to be clicked. @param {boolean} [again] */
  #say(again = false) {
    const { entry } = this.store;
    if (!entry?.cues?.length) {
      replace(this.now);
      this.at = null;
      return;
    }
    const at = cueAt(entry.cues, this.clock.time());
    if (!again && at === this.at) return;
    this.at = at;
    const near = [at - 1, at, at + 1].filter((k) => k >= 0 && k < entry.cues.length);
    replace(this.now, near.map((k) => {
      const [from, to, text] = entry.cues[k];
      const time = this.clock.time() * 1000;
      const said = k === at && time < to;
      const there = () => this.seek(from / 1000);
      return h('button', { 'data-cue': k, class: said ? 'now' : '', 'aria-current': String(said), onclick: there }, text);
    }));
  }
}

/** A text cut off where its room ends. */
function write(context, text, left, right, colour) {
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, HEIGHT);
  context.clip();
  context.fillStyle = colour;
  context.fillText(text.replaceAll('\n', ' '), left, HEIGHT / 2);
  context.restore();
}
