/** One task beside the board: what was said, how it was worked on, what was decided, and the lead's decisions. */

import { clock, percent } from '../shared/format.mjs';
import { act, askReason, button, failure, loading, tell, when } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { get } from '../shared/http.mjs';
import { labelsView } from './labels.mjs';

const DECISIONS = {
  exclude: ['Exclude…', 'Exclude this task?', 'Its labels no longer count in any result, and its place is free for somebody else. Nothing is deleted; it can be restored.', 'Exclude', 'Excluded. The labels no longer count.'],
  restore: ['Restore…', 'Restore this task?', 'Its labels count again.', 'Restore', 'Restored. The labels count again.'],
  reopen: ['Reopen…', 'Reopen this task?', 'The annotator can go on with it; until it is submitted again its labels do not count.', 'Reopen', 'Reopened. The annotator can go on.'],
};
const STEPS = { submit: 'submitted', skip: 'skipped', reopen: 'reopened', restart: 'began again', revealed: 'saw the comparison with others', exclude: 'excluded', restore: 'restored' };
const KINDS = { 'shot-ratings': 'shot ratings', keyshots: 'keyshots', continuous: 'continuous rating' };

export class TaskPanel {
  /** @param {{close: () => void, changed: () => void, other: (task: number) => void}} on */
  constructor(on) {
    this.on = on;
    this.id = null;
    this.element = h('aside', { class: 'mc-task', 'aria-label': 'Task', hidden: true });
    this.element.addEventListener('keydown', (event) => event.key === 'Escape' && !event.target.closest('dialog') && on.close());
  }

  /** @param id of the task, null to close; @param siblings the tasks of the same person on the same video */
  async show(id, siblings = []) {
    if (!id) {
      this.id = null;
      this.element.hidden = true;
      return;
    }
    const another = id !== this.id;
    this.id = id;
    this.element.hidden = false;
    if (another) this.element.replaceChildren(loading());
    let task;
    try {
      task = await get(`/api/review/task?id=${id}`);
    } catch (error) {
      if (this.id === id) this.element.replaceChildren(h('div', { class: 'mc-tasktop' }, h('h2', {}, `Task ${id}`), this._x()), failure(error, error.status === 0 ? () => this.show(id, siblings) : null));
      return;
    }
    if (this.id !== id) return;
    this.element.replaceChildren(...this._view(task, siblings));
    if (another) this.element.querySelector('h2').focus();
  }

  _x() {
    return button('×', () => this.on.close(), { 'aria-label': 'Close', class: 'mc-button mc-quiet', title: 'Close (Esc)' });
  }

  _view(task, siblings) {
    const state = task.excluded !== null ? 'excluded' : task.state;
    const kinds = task.excluded !== null ? ['restore'] : ['exclude'];
    if (task.state !== 'open') kinds.push('reopen');
    const others = siblings.filter(({ id }) => id !== task.task);
    return [
      h('div', { class: 'mc-tasktop' }, h('h2', { tabindex: '-1' }, task.name), h('span', { class: 'mc-state', 'data-state': state }, state), this._x()),
      h('p', { class: 'mc-quietly' }, `${task.title}, ${clock(task.duration, 0)} · ${KINDS[task.protocol.kind]} (${task.protocol.name} v${task.protocol.version}) · task ${task.task}`),
      others.length ? h('p', { class: 'mc-quietly' }, 'Also by this person on this video: ', ...others.map((one) => button(one.protocol, () => this.on.other(one.id), { class: 'mc-link' }))) : '',
      task.excluded === null ? '' : h('p', { class: 'mc-notice' }, `Excluded: ${task.excluded}`),
      task.state === 'skipped' ? h('p', { class: 'mc-notice' }, `Skipped: ${task.skipped || 'no reason given'}`) : '',
      h('div', { class: 'mc-row' }, ...kinds.map((kind) => button(DECISIONS[kind][0], () => this._decide(task, kind), { 'data-decide': kind }))),
      h('h3', {}, 'Labels'),
      labelsView(task),
      h('h3', {}, 'How it was worked on'),
      ...qualityView(task.quality, task.protocol.kind),
      h('h3', {}, 'Notes'),
      task.notes.length ? h('ul', { class: 'mc-notes' }, ...task.notes.map((note) => h('li', {}, note.t === null ? '' : h('b', {}, clock(note.t, 0) + ' '), note.text))) : h('p', { class: 'mc-quietly' }, 'None.'),
      h('h3', {}, 'What happened'),
      h(
        'ol',
        { class: 'mc-steps' },
        ...task.trail.map((step) => h('li', { 'data-kind': step.kind }, h('time', {}, when(step.at)), h('span', {}, `${step.by} ${STEPS[step.kind] ?? step.kind}`, step.lead ? h('em', {}, ' lead') : '', step.text ? h('q', {}, step.text) : ''))),
        h('li', {}, h('time', {}, when(task.created)), h('span', {}, `${task.name} began`)),
      ),
    ];
  }

  async _decide(task, kind) {
    const [, title, text, verb, done] = DECISIONS[kind];
    const reason = await askReason(title, `${task.name}, ${task.title}. ${text}`, verb);
    if (reason === null || !(await act('/api/review/decide', { task: task.task, kind, reason }))) return;
    tell(done);
    await this.show(task.task);
    this.on.changed();
    this.element.querySelector('[data-decide]')?.focus();
  }
}

function qualityView(seen, kind) {
  const unit = { 'shot-ratings': 'rating', keyshots: 'segment or change', continuous: 'batch of samples' }[kind];
  const rows = [
    ['Watched', seen.watched === null ? 'not told by the browser' : percent(Math.min(1, seen.watched), 0), `${percent(seen.watch, 0)} was asked for`],
    ['Time worked', clock(seen.seconds, 0), 'without pauses'],
    ['Pauses', String(seen.pauses), 'longer than a minute'],
  ];
  if (kind !== 'continuous') {
    rows.push([`Per ${unit}`, seen.per_label === null ? '–' : `${seen.per_label.toFixed(1)} s`, 'median, from one to the next']);
    rows.push(['Tempo', seen.per_minute === null ? '–' : `${seen.per_minute.toFixed(0)} a minute`, 'while working']);
  }
  if (kind === 'shot-ratings') {
    rows.push(['Same in a row', String(seen.longest_run), 'at most']);
    rows.push(['Most used value', seen.same_share === null ? '–' : percent(seen.same_share, 0), 'of the ratings']);
  }
  const remarks = seen.remarks.length
    ? h('ul', { class: 'mc-remarks' }, ...seen.remarks.map((one) => h('li', {}, one)))
    : h('p', { class: 'mc-quietly' }, 'Nothing stands out.');
  return [remarks, h('dl', { class: 'mc-facts' }, ...rows.flatMap(([name, value, note]) => [h('dt', {}, name), h('dd', {}, value, h('small', {}, note))]))];
}
