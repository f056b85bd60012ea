/**
 * One table says what a page can do: from it come the keys, the buttons' titles and state, and the sheet of keys.
 *
 * Keys are written as keyboards call them, with modifiers in the order Ctrl, Alt, Shift: 'K', 'Space', 'ArrowLeft',
 * 'Shift+N', 'Ctrl+Shift+Z'. Ctrl stands for the Command key, too. Shift counts only where a command asks for it.
 */

import { h } from './dom.mjs';
import { onlyLooks } from './role.mjs';

/**
 * @typedef {object} Command
 * @property {string} name of the command; buttons carry it as data-act
 * @property {string[]|Record<string, number>} [keys] with numbers: what `run` is given for each key
 * @property {Record<string, number>|string[]} [alias] keys that do it too, and are not on the sheet
 * @property {string} label what it does, on the sheet and in the buttons' titles
 * @property {() => boolean} [enabled] false: neither keys nor buttons do anything now
 * @property {boolean} [changes] it changes something that is kept: nobody is offered it who only looks
 * @property {(amount?: number, event?: KeyboardEvent) => any} [run] returns false where it did nothing; without it
 *   the keys belong to another part of the page and only stand on the sheet
 * @property {boolean} [once] a key that is held down does it only once
 */

const SIGNS = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', '-': '−' };
const CONTROLS = 'button, a, input, summary, [role=tab]';

/** A key as people read it: "Shift+←". @param {string} key */
export function shownKey(key) {
  return key.length === 1 ? SIGNS[key] ?? key : key.split('+').map((part) => SIGNS[part] ?? part).join('+');
}

/** @param {string[]|Record<string, number>} [keys] @returns {[string, number|undefined][]} */
function pairs(keys = []) {
  return Array.isArray(keys) ? keys.map((key) => [key, undefined]) : Object.entries(keys);
}

/** What an event may mean, the most exact first. @param {KeyboardEvent} event */
function combinations(event) {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase();
  const before = `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.altKey ? 'alt+' : ''}`;
  // On keyboards without Latin letters, or where digits need Shift, the key's place says what is meant.
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code ?? '')?.[1].toLowerCase();
  const strange = place && place !== key && (key.length > 1 || !/^[a-z]$/.test(key));
  if (!event.shiftKey) return [before + key, ...(strange ? [before + place] : [])];
  return [`${before}shift+${key}`, ...(strange ? [`${before}shift+${place}`] : []), before + key];
}

/** True where typing belongs to the field that has the focus. @param {EventTarget|null} target */
export function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target instanceof HTMLInputElement && !/^(radio|checkbox|range|button)$/.test(target.type);
}

/** True where what has the focus needs this key itself, as keyboard users expect. @param {KeyboardEvent} event */
function keptByFocus({ key, target }) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[data-own-keys]') && key !== 'Escape') return true;
  const control = target.closest(CONTROLS);
  if ((key === ' ' || key === 'Enter') && control) return true;
  if (!key.startsWith('Arrow')) return false;
  return (control instanceof HTMLInputElement && control.type === 'range') || Boolean(target.closest('[role=separator]'));
}

/** False where whoever asks may not do it. @param {Command} command */
function offered({ changes }) {
  return !changes || !onlyLooks();
}

export class Commands {
  /** @param {Command[]} list in the order of the sheet; where two have one key, the first that does something has it */
  constructor(list) {
    this.list = list;
    /** @type {Map<string, [Command, number|undefined][]>} */
    this.bound = new Map();
    for (const command of list) {
      if (!command.run) continue;
      for (const [key, amount] of [...pairs(command.keys), ...pairs(command.alias)]) {
        const name = key.toLowerCase();
        this.bound.set(name, [...(this.bound.get(name) ?? []), [command, amount]]);
      }
    }
  }

  /** @param {string} name @returns {Command} */
  get(name) {
    const found = this.list.find((command) => command.name === name);
    if (!found) throw new Error(`There is no command ${name}.`);
    return found;
  }

  /** @param {string} name @param {number} [amount] @returns {boolean} false where it did nothing */
  run(name, amount) {
    return this.#do(this.get(name), amount);
  }

  /** Do what a key means. @param {KeyboardEvent} event @returns {boolean} false where it means nothing now */
  press(event) {
    for (const combination of combinations(event)) {
      const meant = this.bound.get(combination);
      if (meant) return meant.some(([command, amount]) => this.#do(command, amount, event));
    }
    return false;
  }

  #do(command, amount, event) {
    if (!command.run || !offered(command) || command.enabled?.() === false) return false;
    if (command.once && event?.repeat) return true;
    return command.run(amount, event) !== false;
  }

  /**
   * Listen to the keys of the whole page, before Gradio sees them. Fields, open dialogs and focused controls keep theirs.
   * @param {AbortSignal} signal
   * @param {() => boolean} [wanted] false: the page's keys rest
   */
  listen(signal, wanted = () => true) {
    document.addEventListener('keydown', (event) => {
      if (!wanted() || event.isComposing || typing(event.target) || keptByFocus(event)) return;
      if (document.querySelector('dialog[open]')) return;
      if (!this.press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    }, { capture: true, signal });
  }

  /** "Play, pause (Space, K)". @param {string} name */
  title(name) {
    const { label, keys } = this.get(name);
    const shown = pairs(keys).map(([key]) => shownKey(key)).join(', ');
    return `${label.charAt(0).toUpperCase()}${label.slice(1)}${shown ? ` (${shown})` : ''}`;
  }

  /**
   * A button that does it; its title names the keys, refresh() keeps its state.
   * @param {string} name
   * @param {Record<string, any>} attributes
   * @param {...(import('./dom.mjs').Child)} children
   */
  button(name, attributes, ...children) {
    const more = { type: 'button', 'data-act': name, title: this.title(name), onclick: () => this.run(name) };
    return h('button', { ...more, ...attributes }, ...children);
  }

  /** Buttons within a place are usable where their command is. @param {Element} place */
  refresh(place) {
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (place.querySelectorAll('button[data-act]'))) {
      const command = this.get(button.dataset.act);
      if (command.enabled) button.disabled = !command.enabled();
      if (command.changes) button.hidden = !offered(command);
    }
  }

  /** The lines of the sheet. @returns {{keys: string[], label: string}[]} */
  sheet() {
    return this.list.filter((command) => offered(command) && pairs(command.keys).length)
      .map(({ keys, label }) => ({ keys: pairs(keys).map(([key]) => shownKey(key)), label }));
  }
}
