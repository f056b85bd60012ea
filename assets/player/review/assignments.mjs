/** Assignments: what is asked for, how far it is, new ones, and closing. */

import { act, button, dialog, empty, fill, primary, table, tell, when } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { newAssignment } from './new.mjs';

export function assignmentsSection(app) {
  return new AssignmentsSection(app);
}

class AssignmentsSection {
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

  show() {
    return this._form?.isConnected ? null : this._load();
  }

  _load() {
    return fill(this._main, '/api/review/assignments', (answer) => this._draw(answer));
  }

  _draw({ assignments, protocols }) {
    this._protocols = protocols;
    if (!assignments.length) {
      this._main.replaceChildren(
        empty(
          'Nothing is asked for yet.',
          'Until there is an assignment, everybody chooses videos freely in Annotate. An assignment hands them out instead: each video to as many people as you want, nearly complete ones first.',
          primary('New assignment', () => this._new()),
        ),
      );
      return;
    }
    const columns = [
      { label: 'Title', cell: (one) => h('span', { class: 'mc-two' }, one.title, h('small', {}, one.first === 'disputed' ? 'most disputed videos first' : 'nearly complete videos first')) },
      { label: 'Protocol', cell: (one) => h('span', { title: one.protocol.instructions }, `${one.protocol.name} v${one.protocol.version}`) },
      { label: 'Videos', number: true, cell: (one) => one.videos },
      { label: 'People each', number: true, cell: (one) => one.people },
      { label: 'Places done', cell: (one) => h('span', { class: 'mc-meter', style: `--share:${one.wanted ? one.submitted / one.wanted : 0}` }, `${one.submitted} of ${one.wanted}`) },
      { label: 'At work', number: true, title: 'Places held by people who have begun and not finished', cell: (one) => one.held },
      { label: 'State', cell: (one) => (one.closed ? `closed ${when(one.closed)}` : one.complete === one.videos ? 'complete' : 'open') },
      { label: '', cell: (one) => h('span', { class: 'mc-row' }, button('Progress', () => this.app.go({ section: 'progress', assignment: one.id }), { class: 'mc-link' }), one.closed ? '' : button('Close…', () => this._close(one), { class: 'mc-link' })) },
    ];
    this._main.replaceChildren(
      h('div', { class: 'mc-tools' }, primary('New assignment', () => this._new())),
      table(columns, assignments, { label: 'Assignments', row: (line, one) => line.classList.toggle('mc-dim', Boolean(one.closed)) }),
    );
  }

  async _close(one) {
    const sure = await dialog(`Close “${one.title}”?`, (done) => [
      h('p', {}, `Nobody gets a video of it any more. What was begun can be finished, and all labels stay. It cannot be opened again; ${count(one.wanted - one.submitted, 'place')} would stay empty.`),
      h('div', { class: 'mc-row' }, primary('Close it', () => done(true)), button('Leave it open', () => done(null))),
    ]);
    if (!sure || !(await act('/api/review/assignments/close', { assignment: one.id }))) return;
    tell(`“${one.title}” is closed.`);
    await this._load();
  }

  async _new(chosen = []) {
    if (!this._protocols) await this._load();
    if (!this._protocols) return; // the failure is shown
    this._form = newAssignment({
      protocols: this._protocols,
      datasets: this.app.filters.datasets,
      chosen,
      cancel: () => this._load(),
      made: async (made) => {
        tell(`Made: ${count(made.videos, 'video')} under ${made.protocol}. People get them from their queue in Annotate.`);
        await this.app.refreshFilters();
        await this._load();
      },
    });
    this._main.replaceChildren(this._form);
    this._form.querySelector('input').focus();
  }
}
