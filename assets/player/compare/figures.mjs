/** The part beside the video that says how models and people agree: figures, or the matrix in their place. */

import { modelFigures, peopleFigures } from './agreement.mjs';
import { matrixMarkup, matrixRows } from './matrix.mjs';
import { numbersOf } from './server.mjs';
import { fillNumbers, numberRows } from './numbers.mjs';

export class Figures {
  /** @param {import('./player.mjs').Player} player */
  constructor(player) {
    this.player = player;
    /** @type {'numbers'|'matrix'} */
    this.view = 'numbers';
    /** @type {'f1'|'tau'} of the matrix */
    this.measure = 'f1';
    this.clear();
  }

  /** Another entry: nothing is known yet. */
  clear() {
    /** What does not depend on cuts, from the server; null until it is there. */
    this.numbers = null;
    /** What follows from the cuts as they are now; null until they are solved. */
    this.live = null;
    /** @type {import('./numbers.mjs').NumberRow[]} as they are shown */
    this.rows = [];
  }

  /** The server's figures may take a moment: they come after everything else. */
  async load(id, signal) {
    try {
      this.numbers = await numbersOf(id, signal);
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.numbers = { band: null, runs: {}, error: error.message };
    }
    if (!signal.aborted) this.show();
  }

  /** How the cuts by the published rule agree, now that they are known. */
  compare() {
    const { model, strips, references } = this.player;
    const { people, tracks } = model;
    const cuts = new Map([...strips, ...references].map(({ id, published }) => [id, published]));
    const of = (curves, id) => curves.map((_, k) => cuts.get(id(k)));
    const persons = of(people.raw, (k) => `person:${k}`);
    const models = new Map();
    for (const { id, run, raw, over } of tracks) {
      const many = run.kind === 'samples';
      models.set(id, modelFigures(cuts.get(many ? `${id}:mean` : id), many ? of(raw, (k) => `${id}:${k}`) : [cuts.get(id)], persons));
      if (over) models.set(over.id, modelFigures(cuts.get(`over:${over.id}:mean`), of(over.raw, (k) => `over:${over.id}:${k}`), persons));
    }
    this.live = { people: peopleFigures(persons, cuts.get('mean'), of(people.allButOne, (k) => `without:${k}`)), models };
    this.show();
  }

  /** @param {{view?: string, measure?: string}} choice */
  choose(choice) {
    Object.assign(this, choice);
    this.show();
  }

  show() {
    const { slot, model, pinned, cuts } = this.player;
    if (!model) return;
    const { view, measure, live, numbers } = this;
    const press = (buttons, name, value) => {
      for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset[name] === value));
    };
    slot.numbers.hidden = slot.protocol.hidden = view !== 'numbers';
    slot.matrix.hidden = slot.measure.hidden = view !== 'matrix';
    press(this.player.nodes.panel.querySelectorAll('[data-view]'), 'view', view);
    press(slot.measure.querySelectorAll('button'), 'measure', measure);
    this.rows = numberRows(model, numbers, live);
    fillNumbers(slot, this.rows, numbers, cuts.figureWords);
    if (view !== 'matrix') return;
    const waiting = measure === 'tau' ? !numbers : !live;
    const none = waiting ? 'Computing …' : numbers?.error || 'Nothing is defined here: who says the same everywhere has no order.';
    slot.matrix.innerHTML = matrixMarkup(matrixRows(model, live, numbers), model.people, measure, pinned, slot.matrix.clientWidth, none);
  }
}
