/**
 * Solves all cuts of a page. Small tasks are solved at once, so that strips follow the budget slider without a
 * flicker; large ones (hours of video) go to a worker, one strip after the other, the selected one first.
 * The same file is the worker's script.
 */

import { gcd, select } from './selection.mjs';

/** Shots x capacities x strips up to which the page itself solves (about 50 ms). */
const AT_ONCE = 2e7;

/** @typedef {{picks: Int32Array, bounds: [number, number][], nFrames: number, budget: number}} Task */

export class Solver {
  /** @param {() => void} changed called when cuts have arrived from the worker */
  constructor(changed) {
    this.changed = changed;
    this.round = 0;
    this.worker = null;
    this.open = 0;
  }

  /**
   * Give every strip its cut, now or soon.
   * @param {import('./strips.mjs').Strip[]} strips the first is solved first
   * @param {Task} task
   */
  solve(strips, task) {
    this.round += 1;
    this.open = 0;
    const { picks, bounds, nFrames, budget } = task;
    const unit = bounds.slice(0, -1).reduce((found, [start, end]) => gcd(found, end - start), 0) || 1;
    if ((strips.length * bounds.length * budget * nFrames) / unit <= AT_ONCE) {
      this.worker?.postMessage(null);
      for (const strip of strips) strip.cut = select(strip.scores, picks, bounds, nFrames, budget);
      return;
    }
    this.open = strips.length;
    this.worker ??= new Worker(import.meta.url, { type: 'module' });
    this.worker.onmessage = ({ data: { round, index, cut } }) => {
      if (round !== this.round) return;
      strips[index].cut = cut;
      this.open -= 1;
      this.changed();
    };
    this.worker.postMessage({ round: this.round, task, scores: strips.map((strip) => strip.scores) });
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }
}

if (typeof WorkerGlobalScope !== 'undefined' && self instanceof WorkerGlobalScope) {
  let order = null;
  const next = () => {
    if (!order) return;
    const { round, task, scores, index } = order;
    if (index >= scores.length) {
      order = null;
      return;
    }
    order.index += 1;
    const { picks, bounds, nFrames, budget } = task;
    self.postMessage({ round, index, cut: select(scores[index], picks, bounds, nFrames, budget) });
    // A pause between strips lets a newer order take over.
    setTimeout(next);
  };
  self.onmessage = ({ data }) => {
    const idle = !order;
    order = data && { ...data, index: 0 };
    if (order && idle) next();
  };
}
