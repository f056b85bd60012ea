/** Cards instead of, or over, the work: something failed; the task is open in another tab. */

import { h } from '../shared/dom.mjs';
import { plainButton } from './controls.mjs';

/**
 * @param {{status?: number, message: string, hint?: string}} error  without a status the server was not reached
 * @param {{again: () => void, queue: (() => void)|null}} act
 */
export function failureView(error, { again, queue }) {
  const offline = !error.status;
  const safe = 'What you did is safe in this browser. Check the connection, then try again.';
  return h(
    'div',
    { class: 'mc-center' },
    h(
      'div',
      { class: 'mc-card', role: 'alert' },
      h('h2', {}, offline ? 'The server cannot be reached' : 'This could not be opened'),
      h('p', {}, offline ? safe : error.message),
      error.hint ? h('p', { class: 'mc-faint' }, error.hint) : null,
      h(
        'div',
        { class: 'mc-answers' },
        plainButton('Try again', again, 'mc-primary'),
        queue && plainButton('To the queue', queue),
      ),
    ),
  );
}

/**
 * Over a task that another tab has, or (`free`) had.
 * @param {boolean} free
 * @param {{take: () => void, queue: () => void}} act
 */
export function curtain(free, { take, queue }) {
  const text = free
    ? 'You can go on here, where it left off.'
    : 'Labels are taken in one tab at a time, so that the two do not overwrite each other.';
  return h(
    'div',
    { class: 'mc-curtain' },
    h(
      'div',
      { class: 'mc-card', role: 'alertdialog', 'aria-label': 'Open in another tab' },
      h('h2', {}, free ? 'The other tab was closed' : 'This video is open in another tab'),
      h('p', {}, text),
      h(
        'div',
        { class: 'mc-answers' },
        plainButton('Work in this tab', take, 'mc-primary'),
        plainButton('Back to the queue', queue),
      ),
    ),
  );
}
