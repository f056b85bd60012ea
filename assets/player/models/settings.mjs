/** Every setting of a recipe and of its model, folded: each with the recipe's value until somebody writes another. */

import { h, replace } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';

/** @typedef {import('../shared/wire').Option} Option */

const GROUPS = /** @type {[Option['of'], string][]} */ ([['training', 'Training'], ['model', 'Model']]);

export class SettingsFold {
  /** @param {() => void} changed */
  constructor(changed) {
    this._changed = changed;
    /** What differs from the recipe. @type {Record<string, string>} */
    this.values = {};
    /** @type {Option[]} */
    this._options = [];
    this._summary = h('summary', {}, 'Every setting');
    this._main = h('div', {});
    this.element = h('details', { class: 'mc-settings' }, this._summary, this._main);
  }

  /** @param {Option[]} options of another kind or recipe; what was written is kept where it still exists */
  draw(options) {
    this._options = options;
    const names = new Set(options.map(({ name }) => name));
    this.values = Object.fromEntries(Object.entries(this.values).filter(([name]) => names.has(name)));
    replace(this._main, GROUPS.map(([of, label]) => this._group(label, options.filter((one) => one.of === of))));
    this._tell();
  }

  reset() {
    this.values = {};
    this.draw(this._options);
    this._changed();
  }

  /** @param {string} label @param {Option[]} options */
  _group(label, options) {
    if (!options.length) return null;
    return [h('h3', {}, label), h('div', { class: 'mc-options' }, options.map((one) => this._line(one)))];
  }

  /** @param {Option} option */
  _line(option) {
    const { name, description } = option;
    const control = this._control(option);
    control.id = `setting-${name}`;
    control.classList.toggle('mc-changed', name in this.values);
    return h(
      'div', { class: 'mc-option', title: description },
      h('label', { for: control.id }, h('code', {}, name)), control, h('small', {}, description),
    );
  }

  /** @param {Option} option @returns {HTMLSelectElement|HTMLInputElement} */
  _control(option) {
    const { name, type, choices, optional, default: recipe } = option;
    const value = this.values[name] ?? recipe;
    const offered = type === 'truth value' ? ['true', 'false'] : choices;
    if (offered.length) {
      const all = optional && !offered.includes('none') ? [...offered, 'none'] : offered;
      const texts = /** @type {[string, string][]} */ (all.map((one) => [one, one === recipe ? `${one} (recipe)` : one]));
      const control = choice(texts, value, (given) => this._set(option, given, control));
      return control;
    }
    const about = { type: 'text', value: this.values[name] ?? '', placeholder: recipe, inputmode: type === 'text' ? 'text' : 'decimal' };
    const control = h('input', { ...about, oninput: () => this._set(option, control.value.trim(), control) });
    return control;
  }

  /** @param {Option} option @param {string} given @param {HTMLElement} control */
  _set({ name, default: recipe }, given, control) {
    if (given === '' || given === recipe) delete this.values[name];
    else this.values[name] = given;
    control.classList.toggle('mc-changed', name in this.values);
    this._tell();
    this._changed();
  }

  _tell() {
    const changed = Object.keys(this.values);
    this._summary.textContent = `Every setting (${this._options.length})${changed.length ? `; changed: ${changed.join(', ')}` : ''}`;
  }
}
