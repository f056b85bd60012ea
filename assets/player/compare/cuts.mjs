/** How the cuts of the page are made: by which rule, under which budget, from which shots; and their solving. No DOM. */

import { Solver } from './solver.mjs';
import { capacityMs, longestPiece, milliseconds, piecesInForce } from './viewing.mjs';
import { clock, percent } from '../shared/format.mjs';

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

/** Seconds that one of many short clips lasts at most, where nobody has chosen otherwise. */
export const CLIP_SECONDS = 3;

/** @type {{name: import('./shapes.mjs').Shape, label: string, about: string}[]} the first is usual */
export const SHAPES = [
  { name: 'scored', label: 'As scored', about: 'The most score over time, wherever it lies.' },
  { name: 'one', label: 'One clip', about: 'A single clip: the stretch of this length that collects most.' },
  {
    name: 'short', label: 'Many short',
    about: 'Many clips of at most so many seconds, each within one shot and a second apart: first the best of each of as many '
      + 'equal parts of the film as such clips fit, then the best that are left.',
  },
  {
    name: 'story', label: 'Whole story',
    about: 'All cuts keep the film\'s order. This one also covers all of it: the film is divided into up to eight parts of equal '
      + 'length, and each gets its share of the time.',
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
    /** Seconds that a cut shall last, where somebody asked for a time and not for a share. @type {number|null} */
    this.target = null;
    /** @type {import('./shapes.mjs').Shape} */
    this.shape = SHAPES[0].name;
    this.clip = CLIP_SECONDS;
    /** No clip begins or ends within a word, where somebody wrote down what is said. */
    this.words = true;
    /** @type {Rule} */
    this.rule = RULES[0].name;
    /** Index of the segmentation. */
    this.shots = 0;
    this.solver = new Solver(arrived);
  }

  /** What shape cuts by the viewing rule have. @returns {import('./shapes.mjs').Form} */
  get form() {
    return { shape: this.shape, clipMs: Math.round(this.clip * 1000), words: this.words };
  }

  /** How the cuts are made, as the server is asked for them. */
  get asked() {
    const shaped = this.rule === 'viewing';
    return {
      rule: this.rule, shots: this.segmentation?.name, budget: this.budget, shape: shaped ? this.shape : SHAPES[0].name,
      clip: this.clip, words: this.words,
    };
  }

  /** How long a cut may be, as people write it: the time that was asked for, else the share. */
  get length() {
    return this.target === null ? this.share : clock(this.target);
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
      speech: entry.speech,
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
    if (!this.segmentation) return 'no shots';
    return `${this.share} of the ${of}, ${this.segmentation.label}, ${rule} rule${rule === 'viewing' ? this.shapeSaid : ''}`;
  }

  /** The share of the video in words. */
  get share() {
    return percent(this.budget, Math.abs(this.budget * 100 - Math.round(this.budget * 100)) < 1e-6 ? 0 : 1);
  }

  /** The shape that is in force as the end of a sentence; "" for the usual one. */
  get shapeSaid() {
    const { name, label } = SHAPES.find((one) => one.name === this.shape);
    return this.rule === 'viewing' && name !== SHAPES[0].name ? `, ${label.toLowerCase()}` : '';
  }

  /** The settings as one word, to tell whether what is shown follows them. */
  get made() {
    return [this.budget, this.shots, ...Object.values(this.asked)].join(' ');
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
    this.solver.solve(shown, references, { rule: this.rule, budget: this.budget, form: this.form, footage: this.footage });
  }
}
