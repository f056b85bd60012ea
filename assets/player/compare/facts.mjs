/** What the entry is, beside the video. */

import { clock, count, frameRate } from '../shared/format.mjs';
import { h, replace } from '../shared/dom.mjs';
import { peopleRow } from './entry_rows.mjs';
import { simulatedLabel } from './simulated.mjs';
import { simulatedMark } from './swatch.mjs';

/**
 * @param {import('./page.mjs').Page} page
 * @param {HTMLElement} captions
 */
export function factsSection({ store, commands }, captions) {
  const title = h('h2', { 'data-slot': 'title' });
  const about = h('p', { 'data-slot': 'about' });
  const people = h('p', { 'data-slot': 'people' });
  const notes = h('p', { class: 'mc-notes', 'data-slot': 'notes' });
  store.on('model', () => {
    const { entry } = store;
    title.textContent = entry.title;
    title.title = `${entry.title} (${entry.id})`;
    replace(about, aboutOf(entry));
    replace(people, peopleOf(entry));
    notes.hidden = !entry.notes.length;
    notes.textContent = notes.title = entry.notes.join(' ');
  });
  const link = commands.button('link', {}, 'Copy link');
  return h('section', { class: 'mc-facts', 'aria-label': 'Entry' }, h('header', {}, title, link), about, people, notes, captions);
}

/** @param {import('./server.mjs').Entry} entry */
function aboutOf({ dataset, category, fps, n_frames: frames, duration, picks, feature_space: space, assumed_rate: assumed }) {
  const rate = frameRate(fps);
  const what = `Feature space, what the models see of the pictures: ${space}`;
  return [
    [dataset, category].filter(Boolean).join(' · '), h('br'),
    h('span', { title: `${frames} frames at ${fps} per second` }, `${clock(duration)} at ${rate} frames/s`),
    assumed ? h('span', { title: `Frame rate ${assumed}` }, ' (assumed)') : null, ', ',
    h('span', { title: 'Pictures at which features and scores exist' }, `${picks} picks`),
    space ? h('span', { class: 'mc-space', title: what }, space) : null,
  ];
}

/** @param {import('./server.mjs').Entry} entry */
function peopleOf(entry) {
  const people = peopleRow(entry);
  if (!people?.names.length) return people?.why_empty || 'Nobody has judged this entry yet.';
  const how = [...new Set(people.protocols)].filter((protocol) => protocol !== 'simulated');
  const who = `${count(people.names.length, 'person', 'people')}${how.length ? ` (${how.join(', ')})` : ''} `;
  return [who, simulatedMark(simulatedLabel(people.simulated))];
}
