/** How videos are taken in: folded, remembered by this browser, and the one place that says what this machine lacks. */

import { h, replace } from '../shared/dom.mjs';
import { choice, field } from '../shared/form.mjs';
import { link } from '../shared/parts.mjs';
import { recall, remember } from '../shared/preferences.mjs';

/** @typedef {import('../shared/wire').AddingChoices} Choices */
/** @typedef {import('../shared/wire').ServerChoice} ServerChoice */
/** @typedef {Record<'space'|'picks_per_second'|'shots'|'penalty'|'seconds'|'captioner'|'judge', string>} Settings */

const KEY = 'adding-how';
const LANGUAGE = 'A server that has a name here, or a model. Leave it empty and nobody does.';

export class How {
  constructor() {
    /** @type {Choices|null} */
    this._choices = null;
    this._summary = h('summary', {}, 'How videos are taken in');
    this._main = h('div', { class: 'mc-how-main' });
    this.element = h('details', { class: 'mc-how' }, this._summary, this._main);
    /** What differs from what nobody chose. @type {Partial<Settings>} */
    this._changed = recall(KEY, {});
  }

  /** @param {Choices} choices */
  draw(choices) {
    this._choices = choices;
    const here = choices.spaces.filter(({ missing }) => !missing);
    if (this._changed.space && !here.some(({ id }) => id === this._changed.space)) delete this._changed.space;
    const value = this._values();
    const text = (/** @type {keyof Settings} */ name, attributes = {}) => h('input', {
      type: 'text', value: value[name], oninput: ({ target }) => this._set(name, target.value), ...attributes,
    });
    const spaces = /** @type {[string, string][]} */ (here.map(({ id, label }) => [id, `${label} (${id})`]));
    const space = choice(spaces, value.space, (id) => this._set('space', id));
    this._penalty = field('Penalty', text('penalty', { type: 'number', min: 0, step: 0.1 }), 'More: fewer shots.');
    this._seconds = field('Seconds per shot', text('seconds', { inputmode: 'decimal' }), 'Such as 2, or 1/2.');
    const shots = choice(choices.shots.map(({ id, label }) => [id, label]), value.shots, (id) => this._set('shots', id));
    replace(
      this._main,
      h(
        'div', { class: 'mc-fields' },
        field('Features', space),
        field('Picks per second', text('picks_per_second', { inputmode: 'decimal' }), 'How often it is looked at; 1/2: every two seconds.'),
        field('Shots', shots),
        this._penalty, this._seconds,
        field('Described by', text('captioner', { list: 'mc-captioners', placeholder: 'nobody' }), LANGUAGE),
        field('Captions judged by', text('judge', { list: 'mc-judges', placeholder: 'nobody' }), LANGUAGE),
      ),
      servers('mc-captioners', choices.captioners), servers('mc-judges', choices.judges),
      this._lacking(choices),
      link('Back to the usual', () => this.reset()),
    );
    this._tell();
  }

  reset() {
    this._changed = {};
    remember(KEY, {});
    this.draw(this._choices);
  }

  /** What stops the settings from being used; "" where nothing does. */
  get wrong() {
    const { captioner, judge } = this._values();
    return judge && !captioner ? 'A language model judges captions: say who describes the videos, too.' : '';
  }

  open() {
    this.element.open = true;
  }

  /** For the server: what nobody chose is left out, so that it says why it took what it took. */
  body() {
    const { space, picks_per_second: picks, shots, penalty, seconds, captioner, judge } = this._values();
    const cut = shots === 'uniform' ? { seconds } : { penalty: Number(penalty) };
    const chosen = space === this._choices?.space ? null : space;
    return { space: chosen, picks_per_second: picks, shots, ...cut, captioner: captioner || null, judge: judge || null };
  }

  /** @returns {Settings} */
  _values() {
    const { space, picks_per_second: picks, shot_kind: shots, penalty, seconds } = this._choices;
    const usual = { space, picks_per_second: picks, shots, penalty: String(penalty), seconds, captioner: '', judge: '' };
    return { ...usual, ...this._changed };
  }

  /** @param {keyof Settings} name @param {string} value */
  _set(name, value) {
    this._changed[name] = value.trim();
    remember(KEY, this._changed);
    this._tell();
  }

  _tell() {
    const values = this._values();
    const { space, shots } = values;
    this._penalty.hidden = shots === 'uniform';
    this._seconds.hidden = shots !== 'uniform';
    const ways = this._choices.shots.find(({ id }) => id === shots)?.label.split(':')[0] ?? shots;
    const language = values.captioner ? `, described by ${values.captioner}` : '';
    const now = `${space}, ${values.picks_per_second} picks a second, ${ways.toLowerCase().replace('kts', 'KTS')}${language}`;
    replace(this._summary, 'How videos are taken in', h('small', {}, now));
  }

  /** @param {Choices} choices */
  _lacking({ spaces, servers_wrong: wrong }) {
    const absent = spaces.filter(({ missing }) => missing);
    return [
      absent.length > 0 && h('div', { class: 'mc-lacking' }, h('h3', {}, 'Not offered here; the command line takes them all'),
        h('ul', {}, absent.map(({ id, label, missing }) => h('li', {}, `${label} (${id}): ${missing}.`.replace(/\.\.$/, '.'))))),
      wrong && h('p', { class: 'mc-notice' }, 'servers.toml has mistakes: python app.py servers lists them.'),
    ];
  }
}

/** @param {string} id @param {ServerChoice[]} choices */
function servers(id, choices) {
  return h('datalist', { id }, choices.map(({ name, model }) => h('option', { value: name }, model ? `${name} (${model})` : name)));
}
