/** Everything that leads decided, newest first. Nothing here can be changed or deleted. */

import { when } from '../shared/dates.mjs';
import { h } from '../shared/dom.mjs';
import { table } from '../shared/table.mjs';
import { button, empty, fill, link, two } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').Decision} Decision */

const WORDS = { exclude: 'excluded', restore: 'restored', reopen: 'reopened' };
const STATES = { exclude: 'excluded', restore: 'submitted', reopen: 'open' };
const NOTHING =
  'When somebody excludes, restores or reopens a task, it stands here with their name and reason. Open a task from the ' +
  'Progress board to do so.';

export class TrailSection {
  /** @param {import('./review.mjs').Review} app */
  constructor(app) {
    this.app = app;
    this._main = h('div');
    this.element = h('div', {}, this._main);
  }

  show() {
    return fill(this._main, '/api/review/trail', ({ decisions }) => this._draw(decisions));
  }

  /** @param {Decision[]} decisions */
  _draw(decisions) {
    if (!decisions.length) {
      const board = button('To the board', () => this.app.go({ section: 'progress' }));
      this._main.replaceChildren(empty('Nothing has been decided yet.', NOTHING, board));
      return;
    }
    const look = (one) => this.app.go({ section: 'progress', assignment: null, dataset: null, task: one.task });
    /** @type {import('../shared/table.mjs').Column<Decision>[]} */
    const columns = [
      { label: 'When', cell: (one) => h('time', {}, when(one.at)) },
      { label: 'Who', cell: (one) => one.by },
      {
        label: 'Decision',
        cell: ({ kind }) => h('span', { class: 'mc-state', 'data-state': STATES[kind] ?? 'submitted' }, WORDS[kind] ?? kind),
      },
      { label: 'Whose task', cell: (one) => two(one.name, one.title) },
      { label: 'Reason', cell: (one) => one.reason },
      { label: 'Task', unseen: true, cell: (one) => link('Look', () => look(one)) },
    ];
    this._main.replaceChildren(table(columns, decisions, { label: 'Decisions' }));
  }
}
