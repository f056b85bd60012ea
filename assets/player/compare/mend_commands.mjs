/** What can be done to a mended cut, and how a cut begins to be one. */

import { sourceOf } from './keep.mjs';

/**
 * @param {import('./store.mjs').Store} store
 * @param {import('./mender.mjs').Mender} mender
 * @returns {import('../shared/commands.mjs').Command[]} in the order of the sheet
 */
export function mendCommands(store, mender) {
  const mending = () => Boolean(mender.facts);
  const kept = () => mending() && mender.saved;
  const somewhere = () => mending() && Boolean(mender.here);
  /** @type {import('../shared/commands.mjs').Command[]} */
  const list = [
    {
      name: 'mend', keys: ['B'], label: 'mend the selected cut: a cut of your own begins with it', once: true,
      enabled: () => Boolean(store.selected?.cut) && !mending(),
      run: () => mender.begin(sourceOf(store.selectedId, store.model.people.names)),
    },
    { name: 'stays', keys: ['Y'], label: 'mending: what is at the cursor stays', enabled: somewhere, run: () => mender.paint('keep') },
    { name: 'goes', keys: ['D'], label: 'mending: what is at the cursor goes', enabled: somewhere, run: () => mender.paint('forbid') },
    { name: 'open', keys: ['U'], label: 'mending: the rule decides about it again', enabled: somewhere, run: () => mender.paint('free') },
    { name: 'divide', keys: ['G'], label: 'mending: divide the clip at the cursor', enabled: mending, run: () => mender.split() },
    { name: 'hold', keys: ['H'], label: 'mending: all clips stay as they are', enabled: mending, run: () => mender.keepAll() },
    {
      name: 'nudge', keys: { 'Alt+,': -1, 'Alt+.': 1 }, label: 'mending: the nearest edge one frame back, on',
      enabled: mending, run: (frames) => mender.nudge(frames),
    },
    {
      name: 'undo', keys: ['Ctrl+Z'], label: 'mending: undo', run: () => mender.undo(),
      enabled: () => mending() && (mender.facts.undo_depth > 0 || !mender.saved),
    },
    {
      name: 'redo', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], label: 'mending: redo', run: () => mender.redo(),
      enabled: () => kept() && mender.facts.redo_depth > 0,
    },
    { name: 'handin', label: 'hand this cut in as keyshots of its author', enabled: kept, run: () => mender.handIn() },
    { name: 'putaway', label: 'put this mended cut into the trash', enabled: kept, run: () => mender.remove() },
  ];
  return list.map((command) => ({ ...command, changes: true }));
}
