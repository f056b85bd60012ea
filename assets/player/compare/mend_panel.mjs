/** What can be done to the selected mended cut: its name and length, what stays and goes, and what becomes of it. */

import { h } from '../shared/dom.mjs';

export class MendPanel {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {import('./mender.mjs').Mender} mender
   */
  constructor({ store, commands }, mender) {
    this.store = store;
    this.mender = mender;
    const act = (name, label) => commands.button(name, {}, label);
    this.name = h('input', { id: 'mc-mendname', 'data-slot': 'mend-name', onchange: () => mender.rename(this.name.value) });
    this.seconds = h('input', {
      id: 'mc-mendseconds', type: 'number', min: 1, step: 1, 'data-slot': 'mend-seconds', title: 'How long this cut may play, in seconds',
      onchange: () => mender.setBudget(Math.min(1, Math.max(1, Number(this.seconds.value) || 1) / store.entry.duration)),
    });
    this.state = h('span', { class: 'mc-quiet', 'data-slot': 'mend-state', role: 'status' });
    this.element = h(
      'div', { class: 'mc-mend', hidden: true, role: 'group', 'aria-label': 'Mend this cut' },
      h(
        'div', { class: 'mc-field' }, h('label', { for: 'mc-mendname' }, 'Name'), this.name,
        h('label', { for: 'mc-mendseconds' }, 'at most'), this.seconds, 's',
      ),
      h(
        'div', { class: 'mc-actions' },
        act('stays', 'Stays'), act('goes', 'Goes'), act('open', 'Either'), act('divide', 'Split'), act('hold', 'All stay'),
      ),
      h(
        'div', { class: 'mc-actions' },
        act('undo', 'Undo'), act('redo', 'Redo'), act('handin', 'Hand in'), act('putaway', 'Remove'), this.state,
      ),
    );
    for (const news of ['cuts', 'model']) store.on(news, () => this.#show());
    mender.on('changed', () => this.#show());
  }

  #show() {
    const { facts, saved } = this.mender;
    this.element.hidden = !facts;
    if (!facts) return;
    if (document.activeElement !== this.name) this.name.value = facts.name;
    if (document.activeElement !== this.seconds) this.seconds.value = (facts.budget * this.store.entry.duration).toFixed(0);
    this.state.textContent = facts.problem || (saved ? 'kept' : 'being kept …');
    this.state.classList.toggle('mc-error', Boolean(facts.problem));
  }
}
