/** A page of sections as tabs, of which the address remembers which is open and what it shows: ?section=queue&dataset=demo. */

import { Commands } from './commands.mjs';
import { h } from './dom.mjs';
import { failure, loading } from './parts.mjs';

/** @typedef {Record<string, string|null>} Asked  what the address says */
/** @typedef {Record<string, string|number|null>} Change  null takes a part away */
/** @typedef {{element: HTMLElement, show: (asked: any) => any, close?: () => void}} Section */
/** @typedef {{name: string, label: string, Section: new (app: any) => Section}} Tab */

export class Desk {
  /**
   * @param {HTMLElement} root
   * @param {object} page
   * @param {string} page.title
   * @param {Tab[]} page.sections
   * @param {string[]} page.kept what the address remembers, "section" among it
   * @param {string[]} [page.passing] what it forgets when another section opens
   */
  constructor(root, { title, sections, kept, passing = [] }) {
    this.root = root;
    this.title = title;
    this.sections = sections;
    this.kept = kept;
    this.passing = passing;
    /** @type {Section|null} */
    this._section = null;
    this._name = '';
    this._tabs = sections.map(({ name, label }) => this._tab(name, label));
    this._warning = h('div', {});
    this._panel = h('section', { class: 'mc-panel', role: 'tabpanel', id: 'mc-panel' });
    this.commands = new Commands([
      { name: 'tab', keys: { ArrowLeft: -1, ArrowRight: 1 }, label: 'Section before, after', run: (step) => this._turn(step) },
    ]);
  }

  /** What stands at the right end of the header. @returns {import('./dom.mjs').Child} */
  tools() {
    return null;
  }

  /** Called before a section opens; what it throws is shown with a way to try again. @returns {Promise<void>} */
  async prepare() {}

  /** Say something above every section; null says nothing. @param {HTMLElement|null} warning */
  warn(warning) {
    this._warning.replaceChildren(...(warning ? [warning] : []));
  }

  async start() {
    this.root.classList.add('mc-desk');
    const onkeydown = (event) => this.commands.press(event) && event.preventDefault();
    const tabs = h('div', { class: 'mc-tabs', role: 'tablist', 'aria-label': this.title, onkeydown }, this._tabs);
    const told = h('p', { class: 'mc-told', role: 'status', 'aria-live': 'polite' });
    const header = h('header', { class: 'mc-header' }, h('h1', {}, this.title), tabs, this.tools());
    this.root.replaceChildren(header, told, this._warning, this._panel);
    addEventListener('popstate', () => this.route());
    const fit = () => this.root.style.setProperty('--mc-top', `${this.root.getBoundingClientRect().top + scrollY}px`);
    new ResizeObserver(fit).observe(document.body);
    fit();
    await this.route();
  }

  /** What the address says now. @returns {any} */
  get asked() {
    const given = new URLSearchParams(location.search);
    return Object.fromEntries(this.kept.map((name) => [name, given.get(name)]));
  }

  /** Change parts of the address and show it. @param {Change} change */
  go(change) {
    const address = new URL(location.href);
    if (change.section && change.section !== this._name) {
      for (const name of this.passing) address.searchParams.delete(name);
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
    const asked = this.sections.find(({ name }) => name === this.asked.section) ?? this.sections[0];
    this._showTab(asked.name, asked.label);
    if (asked.name !== this._name && !(await this._open(asked))) return;
    await this._section?.show(this.asked);
  }

  _tab(name, label) {
    const about = { type: 'button', role: 'tab', id: `mc-tab-${name}`, 'aria-controls': 'mc-panel', 'data-section': name };
    return h('button', { ...about, onclick: () => this.go({ section: name }) }, label);
  }

  _showTab(name, label) {
    for (const tab of this._tabs) {
      const current = tab.dataset.section === name;
      tab.setAttribute('aria-selected', String(current));
      tab.tabIndex = current ? 0 : -1;
      if (current) tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
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

  /** Another section; false where it could not be had, or somebody went on meanwhile. @param {Tab} tab */
  async _open({ name, Section }) {
    this._section?.close?.();
    this._section = null;
    this._name = name;
    this.root.dataset.section = name;
    this._panel.replaceChildren(loading());
    try {
      await this.prepare();
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
