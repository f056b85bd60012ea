/** What is shown of one file, from the first byte to the entry: a picture, its name, a sentence, a bar, what can be done. */

import { h, replace } from '../shared/dom.mjs';
import { fileSize, percent, spell } from '../shared/format.mjs';
import { sentence } from '../shared/http.mjs';
import { button } from '../shared/parts.mjs';

/** @typedef {import('./sending.mjs').Sending} Sending */
/** @typedef {import('../shared/dom.mjs').Child} Child */

/**
 * @typedef {object} Shown
 * @property {string} state for styles and tests
 * @property {Child} said
 * @property {number|null} [share] that is done; null where nobody knows; none where nothing is underway
 * @property {Child} [tools]
 * @property {Child} [more]
 * @property {Child} [picture]
 * @property {Child} [title] in the place of the file's name
 */

export class Card {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this._picture = h('div', { class: 'mc-card-picture' });
    this._title = h('div', { class: 'mc-card-title', title: name });
    this._said = h('div', { class: 'mc-card-said' });
    this._bar = h('progress', { max: 1, 'aria-label': `${name}: how far it is` });
    this._tools = h('div', { class: 'mc-card-tools' });
    this._more = h('div', { class: 'mc-card-more' });
    this.element = h(
      'li', { class: 'mc-card', 'data-name': name },
      this._picture, h('div', { class: 'mc-card-main' }, this._title, this._said, this._bar, this._more), this._tools,
    );
  }

  /** @param {Shown} shown */
  show({ state, said, share, tools = null, more = null, picture = null, title = this.name }) {
    this.element.dataset.state = state;
    replace(this._title, title);
    replace(this._said, said);
    this._bar.hidden = share === undefined;
    if (share === null || share === undefined) this._bar.removeAttribute('value');
    else this._bar.value = share;
    const focused = this._tools.contains(document.activeElement) && document.activeElement.textContent;
    replace(this._tools, tools);
    if (focused) [...this._tools.querySelectorAll('button')].find((one) => one.textContent === focused)?.focus();
    replace(this._more, more);
    replace(this._picture, picture);
  }
}

/**
 * A file on its way.
 * @param {Sending} sending
 * @param {{goOn: () => void, now: () => void, pause: () => void, cancel: () => void}} can
 * @returns {Shown}
 */
export function shownSending(sending, can) {
  const { here, file, state, rate, left, trouble } = sending;
  const size = fileSize(file.size);
  const share = file.size ? here / file.size : 0;
  const cancel = button('Cancel', can.cancel);
  const pause = button('Pause', can.pause);
  const far = `${fileSize(here)} of ${size} (${percent(share, 0)})`;
  switch (state) {
    case 'sending': {
      const pace = rate ? `, ${fileSize(rate)}/s, ${left === null ? '' : `${spell(left)} left`}` : '';
      return { state, said: `Sending: ${far}${pace}`, share, tools: [pause, cancel] };
    }
    case 'offline': {
      const why = trouble?.offline ? 'Waits for the connection' : `Waits: ${sentence(trouble)}`;
      return { state, said: `${why.replace(/\.$/, '')}. ${far} are there.`, share, tools: [button('Try now', can.now), cancel] };
    }
    case 'paused':
      return { state, said: `Paused: ${far} are there.`, share, tools: [button('Go on', can.goOn), cancel] };
    case 'failed':
      return { state, said: sentence(trouble), tools: [button('Try again', can.goOn), cancel] };
    default:
      return { state: 'waiting', said: `${size}, waits for its turn.`, share, tools: [cancel] };
  }
}
