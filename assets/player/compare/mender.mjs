/**
 * Mending of cuts: what a person does to the selected mended cut is drawn at once, and sent in the order in which it was
 * done; what the server answers is how the cut is. No DOM.
 *
 * Tells 'changed' (decisions, or whether they are kept by the server).
 */

import { after, at, moved, solved } from './mending.mjs';
import { get, post, sentence } from '../shared/http.mjs';
import { Observable } from '../shared/observable.mjs';

/** @typedef {import('../shared/wire').MendedFacts} MendedFacts */
/** @typedef {import('./mending.mjs').Interval} Interval */
/** @typedef {{client: string, seq: number, kind: string, data: Record<string, any>}} Step */

const AGAIN_MS = 2000; // between two tries where the server does not answer
const LOOK_MS = 4000; // between two looks whether another tab mended the same cut

export class Mender extends Observable {
  /**
   * @param {import('./store.mjs').Store} store
   * @param {import('./clock.mjs').Clock} clock
   * @param {AbortSignal} signal
   */
  constructor(store, clock, signal) {
    super();
    this.store = store;
    this.clock = clock;
    this.signal = signal;
    this.client = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.seq = 0;
    /** Steps that the server has not answered yet, by the number of their cut. @type {{cut: number, step: Step}[]} */
    this.waiting = [];
    this.sending = false;
    /** A cut is being begun: once is enough. */
    this.beginning = false;
    /** Scores that the rest of a cut is chosen by, by its number; null while they come. @type {Map<number, Float32Array|null>} */
    this.scores = new Map();
    store.on('cuts', () => this.#learn());
    const timer = setInterval(() => this.#look(), LOOK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
    addEventListener('beforeunload', (event) => this.waiting.length && event.preventDefault(), { signal });
  }

  /** The mended cut that is selected. @returns {MendedFacts|null} */
  get facts() {
    const { selected, mended } = this.store;
    return mended.find(({ id }) => `mended:${id}` === selected?.id) ?? null;
  }

  /** The clips of the selected mended cut, as they are drawn. @returns {Interval[]} */
  get clips() {
    return this.facts?.segments ?? [];
  }

  get saved() {
    return !this.waiting.length;
  }

  /** Begin to mend the selected cut: a cut of its own, which changes nothing of what it came from. @param {string} source */
  async begin(source) {
    if (this.beginning) return;
    this.beginning = true;
    const { entry, cuts } = this.store;
    const asked = { entry: entry.id, source, shots: cuts.segmentation?.name ?? null, budget: cuts.budget };
    // A cut of another shape, or whose edges went between words, stays as it is; the rest is as scored.
    const { segments } = this.store.selected.cut;
    await this.#asking(async () => this.#take(await post('/api/mended', asked), true));
    const same = JSON.stringify(segments) === JSON.stringify(this.clips);
    if (this.facts && !same && cuts.rule === 'viewing') this.#do('paint', { spans: segments.map((clip) => [...clip, 'keep']) });
    this.beginning = false;
  }

  // ---------------------------------------------------------------- what a person does

  /** What a command is about: the clip at the cursor, else the piece of the video there. @returns {Interval|null} */
  get here() {
    const frame = this.frame;
    return at(this.clips, frame) ?? at(this.store.cuts.piecesOf(this.facts), frame);
  }

  /** The frame at the cursor. */
  get frame() {
    return this.store.frameAt(this.clock.time());
  }

  /** Say of what is at the cursor that it stays, goes, or is for the rule to choose. @param {'keep'|'forbid'|'free'} label */
  paint(label) {
    const { here } = this;
    if (here) this.#do('paint', { spans: [[...here, label]] });
  }

  /** Say of all clips that they stay: nothing else moves any more until room is made. */
  keepAll() {
    this.#do('paint', { spans: this.clips.map((clip) => [...clip, 'keep']) });
  }

  /** Divide the clip at the cursor in two, or join it again. */
  split() {
    const { frame } = this;
    const clip = at(this.clips, frame);
    if (clip && clip[0] === frame) this.#do('paint', { splits: this.facts.splits.includes(frame) ? [frame] : [] });
    else if (clip) this.#do('paint', { spans: [[...clip, 'keep']], splits: [frame] });
  }

  /** Move an edge of a clip to a frame. @param {Interval} clip @param {0|1} side @param {number} frame */
  move(clip, side, frame) {
    const step = moved(this.clips, clip, side, frame, this.store.entry.n_frames);
    if (step) this.#do('paint', { spans: step.spans });
  }

  /** Move the edge of a clip that is nearest to the cursor by frames. @param {number} frames */
  nudge(frames) {
    const { frame, clips } = this;
    const sides = /** @type {(0|1)[]} */ ([0, 1]);
    const edges = clips.flatMap((clip) => sides.map((side) => ({ clip, side, off: Math.abs(clip[side] - frame) })));
    if (!edges.length) return;
    const { clip, side } = edges.reduce((best, edge) => (edge.off < best.off ? edge : best));
    const edge = clip[side] + frames;
    this.move(clip, side, edge);
    this.clock.seek(this.store.seconds(side ? edge - 1 : edge));
  }

  /** How the clips would be if an edge were moved, while somebody drags it. @returns {Interval[]} */
  preview(clip, side, frame) {
    const { facts } = this;
    const step = moved(this.clips, clip, side, frame, this.store.entry.n_frames);
    return step ? this.#solved(after(facts, step)) ?? facts.segments : facts.segments;
  }

  /** @param {number} share of the video */
  setBudget(share) {
    if (share !== this.facts?.budget) this.#do('budget', { budget: share });
  }

  /** @param {string} name */
  rename(name) {
    const { facts } = this;
    const renamed = async () => this.#take(await post('/api/mended/rename', { cut: facts.id, name }));
    if (name.trim() && name !== facts.name) this.#asking(renamed);
  }

  undo() {
    this.#do('undo', {});
  }

  redo() {
    this.#do('redo', {});
  }

  /** Put the cut away; it can be brought back. @returns {Promise<void>} */
  async remove() {
    const { facts, store } = this;
    await this.#asking(async () => {
      await post('/api/mended/remove', { cut: facts.id });
      store.setMended(store.mended.filter(({ id }) => id !== facts.id));
      const back = async () => this.#take(await post('/api/mended/restore', { cut: facts.id }), true);
      store.toast(`“${facts.name}” is in the Library’s trash.`, { label: 'Bring it back', run: () => this.#asking(back) });
    });
  }

  /** Hand the cut in as its author's judgement of the video. */
  async handIn() {
    const { facts, store } = this;
    await this.#asking(async () => {
      const { by } = await post('/api/mended/hand-in', { cut: facts.id });
      store.toast(`Handed in as keyshots of ${by}: what was neither taken nor left out counts as not judged.`);
    });
  }

  // ---------------------------------------------------------------- the server

  /** Draw a step and send it. @param {string} kind @param {Record<string, any>} data */
  #do(kind, data) {
    const { facts } = this;
    if (!facts) return;
    this.seq += 1;
    this.waiting.push({ cut: facts.id, step: { client: this.client, seq: this.seq, kind, data } });
    if (kind === 'paint' || kind === 'budget') this.#draw(facts.id, after(facts, data));
    this.tell('changed');
    this.#send();
  }

  /** @param {number} id @param {MendedFacts} decided */
  #draw(id, decided) {
    const segments = this.#solved(decided);
    const problem = segments ? '' : 'More is to be kept than the budget allows.';
    const now = { ...decided, problem, segments: segments ?? decided.segments };
    this.store.setMended(this.store.mended.map((one) => (one.id === id ? now : one)));
  }

  /** @param {MendedFacts} decided @returns {Interval[]|null} */
  #solved(decided) {
    const { cuts } = this.store;
    const scores = this.scores.get(decided.id);
    const footage = cuts.footageOf(decided.shots);
    if (!scores || !footage) return decided.segments;
    return solved(decided, scores, footage, (interval) => cuts.span(interval));
  }

  async #send() {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length && !this.signal.aborted) {
      const [{ cut }] = this.waiting;
      const steps = this.waiting.filter((one) => one.cut === cut).map(({ step }) => step);
      const { last } = this.store.mended.find(({ id }) => id === cut) ?? { last: 0 };
      try {
        const facts = await post('/api/mended/steps', { cut, steps, after: last });
        this.waiting = this.waiting.filter((one) => one.cut !== cut || !steps.includes(one.step));
        this.#take(facts);
      } catch (error) {
        if (error.offline || error.status >= 500) {
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        } else {
          this.waiting = this.waiting.filter((one) => one.cut !== cut);
          this.store.toast(sentence(error));
          await this.#look(cut);
        }
      }
      this.tell('changed');
    }
    this.sending = false;
  }

  /** How the server says that a cut is. @param {MendedFacts} facts @param {boolean} [choose] select it */
  #take(facts, choose = false) {
    const { store } = this;
    if (facts.entry !== store.entry?.id) return;
    if (this.waiting.some(({ cut }) => cut === facts.id)) return; // the answer to these says how it is
    const others = store.mended.some(({ id }) => id === facts.id);
    store.setMended(others ? store.mended.map((one) => (one.id === facts.id ? facts : one)) : [...store.mended, facts]);
    if (choose) store.choose(`mended:${facts.id}`);
    this.tell('changed');
  }

  /** The scores behind the selected cut, once. */
  async #learn() {
    const { facts } = this;
    if (!facts || this.scores.has(facts.id)) return;
    this.scores.set(facts.id, null);
    try {
      const { scores } = await get(`/api/mended/scores?id=${facts.id}`, { signal: this.signal });
      this.scores.set(facts.id, Float32Array.from(scores, (score) => score ?? NaN));
    } catch {
      this.scores.delete(facts.id); // until then the server alone solves the cut
    }
  }

  /** Whether somebody else mended it meanwhile. @param {number} [cut] */
  async #look(cut = this.facts?.id) {
    if (!cut || document.hidden || this.waiting.length) return;
    const last = this.store.mended.find(({ id }) => id === cut)?.last ?? 0;
    const facts = await get(`/api/mended/cut?id=${cut}&after=${last}`, { signal: this.signal, quiet: true }).catch(() => null);
    if (facts && (facts.last !== last || facts.name !== this.facts?.name)) this.#take(facts);
  }

  /** @param {() => Promise<any>} action what it could not do is said */
  async #asking(action) {
    try {
      await action();
    } catch (error) {
      if (!this.signal.aborted) this.store.toast(sentence(error));
    }
  }
}
