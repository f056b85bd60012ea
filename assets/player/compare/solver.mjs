/**
 * Solves all cuts of a page. Small tasks are solved at once, so that strips follow the budget slider without a
 * flicker; large ones (hours of video) go to a worker, one strip after the other, the selected one first and what is
 * only compared with last. The same file is the worker's script.
 */

import { capacityMs, freePieces, longestPiece } from './viewing.mjs';
import { gcd, select } from './selection.mjs';
import { shaped } from './shapes.mjs';

/** Steps of the published rule up to which the page itself solves what it shows (about 50 ms), and compares with. */
const AT_ONCE = 2e7;
const COMPARED_AT_ONCE = 4e6;
/** Pieces x strips up to which the page itself solves by the viewing rule (about 50 ms). */
const PIECES_AT_ONCE = 2e4;

/**
 * @typedef {'viewing'|'published'} Rule
 * @typedef {import('./strip_groups.mjs').Reference} Reference
 * @typedef {object} Task
 * @property {Rule} rule of the cuts that are shown
 * @property {number} budget share of the video
 * @property {import('./shapes.mjs').Form} form of cuts by the viewing rule
 * @property {import('./viewing.mjs').Footage} footage
 */

export class Solver {
  /** @param {() => void} changed called when cuts have arrived from the worker */
  constructor(changed) {
    this.changed = changed;
    this.round = 0;
    this.worker = null;
    /** Cuts that are shown and not solved yet, and all that are not. */
    this.open = 0;
    this.waiting = 0;
  }

  /**
   * Give every strip its cut by the rule (`cut`) and by the published one (`published`), now or soon.
   * @param {import('./strip_groups.mjs').Strip[]} strips the first is solved first
   * @param {Reference[]} references that are only compared with, by the published rule
   * @param {Task} task
   */
  solve(strips, references, task) {
    this.round += 1;
    const shown = strips.map((strip) => ({ strip, rule: task.rule }));
    const others = task.rule === 'published' ? references : [...strips, ...references];
    const compared = others.map((strip) => ({ strip, rule: 'published' }));
    const later = [];
    const cut = solverOf(task);
    for (const { orders, most } of [{ orders: shown, most: AT_ONCE }, { orders: compared, most: COMPARED_AT_ONCE }]) {
      if (atOnce(orders, task, most)) for (const { strip, rule } of orders) put(strip, rule, task, cut(strip.scores, rule));
      else later.push(...orders);
    }
    this.waiting = later.length;
    // What is shown comes first in the line.
    this.open = later[0] === shown[0] ? Math.min(later.length, shown.length) : 0;
    if (!later.length) {
      this.worker?.postMessage(null);
      return;
    }
    this.worker ??= new Worker(import.meta.url, { type: 'module' });
    this.worker.onmessage = ({ data: { round, index, cut: solved } }) => {
      if (round !== this.round) return;
      put(later[index].strip, later[index].rule, task, solved);
      this.waiting -= 1;
      this.open = Math.max(0, this.open - 1);
      this.changed();
    };
    this.worker.postMessage({ round: this.round, task, orders: later.map(({ strip, rule }) => ({ scores: strip.scores, rule })) });
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }
}

/** True where orders, all by one rule, are few enough for the page itself. */
function atOnce(orders, { budget, form, footage }, most) {
  if (!orders.length) return true;
  const { bounds, pieces, nFrames, picks } = footage;
  if (orders[0].rule === 'viewing') {
    const edges = pieces.reduce((sum, shot) => sum + shot.length, 0);
    return orders.length * (form.shape === 'scored' ? edges : edges + picks.length) <= PIECES_AT_ONCE;
  }
  const unit = bounds.slice(0, -1).reduce((found, [start, end]) => gcd(found, end - start), 0) || 1;
  return (orders.length * bounds.length * budget * nFrames) / unit <= most;
}

/** (scores, rule) -> cut; what all cuts of a task have in common is computed once. @param {Task} task */
function solverOf({ budget, form, footage }) {
  const { picks, bounds, nFrames } = footage;
  let pieces = null;
  return (scores, rule) => {
    if (rule === 'published') return select(scores, picks, bounds, nFrames, budget);
    pieces ??= freePieces(footage, longestPiece(capacityMs(budget, footage)), [], []);
    return shaped(scores, footage, budget, form, pieces);
  };
}

function put(strip, rule, task, cut) {
  if (rule === 'published') strip.published = cut;
  if (rule === task.rule) strip.cut = cut;
}

if (typeof document === 'undefined' && typeof self !== 'undefined') {
  let order = null;
  const next = () => {
    if (!order) return;
    const { round, orders, index, cut } = order;
    if (index >= orders.length) {
      order = null;
      return;
    }
    order.index += 1;
    self.postMessage({ round, index, cut: cut(orders[index].scores, orders[index].rule) });
    // A pause between strips lets a newer order take over.
    setTimeout(next);
  };
  self.onmessage = ({ data }) => {
    const idle = !order;
    order = data && { ...data, index: 0, cut: solverOf(data.task) };
    if (order && idle) next();
  };
}
