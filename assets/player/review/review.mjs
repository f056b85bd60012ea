/**
 * The Review page: for whoever leads an annotation. Sections as tabs; the address remembers the section, what it is
 * narrowed to, and the task that is open: ?section=progress&assignment=2&task=17.
 */

import { Commands } from '../shared/commands.mjs';
import { h, stylesheets } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { get } from '../shared/http.mjs';
import { AgreementSection } from './agreement.mjs';
import { AssignmentsSection } from './assignments.mjs';
import { BoardSection } from './board.mjs';
import { ExportSection } from './export.mjs';
import { failure, loading } from './parts.mjs';
import { PeopleSection } from './people.mjs';
import { QueueSection } from './queue.mjs';
import { TrailSection } from './trail.mjs';

/** @typedef {import('../shared/wire').Group} Dataset */
/** @typedef {import('../shared/wire').Filters} Filters  of GET /api/review/filters */
/** @typedef {'section'|'assignment'|'dataset'|'task'|'entry'|'people'} Name  of what the address remembers */
/** @typedef {Record<Name, string|null>} Asked */
/** @typedef {Partial<Record<Name, string|number|null>>} Change  null takes a part away */
/** @typedef {{element: HTMLElement, show: (asked: Asked) => any, close?: () => void}} Section */

/** @type {{name: string, label: string, Section: new (app: Review) => Section}[]} */
const SECTIONS = [
  { name: 'progress', label: 'Progress', Section: BoardSection },
  { name: 'agreement', label: 'Agreement', Section: AgreementSection },
  { name: 'queue', label: 'Needs people', Section: QueueSection },
  { name: 'assignments', label: 'Assignments', Section: AssignmentsSection },
  { name: 'people', label: 'People', Section: PeopleSection },
  { name: 'decisions', label: 'Decisions', Section: TrailSection },
  { name: 'export', label: 'Export', Section: ExportSection },
];
/** @type {Name[]} */
const KEPT = ['section', 'assignment', 'dataset', 'task', 'entry', 'people'];

/** Called by the Gradio component once its element exists. @param {{element: HTMLElement}} gradio */
export async function mount({ element }) {
  await stylesheets(import.meta.url, 'review.css');
  await new Review(element.querySelector('#review')).start();
}

export class Review {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Filters|null} what the sections can be narrowed to */
    this.filters = null;
    /** @type {Section|null} */
    this._section = null;
    this._name = '';
    this._tabs = SECTIONS.map(({ name, label }) => this._tab(name, label));
    this._panel = h('section', { class: 'mc-panel', role: 'tabpanel', id: 'mc-panel' });
    this.commands = new Commands([
      { name: 'tab', keys: { ArrowLeft: -1, ArrowRight: 1 }, label: 'Section before, after', run: (step) => this._turn(step) },
    ]);
  }

  async start() {
    this.root.classList.add('mc-review');
    const onkeydown = (event) => this.commands.press(event) && event.preventDefault();
    const tabs = h('div', { class: 'mc-tabs', role: 'tablist', 'aria-label': 'Review', onkeydown }, this._tabs);
    const told = h('p', { class: 'mc-told', role: 'status', 'aria-live': 'polite' });
    this.root.replaceChildren(h('header', { class: 'mc-header' }, h('h1', {}, 'Review'), tabs), told, this._panel);
    addEventListener('popstate', () => this.route());
    const fit = () => this.root.style.setProperty('--mc-top', `${this.root.getBoundingClientRect().top + scrollY}px`);
    new ResizeObserver(fit).observe(document.body);
    fit();
    await this.route();
  }

  /** What the address says now. @returns {Asked} */
  get asked() {
    const given = new URLSearchParams(location.search);
    return /** @type {Asked} */ (Object.fromEntries(KEPT.map((name) => [name, given.get(name)])));
  }

  /** Change parts of the address and show it. @param {Change} change */
  go(change) {
    const address = new URL(location.href);
    if (change.section && change.section !== this._name) {
      for (const name of ['task', 'entry', 'people']) address.searchParams.delete(name);
    }
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === '') address.searchParams.delete(name);
      else address.searchParams.set(name, String(value));
    }
    if (address.href !== location.href) history.pushState(history.state, '', address);
    return this.route();
  }

  async route() {
    if (!this.root.isConnected) return;
    const asked = SECTIONS.find(({ name }) => name === this.asked.section) ?? SECTIONS[0];
    this._showTab(asked.name, asked.label);
    if (asked.name !== this._name && !(await this._open(asked))) return;
    await this._section?.show(this.asked);
  }

  async refreshFilters() {
    this.filters = await get('/api/review/filters');
  }

  /** Selects that narrow a section to an assignment, where there is any, and a dataset. */
  scope() {
    const { assignment, dataset } = this.asked;
    const { assignments, datasets } = this.filters;
    const narrow = (name, label, all, options, value) => {
      const about = { 'aria-label': label, title: label };
      const chosen = (one) => this.go({ [name]: one, task: null, entry: null });
      return choice([['', all], ...options], value ?? '', chosen, about);
    };
    const named = assignments.map(({ id, title, closed }) => [String(id), title + (closed ? ' (closed)' : '')]);
    const labelled = datasets.map(({ id, label }) => [id, label]);
    const selects = [narrow('dataset', 'Dataset', 'All datasets', labelled, dataset)];
    if (named.length) selects.unshift(narrow('assignment', 'Assignment', 'All assignments', named, assignment));
    return selects;
  }

  // ---- tabs

  _tab(name, label) {
    const about = { type: 'button', role: 'tab', id: `mc-tab-${name}`, 'aria-controls': 'mc-panel', 'data-section': name };
    return h('button', { ...about, onclick: () => this.go({ section: name }) }, label);
  }

  _showTab(name, label) {
    for (const tab of this._tabs) {
      const current = tab.dataset.section === name;
      tab.setAttribute('aria-selected', String(current));
      tab.tabIndex = current ? 0 : -1;
    }
    this._panel.setAttribute('aria-labelledby', `mc-tab-${name}`);
    this._panel.setAttribute('aria-label', label);
  }

  _turn(step) {
    const focused = this._tabs.findIndex((tab) => tab === document.activeElement);
    const next = this._tabs[(focused + step + this._tabs.length) % this._tabs.length];
    next.focus();
    this.go({ section: next.dataset.section });
  }

  /** Another section; false where it could not be had, or somebody went on meanwhile. */
  async _open({ name, Section }) {
    this._section?.close?.();
    this._section = null;
    this._name = name;
    this.root.dataset.section = name;
    this._panel.replaceChildren(loading());
    try {
      await this.refreshFilters();
    } catch (error) {
      this._name = '';
      this._panel.replaceChildren(failure(error, () => this.route()));
      return false;
    }
    if (this._name !== name) return false;
    this._section = new Section(this);
    this._panel.replaceChildren(this._section.element);
    return true;
  }
}
