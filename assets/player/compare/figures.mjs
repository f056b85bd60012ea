/** How models and people agree, as far as it is known: from the server, and from the cuts as they are. No DOM. */

import { modelFigures, peopleFigures, withPeople } from './agreement.mjs';
import { numbersOf } from './server.mjs';

export class Figures {
  /**
   * @param {import('./store.mjs').Store} store
   * @param {() => void} changed
   */
  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    /** @type {'numbers'|'matrix'} */
    this.view = 'numbers';
    /** @type {'f1'|'tau'} of the matrix */
    this.measure = 'f1';
    this.clear();
  }

  /** Another entry: nothing is known yet. */
  clear() {
    /** What does not depend on cuts, from the server; null until it is there. @type {import('./server.mjs').Numbers|null} */
    this.numbers = null;
    /**
     * What follows from the cuts as they are now; null until they are solved.
     * @type {{people: ReturnType<typeof peopleFigures>, models: Map<string, ReturnType<typeof modelFigures>>,
     *   alone: Map<string, number>}|null} `alone`: F1 of strips that are neither of a person nor of a model, by their id
     */
    this.live = null;
  }

  /** The server's figures may take a moment: they come after everything else. @param {string} id @param {AbortSignal} signal */
  async load(id, signal) {
    try {
      this.numbers = await numbersOf(id, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.numbers = { band: null, runs: {}, noise: [], curves: {}, error: error.message };
    }
    if (!signal.aborted) this.changed();
  }

  /** How the cuts by the published rule agree, now that they are known. */
  compare() {
    const { model, strips, references } = this.store;
    const { people, tracks } = model;
    const cuts = new Map([...strips, ...references].map(({ id, published }) => [id, published]));
    const of = (curves, id) => curves.map((_, k) => cuts.get(id(k)));
    const persons = of(people.raw, (k) => `person:${k}`);
    const models = new Map();
    for (const { id, run, raw, over } of tracks) {
      const many = run.kind === 'samples';
      const samples = many ? of(raw, (k) => `${id}:${k}`) : [cuts.get(id)];
      models.set(id, modelFigures(cuts.get(many ? `${id}:mean` : id), samples, persons, run.pairs));
      if (!over) continue;
      const others = of(over.raw, (k) => `over:${over.id}:${k}`);
      models.set(over.id, modelFigures(cuts.get(`over:${over.id}:mean`), others, persons, over.run.pairs));
    }
    const without = of(people.allButOne, (k) => `without:${k}`);
    const others = strips.filter(({ id }) => /^(camp|signal):/.test(id));
    const alone = new Map(others.map(({ id, published }) => [id, withPeople(published, persons)]));
    this.live = { people: peopleFigures(persons, cuts.get('mean'), without), models, alone };
    this.changed();
  }

  /** @param {{view?: 'numbers'|'matrix', measure?: 'f1'|'tau'}} choice */
  choose(choice) {
    Object.assign(this, choice);
    this.changed();
  }
}
