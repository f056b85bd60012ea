/** The slider beside the picture that shows the level, and that the mouse and fingers move it by. */

import { h } from '../shared/dom.mjs';

export class LevelView {
  /**
   * @param {import('./level.mjs').Level} level
   * @param {{low: string, high: string}} ends  what 0 and 1 mean
   */
  constructor(level, { low, high }) {
    this.level = level;
    this._abort = new AbortController();
    this._fill = h('div', { class: 'mc-level-fill' });
    this._thumb = h('div', { class: 'mc-level-thumb' });
    this._track = h('div', { class: 'mc-level-track' }, this._fill, this._thumb);
    this.element = h(
      'div',
      {
        class: 'mc-level',
        role: 'slider',
        tabindex: '0',
        'aria-label': 'Importance of this moment',
        'aria-orientation': 'vertical',
        'aria-valuemin': '0',
        'aria-valuemax': '100',
        title: 'Hold the level: mouse height, ↑ ↓, or a controller stick',
      },
      h('span', {}, high),
      this._track,
      h('span', {}, low),
    );
    level.on('changed', () => this._show());
    this._show();
  }

  /**
   * Listen to the mouse and fingers over `stage`.
   * @param {HTMLElement} stage
   * @param {(pointer: string) => void} touched  called with the kind of pointer that went down there
   */
  start(stage, touched) {
    const { signal } = this._abort;
    /** @param {HTMLElement} target @param {string} kind @param {(event: PointerEvent) => void} action */
    const on = (target, kind, action) => target.addEventListener(kind, action, { signal });
    const take = (event) => this._take(event.clientY);
    on(this.element, 'pointerdown', (event) => {
      this.element.setPointerCapture(event.pointerId);
      take(event);
    });
    on(this.element, 'pointermove', (event) => event.buttons > 0 && take(event));
    on(stage, 'pointermove', (event) => this.level.follows() && take(event));
    on(stage, 'pointerdown', (event) => {
      touched(event.pointerType);
      if (event.pointerType !== 'mouse' && this.level.follows()) take(event);
    });
  }

  close() {
    this._abort.abort();
  }

  _take(y) {
    const { top, height } = this._track.getBoundingClientRect();
    this.level.set(1 - (y - top) / Math.max(1, height));
  }

  _show() {
    const { value } = this.level;
    const share = Math.round(value * 100);
    this._fill.style.height = share + '%';
    this._thumb.style.bottom = value * 100 + '%';
    this.element.setAttribute('aria-valuenow', String(share));
  }
}
