/** The picker in the top bar: which entry is shown, the one before and after it, and how much a search leaves. */

import { shownKey } from '../shared/commands.mjs';
import { h, replace } from '../shared/dom.mjs';
import { lasting } from '../shared/format.mjs';
import { url } from '../shared/http.mjs';
import { arrow } from './icons.mjs';

const many = (n) => n.toLocaleString('en-US');

export class Bar {
  /**
   * @param {import('./finder.mjs').Finder} finder
   * @param {import('../shared/commands.mjs').Commands} commands
   * @param {{toggle: () => void, clear: () => void}} act  open or close the panel; clear search and filters
   */
  constructor(finder, commands, act) {
    this.finder = finder;
    this.current = h('span', { 'data-node': 'current' }, 'Opening …');
    const { label, keys } = commands.get('choose');
    this.button = h('button', {
      type: 'button',
      'data-node': 'button',
      class: 'mc-pick-button',
      'aria-haspopup': 'dialog',
      'aria-expanded': 'false',
      'aria-controls': 'mc-picker-panel',
      title: `${label} ( ${Object.values(keys).map(shownKey).join(' or ')} )`,
      onclick: act.toggle,
    }, this.current, arrow('down'));
    this.steps = [this.step(commands, -1, 'Previous entry'), this.step(commands, 1, 'Next entry')];
    const within = { type: 'button', 'data-node': 'within', class: 'mc-pick-within', hidden: true, onclick: act.clear };
    this.within = h('button', within);
    const add = h('a', { href: url('/library'), class: 'mc-pick-add', title: 'On the Library page' }, 'Add your own film');
    this.element = h('div', { class: 'mc-pickbar' }, this.button, this.steps, this.within, add);
    finder.on('shown', () => this.showCurrent());
    finder.on('place', () => this.showPlace());
    finder.on('opened', () => this.button.setAttribute('aria-expanded', 'true'));
    finder.on('closed', (focus) => {
      this.button.setAttribute('aria-expanded', 'false');
      if (focus) this.button.focus({ preventScroll: true });
    });
  }

  step(commands, by, label) {
    const { keys } = commands.get('step');
    const key = Object.keys(keys).find((one) => keys[one] === by);
    return h('button', {
      type: 'button',
      'data-step': by,
      'aria-label': label,
      title: `${label} (${shownKey(key)})`,
      disabled: true,
      onclick: () => commands.run('step', by),
    }, arrow(by < 0 ? 'back' : 'on'));
  }

  showCurrent() {
    const { entry, title, dataset } = this.finder.shown;
    if (!entry) replace(this.current, 'The library is empty');
    else if (!title) replace(this.current, entry);
    else replace(this.current, h('span', {}, dataset), ' · ', h('b', {}, title), ` (${lasting(this.finder.shown)})`);
    this.button.setAttribute('aria-label', `Entry: ${this.current.textContent}. Choose another`);
  }

  showPlace() {
    const { finder, within } = this;
    const { among, place, narrowed } = finder;
    const { total, of } = finder.pages;
    for (const button of this.steps) button.disabled = !finder.canStep(Number(button.dataset.step));
    if (among.length) {
      within.hidden = false;
      within.textContent = `${many(among.indexOf(finder.shown.entry) + 1)} of ${many(among.length)} selected`;
      within.title = `Previous and next stay within the ${many(among.length)} entries that were selected. Click to go among all again.`;
      return;
    }
    within.hidden = !narrowed || !of;
    within.textContent = `${place !== null && place >= 0 ? `${many(place + 1)} of ` : ''}${many(total)} found`;
    within.title =
      `A search or filters are on: previous and next stay within the ${many(total)} of ${many(of)} entries that match. ` +
      'Click to clear.';
  }
}
