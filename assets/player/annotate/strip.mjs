/**
 * The row of shots below the video: a picture and the rating of each, the current one, the play position.
 * A long video's row scrolls and follows; an overview of the whole video then appears above it.
 */

import { h } from '../shared/dom.mjs';
import { shotAt } from './frames.mjs';
import { clock } from '../shared/format.mjs';
import { thumbnail } from '../shared/thumbnail.mjs';

const NARROWEST = 34; // px per shot, so that a digit reads and a finger hits
const PICTURE = 40; // px, height of a shot's picture

export class Strip {
  /**
   * @param {import('./frames.mjs').Shot[]} shots
   * @param {import('../shared/thumbnail.mjs').Sheet|null} thumbnails
   * @param {number[]} scale  values that can be given, ascending
   * @param {(shot: number) => void} picked  a person clicked a shot
   */
  constructor(shots, thumbnails, scale, picked) {
    this.shots = shots;
    this.scale = scale;
    this.current = -1;
    this._held = 0; // ms epoch until which the person's own scrolling is respected
    this._width = 0;
    this._thumbnails = thumbnails;
    this._playhead = h('div', { class: 'mc-playhead', 'aria-hidden': 'true' });
    this._cells = shots.map((shot, index) => this._cell(shot, index, picked));
    this._row = h('div', { class: 'mc-row' }, ...this._cells, this._playhead);
    this._scroller = h('div', { class: 'mc-scroller' }, this._row);
    this._overview = h('canvas', {
      class: 'mc-overview',
      title: 'The whole video',
      'aria-hidden': 'true',
      hidden: true,
    });
    this._overview.addEventListener('click', (event) => {
      const share = event.offsetX / this._overview.clientWidth;
      picked(shotAt(shots, share * shots[shots.length - 1][3]));
    });
    for (const kind of ['wheel', 'pointerdown', 'touchmove']) {
      this._scroller.addEventListener(kind, () => (this._held = Date.now() + 4000), { passive: true });
    }
    this.element = h('div', { class: 'mc-strip', role: 'group', 'aria-label': 'Shots and their ratings' });
    this.element.append(this._overview, this._scroller);
    this._observer = new ResizeObserver(() => this._layout());
    this._observer.observe(this.element);
  }

  /**
   * Show all ratings.
   * @param {Map<number, number>} ratings
   * @param {number|null} [changed]  a shot to flash
   */
  showRatings(ratings, changed = null) {
    this._cells.forEach((cell, index) => {
      const value = ratings.get(index);
      const text = String(value ?? '');
      if (cell.dataset.value === text) return;
      cell.dataset.value = text;
      cell.dataset.step = this._step(value);
      cell.lastChild.textContent = text;
      cell.setAttribute('aria-label', this._name(index, value));
    });
    if (changed !== null) {
      const cell = this._cells[changed];
      cell.classList.remove('mc-flash');
      void cell.offsetWidth; // restarts the animation
      cell.classList.add('mc-flash');
    }
    this._ratings = ratings;
    this._paint();
  }

  /** Highlight a shot and bring it into view. */
  showCurrent(shot) {
    if (shot === this.current) return;
    const before = this._cells[this.current];
    before?.removeAttribute('aria-current');
    before?.setAttribute('tabindex', '-1');
    this.current = shot;
    this._cells[shot].setAttribute('aria-current', 'true');
    this._cells[shot].setAttribute('tabindex', '0');
    this._follow(true);
    this._paint();
  }

  /** Move the play position. */
  showTime(seconds) {
    const shot = shotAt(this.shots, seconds);
    const [, , start, end] = this.shots[shot];
    const share = Math.min(1, Math.max(0, (seconds - start) / Math.max(1e-9, end - start)));
    this._playhead.style.transform = `translateX(${(shot + share) * this._width}px)`;
  }

  close() {
    this._observer.disconnect();
  }

  // Which of the five colours a value has; "" where there is none.
  _step(value) {
    const place = this.scale.indexOf(value);
    return place < 0 ? '' : String(1 + Math.round((4 * place) / (this.scale.length - 1)));
  }

  _name(index, value) {
    const rated = value === undefined ? 'not rated' : 'rated ' + value;
    return `Shot ${index + 1}, ${clock(this.shots[index][2])}, ${rated}`;
  }

  _cell(shot, index, picked) {
    return h(
      'button',
      {
        type: 'button',
        class: 'mc-cell',
        tabindex: '-1',
        'data-shot': index,
        'data-value': '',
        'aria-label': this._name(index, undefined),
        title: `Shot ${index + 1} · ${clock(shot[2])} to ${clock(shot[3])}`,
        onclick: () => picked(index),
      },
      h('span', { class: 'mc-picture' }),
      h('span', { class: 'mc-digit' }),
    );
  }

  _layout() {
    const room = this._scroller.clientWidth;
    if (room === 0) return;
    const width = Math.max(NARROWEST, room / this.shots.length);
    const overflows = width * this.shots.length > room + 1;
    if (Math.abs(width - this._width) > 0.01) {
      this._width = width;
      this._row.style.width = width * this.shots.length + 'px';
      const middle = ([, , start, end]) => (start + end) / 2;
      this._cells.forEach((cell, index) => {
        const seconds = middle(this.shots[index]);
        const picture = this._thumbnails
          ? thumbnail(this._thumbnails, Math.max(1, Math.ceil(width) - 2), PICTURE, seconds)
          : h('span', { class: 'mc-number' }, String(index + 1));
        cell.firstElementChild.replaceChildren(picture);
      });
    }
    this._overview.hidden = !overflows;
    this._follow(false);
    this._paint();
  }

  _follow(smooth) {
    if (this.current < 0 || this._width === 0 || Date.now() < this._held) return;
    const [left, room] = [this._scroller.scrollLeft, this._scroller.clientWidth];
    const [start, end] = [this.current * this._width, (this.current + 1) * this._width];
    const margin = Math.min(3 * this._width, room / 4);
    if (start >= left + margin && end <= left + room - margin) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this._scroller.scrollTo({ left: start - room / 3, behavior: smooth && !calm ? 'smooth' : 'auto' });
  }

  _paint() {
    if (this._overview.hidden || !this._ratings) return;
    const style = getComputedStyle(this.element);
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this._overview.clientWidth * ratio, this._overview.clientHeight * ratio];
    this._overview.width = width;
    this._overview.height = height;
    const context = this._overview.getContext('2d');
    const total = this.shots[this.shots.length - 1][3];
    this.shots.forEach(([, , start, end], index) => {
      const value = this._ratings.get(index);
      context.fillStyle = style.getPropertyValue(`--mc-step-${this._step(value) || 0}`);
      const x = Math.round((start / total) * width);
      context.fillRect(x, 0, Math.max(1, Math.round((end / total) * width) - x), height);
    });
    if (this.current >= 0) {
      const [, , start, end] = this.shots[this.current];
      context.fillStyle = style.getPropertyValue('--mc-cursor');
      context.fillRect(
        (start / total) * width - ratio,
        0,
        Math.max(3 * ratio, ((end - start) / total) * width),
        height,
      );
    }
  }
}
