/** A new assignment: defaults that fit, everything else one click away. */

import { act, button, choice, field } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { VideoChoice } from './videos.mjs';
import { ProtocolForm } from './protocol.mjs';

/**
 * @param {{protocols: object[], datasets: object[], chosen: string[], cancel: () => void, made: (made: object) => void}} given
 */
export function newAssignment({ protocols, datasets, chosen, cancel, made }) {
  const title = h('input', { type: 'text', maxlength: 100, required: true, value: `Round of ${new Date().toLocaleDateString(undefined, { day: 'numeric', month: 'long' })}` });
  const people = h('input', { type: 'number', min: 1, max: 1000, value: 3, required: true });
  const first = choice([['listed', 'Nearly complete videos, then as listed'], ['disputed', 'Most disputed videos']], 'listed');
  const hold = h('input', { type: 'number', min: 1, max: 10080, value: 60, required: true });
  const practice = choice([['', 'None']], '');
  const videos = new VideoChoice({ datasets, chosen, changed: (rows) => offer(rows) });
  const protocol = new ProtocolForm(protocols);
  const make = h('button', { type: 'submit', class: 'mc-button mc-primary' }, 'Make the assignment');

  // The training round can be any video that is in sight; it is never judged for real.
  function offer(rows) {
    const kept = practice.value;
    practice.replaceChildren(h('option', { value: '' }, 'None'), ...rows.map((row) => h('option', { value: row.id }, row.title)));
    practice.value = rows.some((row) => row.id === kept) ? kept : '';
  }

  async function submit(event) {
    event.preventDefault();
    make.disabled = true;
    const body = {
      title: title.value,
      people: Number(people.value),
      first: first.value,
      hold_minutes: Number(hold.value),
      practice: practice.value || null,
      ...videos.asked(),
      ...protocol.asked(),
    };
    const answer = await act('/api/review/assignments', body);
    make.disabled = false;
    if (answer) made(answer);
  }

  return h(
    'form',
    { class: 'mc-review-form', onsubmit: submit, 'aria-label': 'New assignment' },
    h('h2', {}, 'New assignment'),
    h('div', { class: 'mc-fields' }, field('Title', title, 'Annotators see it.', true), field('People for each video', people)),
    h('fieldset', {}, h('legend', {}, 'Videos'), videos.element),
    h('fieldset', {}, h('legend', {}, 'How they are judged'), protocol.element),
    h(
      'details',
      {},
      h('summary', {}, 'Order, time and training'),
      h(
        'div',
        { class: 'mc-fields' },
        field('Handed out first', first),
        field('A place is held for, minutes', hold, 'Without anything done for so long, somebody else gets the video.'),
        field('Training round', practice, 'Everybody does this video first. It never counts.'),
      ),
    ),
    h('div', { class: 'mc-row mc-foot' }, make, button('Cancel', cancel)),
  );
}

