/**
 * The Review page: for whoever leads an annotation. Sections as tabs; the address remembers the section, what it is
 * narrowed to, and the task that is open: ?section=progress&assignment=2&task=17.
 */

import { agreementSection } from './agreement.mjs';
import { assignmentsSection } from './assignments.mjs';
import { boardSection } from './board.mjs';
import { choice, failure, loading } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { get } from '../shared/http.mjs';
import { exportSection } from './export.mjs';
import { peopleSection } from './people.mjs';
import { queueSection } from './queue.mjs';
import { trailSection } from './trail.mjs';

const SECTIONS = [
  ['progress', 'Progress', boardSection],
  ['agreement', 'Agreement', agreementSection],
  ['queue', 'Needs people', queueSection],
  ['assignments', 'Assignments', assignmentsSection],
  ['people', 'People', peopleSection],
  ['decisions', 'Decisions', trailSection],
  ['export', 'Export', exportSection],
];
const KEPT = ['section', 'assignment', 'dataset', 'task', 'entry', 'people'];

/** Called by the Gradio component once its element exists. */
export async function mount({ element }) {
  const root = element.querySelector('#review');
  await stylesheet();
  await new App(root).start();
}

function stylesheet() {
  const href = new URL('./review.css', import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return null;
  const link = h('link', { rel: 'stylesheet', href });
  document.head.append(link);
  return new Promise((resolve) => (link.onload = link.onerror = resolve));
}

class App {
  constructor(root) {
    this.root = root;
    this.filters = null;
    this._section = null;
    this._name = '';
  }

  async start() {
    this.root.classList.add('mc-review');
    const tabs = SECTIONS.map(([name, label]) =>
      h(
        'button',
        { type: 'button', role: 'tab', id: `mc-tab-${name}`, 'aria-controls': 'mc-panel', 'data-section': name, onclick: () => this.go({ section: name }) },
        label,
      ),
    );
    this._tabs = h('div', { class: 'mc-tabs', role: 'tablist', 'aria-label': 'Review', onkeydown: (event) => this._turn(event) }, ...tabs);
    this._panel = h('section', { class: 'mc-panel', role: 'tabpanel', id: 'mc-panel' });
    const told = h('p', { class: 'mc-told', role: 'status', 'aria-live': 'polite' });
    this.root.replaceChildren(h('header', { class: 'mc-header' }, h('h1', {}, 'Review'), this._tabs), told, this._panel);
    addEventListener('popstate', () => this.route());
    const fit = () => this.root.style.setProperty('--mc-top', `${this.root.getBoundingClientRect().top + scrollY}px`);
    new ResizeObserver(fit).observe(document.body);
    fit();
    await this.route();
  }

  /** What the address says now. */
  get asked() {
    const given = new URLSearchParams(location.search);
    return Object.fromEntries(KEPT.map((name) => [name, given.get(name)]));
  }

  /** Change parts of the address and show it; null takes a part away. */
  go(change, replace = false) {
    const address = new URL(location.href);
    if (change.section && change.section !== this._name) {
      for (const name of ['task', 'entry', 'people']) address.searchParams.delete(name);
    }
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === '') address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    if (address.href !== location.href) history[replace ? 'replaceState' : 'pushState'](history.state, '', address);
    return this.route();
  }

  async route() {
    if (!this.root.isConnected) return;
    const { section } = this.asked;
    const [name, label, make] = SECTIONS.find(([one]) => one === section) ?? SECTIONS[0];
    for (const tab of this._tabs.children) {
      const current = tab.dataset.section === name;
      tab.setAttribute('aria-selected', String(current));
      tab.tabIndex = current ? 0 : -1;
    }
    this._panel.setAttribute('aria-labelledby', `mc-tab-${name}`);
    this._panel.setAttribute('aria-label', label);
    if (name !== this._name) {
      this._section?.close?.();
      this._name = name;
      this.root.dataset.section = name;
      this._panel.replaceChildren(loading());
      try {
        await this.refreshFilters();
      } catch (error) {
        this._name = '';
        this._panel.replaceChildren(failure(error, () => this.route()));
        return;
      }
      if (this._name !== name) return; // somebody went on meanwhile
      this._section = make(this);
      this._panel.replaceChildren(this._section.element);
    }
    await this._section?.show?.(this.asked);
  }

  async refreshFilters() {
    this.filters = await get('/api/review/filters');
  }

  /** Two selects that narrow a section to an assignment and a dataset. */
  scope(labels = true) {
    const { assignment, dataset } = this.asked;
    const named = this.filters.assignments.map((one) => [String(one.id), one.title + (one.closed ? ' (closed)' : '')]);
    const make = (name, options, value, label) =>
      choice(options, value ?? '', (chosen) => this.go({ [name]: chosen, task: null, entry: null }), { 'aria-label': label, title: labels ? label : null });
    return [
      named.length ? make('assignment', [['', 'All assignments'], ...named], assignment, 'Assignment') : null,
      make('dataset', [['', 'All datasets'], ...this.filters.datasets.map((one) => [one.id, one.label])], dataset, 'Dataset'),
    ].filter(Boolean);
  }

  _turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...this._tabs.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    this.go({ section: next.dataset.section });
    event.preventDefault();
  }
}
