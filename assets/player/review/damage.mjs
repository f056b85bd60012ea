/** What of the database is damaged: said above every section of Review. */

import { h } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';

/** @typedef {import('../shared/wire').DamageFacts} DamageFacts */

const NAMED = 12; // tasks; more are counted

/** @param {DamageFacts} facts @returns {HTMLElement|null} null where nothing is damaged */
export function damageView({ damaged, tasks, hint }) {
  if (!damaged) return null;
  const named = tasks.slice(0, NAMED).map(({ task, entry, person }) => h('li', {}, entry ? `${person} on ${entry}` : `task ${task}`));
  const more = tasks.length - named.length;
  const what = tasks.length ? `The labels of ${count(tasks.length, 'task')} cannot be read:` : 'A part of it cannot be read.';
  return h(
    'div',
    { class: 'mc-damage', role: 'alert' },
    h('p', {}, h('b', {}, 'The database is damaged. '), what),
    tasks.length ? h('ul', {}, named, more > 0 ? h('li', {}, `${more} more`) : null) : null,
    h('p', {}, `Everything else goes on. ${hint}`),
  );
}
