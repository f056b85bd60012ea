/**
 * The Annotate page: who, the queue, one task. It asks the server for this person's own things only: /api/me,
 * /api/tasks, /api/task, and the video with its pictures. Nobody else's labels and no scores ever come here.
 */

import { get, post } from '../shared/http.mjs';
import { h } from '../shared/dom.mjs';
import { recall, remember } from '../shared/preferences.mjs';
import { curtain, failureView } from './cards.mjs';
import { ask } from './dialogs.mjs';
import { Header } from './header.mjs';
import { nextView, queueView } from './queue.mjs';
import { closedView, signInView } from './signin.mjs';
import { TabGuard } from './tabs.mjs';
import { TaskView } from './task.mjs';
import { count } from '../shared/format.mjs';
import { Outbox, waitingOwners } from './outbox.mjs';

const REFUSED = 'This link is no longer valid. Ask whoever sent it for a new one.';

/** Called by the Gradio component once its element exists. */
export async function mount({ element }) {
  const root = element.querySelector('#annotator');
  await stylesheet();
  await new App(root).start();
}

function stylesheet() {
  const href = new URL('./annotate.css', import.meta.url).href;
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
    this.root.classList.add('mc-annotate');
    this.root.dataset.ready = 'false';
    this.header = new Header({
      back: () => this.go({}),
      signOut: () => this.signOut(),
      signIn: () => this.route(),
      submit: () => this.view?.submit(),
      discard: (task) => this._discard(task),
    });
    this._main = h('div', { class: 'mc-main' });
    this.root.replaceChildren(this.header.element, this.header.banner, this._main);
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
      const me = await get('/api/me');
      if (!current()) return;
      this.closed = me.closed;
      await this._become(me);
      const query = new URLSearchParams(location.search);
      if (!this.me) return await this._showSignIn(query.has('refused') ? REFUSED : '');
      if (query.get('task')) await this._openTask(Number(query.get('task')), current);
      else if (query.get('entry')) await this._openEntry(query.get('entry'), query.get('protocol'), current);
      else await this._showQueue(current);
    } catch (error) {
      if (!current()) return;
      if (error.status === 401) await this._showSignIn('You were signed out.');
      else this._showFailure(error);
    }
  }

  /** Go to the queue ({}), a task ({task}) or an entry ({entry, protocol}); the address follows. */
  go(query, replace = false) {
    const address = new URL(location.href);
    for (const name of ['task', 'entry', 'protocol', 'refused']) {
      address.searchParams.delete(name);
      if (query[name] !== undefined) address.searchParams.set(name, query[name]);
    }
    history[replace ? 'replaceState' : 'pushState'](history.state, '', address);
    return replace ? null : this.route();
  }

  async signIn(name) {
    await post('/api/me', { name });
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
      await post('/api/me', { name: null });
    } catch (error) {
      return this._showFailure(error);
    }
    this.go({});
  }

  // ---- views ----

  _loading() {
    this.root.dataset.ready = 'false';
    this._show('loading', h('div', { class: 'mc-center mc-slow' }, h('p', { class: 'mc-faint' }, 'Loading …')), '');
  }

  async _showSignIn(reason = '') {
    const owners = await waitingOwners();
    const waiting = owners
      .map(([owner, n]) => `${count(n, 'change')} of ${owner.split('/').at(-1)} could not be sent yet.`)
      .concat(owners.length ? ['They are sent at the next sign-in with that name.'] : [])
      .join(' ');
    const about = { reason, waiting };
    const view = this.closed
      ? closedView(about)
      : signInView({ ...about, signIn: (name) => this.signIn(name), suggestion: recall('name', '') });
    this._show('signin', view, 'Annotate');
    this._ready();
  }

  async _showQueue(current) {
    const answer = await this._tasks();
    if (!current()) return;
    const recent = recall('recent-task:' + this.me, null);
    const view = queueView(answer, { recent, ...this._ways() });
    this._show('queue', view, 'Your queue');
    this._ready();
  }

  _tasks(kind = recall('protocol', 'shot-ratings')) {
    return get('/api/tasks?protocol=' + encodeURIComponent(kind));
  }

  // Where the queue leads to.
  _ways() {
    return {
      open: (task) => this.open(task),
      next: () => this._begin('/api/task/next', {}),
      train: (assignment) => this._begin('/api/task/train', { assignment }),
      choose: (protocol) => {
        remember('protocol', protocol);
        this.route();
      },
      back: () => this.go({}),
    };
  }

  open({ task, entry, kind }) {
    return this.go(task ? { task } : { entry, protocol: kind });
  }

  // Ask the server for a task and open it; without one left, the queue says so. Rejects with what the server says.
  async _begin(path, body) {
    const { task } = await post(path, body);
    return this.go(task ? { task } : {});
  }

  async _openEntry(entry, protocol, current) {
    const { task } = await post('/api/task', { entry, protocol });
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
    const data = await get('/api/task?id=' + encodeURIComponent(id));
    if (!current()) return guard.close();
    remember('recent-task:' + this.me, id);
    this.view = new TaskView(data, pending, this.outbox, {
      changed: () => this._showHeader(),
      submitted: (place) => this._offerNext(place),
      skipped: () => this._leaveSkipped(),
    });
    this._show('task', this.view.element, data.entry.title, data.practice ? 'Training' : '');
    if (held === 'elsewhere') this.view.hold();
    this._tabs(guard.state);
    this._ready();
  }

  _showFailure(error) {
    const queue = location.search ? () => this.go({}) : null;
    const view = failureView(error, { again: () => this.route(), queue });
    if (!(error.status >= 0)) console.error(error);
    this._show('failed', view, 'Annotate');
    this._ready();
  }

  _show(name, view, title, badge = '') {
    this.root.dataset.view = name;
    this.header.title(title, badge);
    this._main.replaceChildren(view);
    this._showHeader();
    this._fit();
  }

  _ready() {
    this.root.dataset.ready = 'true';
  }

  async _offerNext(place) {
    const { view } = this;
    try {
      const { kind } = view.data.protocol;
      const answer = await this._tasks(kind);
      const tasks = answer.tasks.filter((task) => task.task !== view.task && !task.practice);
      const { practice } = view.data;
      place.replaceChildren(nextView({ ...answer, tasks, kind, practice }, this._ways()));
    } catch {
      place.replaceChildren(
        h('button', { type: 'button', class: 'mc-button', onclick: () => this.go({}) }, 'Back to the queue'),
      );
    }
  }

  // The queue is asked for once the server knows, or cannot be told now.
  async _leaveSkipped() {
    await Promise.race([this.outbox.flush(), new Promise((resolve) => setTimeout(resolve, 3000))]);
    this.go({});
  }

  async _discard(task) {
    await this.outbox.discard(task);
    this.route();
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
      () => get('/api/me'),
      () => this._savedChanged(),
    );
    await this.outbox.open();
  }

  _savedChanged() {
    this._showHeader();
    this.view?.outboxChanged();
  }

  _showHeader() {
    const { outbox } = this;
    const view = this.root.dataset.view;
    this.root.dataset.saved = outbox?.state ?? 'saved';
    this.root.dataset.unsaved = outbox?.unsaved ?? 0;
    this.header.show({ view, me: this.me, outbox, task: this.view });
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
    this._curtain = curtain(state === 'free', { take: () => this._takeOver(), queue: () => this.go({}) });
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
    this.root.style.setProperty('--mc-top', Math.ceil(top) + 'px');
  }
}

async function sendEvents(task, events, { keepalive = false } = {}) {
  const answer = await post('/api/task/events', { task, events }, { keepalive });
  return answer.acknowledged;
}
