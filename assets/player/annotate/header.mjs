/** The line above everything: what is open, whether it is saved, who is signed in; and what went wrong with saving. */

import { h } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { isLabel } from './labels.mjs';

export class Header {
  /** @param {object} act  back, signOut, signIn, submit, discard(task) */
  constructor(act) {
    this._act = act;
    const button = (style, action, ...text) =>
      h('button', { type: 'button', class: 'mc-button ' + style, onclick: action }, ...text);
    this._title = h('h1', { class: 'mc-heading' });
    this._badge = h('span', { class: 'mc-badge', hidden: true });
    this._back = button('mc-quiet', act.back, '‹ Queue');
    this._saved = h('span', { class: 'mc-saved', role: 'status', 'aria-live': 'polite' });
    this._who = button('mc-quiet', act.signOut);
    this._submit = button('mc-primary', act.submit, 'Submit');
    this._submit.title = 'Submit (Ctrl+Enter)';
    const parts = [this._back, this._badge, this._title, this._saved, this._who, this._submit];
    this.element = h('header', { class: 'mc-header' }, ...parts);
    this.banner = h('div', { class: 'mc-banner', role: 'alert', hidden: true });
  }

  title(text, badge) {
    this._title.textContent = text;
    this._badge.textContent = badge;
    this._badge.hidden = !badge;
  }

  /** @param {{view: string, me: string|null, outbox: object|null, task: object|null}} facts */
  show({ view, me, outbox, task }) {
    this._back.hidden = view !== 'task' && view !== 'failed';
    this._who.hidden = !me || view === 'signin';
    this._who.textContent = me ?? '';
    this._who.title = `Signed in as ${me}`;
    this._submit.hidden = !task || task.state.submitted;
    this._submit.disabled = !task?.editable;
    this._submit.classList.toggle('mc-complete', Boolean(task?.complete));
    this._saved.hidden = !outbox || view === 'signin';
    const state = outbox?.state ?? 'saved';
    const unsaved = outbox?.unsaved ?? 0;
    this._saved.dataset.state = state;
    const text = stateText(state, unsaved);
    if (this._saved.textContent !== text) this._saved.textContent = text;
    this._saved.title = outbox ? stateWords(state, unsaved, outbox.durable) : '';
    this._showBanner(outbox, task);
  }

  _showBanner(outbox, view) {
    const [task, problem] = outbox?.problems.entries().next().value ?? [];
    const lost = outbox && !outbox.durable && view;
    this.banner.hidden = !problem && !lost;
    const state = problem ? `${task}:${problem.status}:${outbox.unsaved}` : lost ? 'memory' : '';
    if ((this.banner.dataset.state ?? '') === state) return;
    this.banner.dataset.state = state;
    if (!state) return this.banner.replaceChildren();
    this.banner.replaceChildren(...(problem ? this._problem(outbox, task, problem) : [h('span', {}, LOST)]));
  }

  _problem(outbox, task, { status, message, hint }) {
    const button = (text, action) => h('button', { type: 'button', class: 'mc-button', onclick: action }, text);
    if (status === 401) return [h('span', {}, SIGNED_OUT), button('Sign in', this._act.signIn)];
    const n = outbox.pending(task).filter(isLabel).length;
    const text = `The server did not take ${count(n, 'change')}: ${[message, hint].filter(Boolean).join(' ')}`;
    return [
      h('span', {}, text),
      button('Try again', () => outbox.retry()),
      button('Discard them', () => this._act.discard(task)),
    ];
  }
}

const LOST = 'This browser keeps nothing between visits (a private window?). Leave this page open until it says Saved.';
const SIGNED_OUT = 'You were signed out. What you did is kept in this browser; sign in again to send it.';

function stateText(state, unsaved) {
  if (state === 'saved') return 'Saved';
  if (state === 'unsaved') return `${unsaved} unsaved`;
  return unsaved ? `Offline, ${unsaved} unsaved` : 'Offline';
}

function stateWords(state, unsaved, durable) {
  if (state === 'saved') return 'Everything is stored on the server.';
  const kept = durable ? 'kept in this browser' : 'held by this page only: keep it open';
  if (state === 'unsaved') return `${count(unsaved, 'change')} on the way to the server, ${kept}.`;
  return `The server cannot be reached. ${count(unsaved, 'change')} ${kept} and sent as soon as it answers. You can go on.`;
}
