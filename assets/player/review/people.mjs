/** People: who they are, what they did, and their personal links. */

import { act, button, choice, dialog, empty, field, fill, primary, table, tell, when } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { url } from '../shared/http.mjs';

export function peopleSection(app) {
  return new PeopleSection(app);
}

class PeopleSection {
  constructor(app) {
    this.app = app;
    this._sort = { by: 0, down: false };
    this._main = h('div');
    this.element = h('div', {}, this._main);
  }

  show() {
    return fill(this._main, '/api/review/people', (answer) => this._draw(answer));
  }

  _draw(answer) {
    const { people, closed } = answer;
    const lead = closed
      ? 'Everybody needs a personal link to come in. Annotators see nothing but their own queue; leads see everything.'
      : 'Nobody needs a link yet: whoever opens Annotate types a name, and everybody sees this page. That ends with the first lead’s link. From then on everybody needs one, you as well.';
    const columns = [
      { label: 'Name', value: (one) => one.name, cell: (one) => one.name },
      { label: 'Pseudonym', title: 'What exports say instead of the name', cell: (one) => h('code', {}, one.pseudonym) },
      { label: 'Role', value: (one) => one.role, cell: (one) => (one.role === 'lead' ? 'lead' : 'annotator') },
      { label: 'Link', value: (one) => String(one.invited), cell: (one) => (one.invited ? 'has one' : 'none') },
      { label: 'Submitted', number: true, value: (one) => one.submitted, cell: (one) => one.submitted },
      { label: 'Open', number: true, value: (one) => one.open, cell: (one) => one.open },
      { label: 'Excluded', number: true, value: (one) => one.excluded, cell: (one) => one.excluded || '' },
      { label: 'Last active', value: (one) => one.seen, cell: (one) => (one.seen ? when(one.seen) : 'never') },
      {
        label: '',
        cell: (one) =>
          h(
            'span',
            { class: 'mc-row' },
            closed || one.role === 'lead' ? button(one.invited ? 'New link…' : 'Invite…', () => this._again(one), { class: 'mc-link' }) : '',
            one.invited ? button('Take the link away…', () => this._revoke(one), { class: 'mc-link' }) : '',
          ),
      },
    ];
    this._main.replaceChildren(
      h('p', { class: 'mc-lead' }, lead),
      h('div', { class: 'mc-tools' }, primary(closed ? 'Invite somebody' : 'Make the first lead’s link', () => this._invite(closed))),
      people.length ? table(columns, people, { label: 'People', state: this._sort, changed: () => this._draw(answer) }) : empty('Nobody is here yet.', 'People appear when they first sign in on Annotate, or when you invite them.'),
    );
  }

  async _invite(closed) {
    const asked = await dialog(closed ? 'Invite somebody' : 'The first lead’s link', (done) => {
      const name = h('input', { type: 'text', maxlength: 100, required: true, autofocus: true });
      const role = choice([['annotator', 'Annotator'], ['lead', 'Lead']], closed ? 'annotator' : 'lead');
      role.disabled = !closed;
      const form = {
        onsubmit: (event) => {
          event.preventDefault();
          done({ name: name.value, role: role.value });
        },
      };
      const warning = closed ? '' : h('p', { class: 'mc-notice' }, 'This is your own link: this browser is signed in with it, and from now on everybody else needs a link as well, also those who are labelling now. Keep it; it cannot be shown again.');
      return [h('form', form, warning, field(closed ? 'Name' : 'Your name', name, 'Exports say a pseudonym instead.', true), field('Role', role), h('div', { class: 'mc-row' }, h('button', { type: 'submit', class: 'mc-button mc-primary' }, 'Make the link'), button('Cancel', () => done(null))))];
    });
    if (asked) await this._link(asked);
  }

  async _again(one) {
    const sure = await dialog(`A new link for ${one.name}`, (done) => [
      h('p', {}, one.invited ? 'The link they have now stops working. What they labelled stays.' : 'With the link they come in under this name and go on where they stopped.'),
      h('div', { class: 'mc-row' }, primary('Make the link', () => done(true)), button('Cancel', () => done(null))),
    ]);
    if (sure) await this._link({ name: one.name });
  }

  async _link(asked) {
    const answer = await act('/api/review/people/invite', asked);
    if (!answer) return;
    const link = `${location.origin}${new URL(url('/enter'), location.href).pathname}?key=${encodeURIComponent(answer.key)}`;
    await dialog(`The link of ${answer.name}`, (done) => {
      const shown = h('input', { type: 'text', readonly: true, value: link, onfocus: (event) => event.target.select(), class: 'mc-linkbox' });
      const copy = primary('Copy', async () => {
        try {
          await navigator.clipboard.writeText(link);
          copy.textContent = 'Copied';
        } catch {
          shown.select();
          copy.textContent = 'Press Ctrl C';
        }
      });
      return [h('p', {}, 'Send it to them in private: whoever has it comes in under this name. It is shown this once only; a lost one is replaced.'), field('Personal link', shown, '', true), h('div', { class: 'mc-row' }, copy, button('Done', () => done(null)))];
    });
    await this.show();
  }

  async _revoke(one) {
    const sure = await dialog(`Take the link of ${one.name} away?`, (done) => [
      h('p', {}, 'They can no longer come in. What they labelled stays, and they can be invited again.'),
      h('div', { class: 'mc-row' }, primary('Take it away', () => done(true)), button('Cancel', () => done(null))),
    ]);
    if (!sure || !(await act('/api/review/people/revoke', { name: one.name }))) return;
    tell(`${one.name} can no longer come in.`);
    await this.show();
  }
}
