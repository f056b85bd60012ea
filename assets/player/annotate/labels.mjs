/**
 * Events -> what is labelled now. The mirror of core/labelling/events.py, rule by rule; tests/browser/test_labels.py compares them.
 *
 * An event is {client, seq, kind, shot, value, t, at, data}. The log is only ever appended to: undo and redo are events
 * too, so they survive a reload.
 */

import { UNDO_STEPS } from '../shared/limits.mjs';

/**
 * @typedef {object} LabelEvent
 * @property {string} client  random for each page load
 * @property {number} seq  counts up from 1 in one client
 * @property {string} kind
 * @property {number|null} [shot]  number of a shot, part or take
 * @property {number|null} [value]
 * @property {number|null} [t]  moment of the video, seconds
 * @property {number} at  ms since 1970
 * @property {{text?: string, start?: number, end?: number, worth?: number, from?: number, to?: number, samples?: Sample[]}|null} [data]
 */
/** @typedef {[number, number]} Sample  [seconds, value 0..1] */
/** @typedef {[number, number]} Part  [first frame, end frame) */
/** @typedef {['ratings'|'marks'|'takes', number, any, any]} Step  [map, number, before, after], null = none */
/**
 * @typedef {object} TaskState
 * @property {Map<number, number>} ratings  shot -> value
 * @property {Map<number, Part>} marks  segment -> frames
 * @property {Map<number, Sample[]>} takes
 * @property {Step[]} undoable
 * @property {Step[]} redoable
 * @property {boolean} submitted
 * @property {string|null} skipped  why, null: it is not
 * @property {string|null} excluded
 * @property {number|null} position  seconds
 * @property {Set<string>} seen  ids of the events so far
 */

const LABELS = new Set(['rate', 'clear', 'mark', 'unmark', 'trace', 'undo', 'redo']);
const PASSIVE = new Set(['position', 'watched']);

/**
 * Is this an event a person would miss if it were lost (everything but where and what they watched)?
 * @param {{kind: string}} event
 */
export function isLabel(event) {
  return !PASSIVE.has(event.kind);
}

/**
 * The state before any event.
 * @returns {TaskState}
 */
export function emptyState() {
  return {
    ratings: new Map(),
    marks: new Map(),
    takes: new Map(),
    undoable: [],
    redoable: [],
    submitted: false,
    skipped: null,
    excluded: null,
    position: null,
    seen: new Set(),
  };
}

/**
 * Apply one event to `state` in place.
 * @param {TaskState} state
 * @param {LabelEvent} event
 * @returns {number|null} number of the label it set
 */
export function apply(state, event) {
  const id = event.client + '\n' + event.seq;
  if (state.seen.has(id)) return null;
  state.seen.add(id);
  const { kind } = event;
  const text = String(event.data?.text ?? '');
  if (kind === 'position') state.position = event.t ?? null;
  else if (kind === 'exclude') state.excluded = text;
  else if (kind === 'restore') state.excluded = null;
  else if (kind === 'submit' || kind === 'reopen') {
    state.submitted = kind === 'submit';
    state.skipped = null;
  } else if (kind === 'restart') restart(state);
  else if (state.submitted) return null;
  else if (kind === 'skip') state.skipped = text;
  else if (LABELS.has(kind)) {
    state.skipped = null;
    return label(state, event);
  }
  return null;
}

/**
 * The state after all `events`, in their order.
 * @param {LabelEvent[]} events
 */
export function fold(events) {
  const state = emptyState();
  for (const event of events) apply(state, event);
  return state;
}

/**
 * What a part was said to be worth, 0 or 1, which stands behind its frames; undefined where nobody said.
 * @param {Part} part
 * @returns {number|undefined}
 */
export function worthOf(part) {
  return /** @type {number[]} */ (part)[2];
}

/** The state as plain JSON, named like core.labelling.events.TaskState. */
export function summary(state) {
  const marks = [...state.marks];
  const framesOf = (parts) => Object.fromEntries(parts.map(([number, part]) => [number, part.slice(0, 2)]));
  return {
    ratings: Object.fromEntries(state.ratings),
    marks: framesOf(marks.filter(([, part]) => worthOf(part) !== 0)),
    left_out: framesOf(marks.filter(([, part]) => worthOf(part) === 0)),
    partial: marks.some(([, part]) => part.length > 2),
    takes: Object.fromEntries(state.takes),
    undo_depth: state.undoable.length,
    redo_depth: state.redoable.length,
    submitted: state.submitted,
    skipped: state.skipped,
    excluded: state.excluded,
    position: state.position,
  };
}

function restart(state) {
  const { seen, excluded } = state;
  Object.assign(state, emptyState(), { seen, excluded });
}

function label(state, event) {
  const { kind, shot } = event;
  if (kind === 'undo') return step(state, state.undoable, state.redoable, 2);
  if (kind === 'redo') return step(state, state.redoable, state.undoable, 3);
  if ((shot ?? null) === null) return null;
  if (kind === 'trace') return trace(state, shot, event.data?.samples ?? []);
  const rates = kind === 'rate' || kind === 'clear';
  put(state, rates ? 'ratings' : 'marks', shot, valueOf(event));
  return shot;
}

function valueOf({ kind, value, data }) {
  if (kind === 'rate') return value ?? null;
  if (kind !== 'mark' || !data) return null;
  return [data.start, data.end, ...((data.worth ?? null) === null ? [] : [data.worth])];
}

// All samples of one take in a row are one step.
function trace(state, take, samples) {
  const all = [...(state.takes.get(take) ?? []), ...samples];
  const last = state.undoable.at(-1);
  if (last && last[0] === 'takes' && last[1] === take && state.redoable.length === 0) {
    last[3] = all;
    set(state, 'takes', take, all);
  } else {
    put(state, 'takes', take, all);
  }
  return take;
}

function put(state, map, number, value) {
  state.undoable.push([map, number, state[map].get(number) ?? null, value]);
  if (state.undoable.length > UNDO_STEPS) state.undoable.shift();
  state.redoable = [];
  set(state, map, number, value);
}

function step(state, source, target, side) {
  const one = source.pop();
  if (!one) return null;
  target.push(one);
  set(state, one[0], one[1], one[side]);
  return one[1];
}

function set(state, map, number, value) {
  if (value === null) state[map].delete(number);
  else state[map].set(number, value);
}
