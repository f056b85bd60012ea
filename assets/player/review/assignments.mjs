/** Assignments: what is asked for, how far it is, new ones, and closing. */

import { when } from '../shared/dates.mjs';
import { h } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { table } from '../shared/table.mjs';
import { act, confirm, tell } from '../shared/asking.mjs';
import { newAssignment } from './new.mjs';
import { empty, fill, link, meter, primary, two } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').AssignmentFacts} Assignment */
/** @typedef {import('../shared/wire').AssignmentsList} AssignmentsAnswer  of GET /api/review/assignments */

const FREE =
  'Until there is an assignment, everybody chooses videos freely in Annotate. An assignment hands them out instead: each ' +
  'video to as many people as you want, nearly complete ones first.';

export class AssignmentsSection {
  /** @param {import('./review.mjs').Review} app */
  constructor(app) {
    this.app = app;
    this._main = h('div');
    this.element = h('div', {}, this._main);
    // "Needs people" hands over the videos it has chosen.
    this._assign = (event) => this._new(event.detail);
    document.addEventListener('manycut:assign', this._assign);
  }

  close() {
    document.removeEventListener('manycut:assign', this._assign);
  }

  async show() {
    if (!this._form?.isConnected) await this._load();
  }

  _load() {
    return fill(this._main, '/api/review/assignments', (answer) => this._draw(answer));
  }

  /** @param {AssignmentsAnswer} answer */
  _draw({ assignments, protocols }) {
    this._protocols = protocols;
    const make = primary('New assignment', () => this._new());
    if (!assignments.length) {
      this._main.replaceChildren(empty('Nothing is asked for yet.', FREE, make));
      return;
    }
    const dim = (line, one) => line.classList.toggle('mc-dim', Boolean(one.closed));
    this._main.replaceChildren(
      h('div', { class: 'mc-tools' }, make),
      table(this._columns(), assignments, { label: 'Assignments', row: dim }),
    );
  }

  /** @returns {import('../shared/table.mjs').Column<Assignment>[]} */
  _columns() {
    const order = (one) => (one.first === 'disputed' ? 'most disputed videos first' : 'nearly complete videos first');
    return [
      { label: 'Title', cell: (one) => two(one.title, order(one)) },
      {
        label: 'Protocol',
        cell: ({ protocol }) => h('span', { title: protocol.instructions }, `${protocol.name} v${protocol.version}`),
      },
      { label: 'Videos', number: true, cell: (one) => one.videos },
      { label: 'People each', number: true, cell: (one) => one.people },
      {
        label: 'Places done',
        cell: (one) => meter(one.wanted ? one.submitted / one.wanted : 0, `${one.submitted} of ${one.wanted}`),
      },
      {
        label: 'At work',
        number: true,
        title: 'Places held by people who have begun and not finished',
        cell: (one) => one.held,
      },
      { label: 'State', cell: stateOf },
      { label: 'What to do', unseen: true, cell: (one) => this._actions(one) },
    ];
  }

  /** @param {Assignment} one */
  _actions(one) {
    const look = link('Progress', () => this.app.go({ section: 'progress', assignment: one.id }));
    return h('span', { class: 'mc-row' }, look, !one.closed && link('Close…', () => this._close(one)));
  }

  /** @param {Assignment} one */
  async _close(one) {
    const empties = count(one.wanted - one.submitted, 'place');
    const text =
      'Nobody gets a video of it any more. What was begun can be finished, and all labels stay. It cannot be opened ' +
      `again; ${empties} would stay empty.`;
    const sure = await confirm(`Close “${one.title}”?`, text, 'Close it', 'Leave it open');
    if (!sure || !(await act('/api/review/assignments/close', { assignment: one.id }))) return;
    tell(`“${one.title}” is closed.`);
    await this._load();
  }

  /** @param {string[]} [chosen] ids of videos */
  async _new(chosen = []) {
    if (!this._protocols) await this._load();
    if (!this._protocols) return; // the failure is shown
    this._form = newAssignment({
      protocols: this._protocols,
      datasets: this.app.filters.datasets,
      chosen,
      cancel: () => this._load(),
      made: (made) => this._made(made),
    });
    this._main.replaceChildren(this._form);
    this._form.querySelector('input').focus();
  }

  async _made({ videos, protocol }) {
    tell(`Made: ${count(videos, 'video')} under ${protocol}. People get them from their queue in Annotate.`);
    await this.app.prepare();
    await this._load();
  }
}

/** @param {Assignment} one */
function stateOf(one) {
  if (one.closed) return `closed ${when(one.closed)}`;
  return one.complete === one.videos ? 'complete' : 'open';
}
