/** Controls that every task has: buttons with their key in the tooltip, and rows of buttons of which one is chosen. */

import { h } from '../shared/dom.mjs';

/** A button that says what it does, and by which keys, to everybody. */
export function button(label, keys, action, ...inside) {
  const title = keys ? `${label} (${keys})` : label;
  return h('button', { type: 'button', class: 'mc-button', onclick: action, 'aria-label': label, title }, ...inside);
}

/** A row of buttons of which one is chosen; options are [text, value]. `show(value)` marks the chosen one. */
export function choice(label, keys, options, chosen) {
  const buttons = options.map(([text, value]) =>
    h('button', { type: 'button', onclick: () => chosen(value), 'aria-label': `${label}: ${text}` }, text),
  );
  const title = keys ? `${label} (${keys})` : label;
  const element = h('div', { class: 'mc-choice', role: 'group', 'aria-label': label, title }, ...buttons);
  const show = (value) => {
    buttons.forEach((one, index) => one.setAttribute('aria-pressed', String(options[index][1] === value)));
  };
  return { element, show };
}

/** The line above a timeline: how much is done, and what helps with the rest. */
export function summaryLine(...parts) {
  return h('div', { class: 'mc-summary' }, ...parts);
}
