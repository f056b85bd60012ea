/** What is seen of shot ratings: the values to give, and the strip of shots. */

import { h, icon } from '../shared/dom.mjs';
import { circa, clock } from '../shared/format.mjs';
import { commandButton, commandChoice, summaryLine } from './controls.mjs';
import { Strip } from './strip.mjs';

export class RatingsView {
  /**
   * @param {import('./ratings.mjs').Ratings} ratings
   * @param {import('../shared/commands.mjs').Commands} commands
   */
  constructor(ratings, commands) {
    this.ratings = ratings;
    const { task, scale } = ratings;
    this.hint = `Space plays, ${scale[0]} to ${scale.at(-1)} rate the current shot, arrows move, ? shows all keys.`;
    this._build(commands);
    task.on('changed', (shot) => this._showLabels(shot));
    task.on('selected', () => this._showShot());
    task.playback.on('time', () => this._strip.showTime(task.playback.time));
    task.habits.on('changed', () => this._showHabits());
  }

  close() {
    this._strip.close();
  }

  _showLabels(changed) {
    const { ratings } = this;
    this._strip.showRatings(ratings.ratings, changed);
    this._done.textContent = ratings.progress;
    this._bar.value = ratings.ratings.size;
    this._showShot();
  }

  _showShot() {
    const { shots, shot, rating, scale } = this.ratings;
    const [, , start, end] = shots[shot];
    this._strip.showCurrent(shot);
    this._where.replaceChildren(
      h('strong', {}, `Shot ${shot + 1}`),
      h('span', {}, `of ${shots.length}`),
      h('span', { class: 'mc-span' }, `${circa(this.ratings.task.data.entry.assumed_rate)}${clock(start)} – ${clock(end)}`),
    );
    this._values.forEach((one, index) => one.setAttribute('aria-pressed', String(scale[index] === rating)));
  }

  _showHabits() {
    const { loop, advance } = this.ratings.task.preferences;
    this._way.show(loop);
    this._advance.checked = advance;
  }

  _build(commands) {
    const { ratings } = this;
    const { task, scale, shots } = ratings;
    this.back = commandButton(commands, 'shot', { label: 'Previous shot', amount: -1 }, icon('previous'));
    this.on = commandButton(commands, 'shot', { label: 'Next shot', amount: 1 }, icon('next'));
    this._strip = new Strip(shots, task.data.entry.thumbnails, scale, (shot) => ratings.goTo(shot));
    this._where = h('div', { class: 'mc-where' });
    this._values = scale.map((value) => this._value(value, commands));
    const values = h('div', { class: 'mc-values', role: 'group', 'aria-label': 'Rating of the current shot' });
    values.style.setProperty('--values', String(Math.min(5, scale.length)));
    values.append(...this._values);
    const ends = [scale[0], scale.at(-1)].map((value) => h('span', {}, ratings.label(value)));
    this.panel = h('div', { class: 'mc-rating' }, this._where, values, h('div', { class: 'mc-ends' }, ...ends));
    this.remove = commandButton(commands, 'clear', { label: 'Clear this rating' }, 'Clear');
    this._advance = h('input', { type: 'checkbox', onchange: () => ratings.setAdvance(this._advance.checked) });
    const advance = h('span', {}, 'After rating, go to the next unrated shot');
    this.option = h('label', { class: 'mc-check' }, this._advance, advance);
    /** @type {[string, boolean][]} */
    const ways = [['Loop shot', true], ['Play on', false]];
    this._way = commandChoice(commands, 'loop', 'Playing', ways, (value) => ratings.setLoop(value));
    this.way = this._way.element;
    this._done = h('span', { class: 'mc-done' });
    this._bar = h('progress', { class: 'mc-bar', max: shots.length, 'aria-label': 'Shots rated' });
    const next = commandButton(commands, 'unrated', { label: 'Next unrated shot', amount: 1 }, 'Next unrated');
    this.below = h('div', { class: 'mc-timeline' }, summaryLine(this._done, this._bar, next), this._strip.element);
  }

  _value(value, commands) {
    const { ratings } = this;
    const { scale } = ratings;
    const name = [value, ratings.label(value)].filter(Boolean).join(', ');
    const step = 1 + Math.round((4 * scale.indexOf(value)) / (scale.length - 1));
    const swatch = h('span', { class: 'mc-swatch', 'data-step': step });
    const attributes = { type: 'button', class: 'mc-value', 'data-act': 'rate', 'data-rate': value, 'aria-label': name };
    return h('button', { ...attributes, onclick: () => commands.run('rate', value) }, swatch, String(value));
  }
}
