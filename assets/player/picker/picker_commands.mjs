/** What the picker can do by keys. The line of hints at the foot of the panel and the buttons' titles come from this, too. */

import { Commands, shownKey } from '../shared/commands.mjs';
import { h } from '../shared/dom.mjs';

/** @typedef {import('../shared/commands.mjs').Command & {hint?: string}} PickerCommand  `hint`: on the line of hints */

/** While the panel is closed. @param {import('./finder.mjs').Finder} finder @param {() => void} open */
export function pageCommands(finder, open) {
  /** @type {PickerCommand[]} */
  const list = [
    { name: 'choose', keys: ['Ctrl+K'], label: 'Choose an entry', hint: 'opens this list', run: open },
    {
      name: 'step',
      keys: { 'Alt+ArrowUp': -1, 'Alt+ArrowDown': 1 },
      label: 'Previous, next entry',
      hint: 'previous, next entry',
      run: (by) => void finder.step(by),
    },
  ];
  return new Commands(list);
}

/** Anywhere in the open panel. @param {import('./finder.mjs').Finder} finder */
export function closeCommands(finder) {
  /** @type {PickerCommand[]} */
  const list = [
    { name: 'close', keys: ['Escape'], alias: ['Ctrl+K'], label: 'Close', hint: 'close', run: () => finder.closePanel() },
  ];
  return new Commands(list);
}

/** While the panel's search has the focus. @param {import('./finder.mjs').Finder} finder @param {() => number} inView rows */
export function listCommands(finder, inView) {
  /** @type {PickerCommand[]} */
  const list = [
    {
      name: 'move',
      keys: { ArrowUp: -1, ArrowDown: 1 },
      label: 'Move the mark',
      hint: 'move',
      run: (by) => finder.move(finder.active + by),
    },
    {
      name: 'page',
      alias: { PageUp: -1, PageDown: 1 },
      label: 'A page up or down',
      run: (by) => finder.move(finder.active + by * inView()),
    },
    { name: 'first', alias: ['Home'], label: 'First entry', run: () => finder.move(0) },
    { name: 'last', alias: ['End'], label: 'Last entry', run: () => finder.move(finder.pages.total - 1) },
    { name: 'open', keys: ['Enter'], label: 'Open', hint: 'open', run: () => finder.chooseMarked() },
  ];
  return new Commands(list);
}

/** The line of hints. @param {Commands[]} tables */
export function hints(tables) {
  /** @type {PickerCommand[]} */
  const commands = tables.flatMap(({ list }) => list);
  const lines = commands.filter(({ hint }) => hint).map(({ keys, hint }) => {
    const shown = Array.isArray(keys) ? keys.slice(0, 1) : Object.keys(keys);
    const parts = new Set(shown.flatMap((key) => shownKey(key).split('+')));
    return h('span', {}, [...parts].map((part) => h('kbd', {}, part)), ` ${hint}`);
  });
  return h('div', { class: 'mc-picker-keys', 'aria-hidden': 'true' }, lines);
}
