/** Progress: the board of videos and people, the pace, and the task that is looked at. */

import { h, replace } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { get } from '../shared/http.mjs';
import { narrowed, ordered, rowsOf, summary } from './board_rows.mjs';
import { Grid } from './grid.mjs';
import { paceView } from './pace.mjs';
import { button, empty, failure, loading, PATIENCE_MS, primary, query } from '../shared/parts.mjs';
import { TaskPanel } from './task.mjs';

/** @typedef {import('./board_rows.mjs').BoardAnswer} BoardAnswer */

// The board is asked for again about every second; where counting it takes long, so seldom that it is a small part of the time.
const [SOONEST_MS, LATEST_MS, REST] = [700, 15_000, 10];
const PACE_MS = 120_000; // days change slowly, and the whole log is read for them
/** @type {[string, string][]} */
const ORDERS = [
  ['library', 'In the library’s order'],
  ['fewest', 'Fewest submitted first'],
  ['recent', 'Last touched first'],
  ['title', 'By title'],
];
const LEGEND = [
  ['submitted', 'submitted', ''],
  ['open', 'open, share of its shots', '40%'],
  ['open', 'open, segments or takes', '2'],
  ['skipped', 'skipped', '–'],
  ['excluded', 'excluded', '×'],
];
const NOBODY =
  'Make an assignment: which videos, how they are judged, and by how many people. Then let people open Annotate; who is how ' +
  'far appears here while they work.';
const OLD = 'The server does not answer; what is shown may be old. Trying again.';

export class BoardSection {
  /** @param {import('./review.mjs').Review} app */
  constructor(app) {
    this.app = app;
    this.grid = new Grid((tasks) => app.go({ task: tasks.at(-1).id }));
    this.panel = new TaskPanel({
      close: () => {
        app.go({ task: null });
        this.grid.focus();
      },
      changed: () => this.load(),
      other: (task) => app.go({ task }),
    });
    this._search = h('input', {
      type: 'search',
      placeholder: 'Search videos and people',
      'aria-label': 'Search videos and people',
      oninput: () => this._draw(),
    });
    this._order = choice(ORDERS, 'library', () => this._draw(), { 'aria-label': 'Order of the videos' });
    this._scope = h('span', { class: 'mc-row' });
    this._sum = h('p', { class: 'mc-sum', role: 'status' });
    this._pace = h('div', { class: 'mc-pace' });
    this._main = h('div', { class: 'mc-board' });
    this._tools = h('div', { class: 'mc-tools' }, this._scope, this._search, this._order, legend());
    this.element = h('div', { class: 'mc-progress' }, this._pace, this._tools, this._sum, this._main);
    this._closed = false;
    /** @type {BoardAnswer|null} */
    this._board = null;
    this._paced = { asked: '', at: 0, answer: null };
  }

  close() {
    clearTimeout(this._timer);
    this._closed = true;
  }

  /** @param {import('./review.mjs').Asked} asked */
  async show({ assignment, dataset, task }) {
    const scope = query({ assignment, dataset });
    if (scope !== this._asked) {
      this._asked = scope;
      this._scope.replaceChildren(...this.app.scope());
      this._main.replaceChildren(loading());
      await this.load();
    }
    const id = task && Number(task);
    this.grid.select(id);
    await this.panel.show(id, this._siblings?.get(id) ?? []);
  }

  async load() {
    clearTimeout(this._timer);
    const began = performance.now();
    await this._load();
    if (this._closed) return;
    const rest = Math.max(SOONEST_MS, Math.min(LATEST_MS, REST * (performance.now() - began)));
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._again(), rest);
  }

  /** Look again where somebody sees it; else a little later. */
  _again() {
    if (document.visibilityState === 'visible' && idle()) this.load();
    else this._timer = setTimeout(() => this._again(), SOONEST_MS);
  }

  async _load() {
    const asked = this._asked;
    const fresh = this._paced.asked === asked && Date.now() - this._paced.at < PACE_MS;
    let board, pace;
    try {
      const ask = (name) => get(`/api/review/${name}${asked}`, { timeout: PATIENCE_MS });
      [board, pace] = await Promise.all([ask('board'), fresh ? this._paced.answer : ask('pace')]);
    } catch (error) {
      if (!this._closed && !this._board) this._main.replaceChildren(failure(error, () => this.load()));
      else this._sum.textContent = OLD;
      return;
    }
    if (this._closed || asked !== this._asked) return; // an answer to something else
    if (!fresh) this._paced = { asked, at: Date.now(), answer: pace };
    const shown = JSON.stringify([board, this._paced.at]);
    if (shown === this._shown && this._sum.textContent !== OLD) return; // nothing flickers, and nothing loses its focus
    this._shown = shown;
    this._take(board);
    this._pace.replaceChildren(...paceView(pace, board.labelled));
    this._draw();
  }

  /** @param {BoardAnswer} board */
  _take(board) {
    this._board = board;
    this._rows = rowsOf(board);
    const cells = this._rows.flatMap((row) => row.cells).filter(Boolean);
    /** @type {Map<number, import('./board_rows.mjs').BoardTask[]>} tasks of the same person on the same video */
    this._siblings = new Map(cells.flatMap((tasks) => tasks.map((one) => [one.id, tasks])));
  }

  _draw() {
    const board = this._board;
    if (!board) return;
    const nothing = !board.videos.length;
    this._tools.hidden = nothing && !this._asked;
    this._pace.hidden = nothing && !board.labelled;
    if (nothing) {
      this._sum.textContent = '';
      this._main.replaceChildren(this._nothing());
      return;
    }
    const { rows, people, columns } = narrowed(this._rows, board.people, this._search.value);
    const shown = ordered(rows, this._order.value).map((row) => ({ ...row, cells: columns.map((column) => row.cells[column]) }));
    this._sum.textContent = summary(board, this._rows, shown.length, people.length);
    if (!shown.length) this._main.replaceChildren(this._notFound());
    else if (!this._main.contains(this.grid.element)) replace(this._main, this.grid.element, this.panel.element);
    this.grid.set(shown, people);
    this.element.dataset.ready = 'true';
  }

  _notFound() {
    const clear = () => {
      this._search.value = '';
      this._draw();
    };
    return empty('Nothing found', 'No video and no person has these words.', button('Clear the search', clear));
  }

  _nothing() {
    if (this._asked) {
      const all = button('Show everything', () => this.app.go({ assignment: null, dataset: null, task: null }));
      return empty('Nothing here yet', 'Nobody has begun any of these videos.', all);
    }
    return empty(
      'Nobody has labelled anything yet.',
      NOBODY,
      primary('Make an assignment', () => this.app.go({ section: 'assignments' })),
      button('Invite people', () => this.app.go({ section: 'people' })),
    );
  }
}

function legend() {
  const lines = LEGEND.map(([state, text, sign]) =>
    h('li', {}, h('i', { 'data-state': state, style: sign.endsWith('%') ? '--share:.4' : null }, sign), text),
  );
  const several = h('li', {}, h('sup', {}, '2'), 'so many tasks, the last one shown');
  return h('ul', { class: 'mc-legend', 'aria-label': 'Legend' }, lines, several);
}

// While somebody writes a reason, nothing is drawn anew under them.
function idle() {
  return !document.querySelector('#review dialog[open]');
}
