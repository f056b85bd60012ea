/**
 * The state of Compare and what follows from a change of it. No DOM: views subscribe.
 *
 * Tells: 'status', 'opened' (another entry), 'model' (all that is derived from an entry and the person's choices),
 * 'rows' (their layout), 'strips' (their layout), 'cuts' (solved, or another one selected), 'reveal' (the selected
 * strip), 'solving', 'settings' (of the cuts), 'pinned', 'lifted', 'peaks', 'figures', 'overlay', 'draw' (everything
 * that is drawn), 'found' (words), 'said' (something in passing), and 'asked' (a part of the page is wanted, by name).
 */

import { Cuts } from './cuts.mjs';
import { Figures } from './figures.mjs';
import { Observable } from '../shared/observable.mjs';
import { RowLayout } from './row_layout.mjs';
import { TimeAxis } from './time_axis.mjs';
import { SIZES, buildGroups, buildReferences, defaultCut, mendedGroups, stackStrips } from './strip_groups.mjs';
import { buildModel } from './model.mjs';
import { frameAt, frameClock } from './frame_clock.mjs';
import { listRows, stack } from './rows.mjs';
import { peopleRow } from './entry_rows.mjs';
import { orderPeople } from './people_order.mjs';
import { findWords } from './words.mjs';
import { targetOf } from './target.mjs';

/** @typedef {import('./server.mjs').Entry} Entry */
/** @typedef {'empty'|'loading'|'ready'|'failed'|'offline'} State */

/** Whose disagreement the page jumps to, and what is said where there is none. */
export const DIFFER = [
  { who: 'people', label: 'people differ', none: 'It takes two people to differ.' },
  { who: 'samples', label: 'samples differ', none: 'It takes two samples to differ.' },
  { who: 'models', label: 'models vs people', none: 'It takes people and a model to differ.' },
];

export class Store extends Observable {
  /** @type {{state: State|'', message: string, hint: string, retry: (() => void)|null, task: number|null}} */
  status = { state: '', message: '', hint: '', retry: null, task: null };
  /** @type {Entry|null} */
  entry = null;
  /** @type {import('./model.mjs').SeriesByName} */
  series = new Map();
  /** @type {import('./model.mjs').Model|null} */
  model = null;
  /** Frames to seconds. @type {(frame: number) => number} */
  seconds = (frame) => frame;

  /** @type {import('./rows.mjs').Row[]} that are shown */
  rows = [];
  /** CSS pixels that they take. */
  height = 0;
  /** @type {import('./strip_groups.mjs').Group[]} */
  groups = [];
  /** @type {import('./strip_groups.mjs').Strip[]} */
  strips = [];
  stripsHeight = 0;
  /** CSS pixels of a strip, and of the head of a group of them. */
  sizes = SIZES;
  /** @type {import('./strip_groups.mjs').Reference[]} that are only compared with */
  references = [];
  /** Cuts that somebody mended. @type {import('../shared/wire').MendedFacts[]} */
  mended = [];

  /** @type {string|null} id of a strip */
  selectedId = null;
  /** @type {number|null} person */
  pinned = null;
  /** @type {{row: import('./rows.mjs').Row, sample: number}|null} the curve under the pointer */
  lifted = null;
  /** Scale each curve to its own range. */
  fit = false;
  sort = 'similar';
  differ = 'people';
  /** @type {Set<string>} groups of strips */
  folded = new Set();
  /** Which run is shown, by track. @type {Map<string, string>} */
  chosenRuns = new Map();
  /** Which run is drawn over it, by track. @type {Map<string, string>} */
  overRuns = new Map();
  /** Words that are looked for, and where they are. */
  sought = '';
  /** @type {import('./words.mjs').Hit[]} */
  hits = [];
  /** @type {'rows'|'help'|null} what lies over the page */
  overlay = null;

  constructor() {
    super();
    this.axis = new TimeAxis();
    this.layout = new RowLayout();
    this.cuts = new Cuts(this, () => this.#arrivedSoon());
    this.figures = new Figures(this, () => this.tell('figures'));
    this.layout.on('layout', () => this.#layoutChanged());
  }

  /**
   * Show in which state the page is.
   * @param {State} state
   * @param {string} [message]
   * @param {string} [hint] what to do
   * @param {(() => void)|null} [retry]
   * @param {number|null} [task] of the person's own, which has to be finished first
   */
  say(state, message = '', hint = '', retry = null, task = null) {
    this.status = { state, message, hint, retry, task };
    this.tell('status');
  }

  /** Say something in passing. @param {string} text @param {{label: string, run: () => any}} [way] what can be done about it */
  toast(text, way) {
    this.tell('said', text, way);
  }

  // ---------------------------------------------------------------- an entry

  /**
   * An entry is there, perhaps the same again; nothing is derived yet.
   * @param {Entry} entry
   * @param {import('./model.mjs').SeriesByName} series
   * @param {import('../shared/wire').MendedFacts[]} mended
   */
  take(entry, series, mended) {
    const again = this.entry?.id === entry.id;
    this.series = series;
    this.mended = mended;
    if (again) this.#keepPeople(entry);
    this.entry = entry;
    if (again) return;
    this.cuts.shots = 0;
    this.pinned = null;
    this.selectedId = null;
    this.figures.clear();
    this.chosenRuns.clear();
    this.overRuns.clear();
    this.axis.open(entry.duration);
    this.tell('opened');
  }

  /** The same entry again, perhaps with other people: pin and selection follow their names, not their places. */
  #keepPeople(entry) {
    const before = this.model?.people.names ?? [];
    const now = peopleRow(entry)?.names ?? [];
    const place = (person) => now.indexOf(before[person]);
    if (this.pinned !== null) this.pinned = place(this.pinned) < 0 ? null : place(this.pinned);
    const [kind, person] = (this.selectedId ?? '').split(':');
    if (kind === 'person') this.selectedId = `person:${place(Number(person))}`;
  }

  /** Everything derived from the entry, its series and the choices of the person. */
  rebuild() {
    const { entry } = this;
    this.model = buildModel(entry, this.series, this.chosenRuns, this.overRuns);
    this.model.people.order = orderPeople(this.model.people, this.sort);
    this.seconds = frameClock(entry, this.model.frames);
    const usable = this.usablePeaks;
    if (!this.peaks.length && usable.length) [this.differ] = usable;
    this.#layRows();
    this.groups = [...mendedGroups(this.mended, this.model), ...buildGroups(this.model)];
    this.references = buildReferences(this.model);
    this.strips = this.groups.flatMap(({ strips }) => strips);
    this.stripsHeight = stackStrips(this.groups, this.folded, this.sizes);
    if (!this.selected) this.selectedId = defaultCut(this.model, this.groups);
    this.tell('model');
    this.tell('rows');
    this.tell('strips');
    this.solve();
  }

  /** The same with another choice, drawn. */
  #again() {
    this.rebuild();
    this.tell('draw');
  }

  // ---------------------------------------------------------------- rows

  #layRows() {
    this.rows = this.layout.apply(listRows(this.model));
    this.height = stack(this.rows);
  }

  /** Rows hidden, moved or resized: lay them out and draw again, once per frame. */
  #layoutChanged() {
    if (!this.model) return;
    this.#layRows();
    this.tell('rows');
    if (this.layoutQueued) return;
    this.layoutQueued = true;
    requestAnimationFrame(() => {
      this.layoutQueued = false;
      this.tell('draw');
    });
  }

  /** @param {string} by one of SORTS */
  setSort(by) {
    this.sort = by;
    this.#again();
  }

  /** Show a run of a track's checkpoint. @param {string} key @param {string} id */
  showRun(key, id) {
    this.chosenRuns.set(key, id);
    this.#again();
  }

  /** Draw a run over a track; none where `id` is empty. @param {string} key @param {string} id */
  drawOver(key, id) {
    if (id) this.overRuns.set(key, id);
    else this.overRuns.delete(key);
    this.#again();
  }

  /** @param {number} person */
  pin(person) {
    this.pinned = this.pinned === person ? null : person;
    if (this.pinned !== null) this.choose(`person:${person}`);
    this.tell('pinned');
    this.tell('draw');
    this.tell('figures');
  }

  /** Lift a sample's curve out of its row; none where it is -1. @param {import('./rows.mjs').Row|null} row @param {number} sample */
  lift(row, sample) {
    if ((this.lifted?.row ?? null) === row && this.lifted?.sample === sample) return;
    this.lifted = row && sample >= 0 ? { row, sample } : null;
    this.tell('lifted');
  }

  toggleFit() {
    this.fit = !this.fit;
    this.tell('draw');
  }

  // ---------------------------------------------------------------- cuts

  /** The strip that is selected. */
  get selected() {
    return this.strips.find(({ id }) => id === this.selectedId) ?? null;
  }

  /** @param {string} id @param {boolean} [reveal] bring its strip into sight */
  choose(id, reveal = false) {
    if (!this.strips.some((strip) => strip.id === id)) return;
    this.selectedId = id;
    this.tell('cuts');
    if (reveal) this.tell('reveal');
  }

  /** @param {{strip: number, group: number}} sizes CSS pixels */
  setSizes(sizes) {
    if (sizes.strip === this.sizes.strip && sizes.group === this.sizes.group) return;
    this.sizes = sizes;
    if (!this.model) return;
    this.stripsHeight = stackStrips(this.groups, this.folded, this.sizes);
    this.tell('strips');
    this.tell('cuts');
  }

  /** @param {string} group */
  fold(group) {
    if (!this.folded.delete(group)) this.folded.add(group);
    this.stripsHeight = stackStrips(this.groups, this.folded, this.sizes);
    this.tell('strips');
    this.tell('cuts');
  }

  /** Mended cuts are others, or are otherwise. @param {import('../shared/wire').MendedFacts[]} mended */
  setMended(mended) {
    const before = this.mended;
    const same = mended.length === before.length && mended.every(({ id, name }, k) => id === before[k].id && name === before[k].name);
    this.mended = mended;
    if (!this.model) return;
    if (!same) {
      this.#again();
      return;
    }
    const strips = new Map(mendedGroups(mended, this.model).flatMap((group) => group.strips).map((strip) => [strip.id, strip]));
    for (const strip of this.strips) Object.assign(strip, strips.get(strip.id), { top: strip.top });
    this.#timed();
    this.tell('cuts'); // figures say nothing of mended cuts: they stay
  }

  /** The frame that is shown at a time. @param {number} time seconds */
  frameAt(time) {
    return frameAt(this.entry, this.model.frames, time);
  }

  /** @param {import('./cuts.mjs').Rule} rule */
  setRule(rule) {
    this.cuts.rule = rule;
    this.solve();
  }

  /** @param {number} index of the segmentation */
  setShots(index) {
    this.cuts.shots = index;
    this.solve();
  }

  /** @param {import('./shapes.mjs').Shape} shape */
  setShape(shape) {
    this.cuts.shape = shape;
    this.solve();
  }

  /** How long one of many short clips may be. @param {number} seconds */
  setClip(seconds) {
    this.cuts.clip = seconds;
    this.solve();
  }

  /** Whether clips may begin and end within a word. */
  toggleWords() {
    this.cuts.words = !this.cuts.words;
    this.solve();
  }

  /** How long a cut shall be, as people write it. @param {string} text @returns {string} why not; "" where it is so now */
  setLength(text) {
    const { share, seconds, problem } = targetOf(text, this.entry.duration, this.entry.smallest_budget);
    if (problem) return problem;
    this.setBudget(share, seconds);
    return '';
  }

  /** Solve again at most once per frame. @param {number} share @param {number|null} [target] seconds, where they were asked for */
  setBudget(share, target = null) {
    this.cuts.budget = share;
    this.cuts.target = target;
    if (this.solveQueued) return;
    this.solveQueued = true;
    requestAnimationFrame(() => {
      this.solveQueued = false;
      if (this.model) this.solve();
    });
  }

  /** Solve every cut by the settings as they are. */
  solve() {
    this.cuts.solve();
    this.tell('settings');
    this.#arrived();
  }

  /** Cuts have come from the worker: they are drawn at most once per frame. */
  #arrivedSoon() {
    this.tell('solving');
    if (this.arriving) return;
    this.arriving = true;
    requestAnimationFrame(() => {
      this.arriving = false;
      this.#arrived();
    });
  }

  /** Cuts in seconds. */
  #timed() {
    for (const strip of this.strips) {
      strip.seconds = strip.cut?.segments.map(([start, end]) => ({ start: this.seconds(start), end: this.seconds(end) }));
    }
  }

  #arrived() {
    this.#timed();
    this.tell('cuts');
    if (this.cuts.solver.waiting === 0) this.figures.compare();
    this.tell('solving');
  }

  // ---------------------------------------------------------------- disagreement

  /** The places to jump to, seconds. @returns {number[]} */
  get peaks() {
    return this.model?.peaks[this.differ] ?? [];
  }

  /** Whose disagreement there is on this entry. @returns {string[]} */
  get usablePeaks() {
    return DIFFER.map(({ who }) => who).filter((who) => this.model?.peaks[who].length);
  }

  /** @param {string} who */
  setDiffer(who) {
    this.differ = who;
    this.tell('peaks');
    this.toast(`Next (N) and the triangles: ${DIFFER.find((one) => one.who === who).label}.`);
  }

  // ---------------------------------------------------------------- words

  /** Look for words in captions and transcript. @param {string} text */
  find(text) {
    this.sought = text;
    this.hits = this.model ? findWords(this.entry, this.model.times, text) : [];
    this.tell('found');
  }

  // ---------------------------------------------------------------- what lies over the page

  /** @param {'rows'|'help'|null} overlay */
  show(overlay) {
    this.overlay = overlay;
    this.tell('overlay');
  }

  /** Ask for a part of the page: 'keep', 'caption', 'link'. @param {string} part */
  ask(part) {
    this.tell('asked', part);
  }
}
