/**
 * The Annotate page: who, the queue, one task. It asks the server for this person's own things only: /api/me,
 * /api/tasks, /api/task, and the video with its pictures. Nobody else's labels and no scores ever come here.
 */

import { call, h, recall, remember } from './annotate_dom.mjs';
import { ask } from './annotate_dialogs.mjs';
import { nextView, queueView, signInView } from './annotate_queue.mjs';
import { TabGuard } from './annotate_tabs.mjs';
import { TaskView } from './annotate_task.mjs';
import { count } from './format.mjs';
import { Outbox, waitingOwners } from './outbox.mjs';

/** Called by the Gradio component once its element exists. */
export async function mount({ element }) {
  const root = element.querySelector('#annotator');
  await stylesheet();
  await new App(root).start();
}

function stylesheet() {
  const href = new URL('annotate.css', import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return null;
  const link = h('link', { rel: 'stylesheet', href });
  document.head.append(link);
  return new Promise((resolve) => (link.onload = link.onerror = resolve));
}

class App {
  constructor(root) {
    this.root = root;
    this.me = null;
    this.outbox = null;
    this.view = null; // the open TaskView
    this.guard = null;
    this._turn = 0; // counts navigations: answers of an earlier one are dropped
  }

  async start() {
    this.root.classList.add('mca');
    this.root.dataset.ready = 'false';
    this._title = h('h1', { class: 'mca-heading' });
    this._back = h('button', { type: 'button', class: 'mca-button mca-quiet', onclick: () => this.go({}) }, '‹ Queue');
    this._saved = h('span', { class: 'mca-saved', role: 'status', 'aria-live': 'polite' });
    this._who = h('button', { type: 'button', class: 'mca-button mca-quiet', onclick: () => this.signOut() });
    this._submit = h(
      'button',
      { type: 'button', class: 'mca-button mca-primary', onclick: () => this.view?.submit() },
      'Submit',
    );
    this._header = h('header', { class: 'mca-header' }, this._back, this._title, this._saved, this._who, this._submit);
    this._banner = h('div', { class: 'mca-banner', role: 'alert', hidden: true });
    this._main = h('div', { class: 'mca-main' });
    this.root.replaceChildren(this._header, this._banner, this._main);
    new ResizeObserver(() => this._fit()).observe(document.body);
    addEventListener('resize', () => this._fit());
    // A clicked button gives the focus back at once, so that the space bar goes on playing; one reached with Tab keeps it.
    this.root.addEventListener(
      'click',
      (event) =>
        event.detail > 0 &&
        document.activeElement?.matches('button, summary, input[type=checkbox]') &&
        document.activeElement.blur(),
      { capture: true },
    );
    document.addEventListener('keydown', (event) => this._key(event), { capture: true });
    addEventListener('popstate', () => this.route());
    addEventListener('pageshow', (event) => event.persisted && this.route());
    this._fit();
    await this.route();
  }

  /** Show what the address asks for: ?task=, ?entry=, or the queue. */
  async route() {
    const turn = (this._turn += 1);
    const current = () => turn === this._turn;
    this._closeTask();
    this._loading();
    try {
      const me = await call('/api/me');
      if (!current()) return;
      await this._become(me);
      if (!this.me) return await this._showSignIn();
      const query = new URLSearchParams(location.search);
      if (query.get('task')) await this._openTask(Number(query.get('task')), current);
      else if (query.get('entry')) await this._openEntry(query.get('entry'), current);
      else await this._showQueue(current);
    } catch (error) {
      if (!current()) return;
      if (error.status === 401) await this._showSignIn('You were signed out.');
      else this._showFailure(error);
    }
  }

  /** Go to the queue ({}), a task ({task}) or an entry ({entry}); the address follows. */
  go(query, replace = false) {
    const address = new URL(location.href);
    for (const name of ['task', 'entry']) {
      address.searchParams.delete(name);
      if (query[name] !== undefined) address.searchParams.set(name, query[name]);
    }
    history[replace ? 'replaceState' : 'pushState'](history.state, '', address);
    return replace ? null : this.route();
  }

  async signIn(name) {
    await call('/api/me', { name });
    remember('name', name);
    await this.route();
  }

  async signOut() {
    const waiting = this.outbox?.unsaved ?? 0;
    const answer = await ask({
      title: `Signed in as ${this.me}`,
      text: waiting
        ? `${count(waiting, 'change')} could not be sent yet. They stay in this browser and are sent when ${this.me} signs in again.`
        : 'Everything you did is saved.',
      buttons: [
        ['out', 'Sign out', 'primary'],
        ['', 'Stay', ''],
      ],
    });
    if (answer !== 'out') return;
    try {
      await call('/api/me', { name: null });
    } catch (error) {
      return this._showFailure(error);
    }
    this.go({});
  }

  // ---- views ----

  _loading() {
    this.root.dataset.ready = 'false';
    this._show('loading', h('div', { class: 'mca-center mca-slow' }, h('p', { class: 'mca-faint' }, 'Loading …')), '');
  }

  async _showSignIn(reason = '') {
    const owners = await waitingOwners();
    const waiting = owners
      .map(([owner, n]) => `${count(n, 'change')} of ${owner.split('/').at(-1)} could not be sent yet.`)
      .concat(owners.length ? ['They are sent at the next sign-in with that name.'] : [])
      .join(' ');
    const view = signInView({ signIn: (name) => this.signIn(name), suggestion: recall('name', ''), reason, waiting });
    this._show('signin', view, 'Annotate');
    this._ready();
  }

  async _showQueue(current) {
    const { tasks } = await call('/api/tasks');
    if (!current()) return;
    const recent = recall('recent:' + this.me, null);
    this._show('queue', queueView({ tasks, recent, open: (task) => this.open(task) }), 'Your queue');
    this._ready();
  }

  open(task) {
    return this.go(task.task ? { task: task.task } : { entry: task.entry });
  }

  async _openEntry(entry, current) {
    const { task } = await call('/api/task', { entry });
    if (!current()) return;
    this.go({ task }, true);
    await this._openTask(task, current);
  }

  async _openTask(id, current) {
    const guard = new TabGuard(
      id,
      (state) => this._tabs(state),
      () => this._yield(),
    );
    this.guard = guard;
    const held = await guard.ask();
    const pending = this.outbox.pending(id); // may arrive at the server while it answers: taken before asking
    const data = await call('/api/task?id=' + encodeURIComponent(id));
    if (!current()) return guard.close();
    remember('recent:' + this.me, data.entry.id);
    this.view = new TaskView(data, pending, this.outbox, {
      changed: () => this._showHeader(),
      submitted: (place) => this._offerNext(place),
    });
    this._show('task', this.view.element, data.entry.title);
    if (held === 'elsewhere') this.view.hold();
    this._tabs(guard.state);
    this._ready();
  }

  _showFailure(error) {
    const offline = !error.status;
    const view = h(
      'div',
      { class: 'mca-center' },
      h(
        'div',
        { class: 'mca-card', role: 'alert' },
        h('h2', {}, offline ? 'The server cannot be reached' : 'This could not be opened'),
        h(
          'p',
          {},
          offline ? 'Your ratings in this browser are safe. Check the connection, then try again.' : error.message,
        ),
        error.hint ? h('p', { class: 'mca-faint' }, error.hint) : null,
        h(
          'div',
          { class: 'mca-answers' },
          h('button', { type: 'button', class: 'mca-button mca-primary', onclick: () => this.route() }, 'Try again'),
          location.search
            ? h('button', { type: 'button', class: 'mca-button', onclick: () => this.go({}) }, 'To the queue')
            : null,
        ),
      ),
    );
    if (!(error.status >= 0)) console.error(error);
    this._show('failed', view, 'Annotate');
    this._ready();
  }

  _show(name, view, title) {
    this.root.dataset.view = name;
    this._title.textContent = title;
    this._main.replaceChildren(view);
    this._showHeader();
    this._fit();
  }

  _ready() {
    this.root.dataset.ready = 'true';
  }

  async _offerNext(place) {
    try {
      const { tasks } = await call('/api/tasks');
      const others = tasks.filter((task) => task.task !== this.view?.task);
      place.replaceChildren(nextView({ tasks: others, open: (task) => this.open(task), back: () => this.go({}) }));
    } catch {
      place.replaceChildren(
        h('button', { type: 'button', class: 'mca-button', onclick: () => this.go({}) }, 'Back to the queue'),
      );
    }
  }

  _closeTask() {
    this.view?.close();
    this.guard?.close();
    this.view = this.guard = null;
  }

  // ---- identity and saving ----

  async _become({ annotator, library = '' }) {
    if (this.outbox && this.me === annotator) {
      if (this.outbox.problems.size > 0) this.outbox.retry();
      return;
    }
    this.outbox?.close();
    this.me = annotator;
    this.outbox = null;
    if (!annotator) return;
    this.outbox = new Outbox(
      [library, annotator].filter(Boolean).join('/'),
      sendEvents,
      () => call('/api/me'),
      () => this._savedChanged(),
    );
    await this.outbox.open();
  }

  _savedChanged() {
    this._showHeader();
    this.view?.outboxChanged();
  }

  _showHeader() {
    const { outbox, view } = this;
    const name = this.root.dataset.view;
    this._back.hidden = name !== 'task' && name !== 'failed';
    this._who.hidden = !this.me || name === 'signin';
    this._who.textContent = this.me ?? '';
    this._who.title = `Signed in as ${this.me}`;
    this._submit.hidden = !view || view.state.submitted;
    this._submit.disabled = !view?.editable;
    this._submit.classList.toggle('mca-complete', Boolean(view?.complete));
    this._saved.hidden = !outbox || name === 'signin';
    const state = outbox?.state ?? 'saved';
    const unsaved = outbox?.unsaved ?? 0;
    this.root.dataset.saved = state;
    this.root.dataset.unsaved = unsaved;
    this._saved.dataset.state = state;
    const text =
      state === 'saved'
        ? 'Saved'
        : state === 'unsaved'
          ? `${unsaved} unsaved`
          : unsaved
            ? `Offline, ${unsaved} unsaved`
            : 'Offline';
    if (this._saved.textContent !== text) this._saved.textContent = text;
    this._saved.title = this._savedWords(state, unsaved);
    this._showBanner();
  }

  _savedWords(state, unsaved) {
    if (state === 'saved') return 'Everything is stored on the server.';
    const kept = this.outbox.durable ? 'kept in this browser' : 'held by this page only: keep it open';
    if (state === 'unsaved') return `${count(unsaved, 'change')} on the way to the server, ${kept}.`;
    return `The server cannot be reached. ${count(unsaved, 'change')} ${kept} and sent as soon as it answers. You can go on rating.`;
  }

  _showBanner() {
    const [task, problem] = this.outbox?.problems.entries().next().value ?? [];
    const lost = this.outbox && !this.outbox.durable && this.view;
    this._banner.hidden = !problem && !lost;
    const state = problem ? `${task}:${problem.status}:${this.outbox.unsaved}` : lost ? 'memory' : '';
    if ((this._banner.dataset.state ?? '') === state) return;
    this._banner.dataset.state = state;
    this._banner.replaceChildren();
    if (!state) return;
    if (!problem) {
      const text =
        'This browser keeps nothing between visits (a private window?). Leave this page open until it says Saved.';
      this._banner.replaceChildren(h('span', {}, text));
      return;
    }
    const button = (text, action) => h('button', { type: 'button', class: 'mca-button', onclick: action }, text);
    if (problem.status === 401) {
      this._banner.replaceChildren(
        h('span', {}, 'You were signed out. Your ratings are kept in this browser; sign in again to send them.'),
        button('Sign in', () => this.route()),
      );
      return;
    }
    const n = this.outbox.pending(task).filter((event) => event.kind !== 'position').length;
    this._banner.replaceChildren(
      h(
        'span',
        {},
        `The server did not take ${count(n, 'change')}: ${[problem.message, problem.hint].filter(Boolean).join(' ')}`,
      ),
      button('Try again', () => this.outbox.retry()),
      button('Discard them', async () => {
        await this.outbox.discard(task);
        this.route();
      }),
    );
  }

  // ---- two tabs ----

  async _yield() {
    this.view?.hold();
    await this.outbox?.kept();
    this.outbox?.flush();
  }

  _tabs(state) {
    if (!this.view) return;
    const elsewhere = state === 'elsewhere' || state === 'free';
    this.root.dataset.tab = state;
    if (state === 'elsewhere') this.view.hold();
    this._curtain?.remove();
    this._curtain = null;
    if (!elsewhere) return;
    const free = state === 'free';
    this._curtain = h(
      'div',
      { class: 'mca-curtain' },
      h(
        'div',
        { class: 'mca-card', role: 'alertdialog', 'aria-label': 'Open in another tab' },
        h('h2', {}, free ? 'The other tab was closed' : 'This video is open in another tab'),
        h(
          'p',
          {},
          free
            ? 'You can go on here, where it left off.'
            : 'Ratings are taken in one tab at a time, so that the two do not overwrite each other.',
        ),
        h(
          'div',
          { class: 'mca-answers' },
          h(
            'button',
            { type: 'button', class: 'mca-button mca-primary', onclick: () => this._takeOver() },
            'Work in this tab',
          ),
          h('button', { type: 'button', class: 'mca-button', onclick: () => this.go({}) }, 'Back to the queue'),
        ),
      ),
    );
    this._main.append(this._curtain);
    this._curtain.querySelector('button').focus();
  }

  async _takeOver() {
    const task = this.guard.task;
    await this.guard.take();
    this.guard.close(); // the route asks anew; the other tab has let go
    await this.outbox.reload();
    await this.route();
  }

  // ---- keys and size ----

  _key(event) {
    if (!this.view || !this.root.isConnected || event.isComposing) return;
    if (document.querySelector('dialog[open]')) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (
      target.closest(
        "textarea, select, [contenteditable='true'], input:not([type=checkbox], [type=radio], [type=range])",
      )
    )
      return;
    const activates = event.key === ' ' || event.key === 'Enter';
    if (activates && target.closest('button, summary, a, input')) return;
    if (this.view.held) return;
    if (!this.view.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // The page fills the window below Gradio's bar, so that nothing important scrolls away.
  _fit() {
    const top = this.root.getBoundingClientRect().top + scrollY;
    this.root.style.setProperty('--mca-top', Math.ceil(top) + 'px');
  }
}

async function sendEvents(task, events, { keepalive = false } = {}) {
  const answer = await call('/api/task/events', { task, events }, { keepalive });
  return answer.acknowledged;
}
