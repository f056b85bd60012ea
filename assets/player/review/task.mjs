/** One task beside the board: what was said, how it was worked on, what was decided, and the lead's decisions. */

import { Commands } from '../shared/commands.mjs';
import { when } from '../shared/dates.mjs';
import { h, replace } from '../shared/dom.mjs';
import { clock, lasting, percent } from '../shared/format.mjs';
import { get } from '../shared/http.mjs';
import { act, askReason, tell } from '../shared/asking.mjs';
import { taskLink } from './in_compare.mjs';
import { labelsView } from './labels.mjs';
import { button, failure, link, loading, quietly, row } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').KeptProtocol['kind']} Kind */
/** @typedef {import('../shared/wire').DecideRequest['kind']} DecisionKind */
/** @typedef {import('../shared/wire').QualityFacts} Quality  how a task was worked on */
/** @typedef {import('../shared/wire').JudgedTask} ReviewTask  of GET /api/review/task */

/** @type {Record<DecisionKind, {asks: string, title: string, text: string, verb: string, done: string}>} */
const DECISIONS = {
  exclude: {
    asks: 'Exclude…',
    title: 'Exclude this task?',
    text:
      'Its labels no longer count in any result, and its place is free for somebody else. Nothing is deleted; it can be ' +
      'restored.',
    verb: 'Exclude',
    done: 'Excluded. The labels no longer count.',
  },
  restore: {
    asks: 'Restore…',
    title: 'Restore this task?',
    text: 'Its labels count again.',
    verb: 'Restore',
    done: 'Restored. The labels count again.',
  },
  reopen: {
    asks: 'Reopen…',
    title: 'Reopen this task?',
    text: 'The annotator can go on with it; until it is submitted again its labels do not count.',
    verb: 'Reopen',
    done: 'Reopened. The annotator can go on.',
  },
};
const STEPS = {
  submit: 'submitted',
  skip: 'skipped',
  reopen: 'reopened',
  restart: 'began again',
  revealed: 'saw the comparison with others',
  seen: 'judged after seeing what others or models say',
  exclude: 'excluded',
  restore: 'restored',
};
const SEEN = 'Seen before judging: this person had looked at what others or models say of the video.';
const KINDS = { 'shot-ratings': 'shot ratings', keyshots: 'keyshots', continuous: 'continuous rating' };
const UNITS = { 'shot-ratings': 'rating', keyshots: 'segment or change' };

export class TaskPanel {
  /** @param {{close: () => void, changed: () => void, other: (task: number) => void}} on */
  constructor(on) {
    this.on = on;
    /** @type {number|null} */
    this.id = null;
    this.commands = new Commands([{ name: 'close', keys: ['Escape'], label: 'Close', run: () => on.close() }]);
    this.element = h('aside', { class: 'mc-task', 'aria-label': 'Task', hidden: true });
    this.element.addEventListener('keydown', (event) => {
      const { target } = event;
      if (!(target instanceof Element) || !target.closest('dialog')) this.commands.press(event);
    });
  }

  /**
   * @param {number|null} id of the task, null to close
   * @param {{id: number, protocol: string}[]} [siblings] the tasks of the same person on the same video
   */
  async show(id, siblings = []) {
    const another = id !== this.id;
    this.id = id;
    this.element.hidden = !id;
    if (!id) return;
    if (another) this.element.replaceChildren(loading());
    /** @type {ReviewTask} */
    let task;
    try {
      task = await get(`/api/review/task?id=${id}`);
    } catch (error) {
      if (this.id === id) this._fail(error, siblings);
      return;
    }
    if (this.id !== id) return;
    replace(this.element, this._parts(task, siblings));
    if (another) this.element.querySelector('h2').focus();
  }

  _fail(error, siblings) {
    const again = error.status === 0 ? () => this.show(this.id, siblings) : null;
    replace(this.element, this._top(`Task ${this.id}`), failure(error, again));
  }

  _top(name, ...more) {
    const close = this.commands.button('close', { 'aria-label': 'Close', class: 'mc-button mc-quiet' }, '×');
    return h('div', { class: 'mc-tasktop' }, h('h2', { tabindex: '-1' }, name), ...more, close);
  }

  /** @param {ReviewTask} task @param {{id: number, protocol: string}[]} siblings */
  _parts(task, siblings) {
    const { protocol } = task;
    const state = task.excluded !== null ? 'excluded' : task.state;
    const how = `${KINDS[protocol.kind]} (${protocol.name} v${protocol.version})`;
    return [
      this._top(task.name, h('span', { class: 'mc-state', 'data-state': state }, state)),
      quietly(`${task.title}, ${lasting(task)} · ${how} · task ${task.task}`),
      this._others(siblings.filter(({ id }) => id !== task.task)),
      task.excluded !== null && h('p', { class: 'mc-notice' }, `Excluded: ${task.excluded}`),
      task.trail.some(({ kind }) => kind === 'seen') && h('p', { class: 'mc-notice' }, SEEN),
      task.state === 'skipped' && h('p', { class: 'mc-notice' }, `Skipped: ${task.skipped || 'no reason given'}`),
      this._decisions(task),
      h('h3', {}, 'Labels'),
      labelsView(task),
      h('h3', {}, 'How it was worked on'),
      remarksView(task.quality.remarks),
      qualityView(task.quality, protocol.kind),
      h('h3', {}, 'Notes'),
      notesView(task.notes),
      h('h3', {}, 'What happened'),
      trailView(task),
    ];
  }

  _others(others) {
    if (!others.length) return null;
    return quietly('Also by this person on this video: ', ...others.map((one) => link(one.protocol, () => this.on.other(one.id))));
  }

  /** @param {ReviewTask} task */
  _decisions(task) {
    /** @type {DecisionKind[]} */
    const kinds = [task.excluded === null ? 'exclude' : 'restore'];
    if (task.state !== 'open') kinds.push('reopen');
    const decisions = kinds.map((kind) => button(DECISIONS[kind].asks, () => this._decide(task, kind), { 'data-decide': kind }));
    return row(taskLink(task), ...decisions);
  }

  /** @param {ReviewTask} task @param {DecisionKind} kind */
  async _decide(task, kind) {
    const { title, text, verb, done } = DECISIONS[kind];
    const reason = await askReason(title, `${task.name}, ${task.title}. ${text}`, verb);
    if (reason === null || !(await act('/api/review/decide', { task: task.task, kind, reason }))) return;
    tell(done);
    await this.show(task.task);
    this.on.changed();
    /** @type {HTMLElement|null} */
    const first = this.element.querySelector('[data-decide]');
    first?.focus();
  }
}

/** @param {ReviewTask['notes']} notes */
function notesView(notes) {
  if (!notes.length) return quietly('None.');
  const lines = notes.map(({ t, text }) => h('li', {}, t !== null && h('b', {}, `${clock(t, 0)} `), text));
  return h('ul', { class: 'mc-notes' }, lines);
}

/** @param {ReviewTask} task */
function trailView({ trail, created, name }) {
  const line = (step) => [
    `${step.by} ${STEPS[step.kind] ?? step.kind}`,
    step.lead && h('em', {}, ' lead'),
    step.text && h('q', {}, step.text),
  ];
  return h(
    'ol',
    { class: 'mc-steps' },
    trail.map((step) => h('li', { 'data-kind': step.kind }, h('time', {}, when(step.at)), h('span', {}, line(step)))),
    h('li', {}, h('time', {}, when(created)), h('span', {}, `${name} began`)),
  );
}

/** @param {string[]} remarks */
function remarksView(remarks) {
  if (!remarks.length) return quietly('Nothing stands out.');
  return h('ul', { class: 'mc-remarks' }, remarks.map((one) => h('li', {}, one)));
}

/** @param {Quality} seen @param {Kind} kind */
function qualityView(seen, kind) {
  const watched = seen.watched === null ? 'not told by the browser' : percent(Math.min(1, seen.watched), 0);
  /** @type {[string, string, string][]} name, value, note */
  const facts = [
    ['Watched', watched, `${percent(seen.watch, 0)} was asked for`],
    ['Time worked', clock(seen.seconds, 0), 'without pauses'],
    ['Pauses', String(seen.pauses), 'longer than a minute'],
  ];
  if (kind !== 'continuous') facts.push(...tempo(seen, UNITS[kind]));
  if (kind === 'shot-ratings') {
    facts.push(['Same in a row', String(seen.longest_run), 'at most']);
    facts.push(fact('Most used value', seen.same_share, (share) => percent(share, 0), 'of the ratings', 'nothing was rated'));
  }
  const lines = facts.map(([name, value, note]) => [h('dt', {}, name), h('dd', {}, value, h('small', {}, note))]);
  return h('dl', { class: 'mc-facts' }, lines.flat());
}

/** @param {Quality} seen @param {string} unit @returns {[string, string, string][]} */
function tempo({ per_label: seconds, per_minute: rate }, unit) {
  return [
    fact(`Per ${unit}`, seconds, (value) => `${value.toFixed(1)} s`, 'median, from one to the next', 'it takes two labels'),
    fact('Tempo', rate, (value) => `${value.toFixed(0)} a minute`, 'while working', 'it takes a label, and time worked'),
  ];}

/**
 * A fact that may be undefined.
 * @param {string} name @param {number|null} value @param {(value: number) => string} shown
 * @param {string} note what it is @param {string} why it is undefined
 * @returns {[string, string, string]}
 */
function fact(name, value, shown, note, why) {
  return value === null ? [name, 'undefined', why] : [name, shown(value), note];
}
