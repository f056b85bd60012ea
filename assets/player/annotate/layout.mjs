/** What is seen of any task, put together: picture, transport, side panel, timeline. What is judged comes from the tool's view. */

import { h, icon } from '../shared/dom.mjs';
import { recall, remember } from '../shared/preferences.mjs';
import { commandButton } from './controls.mjs';
import { NoteList } from './notes.mjs';
import { Screen } from './screen.mjs';
import { SubmittedView } from './submitted.mjs';
import { Transport } from './transport.mjs';

export class TaskLayout {
  /**
   * @param {import('./task.mjs').Task} task
   * @param {import('./protocols.mjs').ToolView} view
   * @param {import('../shared/commands.mjs').Commands} commands
   * @param {{retry: () => void} & ConstructorParameters<typeof SubmittedView>[1]} act  load the video again
   */
  constructor(task, view, commands, act) {
    this.task = task;
    const { data } = task;
    this.instructions = instructions(data, view.hint);
    this._screen = new Screen(task, view.above, act.retry);
    this._notes = new NoteList((seconds) => task.goToTime(seconds));
    this.submitted = new SubmittedView(task, act);
    this._aside = h('div', { class: 'mc-aside', hidden: true });
    this._take = commandButton(commands, 'resume', {}, 'Take this video up again');
    this._skip = commandButton(commands, 'skip', { label: 'Put this video aside', style: 'mc-quiet' }, 'Skip …');
    this._work = h('div', { class: 'mc-work' }, view.panel, edits(commands, view.remove), view.option);
    const row = h('div', { class: 'mc-picture-row' }, this._screen.element, view.beside);
    const panel = h(
      'aside',
      { class: 'mc-panel', 'aria-label': 'Judging' },
      this._aside,
      this.submitted.element,
      this._work,
      h('div', { class: 'mc-reading' }, this._notes.element, this.instructions),
      h(
        'div',
        { class: 'mc-more' },
        commandButton(commands, 'note', { label: 'Write a note', style: 'mc-quiet' }, 'Note …'),
        this._skip,
        commandButton(commands, 'keys', { label: 'All keys', style: 'mc-quiet' }, 'Keys ', h('kbd', {}, '?')),
      ),
    );
    this.element = h(
      'div',
      { class: 'mc-task', 'data-kind': data.protocol.kind },
      h('div', { class: 'mc-stage' }, row, new Transport(task, view, commands).element),
      panel,
      h('div', { class: 'mc-below' }, view.below),
      this._screen.aloud,
    );
    view.start?.(row);
    task.on('changed', () => this._show());
    task.on('noted', () => this._notes.show(task.notes));
  }

  foldInstructions() {
    this.instructions.open = !this.instructions.open;
  }

  close() {
    this._screen.close();
  }

  _show() {
    const { submitted, skipped } = this.task.state;
    this._work.hidden = this._skip.hidden = submitted;
    this.instructions.hidden = submitted && !this.task.data.practice;
    this._showAside(submitted ? null : skipped);
    this.submitted.show();
  }

  _showAside(reason) {
    this._aside.hidden = reason === null;
    if (reason === null || this._aside.dataset.reason === reason) return;
    this._aside.dataset.reason = reason;
    this._aside.replaceChildren(h('h2', {}, 'Put aside'), h('p', {}, `You wrote: ${reason}`), this._take);
  }
}

function edits(commands, remove) {
  const undo = commandButton(commands, 'undo', {}, icon('undo'), 'Undo');
  const redo = commandButton(commands, 'redo', {}, icon('redo'), 'Redo');
  return h('div', { class: 'mc-edits' }, undo, redo, remove);
}

// Open until somebody folds them; in a training round always.
function instructions({ protocol, practice }, hint) {
  const key = `instructions:${protocol.name}:${protocol.version}`;
  const text = String(protocol.instructions ?? '').split(/\n\s*\n/);
  const details = h(
    'details',
    {
      class: 'mc-instructions',
      open: practice || recall(key, true),
      ontoggle: () => practice || remember(key, details.open),
    },
    h('summary', {}, 'Instructions'),
    ...text.map((part) => h('p', {}, part.trim())),
    h('p', {}, hint + ' Everything is saved at once.'),
    h(
      'p',
      { class: 'mc-faint' },
      `Protocol: ${protocol.name}, version ${protocol.version}. `,
      "You see nobody else's labels and no model's scores while you judge.",
    ),
  );
  return details;
}
