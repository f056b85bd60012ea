/** What is shown once a task is submitted. */

import { h } from '../shared/dom.mjs';

/**
 * @param {{arrived: boolean, progress: string, practice: boolean, revealed: boolean, reveal: boolean}} facts
 *        whether the server has it; what was done; a training round; the comparison was seen; it may be seen
 * @param {object} act  reopen, again, compare
 * @returns {{parts: Node[], place: Element}} place is where what comes next goes
 */
export function submittedView({ arrived, progress, practice, revealed, reveal }, act) {
  const place = h('div', { class: 'mc-nexts' });
  const title = practice ? 'Training finished' : 'Submitted';
  const parts = [
    h('h3', {}, arrived ? title : 'Submitting …'),
    h('p', {}, arrived ? words(progress, practice) : 'The server has not confirmed it yet. Keep this tab open; it is sent as soon as the server answers.'),
  ];
  if (!arrived) return { parts, place };
  const button = (text, action, style) =>
    h('button', { type: 'button', class: 'mc-button ' + style, onclick: action }, text);
  const row = h('div', { class: 'mc-nexts' });
  if (reveal) row.append(button('See how you compare', () => act.compare(), ''));
  if (practice) row.append(button('Do it again', () => act.again(), ''));
  parts.push(place, ...(row.firstChild ? [row] : []));
  if (practice) return { parts, place };
  const why = 'You have seen how others judged, so your labels stay as they are.';
  if (revealed) parts.push(h('p', { class: 'mc-faint' }, why));
  else parts.push(h('button', { type: 'button', class: 'mc-link', onclick: () => act.reopen() }, 'Reopen it to change something'));
  return { parts, place };
}

function words(progress, practice) {
  return practice
    ? `${progress}. Training is not part of the results; you can do it as often as you like.`
    : `${progress}. Thank you, your labels are on the server.`;
}
