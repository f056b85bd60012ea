/** The line under the picture: moving, playing, the moment, speed and sound. */

import { h, icon } from '../shared/dom.mjs';
import { clock } from '../shared/format.mjs';
import { commandButton, commandChoice } from './controls.mjs';
import { SPEEDS } from './habits.mjs';

const SILENT = 'This task is judged without sound, so that everyone judges the picture.';

export class Transport {
  /**
   * @param {import('./task.mjs').Task} task
   * @param {import('./protocols.mjs').ToolView} view
   * @param {import('../shared/commands.mjs').Commands} commands
   */
  constructor(task, view, commands) {
    this.task = task;
    this._play = commandButton(commands, 'play', { label: 'Play' }, icon('play'));
    this._titles = { Play: this._play.title, Pause: this._play.title.replace('Play', 'Pause') };
    this._clock = h('span', { class: 'mc-clock' });
    /** @type {[string, number][]} */
    const speeds = SPEEDS.map((speed) => [`${speed}×`, speed]);
    this._speed = commandChoice(commands, 'speed', 'Speed', speeds, (speed) => task.habits.prefer({ speed }));
    this._sound = task.data.protocol.muted ? null : commandButton(commands, 'sound', { label: 'Sound' });
    this.element = h(
      'div',
      { class: 'mc-transport' },
      h('div', { class: 'mc-buttons' }, view.back, this._play, view.on),
      this._clock,
      view.way,
      this._speed.element,
      this._sound ?? h('span', { class: 'mc-sound', title: SILENT }, 'Sound off for this task'),
    );
    task.playback.on('time', () => this._showTime());
    task.playback.on('state', () => this._showPlaying());
    task.habits.on('changed', () => this._showHabits());
  }

  _showTime() {
    const { assumed_rate: assumed } = this.task.data.entry;
    const text = `${clock(this.task.playback.time)} / ${clock(this.task.end)}${assumed ? ' (assumed)' : ''}`;
    this._clock.title = assumed && `Frame rate ${assumed}`;
    if (this._clock.textContent !== text) this._clock.textContent = text;
  }

  _showPlaying() {
    const label = this.task.playback.playing ? 'Pause' : 'Play';
    if (this._play.getAttribute('aria-label') === label) return;
    this._play.replaceChildren(icon(label === 'Play' ? 'play' : 'pause'));
    this._play.setAttribute('aria-label', label);
    this._play.title = this._titles[label];
  }

  _showHabits() {
    const { speed, muted } = this.task.preferences;
    this._speed.show(speed);
    if (!this._sound) return;
    this._sound.textContent = muted ? 'Sound is off' : 'Sound is on';
    this._sound.removeAttribute('aria-label'); // it says what it is, and how it is
  }
}
