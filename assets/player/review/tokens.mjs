/** Tokens of scripts: which there are, whose, and when they were used; made, shown this once, and ended. */

import { act, confirm, dialog, tell } from '../shared/asking.mjs';
import { when } from '../shared/dates.mjs';
import { h } from '../shared/dom.mjs';
import { choice, field } from '../shared/form.mjs';
import { TOKEN_DAYS, TOKEN_LABEL_CHARS } from '../shared/limits.mjs';
import { button, fill, link, primary, quietly, row, sender } from '../shared/parts.mjs';
import { table } from '../shared/table.mjs';

/** @typedef {import('../shared/wire').TokenFacts} Token */
/** @typedef {import('../shared/wire').TokenList} TokenList */
/** @typedef {import('../shared/wire').TokenRequest} Wanted */

const LEAD =
  'A script sends a token instead of signing in, as “Authorization: Bearer TOKEN”. It may what its person may, whose role counts as it '
  + 'is when it is used. A token that got lost is ended here.';
const ONCE = 'Copy it now: it is shown this once only. Whoever has it can do what its person may.';

export class TokensSection {
  constructor() {
    /** @type {import('../shared/table.mjs').Sorting} */
    this._sorting = { by: 0, down: false };
    /** @type {string[]} who can have one */
    this._people = [];
    this._main = h('div');
    this.element = h('section', { class: 'mc-tokens', 'aria-label': 'Tokens for scripts' }, h('h3', {}, 'Tokens for scripts'), this._main);
  }

  /** @param {string[]} people who can come in, by name */
  show(people) {
    this._people = people;
    return fill(this._main, '/api/review/people/tokens', (answer) => this._draw(answer));
  }

  /** @param {TokenList} answer */
  _draw(answer) {
    const { tokens } = answer;
    const make = button('Make a token…', () => this._make());
    const options = { label: 'Tokens', state: this._sorting, changed: () => this._draw(answer) };
    this._main.replaceChildren(
      h('p', { class: 'mc-lead' }, LEAD),
      h('div', { class: 'mc-tools' }, make),
      tokens.length ? table(this._columns(), tokens, options) : quietly('There is none.'),
    );
  }

  /** @returns {import('../shared/table.mjs').Column<Token>[]} */
  _columns() {
    const time = (/** @type {string|null} */ at) => (at ? when(Date.parse(at)) : 'never');
    return [
      { label: 'What it is for', value: (one) => one.label, cell: (one) => one.label || 'not said' },
      { label: 'Whose', value: (one) => one.name, cell: (one) => one.name },
      { label: 'Made', value: (one) => one.made, cell: (one) => time(one.made) },
      { label: 'Last used', value: (one) => one.used, cell: (one) => time(one.used) },
      { label: 'Ends', value: (one) => one.expires, cell: (one) => (one.expired ? 'has ended' : time(one.expires)) },
      { label: 'Take away', unseen: true, cell: (one) => link('Take away…', () => this._end(one)) },
    ];
  }

  async _make() {
    /** @type {Wanted|null} */
    const asked = await dialog('A token for scripts', (done) => wanted(this._people, done));
    if (!asked) return;
    const made = await act('/api/review/people/token', asked);
    if (!made) return;
    await dialog(`A token of ${made.facts.name}`, (done) => shown(made.token, () => done(null)));
    await this.show(this._people);
  }

  /** @param {Token} one */
  async _end({ id, name, label }) {
    const text = `Scripts that use it are refused from their next request on. It is a token of ${name}.`;
    if (!(await confirm(`Take away ${label ? `“${label}”` : 'this token'}`, text, 'Take it away', 'Cancel'))) return;
    if (!(await act('/api/review/people/token/end', { id }))) return;
    tell('The token is taken away.');
    await this.show(this._people);
  }
}

/** @param {string[]} people @param {(asked: Wanted|null) => void} done */
function wanted(people, done) {
  const name = choice(people.map((one) => [one, one]), people[0] ?? null);
  const label = h('input', { type: 'text', maxlength: TOKEN_LABEL_CHARS, autofocus: true });
  const days = h('input', { type: 'number', min: 1, max: TOKEN_DAYS, step: 1 });
  const onsubmit = (event) => {
    event.preventDefault();
    done({ name: name.value, label: label.value.trim(), days: days.value ? Number(days.value) : null });
  };
  const parts = [
    field('Whose', name, 'It may what they may.'), field('What it is for', label, 'Such as: nightly export.', true),
    field('Days until it ends', days, 'Leave it empty for no end.'), row(sender('Make the token'), button('Cancel', () => done(null))),
  ];
  if (people.length) return [h('form', { onsubmit }, parts)];
  return [h('p', {}, 'A token is somebody’s who can come in. Invite somebody first.'), row(button('Done', () => done(null)))];
}

/** A token to be copied. @param {string} token @param {() => void} done */
function shown(token, done) {
  const box = h('input', { type: 'text', readonly: true, value: token, onfocus: () => box.select(), class: 'mc-linkbox' });
  const copy = primary('Copy', async () => {
    try {
      await navigator.clipboard.writeText(token);
      copy.textContent = 'Copied';
    } catch {
      box.select();
      copy.textContent = 'Press Ctrl C';
    }
  });
  return [h('p', {}, ONCE), field('Token', box, '', true), row(copy, button('Done', done))];
}
