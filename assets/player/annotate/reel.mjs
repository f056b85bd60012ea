/**
 * The strip of a keyshot task: time ruler, filmstrip, marked parts with edges to drag, play position. It can be zoomed;
 * then it scrolls and follows. It shows and asks; what a drag means is decided by its owner.
 */

import { h } from '../shared/dom.mjs';
import { clock, ticks } from '../shared/format.mjs';
import { thumbnail } from '../shared/thumbnail.mjs';

const PICTURE = { width: 71, height: 40 };
const MARGIN = 22; // px on both sides, so that an edge at the very end can be taken hold of
const FURTHEST = 40; // px, least width of a second when zoomed in completely

export class Reel {
  /**
   * @param {import('./frames.mjs').Frames} frames
   * @param {number} duration
   * @param {import('../shared/thumbnail.mjs').Sheet|null} thumbnails
   * @param {object} on
   * @param {(seconds: number) => void} on.seek
   * @param {(number: number) => void} on.pick  a part
   * @param {(number: number, edge: import('./segments.mjs').Edge, frame: number) => void} on.drag  while an edge is moved
   * @param {(kept: boolean) => void} on.drop  at the end of that; false where it was given up
   */
  constructor(frames, duration, thumbnails, on) {
    this.frames = frames;
    this.duration = duration;
    this.zoom = 1;
    this._thumbnails = thumbnails;
    this._on = on;
    this._width = 0;
    this._shown = 0;
    this._ruler = h('div', { class: 'mc-ruler', 'aria-hidden': 'true' });
    this._film = h('div', { class: 'mc-film', 'aria-hidden': 'true' });
    this._parts = h('div', { class: 'mc-parts' });
    this._opening = h('div', { class: 'mc-opening', hidden: true, title: 'A part begins here' });
    this._playhead = h('div', { class: 'mc-playhead', 'aria-hidden': 'true' });
    this._inner = h('div', { class: 'mc-reel-inner' }, this._ruler, this._film, this._parts, this._opening, this._playhead);
    this.element = h('div', { class: 'mc-reel', role: 'group', 'aria-label': 'Marked parts' }, this._inner);
    /** @type {{pointer: number, number?: number, edge?: import('./segments.mjs').Edge, offset?: number}|null} */
    this._drag = null;
    this._inner.addEventListener('pointerdown', (event) => this._down(event));
    this._inner.addEventListener('pointermove', (event) => this._move(event));
    for (const kind of ['pointerup', 'pointercancel', 'lostpointercapture'])
      this._inner.addEventListener(kind, (event) => this._up(event));
    this._observer = new ResizeObserver(() => this._layout());
    this._observer.observe(this.element);
  }

  /**
   * Show the parts in their order, the selected one with edges, and a part that is begun.
   * @param {[number, import('./labels.mjs').Part][]} parts  number and frames
   * @param {number|null} selected
   * @param {number|null} opening  frame
   * @param {boolean} editable
   */
  show(parts, selected, opening, editable) {
    const known = new Map([...this._parts.querySelectorAll('div')].map((one) => [Number(one.dataset.segment), one]));
    const wanted = parts.map(([number, part], index) => {
      const element = known.get(number) ?? this._part(number);
      this._place(element, part);
      element.toggleAttribute('data-selected', number === selected && editable);
      const [start, end] = part.map((frame) => clock(this.frames.start(frame)));
      const name = `Part ${index + 1} of ${parts.length}, ${start} to ${end}`;
      const body = element.querySelector('button');
      body.setAttribute('aria-label', name);
      body.setAttribute('aria-pressed', String(number === selected));
      body.title = name;
      return element;
    });
    for (const [number, element] of known) if (!parts.some(([one]) => one === number)) element.remove();
    // Moving an element would end its drag: only what is missing or out of order is put in.
    wanted.forEach((one, index) => {
      if (this._parts.children[index] !== one) this._parts.insertBefore(one, this._parts.children[index] ?? null);
    });
    this._opening.hidden = opening === null;
    if (opening !== null) this._opening.style.left = (this.frames.start(opening) / this.duration) * 100 + '%';
  }

  showTime(seconds, follow) {
    this._shown = seconds;
    this._playhead.style.transform = `translateX(${(seconds / this.duration) * this._width}px)`;
    if (follow && this.zoom > 1 && !this._drag) this._follow((seconds / this.duration) * this._width);
  }

  /** Zoom in (1) or out (-1) by half, 0 shows everything; the moment stays where it is. */
  zoomBy(step, seconds) {
    const most = Math.max(1, (this.duration * FURTHEST) / Math.max(1, this.element.clientWidth));
    this.zoom = step === 0 ? 1 : Math.max(1, Math.min(most, this.zoom * 1.6 ** step));
    const offset = (seconds / this.duration) * this._width - this.element.scrollLeft;
    this._layout();
    this.element.scrollLeft = (seconds / this.duration) * this._width - offset;
  }

  close() {
    this._observer.disconnect();
  }

  _place(element, [first, end]) {
    const [from, to] = [this.frames.start(first), this.frames.start(end)];
    element.style.left = (from / this.duration) * 100 + '%';
    element.style.width = ((to - from) / this.duration) * 100 + '%';
    element.dataset.start = String(first);
    element.dataset.end = String(end);
  }

  _part(number) {
    const pick = h('button', { type: 'button', class: 'mc-part-body', onclick: () => this._on.pick(number) });
    const edge = (name) => h('span', { class: 'mc-edge', 'data-edge': name, 'aria-hidden': 'true' });
    return h('div', { class: 'mc-part', 'data-segment': number }, pick, edge('in'), edge('out'));
  }

  _seconds(event) {
    const box = this._inner.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * this.duration;
  }

  _down(event) {
    if (event.button !== 0 || this._drag) return;
    const edge = event.target.closest('.mc-edge');
    if (!edge && event.target.closest('.mc-part-body')) return;
    event.preventDefault();
    this._inner.setPointerCapture(event.pointerId);
    if (!edge) {
      this._drag = { pointer: event.pointerId };
      this._on.seek(this._seconds(event));
      return;
    }
    const part = edge.parentElement;
    const [number, name] = [Number(part.dataset.segment), edge.dataset.edge];
    const at = this.frames.start(Number(name === 'in' ? part.dataset.start : part.dataset.end));
    this._drag = { pointer: event.pointerId, number, edge: name, offset: at - this._seconds(event) };
  }

  _move(event) {
    if (this._drag?.pointer !== event.pointerId) return;
    const { number, edge, offset } = this._drag;
    if (!edge) return this._on.seek(this._seconds(event));
    const seconds = this._seconds(event) + offset; // the edge stays where it was taken hold of
    // The boundary that is nearest, which may be the end of the last frame.
    const frame = this.frames.at(seconds);
    const nearer = seconds > this.frames.middle(frame) ? frame + 1 : frame;
    this._on.drag(number, edge, nearer);
  }

  _up(event) {
    if (this._drag?.pointer !== event.pointerId) return;
    const { edge } = this._drag;
    this._drag = null;
    if (edge) this._on.drop(event.type === 'pointerup');
  }

  _layout() {
    const room = this.element.clientWidth - 2 * MARGIN;
    if (room <= 0) return;
    const width = Math.round(room * this.zoom);
    if (width === this._width) return;
    this._width = width;
    this._inner.style.width = width + 'px';
    const { step, values } = ticks(0, this.duration, width, 70);
    this._ruler.replaceChildren(
      ...values.map((value) => {
        const room = (1 - value / this.duration) * width; // at the very end a mark has no text
        const mark = h('span', {}, room < 36 ? '' : clock(value, step < 1 ? 1 : 0));
        mark.style.left = (value / this.duration) * 100 + '%';
        return mark;
      }),
    );
    const pictures = Math.max(1, Math.ceil(width / PICTURE.width));
    this._film.replaceChildren(
      ...Array.from({ length: this._thumbnails ? pictures : 0 }, (_, k) => {
        const middle = ((k + 0.5) / pictures) * this.duration;
        return thumbnail(this._thumbnails, Math.ceil(width / pictures), PICTURE.height, middle);
      }),
    );
    this.showTime(this._shown, false);
  }

  _follow(x) {
    const { scrollLeft: left, clientWidth: room } = this.element;
    if (x < left + 20 || x > left + room - 60) this.element.scrollLeft = x - room / 4;
  }
}
