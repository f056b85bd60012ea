/** What can be done while shots are rated. */

import { playCommand } from './task_commands.mjs';

/**
 * @param {import('./ratings.mjs').Ratings} ratings
 * @param {{foldInstructions: () => void}} page
 * @returns {import('./task_commands.mjs').TaskCommand[]}
 */
export function ratingsCommands(ratings, { foldInstructions }) {
  const { task, scale, shots } = ratings;
  return [
    {
      name: 'rate',
      keys: Object.fromEntries(scale.map((value) => [String(value), value])),
      label: 'Rate the current shot',
      once: true, // a held key must not rate shot after shot
      usable: () => task.editable,
      run: (value) => ratings.rate(value),
    },
    playCommand(task, ['Space', 'K'], 'Play or pause'),
    {
      name: 'shot',
      keys: { ArrowLeft: -1, ArrowRight: 1 },
      label: 'Previous or next shot',
      run: (step) => ratings.step(step),
    },
    {
      name: 'end',
      keys: { Home: 0, End: shots.length - 1 },
      label: 'First or last shot',
      run: (shot) => ratings.goTo(shot),
    },
    {
      name: 'unrated',
      keys: { N: 1 },
      alias: { 'Shift+N': -1 },
      label: 'Next shot that is not rated (Shift: previous)',
      usable: () => !ratings.complete,
      run: (step) => ratings.nextUnrated(step),
    },
    {
      name: 'loop',
      keys: ['R'],
      label: 'Loop this shot, or play on',
      run: () => ratings.setLoop(!task.preferences.loop),
    },
    {
      name: 'advance',
      keys: ['A'],
      label: 'After rating, go to the next unrated shot, or stay',
      run: () => ratings.setAdvance(!task.preferences.advance),
    },
    {
      name: 'clear',
      keys: ['Backspace'],
      alias: ['Delete'],
      label: 'Remove the rating of the current shot',
      usable: () => task.editable && ratings.rating !== undefined,
      run: () => ratings.clear(),
    },
    { name: 'instructions', keys: ['I'], label: 'Show or fold the instructions', run: foldInstructions },
  ];
}
