/** How the cuts of the page are made: by which rule, under which budget, from which shots; and their solving. No DOM. */

import { Solver } from './solver.mjs';
import { capacityMs, longestPiece, milliseconds, piecesInForce } from './viewing.mjs';
import { percent } from '../shared/format.mjs';

/** @typedef {import('./solver.mjs').Rule} Rule */
/** @typedef {import('./strip_groups.mjs').Strip} Strip */

/** Share of the video that a summary may take, where nobody has chosen another. */
export const BUDGET = 0.15;

/** @type {{name: Rule, label: string, about: string}[]} the first is usual */
export const RULES = [
  {
    name: 'viewing',
    label: 'Viewing',
    about: 'What people watch: as much score over time as fits the budget in seconds. Clips begin where the picture changes, '
      + 'long shots can be divided, shots under a second are joined, pictures that show nothing are left out.',
  },
  {
    name: 'published',
    label: 'Published',
    about: 'The rule of the papers: whole shots, each worth its mean score, within the budget in frames (0/1 knapsack). '
      + 'Every figure (F1, matrix, coverage) is always computed with it, whichever rule the strips follow.',
  },
];

/**
 * @param {number[]} shot frames, then seconds
 * @returns {import('./viewing.mjs').Span}
 */
function spanOf([start, end, ...seconds]) {
  const [from, to] = milliseconds(seconds);
  return [start, end, from, to];
}

export class Cuts {
  /**
   * @param {import('./store.mjs').Store} store
   * @param {() => void} arrived called when cuts are there, at once or from a worker
   */
  constructor(store, arrived) {
    this.store = store;
    this.budget = BUDGET;
    /** @type {Rule} */
    this.rule = RULES[0].name;
    /** Index of the segmentation. */
    this.shots = 0;
    this.solver = new Solver(arrived);
  }

  get segmentation() {
    return this.store.entry?.shots[this.shots];
  }

  /** What both rules need to know of the entry and the shots that are chosen. */
  get footage() {
    return this.#footage(this.segmentation);
  }

  /** The same with the shots of a name; null where the entry has none. @param {string} name */
  footageOf(name) {
    const one = this.store.entry.shots.find((shots) => shots.name === name);
    return one ? this.#footage(one) : null;
  }

  /** Frames, and when they are shown. @param {[number, number]} interval @returns {import('./viewing.mjs').Span} */
  span([start, end]) {
    const { seconds } = this.store;
    return spanOf([start, end, seconds(start), seconds(end)]);
  }

  /** The pieces that a mended cut is chosen from. @param {import('../shared/wire').MendedFacts} mended @returns {[number, number][]} */
  piecesOf({ shots, budget }) {
    const footage = this.footageOf(shots);
    if (!footage) return [];
    return piecesInForce(footage.pieces, longestPiece(capacityMs(budget, footage))).map(([start, end]) => [start, end]);
  }

  /** @param {import('./server.mjs').Segmentation} segmentation @returns {import('./viewing.mjs').Footage} */
  #footage({ bounds, pieces }) {
    const { entry, model } = this.store;
    return {
      nFrames: entry.n_frames,
      durationMs: entry.duration_ms,
      picks: model.picks,
      pickMs: milliseconds(model.times),
      bounds: bounds.map(spanOf),
      pieces,
      empty: entry.empty,
    };
  }

  /** Seconds at which the shots begin that the rule knows. @returns {number[]} */
  get starts() {
    const { seconds } = this.store;
    if (!this.segmentation) return [];
    if (this.rule === 'published') return this.segmentation.bounds.map(([, , start]) => start);
    return this.segmentation.pieces.map(([[frame]]) => seconds(frame));
  }

  /** Seconds at which a cut may begin or end: shots, or the pieces that the budget allows. @returns {number[]} */
  get boundaries() {
    if (this.rule === 'published' || !this.segmentation) return this.starts;
    const { entry, seconds } = this.store;
    const longest = longestPiece(capacityMs(this.budget, { durationMs: entry.duration_ms }));
    return piecesInForce(this.segmentation.pieces, longest).map(([frame]) => seconds(frame));
  }

  /** Into how many shots a segmentation divides the video by the rule in force. @param {import('./server.mjs').Segmentation} one */
  count(one) {
    return one[this.rule === 'viewing' ? 'pieces' : 'bounds'].length;
  }

  /** How the cuts are made now, in words. */
  get description() {
    return this.#said(this.rule);
  }

  /** How the cuts are made that figures compare. */
  get figureBasis() {
    return this.#said('published');
  }

  #said(rule) {
    const of = rule === 'published' ? 'frames' : 'video'; // what each of them counts
    return this.segmentation ? `${percent(this.budget, 0)} of the ${of}, ${this.segmentation.label}, ${rule} rule` : 'no shots';
  }

  /** The settings as one word, to tell whether what is shown follows them. */
  get made() {
    return `${Math.round(this.budget * 100)} ${this.shots} ${this.rule}`;
  }

  /** Solve every cut again, the selected one first; those that somebody mended are solved already. */
  solve() {
    const { references, selected: chosen } = this.store;
    const strips = this.store.strips.filter(({ mended }) => !mended);
    const selected = chosen?.mended ? null : chosen;
    if (!this.segmentation || !strips.length) {
      for (const strip of strips) strip.cut = strip.published = strip.seconds = undefined;
      return;
    }
    const shown = selected ? [selected, ...strips.filter((strip) => strip !== selected)] : strips;
    this.solver.solve(shown, references, { rule: this.rule, budget: this.budget, footage: this.footage });
  }
}
