/** The line above everything: what is open, whether it is saved, who is signed in; and what went wrong with saving. */

import { h } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { plainButton } from './controls.mjs';
import { isLabel } from './labels.mjs';

/** @typedef {import('./outbox.mjs').Outbox} Outbox */
/** @typedef {import('./outbox.mjs').Problem} Problem */

export class Header {
  /** @param {{back: () => void, signOut: () => void, signIn: () => void, discard: (task: number) => void}} act */
  constructor(act) {
    this._act = act;
    this._title = h('h1', { class: 'mc-heading' });
    this._badge = h('span', { class: 'mc-badge', hidden: true });
    this._back = plainButton('‹ Queue', act.back, 'mc-quiet');
    this._saved = h('span', { class: 'mc-saved', role: 'status', 'aria-live': 'polite' });
    this._who = plainButton('', act.signOut, 'mc-quiet');
    this._action = h('span', { hidden: true });
    const parts = [this._back, this._badge, this._title, this._saved, this._who, this._action];
    this.element = h('header', { class: 'mc-header' }, ...parts);
    this.banner = h('div', { class: 'mc-banner', role: 'alert', hidden: true });
    this._problemShown = '';
  }

  /** @param {string} text @param {string} badge @param {HTMLElement|null} [action] the last button */
  title(text, badge, action = null) {
    this._title.textContent = this._title.title = text;
    this._badge.textContent = badge;
    this._badge.hidden = !badge;
    const next = action ?? h('span', { hidden: true });
    this._action.replaceWith(next);
    this._action = next;
  }

  /** @param {{view: string, me: string|null, outbox: Outbox|null, working: boolean}} facts  working: a task is open */
  show({ view, me, outbox, working }) {
    this._back.hidden = view !== 'task' && view !== 'study' && view !== 'failed';
    this._who.hidden = !me || view === 'signin';
    this._who.textContent = me ?? '';
    this._who.title = `Signed in as ${me}`;
    this._saved.hidden = !outbox || view === 'signin';
    if (outbox) this._showSaved(outbox);
    this._showBanner(outbox, working);
  }

  _showSaved({ state, unsaved, durable, reason }) {
    this._saved.dataset.state = state;
    const text = stateText(state, unsaved, reason);
    if (this._saved.textContent !== text) this._saved.textContent = text;
    this._saved.title = stateTitle(state, unsaved, durable, reason);
  }

  _showBanner(outbox, working) {
    const [task, problem] = outbox?.problems.entries().next().value ?? [];
    const lost = outbox && !outbox.durable && working;
    this.banner.hidden = !problem && !lost;
    const shown = problem ? `${task}:${problem.status}:${outbox.unsaved}` : lost ? 'memory' : '';
    if (this._problemShown === shown) return;
    this._problemShown = shown;
    if (problem) this.banner.replaceChildren(...this._problem(outbox, task, problem));
    else this.banner.replaceChildren(...(lost ? [h('span', {}, LOST)] : []));
  }

  /** @param {Outbox} outbox @param {number} task @param {Problem} problem */
  _problem(outbox, task, problem) {
    if (problem.status === 401) return [h('span', {}, SIGNED_OUT), plainButton('Sign in', this._act.signIn)];
    const n = outbox.pending(task).filter(isLabel).length;
    return [
      h('span', {}, `The server did not take ${count(n, 'change')}: ${[problem.message, problem.hint].filter(Boolean).join(' ')}`),
      plainButton('Try again', () => outbox.retry()),
      plainButton('Discard them', () => this._act.discard(task)),
    ];
  }
}

const LOST = 'This browser keeps nothing between visits (a private window?). Leave this page open until it says Saved.';
const SIGNED_OUT = 'You were signed out. What you did is kept in this browser; sign in again to send it.';

function stateText(state, unsaved, reason) {
  if (state === 'saved') return 'Saved';
  if (state === 'unsaved') return `${unsaved} unsaved`;
  if (reason) return unsaved ? `${unsaved} waiting` : 'Waiting';
  return unsaved ? `Offline, ${unsaved} unsaved` : 'Offline';
}

function stateTitle(state, unsaved, durable, reason) {
  if (state === 'saved') return 'Everything is stored on the server.';
  const kept = durable ? 'kept in this browser' : 'held by this page only: keep it open';
  if (state === 'unsaved') return `${count(unsaved, 'change')} on the way to the server, ${kept}.`;
  if (reason) return `${reason} ${count(unsaved, 'change')} ${kept} and sent as soon as that is possible. You can go on.`;
  return `The server cannot be reached. ${count(unsaved, 'change')} ${kept} and sent as soon as it answers. You can go on.`;
}
