/** The controls below the video: play, time, rate, whose disagreement to jump to, sound. */

import { h, replace, svg } from '../shared/dom.mjs';
import { DIFFER } from './store.mjs';
import { circa, clock as mss } from '../shared/format.mjs';

const PLAY = 'M2 1 L11 6 L2 11 Z';
const PAUSE = 'M2 1 H5 V11 H2 Z M7 1 H10 V11 H7 Z';

export class Transport {
  /** @param {import('./page.mjs').Page} page */
  constructor({ root, store, clock, commands }) {
    this.store = store;
    this.clock = clock;
    /** What is played where that is a cut, to be written over the picture. */
    this.mode = h('span', { class: 'mc-mode', role: 'status' });
    this.#build(commands);
    store.on('time', (time) => this.#write(time));
    for (const news of ['model', 'peaks']) store.on(news, () => this.#fillDiffer());
    clock.on('changed', () => {
      this.#showClock();
      root.dataset.playing = String(clock.playing);
    });
    this.#showClock();
  }

  /** @param {import('../shared/commands.mjs').Commands} commands */
  #build(commands) {
    this.sign = svg('path');
    const sign = svg('svg', { viewBox: '0 0 12 12', 'aria-hidden': 'true' }, this.sign);
    this.toggle = commands.button('toggle', { 'aria-label': 'Play' }, sign);
    this.time = h('output', { class: 'mc-time' });
    this.rate = commands.button('rate', { class: 'mc-rate', title: 'Speed: J slower, L faster; click for normal speed' });
    const title = 'Whose disagreement N jumps to (Shift+N changes it)';
    this.differ = h('select', { 'data-differ': '', 'aria-label': 'Whose disagreement', title });
    this.differ.addEventListener('change', () => this.store.setDiffer(this.differ.value));
    const next = commands.button('disagreement', { 'aria-label': 'Next disagreement' }, 'Next');
    this.sound = commands.button('mute', { 'aria-pressed': 'false' }, 'Sound');
    this.element = h(
      'div', { class: 'mc-transport' }, this.toggle, this.time, this.rate, h('span', { class: 'mc-differ' }, this.differ, next), this.sound,
      commands.button('help', { 'aria-label': 'Keys' }, '?'),
    );
  }

  #showClock() {
    const { playing, rate } = this.clock;
    this.sign.setAttribute('d', playing ? PAUSE : PLAY);
    this.toggle.setAttribute('aria-label', playing ? 'Pause' : 'Play');
    this.rate.textContent = `${rate}×`;
    const { muted } = this.clock.video;
    this.sound.setAttribute('aria-pressed', String(muted));
    this.sound.textContent = muted ? 'Muted' : 'Sound';
  }

  #write(time) {
    const { duration, assumed_rate: assumed } = this.store.entry;
    this.time.textContent = `${circa(assumed)}${mss(time)} / ${mss(duration)}`;
    this.time.title = assumed && `Frame rate ${assumed}`;
    const within = this.clock.inCut();
    this.mode.hidden = !within;
    if (within) this.mode.textContent = `${this.store.selected?.label ?? 'Cut'} ${mss(within.at)} / ${mss(within.of)}`;
  }

  #fillDiffer() {
    const { usablePeaks, differ } = this.store;
    replace(this.differ, DIFFER.map(({ who, label, none }) => {
      const usable = usablePeaks.includes(who);
      return h('option', { value: who, disabled: !usable, title: usable ? null : none }, label);
    }));
    this.differ.value = differ;
  }
}
