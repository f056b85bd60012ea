/**
 * The Annotate page: who, the queue, one task. It asks the server for this person's own things only: /api/me,
 * /api/tasks, /api/task, and the video with its pictures. Nobody else's labels and no scores ever come here.
 */

import { h, stylesheets } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { get, post } from '../shared/http.mjs';
import { recall, remember } from '../shared/preferences.mjs';
import { failureView } from './cards.mjs';
import { plainButton } from './controls.mjs';
import { ask } from './dialogs.mjs';
import { Header } from './header.mjs';
import { waitingOwners } from './outbox.mjs';
import { nextView, queueView } from './queue.mjs';
import { Session } from './session.mjs';
import { closedView, signInView, viewerView } from './signin.mjs';
import { TaskTab } from './task_tab.mjs';
import { StudyPage } from '../compare/versus_study.mjs';

/** @typedef {import('./queue.mjs').TasksAnswer} TasksAnswer */
/** @typedef {{task?: number, entry?: string, protocol?: string, study?: number}} Query  {} is the queue */

const REFUSED = 'This link is no longer valid. Ask whoever sent it for a new one.';
const BY_LINK = 'Your personal link signs you in again; if somebody else may have it, ask a lead for a new one.';
/** @type {[string, string, string][]} */
const BY_LINK_WAYS = [['everywhere', 'Sign out everywhere', 'primary'], ['out', 'Only here', ''], ['', 'Stay', '']];
const SIGNED_ON = 'Your lab signed you in, so you sign out there.';
const SKIP_PATIENCE_MS = 3000;

/** Called by the Gradio component once its element exists. @param {{element: HTMLElement}} gradio */
export async function mount({ element }) {
  await stylesheets(import.meta.url, 'annotate.css', '../compare/versus.css');
  await new App(element.querySelector('#annotator')).start();
}

class App {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.session = new Session();
    this.session.on('changed', () => this._savedChanged());
    /** @type {TaskTab|null} */
    this.tab = null;
    /** @type {StudyPage|null} */
    this.study = null;
    this._turn = 0; // counts navigations: answers of an earlier one are dropped
    this._main = h('div', { class: 'mc-main' });
    this.header = new Header({
      back: () => this.go({}),
      signOut: () => this.signOut(),
      signIn: () => this.route(),
      discard: (task) => this._discard(task),
    });
  }

  async start() {
    this.root.classList.add('mc-annotate');
    this.root.dataset.ready = 'false';
    this.root.replaceChildren(this.header.element, this.header.banner, this._main);
    new ResizeObserver(() => this._fit()).observe(document.body);
    addEventListener('resize', () => this._fit());
    this.root.addEventListener('click', giveFocusBack, { capture: true });
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
      const me = await this.session.ask();
      if (!current()) return;
      await this.session.become(me);
      const query = new URLSearchParams(location.search);
      if (this.session.role === 'viewer') this._show('viewer', viewerView(), 'Annotate');
      else if (!this.session.me) await this._showSignIn(query.has('refused') ? REFUSED : '');
      else if (query.get('task')) await this._openTask(Number(query.get('task')), current);
      else if (query.get('study')) await this._openStudy(Number(query.get('study')), current);
      else if (query.get('entry')) await this._openEntry(query.get('entry'), query.get('protocol'), current);
      else await this._showQueue(current);
    } catch (error) {
      if (!current()) return;
      if (error.status === 401) await this._showSignIn('You were signed out.');
      else this._showFailure(error);
    }
  }

  /** Go there; the address follows. @param {Query} query */
  go(query) {
    history.pushState(history.state, '', addressOf(query));
    return this.route();
  }

  async signIn(name) {
    await this.session.signIn(name);
    await this.route();
  }

  async signOut() {
    const { me, unsaved } = this.session;
    const kept =
      `${count(unsaved, 'change')} could not be sent yet. They stay in this browser and are sent when ${me} signs in again.`;
    const saved = unsaved ? kept : 'Everything you did is saved.';
    const { closed, signedOn } = this.session;
    const answer = await ask({
      title: `Signed in as ${me}`,
      text: signedOn ? `${saved} ${SIGNED_ON}` : closed ? `${saved} ${BY_LINK}` : saved,
      buttons: signedOn ? [['', 'Close', 'primary']] : closed ? BY_LINK_WAYS : [['out', 'Sign out', 'primary'], ['', 'Stay', '']],
    });
    if (!answer) return;
    try {
      await this.session.signOut(answer === 'everywhere');
    } catch (error) {
      this._showFailure(error);
      return;
    }
    this.go({});
  }

  // ---- views ----

  _loading() {
    this.root.dataset.ready = 'false';
    const said = h('span', { class: 'mc-hidden' }, 'Loading …');
    this._show('loading', h('div', { class: 'mc-slow', role: 'status' }, said, h('span', { class: 'mc-lines' })), '');
  }

  async _showSignIn(reason = '') {
    const owners = await waitingOwners();
    const waiting = owners
      .map(([owner, n]) => `${count(n, 'change')} of ${owner.split('/').at(-1)} could not be sent yet.`)
      .concat(owners.length ? ['They are sent at the next sign-in with that name.'] : [])
      .join(' ');
    const about = { reason, waiting };
    const view = this.session.closed
      ? closedView(about)
      : signInView({ ...about, signIn: (name) => this.signIn(name), suggestion: recall('name', '') });
    this._show('signin', view, 'Annotate');
    this._ready();
  }

  async _showQueue(current) {
    const answer = await this._tasks();
    if (!current()) return;
    const recent = recall('recent-task:' + this.session.me, null);
    const view = queueView(answer, { recent, ...this._ways() });
    this._show('queue', view, 'Your queue');
    this._ready();
  }

  /** @returns {Promise<TasksAnswer>} */
  _tasks(kind = recall('protocol', 'shot-ratings')) {
    return get('/api/tasks?protocol=' + encodeURIComponent(kind));
  }

  // Where the queue leads to.
  _ways() {
    return {
      open: (task) => this.open(task),
      next: () => this._begin('/api/task/next', {}),
      train: (assignment) => this._begin('/api/task/train', { assignment }),
      compare: (study) => this.go({ study }),
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
    history.replaceState(history.state, '', addressOf({ task }));
    await this._openTask(task, current);
  }

  async _openStudy(id, current) {
    const study = new StudyPage(id);
    this.study = study;
    await study.open();
    if (!current()) return;
    this._show('study', study.element, 'Which cut is better?');
    this._ready();
  }

  async _openTask(id, current) {
    const tab = new TaskTab(id, this.session.outbox, this.root, { queue: () => this.go({}), route: () => this.route() });
    this.tab = tab;
    const act = {
      changed: () => this._showHeader(),
      next: (place, task) => this._offerNext(place, task),
      skipped: () => this._leaveSkipped(),
    };
    const page = await tab.open(act, current);
    if (!page) return;
    const { entry, practice } = page.task.data;
    remember('recent-task:' + this.session.me, id);
    this._show('task', page.element, entry.title, practice ? 'Training' : '', page.submit);
    tab.shown();
    this._ready();
  }

  _showFailure(error) {
    const queue = location.search ? () => this.go({}) : null;
    const view = failureView(error, { again: () => this.route(), queue });
    if (!(error.status >= 0)) console.error(error);
    this._show('failed', view, 'Annotate');
    this._ready();
  }

  _show(name, view, title, badge = '', action = null) {
    this.root.dataset.view = name;
    this.header.title(title, badge, action);
    this._main.replaceChildren(view);
    this._showHeader();
    this._fit();
  }

  _ready() {
    this.root.dataset.ready = 'true';
  }

  async _offerNext(place, { id, data }) {
    const { practice, protocol: { kind } } = data;
    try {
      const answer = await this._tasks(kind);
      const tasks = answer.tasks.filter((row) => row.task !== id && !row.practice);
      place.replaceChildren(nextView({ ...answer, tasks, kind, practice }, this._ways()));
    } catch {
      place.replaceChildren(plainButton('Back to the queue', () => this.go({})));
    }
  }

  // The queue is asked for once the server knows, or cannot be told now.
  async _leaveSkipped() {
    await Promise.race([this.session.outbox.flush(), new Promise((resolve) => setTimeout(resolve, SKIP_PATIENCE_MS))]);
    this.go({});
  }

  async _discard(task) {
    await this.session.outbox.discard(task);
    this.route();
  }

  _closeTask() {
    this.tab?.close();
    this.tab = null;
    this.study?.close();
    this.study = null;
  }

  _savedChanged() {
    this._showHeader();
    this.tab?.page?.outboxChanged();
  }

  _showHeader() {
    const { me, outbox, state, unsaved } = this.session;
    const { view } = this.root.dataset;
    this.root.dataset.saved = state;
    this.root.dataset.unsaved = String(unsaved);
    this.header.show({ view, me, outbox, working: Boolean(this.tab?.page) });
  }

  // The page fills the window below Gradio's bar, so that nothing important scrolls away.
  _fit() {
    const top = this.root.getBoundingClientRect().top + scrollY;
    this.root.style.setProperty('--mc-top', Math.ceil(top) + 'px');
  }
}

/** The page's address for what is asked. @param {Query} query */
function addressOf(query) {
  const address = new URL(location.href);
  for (const name of ['task', 'entry', 'protocol', 'study', 'refused']) {
    address.searchParams.delete(name);
    if (query[name] !== undefined) address.searchParams.set(name, query[name]);
  }
  return address;
}

// A clicked button gives the focus back at once, so that the space bar goes on playing; one reached with Tab keeps it.
function giveFocusBack(event) {
  const focused = document.activeElement;
  if (event.detail === 0 || !(focused instanceof HTMLElement)) return;
  if (focused.matches('button, summary, input[type=checkbox]')) focused.blur();
}
