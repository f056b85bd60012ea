/** Everything that leads decided, newest first. Nothing here can be changed or deleted. */

import { button, empty, fill, table, when } from './dom.mjs';
import { h } from '../shared/dom.mjs';

const WORDS = { exclude: 'excluded', restore: 'restored', reopen: 'reopened' };

export function trailSection(app) {
  const main = h('div');
  const columns = [
    { label: 'When', cell: (one) => h('time', {}, when(one.at)) },
    { label: 'Who', cell: (one) => one.by },
    { label: 'Decision', cell: (one) => h('span', { class: 'mc-state', 'data-state': one.kind === 'exclude' ? 'excluded' : one.kind === 'reopen' ? 'open' : 'submitted' }, WORDS[one.kind] ?? one.kind) },
    { label: 'Whose task', cell: (one) => h('span', { class: 'mc-two' }, one.name, h('small', {}, one.title)) },
    { label: 'Reason', cell: (one) => one.reason },
    { label: '', cell: (one) => button('Look', () => app.go({ section: 'progress', assignment: null, dataset: null, task: one.task }), { class: 'mc-link' }) },
  ];
  const draw = ({ decisions }) =>
    main.replaceChildren(
      decisions.length
        ? table(columns, decisions, { label: 'Decisions' })
        : empty('Nothing has been decided yet.', 'When somebody excludes, restores or reopens a task, it stands here with their name and reason. Open a task from the Progress board to do so.', button('To the board', () => app.go({ section: 'progress' }))),
    );
  return { element: h('div', {}, main), show: () => fill(main, '/api/review/trail', draw) };
}
