/** How the cuts of the page are made: by which rule, under which budget, from which shots; and their solving. */

import { percent, clock as mss } from '../shared/format.mjs';
import { capacityMs, longestPiece, milliseconds, piecesInForce } from './viewing.mjs';
import { Solver } from './solver.mjs';

/** Share of the video that a summary may take, where nobody has chosen another. */
export const BUDGET = 0.15;

/** @type {[import('./solver.mjs').Rule, string, string][]} name, label, what it does */
export const RULES = [
  ['viewing', 'Viewing', 'What people watch: as much score over time as fits the budget in seconds. Clips begin where the picture changes, long shots can be divided, shots under a second are joined, pictures that show nothing are left out.'],
  ['published', 'Published', 'The rule of the papers: whole shots, each worth its mean score, within the budget in frames (0/1 knapsack). Every figure (F1, matrix, coverage) is always computed with it, whichever rule the strips follow.'],
];

export class Cuts {
  /** @param {import('./player.mjs').Player} player */
  constructor(player) {
    this.player = player;
    this.budget = BUDGET;
    /** @type {import('./solver.mjs').Rule} */
    this.rule = RULES[0][0];
    /** Index of the segmentation. */
    this.shots = 0;
    this.solver = new Solver(() => this.arrived());
  }

  get segmentation() {
    return this.player.entry?.shots[this.shots];
  }

  /** What both rules need to know of the entry and its shots. @returns {import('./viewing.mjs').Footage} */
  get footage() {
    const { entry, model } = this.player;
    const { bounds, pieces } = this.segmentation;
    return {
      nFrames: entry.n_frames,
      durationMs: entry.duration_ms,
      picks: model.picks,
      pickMs: milliseconds(model.times),
      bounds: bounds.map(([start, end]) => [start, end]),
      pieces,
      empty: entry.empty,
    };
  }

  /** Seconds at which the shots begin that the rule knows. */
  get starts() {
    const { seconds } = this.player;
    if (!this.segmentation) return [];
    return this.rule === 'published' ? this.segmentation.bounds.map(([, , start]) => start) : this.segmentation.pieces.map(([[frame]]) => seconds(frame));
  }

  /** Seconds at which a cut may begin or end: shots, or the pieces that the budget allows. */
  get boundaries() {
    if (this.rule === 'published' || !this.segmentation) return this.starts;
    const { entry, seconds } = this.player;
    const longest = longestPiece(capacityMs(this.budget, { durationMs: entry.duration_ms }));
    return piecesInForce(this.segmentation.pieces, longest).map(([frame]) => seconds(frame));
  }

  /** How the cuts are made now, in words. */
  get words() {
    return this.said(this.rule);
  }

  /** How the cuts are made that figures compare. */
  get figureWords() {
    return this.said('published');
  }

  said(rule) {
    return this.segmentation ? `${percent(this.budget, 0)} of the video, ${this.segmentation.label}, ${rule} rule` : 'no shots';
  }

  /** Solve every cut again. */
  solve() {
    const { entry, strips, references, selected, slot, nodes } = this.player;
    const about = nodes.cuts.querySelector('header p');
    if (!this.segmentation || !strips.length) {
      for (const strip of strips) strip.cut = strip.published = strip.seconds = undefined;
      about.textContent = this.segmentation ? 'No cuts: nobody and no model has scored this entry.' : 'No cuts: this entry has no shots.';
    } else {
      const shown = selected ? [selected, ...strips.filter((strip) => strip !== selected)] : strips;
      this.solver.solve(shown, references, { rule: this.rule, budget: this.budget, footage: this.footage });
      about.textContent = `at most ${percent(this.budget, 0)} of the video (${mss(this.budget * entry.duration)}), ${this.segmentation.label}, ${this.rule} rule`;
    }
    slot.budget.value = String(Math.round(this.budget * 100));
    slot['budget-text'].textContent = percent(this.budget, 0);
    for (const button of slot.rule.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.dataset.rule === this.rule));
    this.arrived(true);
  }

  /** Draw what is solved; at most once per frame while a worker is at it. */
  arrived(now = false) {
    const { player, solver } = this;
    player.root.dataset.solving = String(solver.open > 0);
    if (!now) {
      if (this.queued) return;
      this.queued = true;
      requestAnimationFrame(() => {
        this.queued = false;
        this.arrived(true);
      });
      return;
    }
    for (const strip of player.strips) {
      strip.seconds = strip.cut?.segments.map(([start, end]) => ({ start: player.seconds(start), end: player.seconds(end) }));
    }
    player.drawCuts();
    const made = `${Math.round(this.budget * 100)} ${this.shots} ${this.rule}`;
    if (solver.open === 0) player.root.dataset.shown = made;
    if (solver.waiting === 0) {
      player.figures.compare();
      player.root.dataset.solved = made;
    }
  }
}

/** How long a cut plays, in seconds. @param {{start: number, end: number}[]|undefined} seconds */
export function playing(seconds) {
  return (seconds ?? []).reduce((sum, { start, end }) => sum + end - start, 0);
}
