/** What keys do on the board: they go from cell to cell, and open one. */

/**
 * @param {import('./grid.mjs').Grid} grid
 * @returns {import('../shared/commands.mjs').Command[]}
 */
export function gridCommands(grid) {
  const by = (rows, columns) => grid.move(grid.at[0] + rows, grid.at[1] + columns);
  return [
    { name: 'row', keys: { ArrowUp: -1, ArrowDown: 1 }, label: 'Video before, after', run: (step) => by(step, 0) },
    { name: 'column', keys: { ArrowLeft: -1, ArrowRight: 1 }, label: 'Person before, after', run: (step) => by(0, step) },
    { name: 'page', keys: { PageUp: -1, PageDown: 1 }, label: 'A page up, down', run: (step) => by(step * grid.page, 0) },
    { name: 'first', keys: ['Home'], label: 'First person', run: () => grid.move(grid.at[0], 0) },
    { name: 'last', keys: ['End'], label: 'Last person', run: () => grid.move(grid.at[0], grid.people.length - 1) },
    { name: 'compare', keys: ['C'], label: 'The video in Compare, with this person', run: () => grid.compareHere() },
    { name: 'open', keys: ['Enter', 'Space'], label: 'Open the task', run: () => grid.openHere() },
  ];
}
