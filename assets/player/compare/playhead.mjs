/** The time that is shown: the cursor follows the clock, every animation frame while it plays. */

import { indexAt } from './series.mjs';

export class Playhead {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {import('./pane.mjs').Pane} pane
   */
  constructor(page, pane) {
    this.page = page;
    this.pane = pane;
    /** The pick at the cursor. */
    this.pick = -1;
    /** Whether the cursor is in the part that is shown. */
    this.inView = true;
    page.clock.on('changed', () => this.move());
    page.store.axis.on('zoom', () => this.move(true));
    page.store.on('rows', () => (this.pick = -1));
    page.store.on('draw', () => this.move(true));
    this.#frame();
  }

  #frame() {
    const { clock, root, signal, stop } = this.page;
    if (!root.isConnected) stop();
    if (signal.aborted) return;
    clock.tell('frame'); // before it skips: what was shown until here was watched
    clock.tick();
    if (clock.playing) this.move();
    requestAnimationFrame(() => this.#frame());
  }

  /** Go to a time, and follow it where it is not shown. @param {number} time */
  seek(time) {
    const { clock, store } = this.page;
    clock.cut = null;
    clock.seek(time);
    if (!store.axis.shows(time)) store.axis.follow(time);
  }

  /** @param {boolean} [force] what depends on the pick is written again */
  move(force = false) {
    const { clock, store } = this.page;
    if (!store.model) return;
    const time = clock.time();
    // Whoever looks elsewhere while it plays may go on looking.
    if (clock.playing && !force && this.inView) store.axis.follow(time);
    this.inView = store.axis.shows(time);
    this.pane.place(time);
    store.tell('time', time);
    const pick = indexAt(store.model.times, time + 1e-6);
    if (pick === this.pick && !force) return;
    this.pick = pick;
    store.tell('pick', pick);
  }
}
