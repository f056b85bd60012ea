/** Controls that every task has: buttons of its commands, and rows of buttons of which one is chosen. */

import { shownKey } from '../shared/commands.mjs';
import { h } from '../shared/dom.mjs';

/** @typedef {import('../shared/commands.mjs').Commands} Commands */

/** "Undo (U or Ctrl+Z)". @param {string} label @param {string[]} keys */
function titled(label, keys) {
  return keys.length > 0 ? `${label} (${keys.map(shownKey).join(' or ')})` : label;
}

/**
 * The keys that do a command, or that do it by this amount.
 * @param {Commands} commands
 * @param {string} name
 * @param {number} [amount]
 */
function keysOf(commands, name, amount) {
  const { keys = [] } = commands.get(name);
  if (Array.isArray(keys)) return keys;
  return Object.keys(keys).filter((key) => amount === undefined || keys[key] === amount);
}

/**
 * A button that does a command, and says what and by which keys, to everybody.
 * @param {Commands} commands
 * @param {string} name
 * @param {{label?: string, amount?: number, style?: string}} options  label: where it says less than the list of keys;
 *   amount: what the command is given; style: more classes
 * @param {...import('../shared/dom.mjs').Child} inside
 */
export function commandButton(commands, name, { label = commands.get(name).label, amount, style = '' }, ...inside) {
  return h('button', {
    type: 'button',
    class: `mc-button ${style}`.trim(),
    'data-act': name,
    'aria-label': spoken(label, h('span', {}, ...inside).textContent.trim()),
    title: titled(label, keysOf(commands, name, amount)),
    onclick: () => commands.run(name, amount),
  }, ...inside);
}

/**
 * What a button is called: people who speak to their computer say what they see, so that belongs to its name, or
 * is its name.
 * @param {string} label
 * @param {string} seen
 */
function spoken(label, seen) {
  if (label.toLowerCase().includes(seen.toLowerCase())) return label;
  return /\p{Letter}/u.test(seen) ? seen : `${label} ${seen}`;
}

/** Buttons within a place can be pressed where their command is usable. @param {Element} place @param {Commands} commands */
export function refreshButtons(place, commands) {
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = place.querySelectorAll('button[data-act]');
  for (const button of buttons) {
    /** @type {import('./task_commands.mjs').TaskCommand} */
    const { usable } = commands.get(button.dataset.act);
    if (usable) button.disabled = !usable();
  }
}

/** @param {string} text @param {() => unknown} action @param {string} [style] more classes */
export function plainButton(text, action, style = '') {
  return h('button', { type: 'button', class: `mc-button ${style}`.trim(), onclick: action }, text);
}

/**
 * A row of buttons of which one is chosen. `show(value)` marks the chosen one.
 * @template T
 * @param {string} label
 * @param {string[]} keys
 * @param {[string, T][]} options  text and value
 * @param {(value: T) => void} chosen
 */
export function choice(label, keys, options, chosen) {
  const buttons = options.map(([text, value]) =>
    h('button', { type: 'button', onclick: () => chosen(value), 'aria-label': `${label}: ${text}` }, text),
  );
  const about = { role: 'group', 'aria-label': label, title: titled(label, keys) };
  const element = h('div', { class: 'mc-choice', ...about }, ...buttons);
  /** @param {T} value */
  const show = (value) => {
    buttons.forEach((one, index) => one.setAttribute('aria-pressed', String(options[index][1] === value)));
  };
  return { element, show };
}

/**
 * The same for a command: its keys are in the tooltip.
 * @template T
 * @param {Commands} commands
 * @param {string} name
 * @param {string} label
 * @param {[string, T][]} options
 * @param {(value: T) => void} chosen
 */
export function commandChoice(commands, name, label, options, chosen) {
  return choice(label, keysOf(commands, name), options, chosen);
}

/** The line above a timeline: how much is done, and what helps with the rest. @param {...Element} parts */
export function summaryLine(...parts) {
  return h('div', { class: 'mc-summary' }, ...parts);
}
