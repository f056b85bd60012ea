/** The used budget of a cut: how much of the video is marked, against how much is wanted. */

import { h } from '../shared/dom.mjs';
import { percent } from '../shared/format.mjs';

/** "5–15 %" @param {[number, number]} budget */
export function budgetText([low, high]) {
  const plain = (share) => String(Math.round(share * 1000) / 10);
  return `${plain(low)}–${plain(high)} %`;
}

export class BudgetMeter {
  /** @param {[number, number]} budget  lowest and highest share of the video */
  constructor(budget) {
    this.budget = budget;
    this._full = Math.min(1, budget[1] * 1.6);
    this._text = h('strong');
    this._note = h('span', { class: 'mc-faint' });
    this._fill = h('span', { class: 'mc-fill' });
    const [low, high] = budget.map((share) => (share / this._full) * 100);
    const band = h('span', { class: 'mc-band-wanted' });
    band.style.left = low + '%';
    band.style.width = high - low + '%';
    this._bar = h('div', { class: 'mc-meter', role: 'meter', 'aria-label': 'Used budget', 'aria-valuemin': '0' }, band, this._fill);
    this._bar.setAttribute('aria-valuemax', '100');
    this.element = h('div', { class: 'mc-budget' }, h('span', { class: 'mc-done' }, this._text), this._bar, this._note);
  }

  /** Show the used share. Returns "under", "over" or "within". */
  show(share) {
    const [low, high] = this.budget;
    // A frame more or less is no reason to complain about a share that reads like the limit.
    const side = share < low - 1e-9 ? 'under' : share > high + 1e-9 ? 'over' : 'within';
    this.element.dataset.side = side;
    this._text.textContent = `${percent(share)} of ${budgetText(this.budget)}`;
    this._fill.style.width = Math.min(100, (share / this._full) * 100) + '%';
    this._bar.setAttribute('aria-valuenow', (share * 100).toFixed(1));
    this._bar.setAttribute('aria-valuetext', `${this._text.textContent}, ${side}`);
    const off = side === 'under' ? low - share : share - high;
    this._note.textContent = side === 'within' ? 'within the budget' : `${percent(off)} ${side === 'under' ? 'to go' : 'too much'}`;
    return side;
  }
}
