/** The part beside the video that says how models and people agree: figures, or the matrix in their place. */

import { CONSTANT, EMPTY, PROTOCOLS, numbersTable } from './numbers_table.mjs';
import { h, replace } from '../shared/dom.mjs';
import { matrixRows, matrixTable } from './matrix.mjs';
import { numberRows, protocolOf } from './numbers.mjs';

const WANTING = 'No numbers: they need two people who judged this entry, or one and a model.';
const F1 = 'Overlap of the two cuts, in percent';
const TAU = 'Kendall\'s tau-b of the two score curves';

export class FiguresView {
  /** @param {import('./page.mjs').Page} page */
  constructor({ store }) {
    this.store = store;
    this.views = this.#choice('view', [
      ['numbers', 'Agreement', 'How well models agree with people, beside how people agree'],
      ['matrix', 'Matrix', 'Which sample agrees with which person'],
    ]);
    this.measures = this.#choice('measure', [['f1', 'F1 %', F1], ['tau', 'τ', TAU]]);
    const views = h('span', { class: 'mc-tabs', role: 'group', 'aria-label': 'View' }, this.views);
    const measure = { class: 'mc-measure', 'data-slot': 'measure', role: 'group', 'aria-label': 'Measure', hidden: true };
    this.measure = h('span', measure, this.measures);
    this.protocol = h('span', { 'data-slot': 'protocol', title: '' });
    this.numbers = h('div', { 'data-slot': 'numbers' });
    this.matrix = h('div', { 'data-slot': 'matrix', hidden: true });
    this.element = h(
      'section', { class: 'mc-numbers', 'aria-label': 'Agreement with people' },
      h('h3', {}, views, '\n', this.measure, '\n', this.protocol), this.numbers, this.matrix,
    );
    store.on('figures', () => this.#show());
  }

  /** Buttons of which one is chosen. @param {'view'|'measure'} name @param {[string, string, string][]} options value, label, title */
  #choice(name, options) {
    return options.map(([value, label, title], k) => h('button', {
      [`data-${name}`]: value, 'aria-pressed': String(k === 0), title, onclick: () => this.store.figures.choose({ [name]: value }),
    }, label));
  }

  #show() {
    const { figures, model } = this.store;
    if (!model) return;
    const matrix = figures.view === 'matrix';
    this.numbers.hidden = this.protocol.hidden = matrix;
    this.matrix.hidden = this.measure.hidden = !matrix;
    for (const button of this.views) button.setAttribute('aria-pressed', String(button.dataset.view === figures.view));
    for (const button of this.measures) button.setAttribute('aria-pressed', String(button.dataset.measure === figures.measure));
    this.#showNumbers();
    if (matrix) this.#showMatrix();
  }

  #showNumbers() {
    const { figures: { numbers, live }, model, cuts } = this.store;
    const protocol = protocolOf(numbers);
    this.protocol.textContent = protocol ? `protocol ${protocol}` : '';
    this.protocol.title = PROTOCOLS[protocol] ?? 'Numbers compare only under the same protocol.';
    const rows = numberRows(model, numbers, live);
    const why = numbers ? numbers.error || WANTING : 'Computing …';
    replace(this.numbers, rows.length ? numbersTable(rows, numbers.band, cuts.figureBasis) : h('p', { class: 'mc-quiet' }, why));
  }

  #showMatrix() {
    const { store } = this;
    const { figures: { numbers, live, measure }, model, pinned } = store;
    const waiting = measure === 'tau' ? !numbers : !live;
    const none = waiting ? 'Computing …' : numbers?.error || (measure === 'tau' ? CONSTANT : EMPTY);
    const chosen = (strip, person) => {
      if (store.pinned !== person) store.pin(person);
      store.choose(strip, true);
    };
    const how = { measure, pinned, width: this.matrix.clientWidth, none, chosen };
    replace(this.matrix, matrixTable(matrixRows(model, live, numbers), model.people, how));
  }
}
