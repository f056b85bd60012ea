/** Budget, shots and rule of the cuts, and what is known about the selected one. */

import { circa, clock, count, percent } from '../shared/format.mjs';
import { h, replace } from '../shared/dom.mjs';
import { RULES, SHAPES } from './cuts.mjs';
import { CLIP_SECONDS, LENGTH_CHARS } from '../shared/limits.mjs';
import { playing } from './clips.mjs';
import { swatch } from './swatch.mjs';

const SPLIT = 'A cut takes whole shots. Where every shot is longer than the budget, '
  + 'the best one is split at its weakest point until it fits.';
const EMPTY = 'Why the cut is empty.';

export class CutPanel {
  /** @param {import('./page.mjs').Page} page */
  constructor({ store, clock: time, commands, focusRows }) {
    this.store = store;
    this.#build(commands, focusRows);
    store.on('model', () => this.#showSettings());
    store.on('settings', () => this.#showSettings());
    store.on('cuts', () => this.#showCut());
    time.on('changed', () => {
      this.play.textContent = time.cut && time.playing ? 'Stop' : 'Play this cut';
      this.loop.setAttribute('aria-pressed', String(time.loop));
    });
  }

  /** @param {import('../shared/commands.mjs').Commands} commands @param {() => void} focusRows */
  #build(commands, focusRows) {
    const { store } = this;
    this.budget = h('input', { id: 'mc-budget', type: 'range', min: 5, max: 50, step: 1, value: 15, 'data-slot': 'budget' });
    this.budget.addEventListener('input', () => store.setBudget(Number(this.budget.value) / 100));
    this.share = h('output', { 'data-slot': 'budget-text' }, '15 %');
    this.shots = h('select', { id: 'mc-shots', 'data-slot': 'shots', onchange: () => store.setShots(Number(this.shots.value)) });
    const commit = (event) => {
      if (event.key !== 'Enter') return;
      this.#setLength();
      if (this.problem.hidden) focusRows();
    };
    const length = 'How long the cut may be: 90 s, 1:30, 2 min or 15 %';
    this.length = h('input', {
      id: 'mc-length', type: 'text', 'data-slot': 'length', size: 6, maxlength: LENGTH_CHARS, title: length,
      onchange: () => this.#setLength(), onkeydown: commit,
    });
    this.problem = h('p', { class: 'mc-error', role: 'alert', 'data-slot': 'length-error', hidden: true });
    const shapes = SHAPES.map(({ name, label, about }) => h('option', { value: name, title: about }, label));
    this.shape = h('select', {
      'aria-label': 'Shape of the cut', 'data-slot': 'shape',
      onchange: () => store.setShape(/** @type {any} */ (this.shape.value)),
    }, shapes);
    this.clip = h('input', {
      type: 'number', min: 0.5, max: CLIP_SECONDS, step: 0.5, class: 'mc-clip', 'data-slot': 'clip',
      'aria-label': 'Seconds of a short clip',
      title: 'Seconds that one of many short clips lasts at most',
      onchange: () => this.clip.reportValidity() && store.setClip(Number(this.clip.value)),
    });
    this.words = commands.button('words', { 'aria-pressed': 'true' }, 'Whole words');
    store.on('asked', (part) => {
      if (part !== 'length') return;
      this.length.focus();
      this.length.select();
    });
    this.rules = RULES.map(({ name, label, about }) => h(
      'button', { 'data-rule': name, 'aria-pressed': 'false', title: about, onclick: () => store.setRule(name) }, label,
    ));
    this.selected = h('p', { 'data-slot': 'selected', title: 'The selected cut: click a strip below to choose another' });
    this.facts = h('p', { 'data-slot': 'cut-facts' });
    this.play = commands.button('cut', { class: 'mc-primary' }, 'Play this cut');
    this.loop = commands.button('loop', { 'aria-pressed': 'false' }, 'Loop');
    const budget = 'Share of the video that a summary may take. Every cut is solved again as you move it.';
    this.element = h(
      'div', { class: 'mc-cutbox' },
      h('div', { class: 'mc-field' }, h('label', { for: 'mc-budget', title: budget }, 'Budget'), this.budget, this.share),
      h(
        'div', { class: 'mc-field' }, h('label', { for: 'mc-shots', title: 'How the video is divided' }, 'Shots'), this.shots,
        h('span', { class: 'mc-rule', 'data-slot': 'rule', role: 'group', 'aria-label': 'Rule of the cuts' }, this.rules),
      ),
      h(
        'div', { class: 'mc-field mc-made' }, h('label', { for: 'mc-length', title: length }, 'Length'),
        this.length, this.shape, this.clip, this.words,
      ),
      this.problem,
      h('div', { class: 'mc-selected' }, this.selected, this.facts),
      h(
        'div', { class: 'mc-actions' }, this.play, this.loop, commands.button('mend', {}, 'Mend'),
        commands.button('versus', {}, 'A / B'), commands.button('keep', {}, 'Keep …'),
      ),
    );
  }

  #showSettings() {
    const { cuts, entry } = this.store;
    replace(this.shots, entry.shots.map((one, k) => h('option', { value: k }, `${one.label} (${cuts.count(one)})`)));
    this.shots.value = String(cuts.shots);
    this.shots.disabled = entry.shots.length < 2;
    this.budget.value = String(Math.round(cuts.budget * 100));
    this.share.textContent = cuts.share;
    this.length.value = cuts.length;
    this.problem.hidden = true;
    const shaped = cuts.rule === 'viewing';
    this.shape.value = shaped ? cuts.shape : SHAPES[0].name;
    this.shape.disabled = !shaped;
    const { about } = SHAPES.find(({ name }) => name === cuts.shape);
    this.shape.title = shaped ? about : 'The published rule makes cuts as scored and no other shape.';
    this.clip.hidden = this.shape.value !== 'short';
    this.clip.value = String(cuts.clip);
    this.words.hidden = !entry.speech.length;
    this.words.setAttribute('aria-pressed', String(cuts.words));
    for (const button of this.rules) button.setAttribute('aria-pressed', String(button.dataset.rule === cuts.rule));
  }

  #setLength() {
    if (this.length.value.trim() === this.store.cuts.length) return;
    const problem = this.store.setLength(this.length.value);
    this.problem.hidden = !problem;
    this.problem.textContent = problem;
  }

  /** Its length and share are those that play. */
  #showCut() {
    const { selected, entry, cuts } = this.store;
    const shown = selected ? [swatch(selected.colour), selected.title] : 'Nobody and no model has scored this entry yet.';
    replace(this.selected, shown);
    if (!selected?.cut) {
      replace(this.facts);
      return;
    }
    const { cut, seconds } = selected;
    const viewing = cuts.rule === 'viewing';
    const length = playing(seconds);
    const pieces = count(cut.segments.length, viewing ? 'clip' : 'shot');
    const made = `${circa(entry.assumed_rate)}${clock(length)} in ${pieces}, ${percent(length / entry.duration)}`;
    replace(this.facts, made, cut.note ? h('em', { title: viewing ? EMPTY : SPLIT }, cut.note) : null);
  }
}
