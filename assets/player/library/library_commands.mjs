/** What the Library page can do by keys; the titles of its buttons and the sheet of keys come from this, too. */

import { Commands } from '../shared/commands.mjs';

/** @param {import('./library.mjs').LibraryPage} page */
export function libraryCommands(page) {
  const { store, acts } = page;
  const some = () => store.targets.length > 0 && !store.asked.trash;
  const one = () => Boolean(store.current);
  const entries = () => !store.asked.trash;
  return new Commands([
    { name: 'search', keys: ['/'], alias: ['Ctrl+K'], label: 'search', enabled: entries, run: () => page.search() },
    { name: 'move', keys: { ArrowLeft: -1, ArrowRight: 1 }, label: 'entry before, after', run: (by) => page.move(by) },
    { name: 'row', keys: { ArrowUp: -1, ArrowDown: 1 }, label: 'row, or place of the left column', run: (by) => page.moveRow(by) },
    { name: 'screen', keys: { PageUp: -1, PageDown: 1 }, label: 'a screen back, on', enabled: entries, run: (by) => page.moveScreen(by) },
    { name: 'ends', keys: { Home: -1, End: 1 }, label: 'first, last entry', enabled: entries, run: (by) => page.moveEnd(by) },
    { name: 'select', keys: ['Space'], label: 'select the marked entry, or no longer', enabled: one, run: () => page.select() },
    {
      name: 'extend', keys: { 'Shift+ArrowLeft': -1, 'Shift+ArrowRight': 1 }, label: 'select on to the entry before, after', enabled: one,
      run: (by) => page.extend(store.active + by),
    },
    {
      name: 'extendRow', keys: { 'Shift+ArrowUp': -1, 'Shift+ArrowDown': 1 }, label: 'select on to the row before, after', enabled: one,
      run: (by) => page.extend(store.active + by * page.entries.columns),
    },
    {
      name: 'extendEnd', alias: { 'Shift+Home': -1, 'Shift+End': 1 }, label: 'select on to the first, last', enabled: one,
      run: (by) => page.extend(by < 0 ? 0 : store.pages.total - 1),
    },
    { name: 'all', keys: ['Ctrl+A'], label: 'select all that are found', enabled: one, run: () => page.selectAll() },
    { name: 'none', keys: ['Escape'], label: 'select none; close', run: () => page.escape() },
    { name: 'open', keys: ['Enter'], label: 'open in Compare', enabled: some, run: () => page.openMarked() },
    { name: 'tag', keys: ['T'], label: 'tag', enabled: some, once: true, run: () => page.tag() },
    { name: 'collect', keys: ['C'], label: 'put into a collection', enabled: some, once: true, run: () => page.collect() },
    {
      name: 'uncollect', label: 'take out of this collection', enabled: () => some() && Boolean(store.collection),
      run: () => acts.collect(store.targets, store.collection.name, true),
    },
    { name: 'export', keys: ['E'], label: 'export labels', enabled: some, once: true, run: () => page.export() },
    { name: 'rename', keys: ['F2'], label: 'rename the entry, data set, collection or tag', run: () => page.rename() },
    { name: 'note', keys: ['N'], label: 'note about the marked entry', enabled: one, run: () => page.writeNote() },
    { name: 'remove', keys: ['Delete'], label: 'remove entries, data set or collection', once: true, run: () => page.remove() },
    { name: 'undo', keys: ['Ctrl+Z'], label: 'take back what was done last', enabled: () => acts.canUndo, run: () => acts.undo() },
    { name: 'view', keys: ['V'], label: 'pictures or lines', enabled: entries, run: () => page.turn() },
    { name: 'details', keys: ['I'], label: 'show or hide what is known of the entry', enabled: one, run: () => page.showDetails() },
    { name: 'places', keys: ['G'], label: 'go to the left column', run: () => page.goToPlaces() },
    { name: 'help', keys: ['?'], label: 'these keys', run: () => page.help() },
  ]);
}
