/** One task on the page: its state, its tool, their commands and views put together, and what ends with it. */

import { Commands } from '../shared/commands.mjs';
import { url } from '../shared/http.mjs';
import { compareDialog } from './compare.mjs';
import { commandButton, refreshButtons } from './controls.mjs';
import { keyHelp } from './dialogs.mjs';
import { Frames } from './frames.mjs';
import { Habits } from './habits.mjs';
import { TaskLayout } from './layout.mjs';
import { lastPlace, Playback } from './playback.mjs';
import { PROTOCOLS } from './protocols.mjs';
import * as questions from './questions.mjs';
import { videoElement } from './screen.mjs';
import { Task } from './task.mjs';
import { taskCommands } from './task_commands.mjs';

export class TaskPage {
  /**
   * @param {import('./task.mjs').TaskAnswer} data
   * @param {import('./labels.mjs').LabelEvent[]} pending  events the server may not have yet
   * @param {import('./outbox.mjs').Outbox} outbox
   * @param {object} act
   * @param {() => void} act.changed  labels or state moved
   * @param {(place: HTMLElement, task: Task) => void} act.next  fill in what comes after a submission
   * @param {() => void} act.skipped  the video was put aside
   */
  constructor(data, pending, outbox, act) {
    const { protocol, entry } = data;
    const events = [...data.events, ...pending];
    const key = `position:${outbox.owner}:${data.task}`;
    const video = videoElement(entry.title, () => this.task.touch());
    this.playback = new Playback(video, {
      frames: new Frames(protocol.shots, entry.fps, entry.n_frames),
      end: entry.duration,
      start: lastPlace(key, events),
      key,
    });
    this.habits = new Habits();
    this.task = new Task(data, events, outbox, this.playback, this.habits, questions);
    const { Tool, View, commandsOf } = PROTOCOLS[protocol.kind];
    const tool = new Tool(this.task);
    const own = commandsOf(/** @type {any} */ (tool), {
      foldInstructions: () => this.layout.foldInstructions(),
      zoom: (step) => /** @type {import('./keyshots_view.mjs').KeyshotsView} */ (this.view).zoom(step),
    });
    this.commands = new Commands([...own, ...taskCommands(this.task, { help: () => keyHelp(this.commands.list) })]);
    this.view = new View(/** @type {any} */ (tool), this.commands);
    this.layout = new TaskLayout(this.task, this.view, this.commands, {
      retry: () => this.task.load(url),
      compare: () => this._compare(),
      next: act.next,
    });
    /** The button of the page's header. */
    this.submit = commandButton(this.commands, 'submit', { style: 'mc-primary' }, 'Submit');
    this._abort = new AbortController();
    this._watch(act);
    this.task.begin(tool);
    this.habits.tell('changed');
    this.playback.tell('time');
    this.task.tell('noted');
    this.task.changed();
    this.task.load(url);
  }

  get element() {
    return this.layout.element;
  }

  /** The outbox moved: whether a submission has arrived depends on it. */
  outboxChanged() {
    this.layout.submitted.show();
  }

  close() {
    this.task.close();
    this.view.close();
    this.layout.close();
    this._abort.abort();
  }

  _watch(act) {
    const { task, playback, habits } = this;
    const { signal } = this._abort;
    const refresh = () => refreshButtons(this.element, this.commands);
    this.commands.listen(signal, () => !task.held && this.element.isConnected);
    habits.on('changed', () => playback.adopt({ ...habits.values, muted: task.data.protocol.muted || habits.values.muted }));
    task.on('selected', refresh);
    task.on('changed', () => {
      refresh();
      this._showSubmit();
      act.changed();
    });
    task.on('skipped', act.skipped);
    const hide = () => {
      if (document.visibilityState !== 'hidden') return;
      playback.pause(); // nobody watches a hidden tab
      task.leave();
    };
    document.addEventListener('visibilitychange', hide, { signal });
    addEventListener('pagehide', () => task.leave(), { signal });
  }

  _showSubmit() {
    this.submit.hidden = this.task.state.submitted;
    this.submit.disabled = !this.task.editable;
    this.submit.classList.toggle('mc-complete', this.task.complete);
  }

  async _compare() {
    this.task.reveal(await compareDialog(this.task));
  }
}
