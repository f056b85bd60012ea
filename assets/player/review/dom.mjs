/** What the sections of the Review page share: cards, fields, tables, dialogs, local times. */

import { get, post } from '../shared/http.mjs';
import { h } from '../shared/dom.mjs';
import { number } from '../shared/format.mjs';

const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const MINUTE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
let numbered = 0;

/** Milliseconds since 1970 UTC as a moment of this computer's clock; the year where it is not this one. */
export function when(ms) {
  if (!ms) return '–';
  const moment = new Date(ms);
  return moment.getFullYear() === new Date().getFullYear() ? MINUTE.format(moment) : DAY.format(moment);
}

/** A figure with fixed decimals that is never "−0.00". */
export function figure(value, decimals = 2) {
  return number(Math.abs(value) < 0.5 * 10 ** -decimals && value !== null ? 0 : value, decimals);
}

/** A query string of what is set: {dataset: "demo", assignment: null} is "?dataset=demo". */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return set.length ? '?' + new URLSearchParams(set) : '';
}

export function button(text, onclick, attributes = {}) {
  return h('button', { type: 'button', class: 'mc-button', onclick, ...attributes }, text);
}

export function primary(text, onclick, attributes = {}) {
  return button(text, onclick, { class: 'mc-button mc-primary', ...attributes });
}

/** A labelled control; `help` stands below it in small letters. */
export function field(label, control, help = '', wide = false) {
  control.id ||= `mc-field-${(numbered += 1)}`;
  const note = help ? h('small', { id: `${control.id}-help` }, help) : null;
  if (note) control.setAttribute('aria-describedby', note.id);
  return h('div', { class: 'mc-field' + (wide ? ' mc-wide' : '') }, h('label', { for: control.id }, label), control, note);
}

/** A select; options are [value, text]. */
export function choice(options, value, onchange = null, attributes = {}) {
  const control = h('select', attributes, ...options.map(([id, text]) => h('option', { value: id }, text)));
  if (value !== null && value !== undefined) control.value = value;
  if (onchange) control.addEventListener('change', () => onchange(control.value));
  return control;
}

/** A checkbox with its words. */
export function check(text, checked, onchange = null, attributes = {}) {
  const box = h('input', { type: 'checkbox', checked, ...attributes });
  if (onchange) box.addEventListener('change', () => onchange(box.checked));
  return h('label', { class: 'mc-check' }, box, text);
}

/** What is said where there is nothing yet, with the next step. */
export function empty(title, text, ...actions) {
  return h('div', { class: 'mc-review-empty' }, h('h3', {}, title), h('p', {}, text), h('div', { class: 'mc-row' }, ...actions));
}

export function failure(error, again) {
  if (!(error.status >= 0)) console.error(error);
  return h(
    'div',
    { class: 'mc-review-empty', role: 'alert' },
    h('h3', {}, error.status === 0 ? 'The server cannot be reached' : 'This could not be shown'),
    h('p', {}, error.status === 0 ? 'Check the connection; what people label meanwhile is kept in their browsers.' : [error.message, error.hint].filter(Boolean).join(' ')),
    again ? h('div', { class: 'mc-row' }, primary('Try again', again)) : null,
  );
}

export function loading() {
  return h('p', { class: 'mc-loading', role: 'status' }, 'Loading …');
}

/** Fetch into `place`: loading, then what `draw` makes of the answer, or the failure with a way to try again. */
export async function fill(place, path, draw) {
  if (!place.childElementCount) place.replaceChildren(loading());
  let answer;
  try {
    answer = await get(path, { timeout: 60000 });
  } catch (error) {
    place.replaceChildren(failure(error, () => (place.replaceChildren(), fill(place, path, draw))));
    return null;
  }
  draw(answer);
  return answer;
}

/**
 * A table. Columns: {label, cell(row), value?(row) to sort by, number?, title?}; `state` keeps {by, down} between drawings.
 */
export function table(columns, rows, { label, state = {}, changed = null, row: rowOf = null } = {}) {
  const sorted = columns[state.by]?.value;
  const ordered = sorted ? [...rows].sort((a, b) => compare(sorted(a), sorted(b), state.down)) : rows;
  const head = columns.map((column, index) => {
    const attributes = { scope: 'col', class: column.number ? 'mc-number' : column.slim ? 'mc-slim' : '', title: column.title };
    if (!column.value || !changed) return h('th', attributes, column.label);
    const current = state.by === index;
    const turn = () => {
      Object.assign(state, current ? { down: !state.down } : { by: index, down: Boolean(column.number) });
      changed();
    };
    attributes['aria-sort'] = current ? (state.down ? 'descending' : 'ascending') : 'none';
    const arrow = current ? (state.down ? ' ↓' : ' ↑') : '';
    return h('th', attributes, h('button', { type: 'button', onclick: turn }, column.label, arrow));
  });
  const body = ordered.map((one) => {
    const cells = columns.map((column) => h('td', { class: column.number ? 'mc-number' : '' }, column.cell(one) ?? ''));
    const line = h('tr', {}, ...cells);
    rowOf?.(line, one);
    return line;
  });
  return h(
    'div',
    { class: 'mc-scroll', tabindex: '0', role: 'region', 'aria-label': label },
    h('table', { class: 'mc-review-table' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...body)),
  );
}

// What is not known comes last, whichever way.
function compare(a, b, down) {
  if ((a ?? null) === null || (b ?? null) === null) return ((a ?? null) === null) - ((b ?? null) === null);
  const order = typeof a === 'string' ? a.localeCompare(b) : a - b;
  return down ? -order : order;
}

/** A dialog over the page; resolves with what `done` is given, null when dismissed. */
export function dialog(title, build) {
  return new Promise((resolve) => {
    let answer = null;
    const box = h('dialog', { class: 'mc-dialog', 'aria-label': title }, h('h3', {}, title));
    const done = (value) => {
      answer = value;
      box.close();
    };
    box.append(...build(done));
    box.addEventListener('close', () => (box.remove(), resolve(answer)));
    document.getElementById('review').append(box);
    box.showModal();
  });
}

/** Ask for a reason; it is kept for those who look at the decision later. */
export function askReason(title, text, verb) {
  return dialog(title, (done) => {
    const words = h('textarea', { rows: 3, maxlength: 1000, required: true, name: 'reason' });
    const said = h('p', { class: 'mc-bad', role: 'alert' });
    const form = h(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          if (words.value.trim()) done(words.value.trim());
          else said.textContent = 'Say in a few words why.';
        },
      },
      h('p', {}, text),
      field('Reason', words, 'Stays with the task, together with your name.', true),
      said,
      h('div', { class: 'mc-row' }, h('button', { type: 'submit', class: 'mc-button mc-primary' }, verb), button('Cancel', () => done(null))),
    );
    return [form];
  });
}

/** A sentence that passes: what was done, or what went wrong. */
export function tell(text, bad = false) {
  const place = document.querySelector('#review .mc-told');
  place.textContent = text;
  place.classList.toggle('mc-bad', bad);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => (place.textContent = ''), bad ? 12000 : 6000);
}

/** POST, and say what went wrong; null then. */
export async function act(path, body) {
  try {
    return await post(path, body);
  } catch (error) {
    tell([error.message, error.hint].filter(Boolean).join(' '), true);
    return null;
  }
}
