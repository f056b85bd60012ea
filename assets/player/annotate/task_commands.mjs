/** What can be done in every task, after what its protocol adds. Keys, buttons and the list of keys come from this. */

/**
 * @typedef {import('../shared/commands.mjs').Command & {usable?: () => boolean}} TaskCommand  `usable`: whether its
 *   buttons can be pressed now; its keys say why not
 */

/**
 * Playing, under the keys and words of a protocol.
 * @param {import('./task.mjs').Task} task
 * @param {string[]} keys
 * @param {string} label
 * @returns {TaskCommand}
 */
export function playCommand(task, keys, label) {
  return { name: 'play', keys, label, once: true, run: () => task.toggle() };
}

/**
 * @param {import('./task.mjs').Task} task
 * @param {{help: () => void}} page
 * @returns {TaskCommand[]}
 */
export function taskCommands(task, { help }) {
  const { state } = task;
  return [
    { name: 'frame', keys: { ',': -1, '.': 1 }, label: 'One frame back or forward', run: (step) => task.stepFrame(step) },
    { name: 'speed', keys: { J: -1, L: 1 }, label: 'Slower or faster', run: (step) => task.changeSpeed(step) },
    { name: 'sound', keys: ['M'], label: 'Sound on or off, where the task allows it', run: () => task.toggleSound() },
    {
      name: 'undo',
      keys: ['U', 'Ctrl+Z'],
      label: 'Undo',
      usable: () => task.editable && state.undoable.length > 0,
      run: () => task.undo(),
    },
    {
      name: 'redo',
      keys: ['Shift+U', 'Ctrl+Shift+Z'],
      alias: ['Ctrl+Y'],
      label: 'Redo',
      usable: () => task.editable && state.redoable.length > 0,
      run: () => task.undo('redo'),
    },
    { name: 'note', keys: ['T'], label: 'Write a note about this moment', run: () => void task.note() },
    { name: 'skip', keys: ['X'], label: 'Put this video aside, with a reason', run: () => void task.skip() },
    {
      name: 'submit',
      keys: ['Ctrl+Enter'],
      label: 'Submit',
      usable: () => task.editable,
      run: () => void task.submit(),
    },
    { name: 'keys', keys: ['?'], label: 'These keys', run: help },
    { name: 'resume', label: 'Take this video up again', run: () => task.resume() },
  ];
}
