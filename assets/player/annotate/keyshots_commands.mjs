/** What can be done while keyshots are marked. */

import { playCommand } from './task_commands.mjs';

/**
 * @param {import('./keyshots.mjs').Keyshots} keyshots
 * @param {{zoom: (step: number) => void}} page
 * @returns {import('./task_commands.mjs').TaskCommand[]}
 */
export function keyshotsCommands(keyshots, { zoom }) {
  const { task } = keyshots;
  const marked = () => task.editable && keyshots.selected !== null;
  return [
    playCommand(task, ['Space', 'K'], 'Play or pause'),
    {
      name: 'mark-in',
      keys: ['I'],
      label: 'Mark in: a part begins with this frame. Inside a part: it begins here now',
      once: true,
      usable: () => task.editable,
      run: () => keyshots.markIn(),
    },
    {
      name: 'mark-out',
      keys: ['O'],
      label: 'Mark out: the part ends with this frame. Inside or after the selected part: it ends here now',
      once: true,
      usable: () => task.editable,
      run: () => keyshots.markOut(),
    },
    {
      name: 'give-up',
      keys: ['Escape'],
      label: 'Forget a mark-in',
      enabled: () => keyshots.draft !== null || keyshots.opening !== null,
      run: () => (keyshots.draft ? keyshots.giveUp() : keyshots.forget()),
    },
    {
      name: 'part',
      keys: { '[': -1, ']': 1 },
      label: 'Select the part before or after',
      run: (step) => keyshots.selectNext(step),
    },
    {
      name: 'first-frame',
      keys: { 'Shift+ArrowLeft': -1, 'Shift+ArrowRight': 1 },
      label: 'Move the first frame of the selected part by one',
      usable: marked,
      run: (step, event) => keyshots.nudge('in', step, event?.repeat),
    },
    {
      name: 'last-frame',
      keys: { 'Ctrl+ArrowLeft': -1, 'Ctrl+ArrowRight': 1, '<': -1, '>': 1 },
      label: 'Move its last frame by one',
      usable: marked,
      run: (step, event) => keyshots.nudge('out', step, event?.repeat),
    },
    {
      name: 'remove',
      keys: ['Backspace'],
      alias: ['Delete'],
      label: 'Remove the selected part',
      usable: marked,
      run: () => keyshots.removePart(),
    },
    {
      name: 'play-part',
      keys: ['P'],
      label: 'Play the selected part',
      once: true,
      usable: () => keyshots.selected !== null,
      run: () => void keyshots.play(false),
    },
    {
      name: 'play-cut',
      keys: ['Shift+P'],
      label: 'Play the whole cut, skipping what is not marked',
      once: true,
      usable: () => keyshots.marks.size > 0,
      run: () => void keyshots.play(true),
    },
    {
      name: 'repeat',
      keys: ['R'],
      label: 'Repeat what P plays, or stop at its end',
      run: () => keyshots.setRepeat(!task.preferences.repeat),
    },
    {
      name: 'second',
      keys: { ArrowLeft: -1, ArrowRight: 1 },
      label: 'One second back or forward',
      run: (step) => keyshots.stepSeconds(step),
    },
    {
      name: 'edge',
      keys: { ArrowUp: -1, ArrowDown: 1 },
      label: 'Go to the edge before or after',
      run: (step) => keyshots.goToEdge(step),
    },
    {
      name: 'end',
      keys: { Home: 0, End: keyshots.frames.count - 1 },
      label: 'Go to the beginning or the end',
      run: (frame) => keyshots.goToFrame(frame),
    },
    { name: 'zoom', keys: { '+': 1, '-': -1 }, alias: { '=': 1 }, label: 'Zoom the strip in or out', run: zoom },
    { name: 'zoom-all', keys: ['0'], label: 'The strip shows all of the video', run: () => zoom(0) },
  ];
}
