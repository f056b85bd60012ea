/** A against B on Compare: which two strips, blind or not, and what became of the vote. */

import { figuresSentence, stripFigures } from './strip_figures.mjs';
import { h, replace } from '../shared/dom.mjs';
import { pairs, playing } from './clips.mjs';
import { post, sentence } from '../shared/http.mjs';
import { BUDGET } from './cuts.mjs';
import { VersusView } from './versus_view.mjs';
import { alone, emptyShare } from './versus_cuts.mjs';
import { sideOf } from './versus.mjs';
import { sourceOf } from './keep.mjs';

/** @typedef {import('./strip_groups.mjs').Strip} Strip */

export class VersusPanel {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {import('./versus.mjs').Versus} versus
   */
  constructor({ root, store, commands, signal }, versus) {
    this.root = root;
    this.store = store;
    this.versus = versus;
    /** The two strips, by their ids. @type {[string, string]|null} */
    this.chosen = null;
    /** The pair of a blind comparison. @type {number|null} */
    this.pair = null;
    /** The selected strip, the one before it, and what is drawn. @type {string|null} */
    this.last = null;
    /** @type {string|null} */
    this.before = null;
    this.drawn = '';
    /** @type {any} */
    this.drawnFigures = null;
    this.view = new VersusView(versus, commands, () => store.entry?.duration ?? 1);
    this.selects = ['A', 'B'].map((name, k) => (
      h('select', { 'aria-label': `Cut ${name}`, 'data-versus': name.toLowerCase(), onchange: () => this.#choose(k) })
    ));
    this.blind = h('input', { type: 'checkbox', id: 'mc-blind', onchange: () => this.#turnBlind() });
    this.element = h(
      'section', { class: 'mc-versus', hidden: true, 'aria-label': 'A against B' },
      h(
        'header', { class: 'mc-versus-line' },
        h('span', { class: 'mc-versus-which' }, 'A', this.selects[0], 'B', this.selects[1]),
        h('label', { for: 'mc-blind', title: 'Sides are drawn, and what made the cuts is told after the vote' }, this.blind, 'Blind'),
        h('button', { type: 'button', onclick: () => this.close() }, 'Close'),
      ),
      this.view.element,
    );
    store.on('cuts', () => this.#cutsChanged());
    store.on('figures', () => this.#cutsChanged());
    store.on('opened', () => this.close());
    signal.addEventListener('abort', () => this.close());
    versus.on('changed', () => this.#follow());
  }

  /** Compare the selected cut with the one that was selected before, or the next. */
  begin() {
    const { strips, selected } = this.store;
    const usable = strips.filter(({ seconds }) => seconds?.length);
    const other = usable.find(({ id }) => id === this.before && id !== selected?.id) ?? usable.find(({ id }) => id !== selected?.id);
    if (!selected?.seconds?.length || !other) return false;
    this.chosen = [selected.id, other.id];
    this.element.hidden = false;
    this.#openChosen();
    this.versus.play('a');
    return true;
  }

  close() {
    if (this.element.hidden) return false;
    this.element.hidden = true;
    this.#reveal();
    this.chosen = null;
    this.versus.close();
    return true;
  }

  /** Save what was said. */
  async send() {
    const { versus } = this;
    if (!versus.ready || this.sending) return;
    this.sending = true;
    try {
      const pair = this.pair ?? (await post('/api/preferences/pairs', this.#asked(false))).pair;
      const made = await post('/api/preferences/vote', versus.vote(pair));
      const blind = this.pair !== null;
      this.#reveal();
      this.#openChosen();
      this.store.toast(blind ? `Saved. A was ${made.a_label}, B was ${made.b_label}.` : 'Saved.');
    } catch (error) {
      this.store.toast(sentence(error));
    }
    this.sending = false;
  }

  #asked(blind) {
    const { entry, cuts, model } = this.store;
    const [a, b] = this.chosen.map((id) => sourceOf(id, model.people.names));
    return { entry: entry.id, a, b, rule: cuts.rule, shots: cuts.segmentation?.name ?? null, budget: cuts.budget, blind };
  }

  /** @param {string} id @returns {Strip|undefined} */
  #strip(id) {
    return this.store.strips.find((strip) => strip.id === id);
  }

  #openChosen() {
    const strips = this.chosen.map((id) => this.#strip(id));
    if (strips.some((strip) => !strip?.seconds?.length)) return;
    const [a, b] = strips.map((strip, k) => this.#side(strip, strips[1 - k]));
    const kept = this.versus.sides && !this.pair ? this.versus.playing : null;
    this.versus.open({ a, b }, false);
    this.versus.playing = kept;
    this.#fill();
  }

  /** @param {Strip} strip @param {Strip} other */
  #side(strip, other) {
    const { model, figures, cuts, entry } = this.store;
    const found = stripFigures(model, figures.numbers, figures.live).get(strip.id);
    const clips = pairs(strip.seconds);
    const usual = cuts.budget === BUDGET && cuts.shots === 0;
    return {
      label: strip.title, seconds: clips, length: playing(strip.seconds), enough: 0, empty: emptyShare(clips, entry.empty),
      alone: alone(clips, pairs(other.seconds)), agreement: figuresSentence(found, usual),
    };
  }

  #fill() {
    const usable = this.store.strips.filter(({ seconds }) => seconds?.length);
    this.selects.forEach((select, k) => {
      replace(select, usable.map(({ id, title }) => h('option', { value: id, disabled: id === this.chosen[1 - k] }, title)));
      select.value = this.chosen[k];
    });
  }

  /** @param {number} k */
  #choose(k) {
    this.chosen[k] = this.selects[k].value;
    this.versus.playing = null;
    this.#openChosen();
    this.versus.play(k ? 'b' : 'a');
  }

  async #turnBlind() {
    if (!this.blind.checked) {
      this.#reveal();
      this.#openChosen();
      return;
    }
    try {
      const { pair, a, b } = await post('/api/preferences/pairs', this.#asked(true));
      this.pair = pair;
      this.root.classList.add('mc-blind');
      this.versus.clock.pause();
      this.versus.open({ a: sideOf(a), b: sideOf(b) }, true);
    } catch (error) {
      this.blind.checked = false;
      this.store.toast(sentence(error));
    }
  }

  #reveal() {
    this.pair = null;
    this.blind.checked = false;
    this.root.classList.remove('mc-blind');
  }

  /** The strip that plays is the one that is selected; of a blind pair nobody knows. */
  #follow() {
    const { playing: letter } = this.versus;
    if (!this.versus.sides || this.pair !== null || !letter) return;
    const id = this.chosen[letter === 'a' ? 0 : 1];
    if (this.store.selectedId !== id) this.store.choose(id, true);
  }

  #cutsChanged() {
    const { selectedId } = this.store;
    if (selectedId !== this.last) [this.before, this.last] = [this.last, selectedId];
    if (!this.chosen || this.pair !== null) return;
    const { verdict, reasons, spans } = this.versus;
    const now = this.chosen.map((id) => JSON.stringify(pairs(this.#strip(id)?.seconds))).join();
    const { live } = this.store.figures;
    if (now === this.drawn && live === this.drawnFigures) return;
    [this.drawn, this.drawnFigures] = [now, live];
    this.#openChosen();
    Object.assign(this.versus, { verdict, reasons, spans });
    this.versus.tell('changed');
  }
}
