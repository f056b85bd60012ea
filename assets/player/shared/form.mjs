/** Parts of forms: labelled fields, selects, checkboxes. */

import { h } from './dom.mjs';

let numbered = 0;

/**
 * A labelled control; `help` stands below it in small letters.
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [help]
 * @param {boolean} [wide] as wide as the form
 */
export function field(label, control, help = '', wide = false) {
  numbered += 1;
  control.id ||= `mc-field-${numbered}`;
  const note = help ? h('small', { id: `${control.id}-help` }, help) : null;
  if (note) control.setAttribute('aria-describedby', note.id);
  return h('div', { class: `mc-field${wide ? ' mc-wide' : ''}` }, h('label', { for: control.id }, label), control, note);
}

/**
 * A select.
 * @param {[string|number, string][]} options value and text
 * @param {string|number|null} value
 * @param {((value: string) => void)|null} [changed]
 * @param {Record<string, any>} [attributes]
 */
export function choice(options, value, changed = null, attributes = {}) {
  const control = h('select', attributes, options.map(([id, text]) => h('option', { value: id }, text)));
  if (value !== null && value !== undefined) control.value = String(value);
  if (changed) control.addEventListener('change', () => changed(control.value));
  return control;
}

/**
 * A checkbox with its label.
 * @param {import('./dom.mjs').Child} text
 * @param {boolean} checked
 * @param {((checked: boolean) => void)|null} [changed]
 * @param {Record<string, any>} [attributes]
 * @returns {{element: HTMLLabelElement, box: HTMLInputElement}}
 */
export function check(text, checked, changed = null, attributes = {}) {
  const box = h('input', { type: 'checkbox', checked, ...attributes });
  if (changed) box.addEventListener('change', () => changed(box.checked));
  return { element: h('label', { class: 'mc-check' }, box, text), box };
}
