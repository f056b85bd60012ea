/** What is shown once a task is submitted: whether it has arrived, and what can be done next. */

import { h, replace } from '../shared/dom.mjs';
import { plainButton } from './controls.mjs';

const ON_THE_WAY = 'The server has not confirmed it yet. Keep this tab open; it is sent as soon as the server answers.';
const FIXED = 'You have seen how others judged, so your labels stay as they are.';

export class SubmittedView {
  /**
   * @param {import('./task.mjs').Task} task
   * @param {{compare: () => void, next: (place: HTMLElement, task: import('./task.mjs').Task) => void}} act  see how others
   *   judged; fill in what comes next
   */
  constructor(task, act) {
    this.task = task;
    this._act = act;
    this._shown = '';
    this.element = h('div', { class: 'mc-submitted', role: 'status', hidden: true });
  }

  /** Bring it up to date; whether a submission has arrived depends on the outbox, too. */
  show() {
    const { task } = this;
    const { submitted } = task.state;
    const arrived = submitted && task.arrived;
    this.element.hidden = !submitted;
    const shown = submitted ? JSON.stringify([arrived, task.tool.progress, task.revealed]) : '';
    if (this._shown === shown) return;
    this._shown = shown;
    this.element.dataset.arrived = submitted ? String(arrived) : '';
    if (!submitted) return;
    if (arrived) this._showArrived();
    else this.element.replaceChildren(h('h2', {}, 'Submitting …'), h('p', {}, ON_THE_WAY));
  }

  _showArrived() {
    const { task } = this;
    const { practice, protocol } = task.data;
    const place = h('div', { class: 'mc-nexts' });
    const more = h('div', { class: 'mc-nexts' });
    if (protocol.reveal) more.append(plainButton('See how you compare', this._act.compare));
    if (practice) more.append(plainButton('Do it again', () => task.again()));
    const title = practice ? 'Training finished' : 'Submitted';
    const parts = [h('h2', {}, title), h('p', {}, sentenceOf(task)), place, more.firstChild && more, !practice && this._change()];
    replace(this.element, parts);
    this._act.next(place, task);
  }

  _change() {
    const { task } = this;
    if (task.revealed) return h('p', { class: 'mc-faint' }, FIXED);
    const reopen = () => task.reopen();
    return h('button', { type: 'button', class: 'mc-link', onclick: reopen }, 'Reopen it to change something');
  }
}

function sentenceOf({ tool, data }) {
  return data.practice
    ? `${tool.progress}. Training is not part of the results; you can do it as often as you like.`
    : `${tool.progress}. Thank you, your labels are on the server.`;
}
