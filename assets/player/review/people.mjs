/** People: who they are, what they did, and their personal links. */

import { when } from '../shared/dates.mjs';
import { h } from '../shared/dom.mjs';
import { choice, field } from '../shared/form.mjs';
import { url } from '../shared/http.mjs';
import { PERSON_NAME_CHARS } from '../shared/limits.mjs';
import { table } from '../shared/table.mjs';
import { act, confirm, dialog, tell } from '../shared/asking.mjs';
import { button, empty, fill, link, primary, row, sender } from '../shared/parts.mjs';
import { TokensSection } from './tokens.mjs';

/** @typedef {import('../shared/wire').PersonFacts} Person */
/** @typedef {import('../shared/wire').People} PeopleAnswer  of GET /api/review/people */
/** @typedef {import('../shared/wire').InviteRequest} Invitation */

const CLOSED =
  'Everybody needs a personal link to come in, or your lab’s own sign-on. Annotators see nothing but their own queue, viewers '
  + 'Compare and Models; leads see everything.';
const OPEN =
  'Nobody needs a link yet: whoever opens Annotate types a name, and everybody sees this page. That ends with the first ' +
  'lead’s link. From then on everybody needs one, you as well.';
const WARNING =
  'This is your own link: this browser is signed in with it, and from now on everybody else needs a link as well, also those ' +
  'who are labelling now. Keep it; it cannot be shown again.';
/** @type {[Person['role'], string][]} */
const ROLES = [['annotator', 'Annotator'], ['viewer', 'Viewer'], ['lead', 'Lead']];
const DOES = {
  annotator: 'Annotators judge the videos they are asked to, and see nothing else.',
  viewer: 'Viewers see Compare and Models, with pseudonyms for names, and change nothing.',
  lead: 'Leads see and do everything.',
};
const ONCE =
  'Send it to them in private: whoever has it comes in under this name. It is shown this once only; a lost one is replaced.';

export class PeopleSection {
  constructor() {
    /** @type {import('../shared/table.mjs').Sorting} */
    this._sorting = { by: 0, down: false };
    this._main = h('div');
    this.tokens = new TokensSection();
    this.element = h('div', {}, this._main, this.tokens.element);
  }

  show() {
    return fill(this._main, '/api/review/people', (answer) => this._draw(answer));
  }

  /** @param {PeopleAnswer} answer */
  _draw(answer) {
    const { people, closed, sign_on: signOn } = answer;
    this.tokens.element.hidden = !closed; // without accounts nobody needs one
    if (closed) this.tokens.show(people.filter((one) => !one.barred && (one.invited || signOn)).map(({ name }) => name));
    const invite = primary(closed ? 'Invite somebody' : 'Make the first lead’s link', () => this._invite(closed));
    const nobody = empty('Nobody is here yet.', 'People appear when they first sign in on Annotate, or when you invite them.');
    const options = { label: 'People', state: this._sorting, changed: () => this._draw(answer) };
    this._main.replaceChildren(
      h('p', { class: 'mc-lead' }, closed ? CLOSED : OPEN),
      h('div', { class: 'mc-tools' }, invite, people.length > 0 && keyLink()),
      people.length ? table(this._columns(closed, signOn), people, options) : nobody,
    );
  }

  /** @param {boolean} closed @param {boolean} signOn @returns {import('../shared/table.mjs').Column<Person>[]} */
  _columns(closed, signOn) {
    return [
      { label: 'Name', value: (one) => one.name, cell: (one) => one.name },
      {
        label: 'Pseudonym',
        title: 'What exports say instead of the name',
        cell: (one) => h('code', {}, one.pseudonym),
      },
      { label: 'Role', value: (one) => one.role, cell: (one) => one.role },
      { label: 'Link', value: comesBy, cell: comesBy },
      { label: 'Submitted', number: true, value: (one) => one.submitted, cell: (one) => one.submitted },
      { label: 'Open', number: true, value: (one) => one.open, cell: (one) => one.open },
      { label: 'Excluded', number: true, value: (one) => one.excluded, cell: (one) => one.excluded || '' },
      { label: 'Last active', value: (one) => one.seen, cell: (one) => (one.seen ? when(one.seen) : 'never') },
      { label: 'Links', unseen: true, cell: (one) => this._links(one, closed, signOn) },
    ];
  }

  /** @param {Person} one @param {boolean} closed @param {boolean} signOn */
  _links(one, closed, signOn) {
    const may = closed || one.role === 'lead';
    return h(
      'span',
      { class: 'mc-row' },
      may && link(one.invited ? 'New link…' : 'Invite…', () => this._again(one)),
      closed && link('Role…', () => this._role(one)),
      signOn && !one.barred && link('Bar…', () => this._bar(one)),
      !signOn && one.invited && link('Take the link away…', () => this._revoke(one)),
      one.name !== one.pseudonym && link('Forget…', () => this._forget(one)),
    );
  }

  /** @param {Person} one */
  async _role({ name, role }) {
    const asked = await dialog(`What ${name} may do`, (done) => roleParts(role, done));
    if (!asked || asked === role || !(await act('/api/review/people/role', { name, role: asked }))) return;
    tell(`${name} is ${asked === 'annotator' ? 'an' : 'a'} ${asked} now.`);
    await this.show();
  }

  /** @param {boolean} closed */
  async _invite(closed) {
    const asked = await dialog(closed ? 'Invite somebody' : 'The first lead’s link', (done) => invitation(closed, done));
    if (asked) await this._link(asked);
  }

  /** @param {Person} one */
  async _again({ name, invited }) {
    const text = invited
      ? 'The link they have now stops working. What they labelled stays.'
      : 'With the link they come in under this name and go on where they stopped.';
    if (await confirm(`A new link for ${name}`, text, 'Make the link', 'Cancel')) await this._link({ name });
  }

  /** @param {Invitation} asked */
  async _link(asked) {
    const answer = await act('/api/review/people/invite', asked);
    if (!answer) return;
    const path = new URL(url('/enter'), location.href).pathname;
    const address = `${location.origin}${path}?key=${encodeURIComponent(answer.key)}`;
    await dialog(`The link of ${answer.name}`, (done) => linkParts(address, () => done(null)));
    await this.show();
  }

  /** @param {Person} one */
  async _bar({ name }) {
    const text =
      'They no longer come in, neither by the sign-on nor by a link. What they labelled stays. A role or a new link lets them in again.';
    const sure = await confirm(`Bar ${name}?`, text, 'Bar them', 'Cancel');
    if (!sure || !(await act('/api/review/people/revoke', { name }))) return;
    tell(`${name} can no longer come in.`);
    await this.show();
  }

  /** @param {Person} one */
  async _revoke({ name }) {
    const text = 'They can no longer come in. What they labelled stays, and they can be invited again.';
    const sure = await confirm(`Take the link of ${name} away?`, text, 'Take it away', 'Cancel');
    if (!sure || !(await act('/api/review/people/revoke', { name }))) return;
    tell(`${name} can no longer come in.`);
    await this.show();
  }

  /** @param {Person} one */
  async _forget({ name, pseudonym }) {
    if (!(await confirm(`Forget who ${pseudonym} is?`, forgetting(name, pseudonym), 'Forget the name', 'Cancel'))) return;
    const answer = await act('/api/review/people/forget', { name });
    if (!answer) return;
    tell(`The name is forgotten; ${answer.pseudonym} stands in its place.`);
    if (answer.backups.length || answer.left.length) {
      await dialog('Where the name still stands', (done) => remains(answer, () => done(null)));
    }
    await this.show();
  }
}

/** @param {string} name @param {string} pseudonym */
function forgetting(name, pseudonym) {
  return (
    `${pseudonym} takes the place of ${name} everywhere, for good: nobody can tell afterwards who that was. They can no longer ` +
    'come in; what they labelled stays. Backups and key files that were made before still hold the name.'
  );
}

/** Whose pseudonym is whose, as a file. */
function keyLink() {
  const title = 'Whose pseudonym is whose (CSV). For you alone: never hand it on with an export.';
  return h('a', { class: 'mc-link', href: url('/api/people/key.csv'), download: 'manycut-key.csv', title }, 'Key file');
}

/** @param {import('../shared/wire').Forgot} answer @param {() => void} done */
function remains({ backups, left }, done) {
  const list = (/** @type {string[]} */ files) => h('ul', {}, files.map((file) => h('li', {}, file)));
  return [
    backups.length > 0 && h('p', {}, 'Backups that were made before; remove them when you no longer need them:'),
    backups.length > 0 && list(backups),
    left.length > 0 && h('p', {}, 'Titles and captions of videos are not changed. The name stands in:'),
    left.length > 0 && list(left),
    row(button('Done', done)),
  ];
}

/** @param {Person} one */
function comesBy({ invited, barred }) {
  if (barred) return 'barred';
  return invited ? 'has one' : 'none';
}

/** Who is invited, and as what. @param {boolean} closed @param {(asked: Invitation|null) => void} done */
function invitation(closed, done) {
  const name = h('input', { type: 'text', maxlength: PERSON_NAME_CHARS, required: true, autofocus: true });
  const role = choice(ROLES, closed ? 'annotator' : 'lead');
  role.disabled = !closed;
  const onsubmit = (event) => {
    event.preventDefault();
    done({ name: name.value, role: /** @type {Invitation['role']} */ (role.value) });
  };
  return [
    h(
      'form',
      { onsubmit },
      !closed && h('p', { class: 'mc-notice' }, WARNING),
      field(closed ? 'Name' : 'Your name', name, 'Exports say a pseudonym instead.', true),
      field('Role', role),
      row(sender('Make the link'), button('Cancel', () => done(null))),
    ),
  ];
}

/** What somebody is from now on. @param {Person['role']} now @param {(asked: Person['role']|null) => void} done */
function roleParts(now, done) {
  const role = choice(ROLES, now);
  const onsubmit = (event) => {
    event.preventDefault();
    done(/** @type {Person['role']} */ (role.value));
  };
  const does = ROLES.map(([one]) => h('li', {}, DOES[one]));
  return [h('form', { onsubmit }, field('Role', role), h('ul', {}, does), row(sender('Change'), button('Cancel', () => done(null))))];
}

/** A link to be copied. @param {string} address @param {() => void} done */
function linkParts(address, done) {
  const shown = h('input', { type: 'text', readonly: true, value: address, onfocus: () => shown.select(), class: 'mc-linkbox' });
  const copy = primary('Copy', async () => {
    try {
      await navigator.clipboard.writeText(address);
      copy.textContent = 'Copied';
    } catch {
      shown.select();
      copy.textContent = 'Press Ctrl C';
    }
  });
  return [h('p', {}, ONCE), field('Personal link', shown, '', true), row(copy, button('Done', done))];
}
