/** What can be done while a level is held. */

import { playCommand } from './task_commands.mjs';

export const JUMP = 5; // s of an arrow

/**
 * @param {import('./trace.mjs').Trace} trace
 * @param {{foldInstructions: () => void}} page
 * @returns {import('./task_commands.mjs').TaskCommand[]}
 */
export function traceCommands(trace, { foldInstructions }) {
  const { task, recorder, level } = trace;
  return [
    {
      name: 'record',
      keys: ['Space'],
      label: 'Record, after a countdown; or pause',
      once: true,
      usable: () => task.editable,
      run: () => trace.toggle(),
    },
    {
      name: 'level',
      keys: { ArrowUp: 1, ArrowDown: -1 },
      label: 'Move the level; hold to glide. Mouse height, a finger or a controller stick do the same',
      run: (direction, event) => level.press(direction, event?.repeat),
    },
    playCommand(task, ['K'], 'Play without recording, or pause'),
    {
      name: 'seconds',
      keys: { ArrowLeft: -JUMP, ArrowRight: JUMP },
      label: 'Five seconds back or forward',
      run: (by) => trace.step(by),
    },
    {
      name: 'end',
      keys: { Home: 0, End: trace.end },
      label: 'Go to the beginning or the end',
      run: (to) => task.goToTime(to),
    },
    {
      name: 'gap',
      keys: ['G'],
      label: 'Go to the first gap',
      usable: () => !trace.complete,
      run: () => trace.goToGap(),
    },
    {
      name: 'stop',
      keys: ['Escape'],
      label: 'Stop recording',
      enabled: () => recorder.state !== 'idle',
      run: () => recorder.stop(),
    },
    { name: 'instructions', keys: ['I'], label: 'Show or fold the instructions', run: foldInstructions },
  ];
}
