/** Progress: the board of videos and people, the pace, and the task that is looked at. */

import { h, replace } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { get } from '../shared/http.mjs';
import { narrowed, ordered, rowsOf, summary, sumOf } from './board_rows.mjs';
import { Grid } from './grid.mjs';
import { paceView } from './pace.mjs';
import { button, empty, failure, loading, PATIENCE_MS, primary, query, row } from '../shared/parts.mjs';
import { TaskPanel } from './task.mjs';

/** @typedef {import('./board_rows.mjs').BoardAnswer} BoardAnswer */

// The board is asked for again about every second; where counting it takes long, so seldom that it is a small part of the time.
const [SOONEST_MS, LATEST_MS, REST] = [700, 15_000, 10];
const PACE_MS = 120_000; // days change slowly, and the whole log is read for them
const TYPING_MS = 200;
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
const COUNTING = 'Counting all tasks …';
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
      oninput: () => this._narrow(TYPING_MS),
    });
    this._order = choice(ORDERS, 'library', () => this._narrow(), { 'aria-label': 'Order of the videos' });
    this._scope = h('span', { class: 'mc-row' });
    this._sum = h('p', { class: 'mc-sum', role: 'status' });
    this._pace = h('div', { class: 'mc-pace' });
    this._main = h('div', { class: 'mc-board' });
    this._pages = h('div', { hidden: true });
    this._tools = h('div', { class: 'mc-tools' }, this._scope, this._search, this._order, legend());
    this.element = h('div', { class: 'mc-progress' }, this._pace, this._tools, this._sum, this._main, this._pages);
    this._closed = false;
    /** @type {BoardAnswer|null} */
    this._board = null;
    /**
     * What was asked for ("" for everything; null before), when, and what came.
     * @type {{ asked: string|null, at: number, answer: import('../shared/wire').Pace|null }}
     */
    this._paced = { asked: null, at: 0, answer: null };
    /** @type {{ asked: string, answer: Promise<void> }|null} */
    this._pacing = null;
    /** @type {string[]} what the pages before, and this one, were asked for by */
    this._after = [];
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
      this._part = { assignment, dataset };
      this._board = null;
      this._after = [];
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

  /** What of the board is asked for: all of it, until it has said that it comes in pages. */
  _path() {
    const paged = this._board && !this._board.whole;
    const page = paged ? { search: this._search.value, order: this._order.value, after: this._after.at(-1) } : {};
    return `/api/review/board${query({ ...this._part, ...page })}`;
  }

  async _load() {
    const path = this._path();
    const pace = this._askPace();
    /** @type {BoardAnswer} */
    let board;
    try {
      board = await get(path, { timeout: PATIENCE_MS });
      if (board.whole) await pace;
    } catch (error) {
      if (!this._closed && !this._board) this._main.replaceChildren(failure(error, () => this.load()));
      else this._sum.textContent = OLD;
      return;
    }
    if (this._closed || path !== this._path()) return; // an answer to something else
    this._show(board);
    // Counting what stands on all pages may take longer than to find one; that comes when it is there.
    if (!board.whole) pace.then(() => !this._closed && this._board && this._show(this._board), () => {});
  }

  /** The pace, asked for again where it is old, and once at a time: of many tasks it takes longer than the board. */
  _askPace() {
    const asked = this._asked;
    if (this._pacing?.asked === asked) return this._pacing.answer;
    if (this._paced.asked === asked && Date.now() - this._paced.at < PACE_MS) return Promise.resolve();
    const done = () => this._pacing === pacing && (this._pacing = null);
    const answer = get(`/api/review/pace${asked}`, { timeout: PATIENCE_MS }).then((found) => {
      if (asked === this._asked) this._paced = { asked, at: Date.now(), answer: found };
    });
    const pacing = { asked, answer };
    this._pacing = pacing;
    answer.then(done, done);
    return answer;
  }

  /** @param {BoardAnswer} board */
  _show(board) {
    const paced = this._paced.asked === this._asked;
    const shown = JSON.stringify([board, paced && this._paced.at]);
    if (shown === this._shown && this._sum.textContent !== OLD) return; // nothing flickers, and nothing loses its focus
    this._shown = shown;
    this._take(board);
    this._pace.replaceChildren(...(paced ? paceView(this._paced.answer, board.labelled) : []));
    this._draw();
  }

  /** Other words, or another order: done here where everything is here. @param {number} [wait] ms, while somebody types */
  _narrow(wait = 0) {
    if (!this._board || this._board.whole) this._draw();
    else {
      this._after = [];
      clearTimeout(this._timer);
      this._timer = setTimeout(() => this.load(), wait);
    }
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
    this._tools.hidden = nothing && board.whole && !this._asked;
    this._pace.hidden = nothing && !board.labelled;
    replace(this._pages, this._turning(board));
    this._pages.hidden = board.whole || (board.next === null && !this._after.length);
    if (nothing && board.whole) {
      this._sum.textContent = '';
      this._main.replaceChildren(this._nothing());
      return;
    }
    const { rows: shown, people } = board.whole ? this._chosen(board) : { rows: this._rows, people: board.people };
    const sum = board.whole ? sumOf(board, this._rows) : this._paced.asked === this._asked ? this._paced.answer.board : null;
    this._sum.textContent = sum ? summary(sum, shown.length, people.length) : COUNTING;
    if (!shown.length) this._main.replaceChildren(this._notFound());
    else if (!this._main.contains(this.grid.element)) replace(this._main, this.grid.element, this.panel.element);
    this.grid.set(shown, people);
    this.element.dataset.ready = 'true';
  }

  /** @param {BoardAnswer} board */
  _chosen(board) {
    const { rows, people, columns } = narrowed(this._rows, board.people, this._search.value);
    const cells = (one) => columns.map((column) => one.cells[column]);
    return { rows: ordered(rows, this._order.value).map((one) => ({ ...one, cells: cells(one) })), people };
  }

  /** @param {BoardAnswer} board */
  _turning({ next }) {
    const turn = (after) => {
      this._after = after;
      this.grid.element.scrollTop = 0;
      return this.load();
    };
    return row(
      button('‹ Before', () => turn(this._after.slice(0, -1)), { disabled: !this._after.length }),
      h('span', { class: 'mc-quietly' }, `Page ${this._after.length + 1}`),
      button('Next ›', () => turn([...this._after, next]), { disabled: next === null }),
    );
  }

  _notFound() {
    const clear = () => {
      this._search.value = '';
      this._narrow();
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
