/** The head that stays in sight over the rows: ruler, filmstrip, and the selected cut. */

import { circa, clock } from '../shared/format.mjs';
import { drawBoundaries, fillSegments } from './strip_drawing.mjs';
import { drawFilm, drawRuler } from './filmstrip.mjs';
import { h } from '../shared/dom.mjs';
import { playing } from './clips.mjs';
import { prepare } from '../shared/canvas.mjs';
import { url } from '../shared/http.mjs';

const CUTLINE = 12;

export class Head {
  /** @param {import('./page.mjs').Page} page */
  constructor({ store, commands, colour, clock: time }) {
    this.store = store;
    this.colour = colour;
    this.sheet = new Image();
    this.sheet.addEventListener('load', () => store.model && this.#draw());
    this.#build(commands);
    store.on('opened', () => this.#open());
    for (const news of ['draw', 'peaks']) store.on(news, () => this.#draw());
    store.axis.on('zoom', () => this.#draw());
    store.on('cuts', () => this.#drawCut());
    time.on('changed', () => {
      const stops = Boolean(time.cut) && time.playing;
      this.play.textContent = stops ? '■' : '▶';
      this.play.setAttribute('aria-label', stops ? 'Stop' : 'Play the selected cut');
    });
  }

  /** @param {import('../shared/commands.mjs').Commands} commands */
  #build(commands) {
    const line = (attributes, label, ...rest) => h('div', attributes, h('div', { class: 'mc-label' }, label), ...rest);
    this.zoomText = h('span', { 'data-zoomtext': '' });
    this.zoomOut = commands.button('zoomout', { hidden: true }, 'all');
    this.ruler = h('canvas', { class: 'mc-ruler' });
    this.film = h('canvas', { class: 'mc-film' });
    this.reason = h('p', { class: 'mc-reason', hidden: true });
    this.filmLine = line({ class: 'mc-filmline', 'data-row': 'filmstrip' }, h('h4', {}, 'Filmstrip'), this.film, this.reason);
    this.play = commands.button('cut', { 'aria-label': 'Play the selected cut' }, '▶');
    this.name = h('span', { 'data-cutname': '' });
    this.cut = h('canvas', { class: 'mc-cutcanvas' });
    this.length = h('output', { title: 'How long the selected cut plays', 'data-cutlength': '' });
    this.cutLine = line({ class: 'mc-cutline', 'data-row': 'cut' }, [this.play, this.name], this.cut, this.length);
    const rows = commands.button('rows', { 'aria-expanded': 'false', 'aria-haspopup': 'true' }, 'Rows');
    const fit = commands.button('fit', { 'aria-pressed': 'false' }, 'fit y');
    this.store.on('draw', () => fit.setAttribute('aria-pressed', String(this.store.fit)));
    const column = h('span', { class: 'mc-column', title: 'Values at the cursor' }, 'at cursor');
    const ruler = line({ class: 'mc-rulerline' }, [rows, this.zoomText, fit, this.zoomOut], this.ruler, column);
    this.element = h('div', { class: 'mc-head' }, ruler, this.filmLine, this.cutLine);
  }

  #open() {
    const { thumbnails } = this.store.entry;
    if (thumbnails) this.sheet.src = url(thumbnails.url);
    else this.sheet.removeAttribute('src');
  }

  #draw() {
    const { axis, entry, layout, peaks, model } = this.store;
    if (!model) return;
    drawRuler(this.ruler, axis, peaks, this.colour);
    this.filmLine.hidden = layout.hidden.has('filmstrip');
    this.film.hidden = !entry.thumbnails;
    this.reason.hidden = Boolean(entry.thumbnails);
    this.reason.textContent = entry.thumbnails ? '' : `No pictures: ${entry.video_reason || 'no thumbnails were made.'}`;
    this.zoomText.textContent = circa(entry.assumed_rate)
      + (axis.zoomed ? `${clock(axis.start)}–${clock(axis.end)}` : 'm:ss.f');
    this.zoomText.title = [this.zoomText.textContent, entry.assumed_rate && `Frame rate ${entry.assumed_rate}`].filter(Boolean).join('. ');
    this.zoomOut.hidden = !axis.zoomed;
    this.#drawCut();
  }

  /** The selected cut: on the pictures, as a strip below them, and by its name. */
  #drawCut() {
    const { selected, entry, axis } = this.store;
    this.cutLine.hidden = !selected;
    if (entry.thumbnails) drawFilm(this.film, axis, entry.thumbnails, this.sheet, selected?.seconds, this.colour);
    this.#drawLine();
    if (!selected) return;
    this.name.textContent = selected.label;
    this.name.title = selected.title;
    this.length.textContent = selected.seconds ? circa(entry.assumed_rate) + clock(playing(selected.seconds)) : '';
  }

  #drawLine() {
    const { selected, axis, cuts } = this.store;
    const context = prepare(this.cut, axis.width, CUTLINE);
    context.fillStyle = this.colour('panel');
    context.fillRect(0, 0, axis.width, CUTLINE);
    if (!selected) return;
    drawBoundaries(context, [0], CUTLINE, cuts.boundaries, axis, this.colour);
    context.fillStyle = this.colour(selected.colour);
    fillSegments(context, selected.seconds, 1, CUTLINE - 2, axis);
  }
}
