/** A new assignment: defaults that fit, everything else one click away. */

import { h, replace } from '../shared/dom.mjs';
import { choice, field } from '../shared/form.mjs';
import { HOLD_MINUTES, PEOPLE_PER_VIDEO, TITLE_CHARS } from '../shared/limits.mjs';
import { act } from '../shared/asking.mjs';
import { button, sender } from '../shared/parts.mjs';
import { ProtocolForm } from './protocol.mjs';
import { VideoChoice } from './videos.mjs';

/**
 * @param {object} given
 * @param {import('./protocol.mjs').ProtocolVersion[]} given.protocols
 * @param {import('./review.mjs').Dataset[]} given.datasets
 * @param {string[]} given.chosen  ids of videos
 * @param {() => void} given.cancel
 * @param {(made: {videos: number, protocol: string}) => void} given.made
 */
export function newAssignment({ protocols, datasets, chosen, cancel, made }) {
  const today = new Date().toLocaleDateString(undefined, { day: 'numeric', month: 'long' });
  const title = h('input', { type: 'text', maxlength: TITLE_CHARS, required: true, value: `Round of ${today}` });
  const people = h('input', { type: 'number', min: 1, max: PEOPLE_PER_VIDEO, value: 3, required: true });
  const first = choice([['listed', 'Nearly complete videos, then as listed'], ['disputed', 'Most disputed videos']], 'listed');
  const hold = h('input', { type: 'number', min: 1, max: HOLD_MINUTES, value: 60, required: true });
  const practice = choice([['', 'None']], '');
  const videos = new VideoChoice({ datasets, chosen, changed: offer });
  const protocol = new ProtocolForm(protocols);
  const make = sender('Make the assignment');

  // The training round can be any video that is in sight; it is never judged for real.
  function offer(rows) {
    const kept = practice.value;
    const options = rows.map(({ id, title: text }) => h('option', { value: id }, text));
    replace(practice, h('option', { value: '' }, 'None'), options);
    practice.value = rows.some((one) => one.id === kept) ? kept : '';
  }

  async function submit(event) {
    event.preventDefault();
    make.disabled = true;
    const answer = await act('/api/review/assignments', {
      title: title.value,
      people: Number(people.value),
      first: first.value,
      hold_minutes: Number(hold.value),
      practice: practice.value || null,
      ...videos.asked(),
      ...protocol.asked(),
    });
    make.disabled = false;
    if (answer) made(answer);
  }

  return h(
    'form',
    { class: 'mc-desk-form', onsubmit: submit, 'aria-label': 'New assignment' },
    h('h2', {}, 'New assignment'),
    fields(field('Title', title, 'Annotators see it.', true), field('People for each video', people)),
    h('fieldset', {}, h('legend', {}, 'Videos'), videos.element),
    h('fieldset', {}, h('legend', {}, 'How they are judged'), protocol.element),
    h(
      'details',
      {},
      h('summary', {}, 'Order, time and training'),
      fields(
        field('Handed out first', first),
        field(
          'A place is held for, minutes',
          hold,
          'Without anything done for so long, somebody else gets the video.',
        ),
        field('Training round', practice, 'Everybody does this video first. It never counts.'),
      ),
    ),
    h('div', { class: 'mc-row mc-foot' }, make, button('Cancel', cancel)),
  );
}

function fields(...parts) {
  return h('div', { class: 'mc-fields' }, ...parts);
}
