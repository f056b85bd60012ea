/** Links from Review to the same moment in Compare: the entry, the person's line pinned and their cut selected, the time. */

import { h } from '../shared/dom.mjs';
import { clock } from '../shared/format.mjs';
import { url } from '../shared/http.mjs';
import { query } from '../shared/parts.mjs';

/**
 * Where Compare shows an entry.
 * @param {string} entry
 * @param {{person?: string, t?: number|'disputed'}} [at] whose lines are shown; seconds, or where people differ most
 */
export function inCompare(entry, { person, t } = {}) {
  const time = typeof t === 'number' ? t.toFixed(1) : t;
  return url(`/compare${query({ entry, t: time, person, cut: person && 'person' })}`);
}

/** A link to the moment where the people of a video differ most. @param {string} entry @param {string} title of the video */
export function disputedLink(entry, title) {
  const about = { 'aria-label': `Look where people differ most in ${title}, in Compare`, title: 'Open Compare where people differ most' };
  return h('a', { class: 'mc-link', href: inCompare(entry, { t: 'disputed' }), 'data-disputed': entry, ...about }, 'Look');
}

/** A link from a task to what its person liked best, where its labels count. @param {import('./labels.mjs').Judged} task */
export function taskLink(task) {
  const t = liked(task.labels);
  const href = inCompare(task.entry, { person: task.name, t });
  const text = t === null ? 'Open in Compare' : `Open in Compare at ${clock(t, 0)}`;
  const title = 'The video with everybody beside this person, at the first moment that this person rated highest';
  return h('a', { class: 'mc-button', href, 'data-compare': '', title }, text);
}

/** Seconds of the first of the highest ratings; null where nothing was said. @param {import('./labels.mjs').Labels} labels */
function liked({ ratings, marks, curve }) {
  const said = [
    ...ratings.filter(([, , value]) => value !== null).map(([start, , value]) => [start, value]),
    ...marks.map(([start]) => [start, 1]),
    ...curve,
  ];
  if (!said.length) return null;
  const most = Math.max(...said.map(([, value]) => value));
  return said.find(([, value]) => value === most)[0];
}
