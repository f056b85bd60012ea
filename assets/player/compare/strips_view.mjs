/** Cuts as strips: one line per person, sample and model, the chosen shots filled. */

import { h, replace } from '../shared/dom.mjs';
import { circa, number, percent, clock } from '../shared/format.mjs';
import { EMPTY } from './numbers_table.mjs';
import { STRIP } from './strip_groups.mjs';
import { drawBoundaries, fillSegments } from './strip_drawing.mjs';
import { overlap } from './selection.mjs';
import { pairs } from './clips.mjs';
import { prepare } from '../shared/canvas.mjs';
import { swatch } from './swatch.mjs';

/** @typedef {import('./strip_groups.mjs').Strip} Strip */

export class StripsView {
  /** @param {import('./page.mjs').Page} page @param {(strip: string) => void} play */
  constructor({ store, colour }, play) {
    this.store = store;
    this.colour = colour;
    this.play = play;
    this.about = h('p');
    this.canvas = h('canvas', { class: 'mc-stripcanvas' });
    this.list = h('div', { class: 'mc-striplist' });
    const agreement = 'How well each cut agrees with the selected one: F1 of their time, in percent';
    this.element = h(
      'div', { class: 'mc-cuts', 'data-row': 'cuts' },
      h('header', {}, h('div', { class: 'mc-label' }, h('h4', {}, 'Cuts')), this.about, h('span', { title: agreement }, 'F1 %')),
      h('div', { class: 'mc-strips' }, this.canvas, this.list),
    );
    store.on('strips', () => this.#lay());
    store.on('settings', () => (this.about.textContent = this.#about()));
    store.on('cuts', () => this.#show());
    store.on('reveal', () => this.list.querySelector('.selected')?.scrollIntoView({ block: 'nearest' }));
    store.on('draw', () => {
      this.element.hidden = store.layout.hidden.has('cuts');
      this.#show();
    });
    store.axis.on('zoom', () => this.#draw());
  }

  /** Labels in the gutter, numbers in the margin, one canvas for all between them. */
  #lay() {
    const { groups, folded } = this.store;
    const lines = ({ id, strips }) => (folded.has(id) ? null : strips.map((strip) => this.#strip(strip)));
    replace(this.list, groups.map((group) => [this.#group(group), lines(group)]));
  }

  /** @param {import('./strip_groups.mjs').Group} group */
  #group({ id, label, strips }) {
    const attributes = { 'data-group': id, 'aria-expanded': String(!this.store.folded.has(id)), onclick: () => this.store.fold(id) };
    return h('button', { class: 'mc-group', ...attributes }, h('i', { 'aria-hidden': 'true' }), `${label} `, h('span', {}, strips.length));
  }

  /** @param {Strip} strip */
  #strip({ id, title, colour, label }) {
    const choose = { title: `${title}: select this cut`, onclick: () => this.store.choose(id) };
    const play = { class: 'mc-playstrip', 'data-play': '', title: 'Play this cut', 'aria-label': `Play the cut of ${label}` };
    return h(
      'div', { class: 'mc-strip', 'data-strip': id },
      h('button', choose, swatch(colour), h('span', {}, label)),
      h('button', { ...play, onclick: () => this.play(id) }, '▶'),
      h('output'),
    );
  }

  /** How the cuts are made, or why there are none. */
  #about() {
    const { cuts, strips, entry } = this.store;
    if (!cuts.segmentation) return 'No cuts: this entry has no shots.';
    if (!strips.length) return 'No cuts: nobody and no model has scored this entry.';
    const share = percent(cuts.budget, 0);
    // As it was published, that rule counts frames, however long each of them is shown.
    const time = `${circa(entry.assumed_rate)}${clock(cuts.budget * entry.duration)}`;
    const most = cuts.rule === 'published' ? `${share} of the frames` : `${share} of the video (${time})`;
    return `at most ${most}, ${cuts.segmentation.label}, ${cuts.rule} rule`;
  }

  #show() {
    this.#draw();
    this.#compare();
  }

  #draw() {
    const { strips, selected, axis, cuts, stripsHeight } = this.store;
    const context = prepare(this.canvas, axis.width, stripsHeight);
    const shown = strips.filter(({ top }) => top !== null);
    for (const strip of shown) {
      context.fillStyle = this.colour(strip === selected ? 'accent-soft' : 'panel');
      context.fillRect(0, strip.top + 1, axis.width, STRIP - 2);
    }
    drawBoundaries(context, shown.map(({ top }) => top + 1), STRIP - 2, cuts.boundaries, axis, this.colour);
    for (const strip of shown) {
      context.fillStyle = this.colour(strip.colour, selected && strip !== selected ? 0.75 : 1);
      fillSegments(context, strip.seconds, strip.top + 2, STRIP - 4, axis);
    }
  }

  /** Numbers in the margin: how well every cut agrees with the selected one, by their time. */
  #compare() {
    const { strips, selected } = this.store;
    const byId = new Map(strips.map((strip) => [strip.id, strip]));
    for (const line of /** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll('.mc-strip'))) {
      const strip = byId.get(line.dataset.strip);
      line.classList.toggle('selected', strip === selected);
      line.querySelector('button').setAttribute('aria-pressed', String(strip === selected));
      const output = line.querySelector('output');
      output.textContent = agreement(strip, selected);
      output.title = output.textContent === '–' ? EMPTY : '';
    }
  }
}

/** @param {Strip|undefined} strip @param {Strip|null} selected */
function agreement(strip, selected) {
  if (!strip?.seconds || !selected?.seconds) return '';
  return strip === selected ? '·' : number(overlap(pairs(strip.seconds), pairs(selected.seconds)) * 100, 0);
}
