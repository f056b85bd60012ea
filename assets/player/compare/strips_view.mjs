/** Cuts as strips: one line per person, sample and model, the chosen shots filled. */

import { h, replace } from '../shared/dom.mjs';
import { circa, number, clock } from '../shared/format.mjs';
import { CONSTANT, EMPTY } from './numbers_table.mjs';
import { BUDGET } from './cuts.mjs';
import { drawBoundaries, fillSegments } from './strip_drawing.mjs';
import { figuresSentence, figuresShort, stripFigures } from './strip_figures.mjs';
import { overlap } from './selection.mjs';
import { pairs } from './clips.mjs';
import { prepare } from '../shared/canvas.mjs';
import { swatch } from './swatch.mjs';

/** @typedef {import('./strip_groups.mjs').Strip} Strip */

const WITH_PEOPLE = 'How well the cut agrees with the people of this entry: F1 of cuts by the published rule, in percent, and '
  + 'Kendall\'s τ of its scores, as in the table of figures; a person with the others. Chance is noise that knows nothing of the video.';

export class StripsView {
  /** @param {import('./page.mjs').Page} page @param {(strip: string) => void} play */
  constructor({ store, colour }, play) {
    this.store = store;
    this.colour = colour;
    this.play = play;
    this.about = h('p');
    this.chosen = h('div', { class: 'mc-withpeople', 'data-slot': 'with-people', title: WITH_PEOPLE });
    const heads = h('span', { class: 'mc-heads', title: WITH_PEOPLE }, h('b', {}, 'F1 %'), h('b', {}, 'τ'));
    this.canvas = h('canvas', { class: 'mc-stripcanvas' });
    this.list = h('div', { class: 'mc-striplist' });
    const agreement = 'Overlap of each cut with the selected one: F1 of their time, in percent';
    this.element = h(
      'div', { class: 'mc-cuts', 'data-row': 'cuts' },
      h(
        'header', {}, h('div', { class: 'mc-label' }, h('h4', {}, 'Cuts'), heads), this.about, this.chosen,
        h('span', { title: agreement }, 'overlap'),
      ),
      h('div', { class: 'mc-strips' }, this.canvas, this.list),
    );
    store.on('strips', () => this.#lay());
    store.on('settings', () => (this.about.textContent = this.#about()));
    store.on('cuts', () => {
      this.#show();
      this.#showFigures();
    });
    store.on('figures', () => this.#showFigures());
    store.on('reveal', () => this.list.querySelector('.selected')?.scrollIntoView({ block: 'nearest' }));
    store.on('draw', () => {
      this.element.hidden = store.layout.hidden.has('cuts');
      this.#show();
    });
    store.axis.on('zoom', () => this.#draw());
  }

  /** Labels in the gutter, numbers in the margin, one canvas for all between them. */
  #lay() {
    const { groups, folded, model } = this.store;
    // The room for figures is there before they come, and only where there are people to agree with.
    this.element.classList.toggle('judged', model.people.raw.length > 0);
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
    const choose = { 'data-title': `${title}: select this cut`, title: `${title}: select this cut`, onclick: () => this.store.choose(id) };
    const play = { class: 'mc-playstrip', 'data-play': '', title: 'Play this cut', 'aria-label': `Play the cut of ${label}` };
    return h(
      'div', { class: 'mc-strip', 'data-strip': id },
      h('button', choose, swatch(colour), h('span', {}, label)),
      h('button', { ...play, onclick: () => this.play(id) }, '▶'),
      h('span', { class: 'mc-figures', 'data-figures': '' }, h('b'), h('b')),
      h('output'),
    );
  }

  /** How the cuts are made, or why there are none. */
  #about() {
    const { cuts, strips, entry } = this.store;
    if (!cuts.segmentation) return 'No cuts: this entry has no shots.';
    if (!strips.length) return 'No cuts: nobody and no model has scored this entry.';
    const { share } = cuts;
    // As it was published, that rule counts frames, however long each of them is shown.
    const time = `${circa(entry.assumed_rate)}${clock(cuts.budget * entry.duration)}`;
    const most = cuts.rule === 'published' ? `${share} of the frames` : `${share} of the video (${time})`;
    return `at most ${most}, ${cuts.segmentation.label}, ${cuts.rule} rule${cuts.shapeSaid}`;
  }

  #show() {
    this.#draw();
    this.#compare();
  }

  #draw() {
    const { strips, selected, axis, cuts, stripsHeight, sizes: { strip: tall } } = this.store;
    const context = prepare(this.canvas, axis.width, stripsHeight);
    const shown = strips.filter(({ top }) => top !== null);
    for (const strip of shown) {
      context.fillStyle = this.colour(strip === selected ? 'accent-soft' : 'panel');
      context.fillRect(0, strip.top + 1, axis.width, tall - 2);
    }
    drawBoundaries(context, shown.map(({ top }) => top + 1), tall - 2, cuts.boundaries, axis, this.colour);
    for (const strip of shown) {
      context.fillStyle = this.colour(strip.colour, selected && strip !== selected ? 0.75 : 1);
      fillSegments(context, strip.seconds, strip.top + 2, tall - 4, axis);
    }
  }

  /** How well every cut agrees with the people: beside its name, and of the selected one in words. */
  #showFigures() {
    const { model, figures: { numbers, live }, cuts, entry, selectedId } = this.store;
    if (!model || !entry) return;
    const found = stripFigures(model, numbers, live);
    const usual = cuts.budget === BUDGET && cuts.shots === 0;
    for (const line of /** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll('.mc-strip'))) {
      const figures = found.get(line.dataset.strip);
      const shown = figuresShort(figures);
      const sentence = figuresSentence(figures, usual);
      line.querySelectorAll('.mc-figures b').forEach((node, k) => (node.textContent = shown[k]));
      const button = line.querySelector('button');
      button.title = [button.dataset.title, sentence && `With the people: ${sentence}`, whyUndefined(shown)].filter(Boolean).join('\n');
    }
    this.chosen.textContent = figuresSentence(found.get(selectedId), usual);
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

/** @param {string[]} shown F1 and tau */
function whyUndefined([f1, tau]) {
  return [f1 === '–' ? EMPTY : '', tau === '–' ? CONSTANT : ''].filter(Boolean).join(' ');
}

/** @param {Strip|undefined} strip @param {Strip|null} selected */
function agreement(strip, selected) {
  if (!strip?.seconds || !selected?.seconds) return '';
  return strip === selected ? '·' : number(overlap(pairs(strip.seconds), pairs(selected.seconds)) * 100, 0);
}
