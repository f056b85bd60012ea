/** Progress: the board of videos and people, the pace, and the task that is looked at. */

import { count } from '../shared/format.mjs';
import { button, choice, empty, failure, loading, primary, query } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { get } from '../shared/http.mjs';
import { Grid } from './grid.mjs';
import { paceView } from './pace.mjs';
import { TaskPanel } from './task.mjs';

const EVERY_MS = 15000;
const PACE_MS = 120000; // days change slowly, and the whole log is read for them
const ORDERS = [
  ['library', 'In the library’s order'],
  ['fewest', 'Fewest submitted first'],
  ['recent', 'Last touched first'],
  ['title', 'By title'],
];
const LEGEND = [['submitted', 'submitted'], ['open', 'open, % of its shots'], ['skipped', 'skipped'], ['excluded', 'excluded']];

export function boardSection(app) {
  return new BoardSection(app);
}

class BoardSection {
  constructor(app) {
    this.app = app;
    this.grid = new Grid((tasks) => app.go({ task: tasks.at(-1).id }));
    this.panel = new TaskPanel({
      close: () => (app.go({ task: null }), this.grid.focus()),
      changed: () => this.load(),
      other: (task) => app.go({ task }),
    });
    this._search = h('input', { type: 'search', placeholder: 'Search videos and people', 'aria-label': 'Search videos and people', oninput: () => this._draw() });
    this._order = choice(ORDERS, 'library', () => this._draw(), { 'aria-label': 'Order of the videos' });
    this._scope = h('span', { class: 'mc-row' });
    this._sum = h('p', { class: 'mc-sum', role: 'status' });
    this._pace = h('div', { class: 'mc-pace' });
    this._main = h('div', { class: 'mc-board' });
    const legend = h('ul', { class: 'mc-legend', 'aria-label': 'Legend' }, ...LEGEND.map(([name, text]) => h('li', {}, h('i', { 'data-state': name, style: '--share:.4' }, { open: '40', skipped: '–', excluded: '×' }[name] ?? ''), text)));
    this._tools = h('div', { class: 'mc-tools' }, this._scope, this._search, this._order, legend);
    this.element = h('div', { class: 'mc-progress' }, this._pace, this._tools, this._sum, this._main);
    this._timer = setInterval(() => document.visibilityState === 'visible' && this._idle() && this.load(), EVERY_MS);
  }

  close() {
    clearInterval(this._timer);
    this._closed = true;
  }

  async show(asked) {
    const { assignment, dataset } = asked;
    const scope = query({ assignment, dataset });
    if (scope !== this._asked) {
      this._asked = scope;
      this._scope.replaceChildren(...this.app.scope());
      this._main.replaceChildren(loading());
      await this.load();
    }
    this.grid.select(asked.task && Number(asked.task));
    await this.panel.show(asked.task && Number(asked.task), (this._siblings ?? new Map()).get(Number(asked.task)) ?? []);
  }

  async load() {
    const asked = this._asked;
    let board;
    const paced = this._pacedFor === asked && Date.now() - this._pacedAt < PACE_MS;
    try {
      const ask = (name) => get(`/api/review/${name}${asked}`, { timeout: 60000 });
      [board, this._paced] = await Promise.all([ask('board'), paced ? this._paced : ask('pace')]);
    } catch (error) {
      if (!this._closed && !this.board) this._main.replaceChildren(failure(error, () => this.load()));
      else this._sum.textContent = 'The server does not answer; what is shown may be old. Trying again.';
      return;
    }
    if (this._closed || asked !== this._asked) return; // an answer to something else
    this.board = board;
    this._rows = rowsOf(board);
    this._siblings = new Map(this._rows.flatMap((row) => row.cells.flatMap((tasks) => (tasks ?? []).map((one) => [one.id, tasks]))));
    if (!paced) [this._pacedFor, this._pacedAt] = [asked, Date.now()];
    this._pace.replaceChildren(...paceView(this._paced, this.board.labelled));
    this._draw();
  }

  _draw() {
    const { board } = this;
    if (!board) return;
    const nothing = !board.videos.length;
    this._tools.hidden = nothing && !this._asked;
    this._pace.hidden = nothing && !board.labelled;
    if (nothing) {
      this._sum.textContent = '';
      this._main.replaceChildren(this._nothing());
      return;
    }
    const words = this._search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { rows, people, columns } = narrowed(this._rows, board.people, words);
    const shown = ordered(rows, this._order.value).map((row) => ({ ...row, cells: columns.map((column) => row.cells[column]) }));
    this._sum.textContent = summary(board, this._rows, shown, people);
    if (!shown.length) this._main.replaceChildren(empty('Nothing found', 'No video and no person has these words.', button('Clear the search', () => ((this._search.value = ''), this._draw()))));
    else if (!this._main.contains(this.grid.element)) this._main.replaceChildren(this.grid.element, this.panel.element);
    this.grid.set(shown, people);
    this.element.dataset.ready = 'true';
  }

  _nothing() {
    if (this._asked) return empty('Nothing here yet', 'Nobody has begun any of these videos.', button('Show everything', () => this.app.go({ assignment: null, dataset: null, task: null })));
    return empty(
      'Nobody has labelled anything yet.',
      'Make an assignment: which videos, how they are judged, and by how many people. Then let people open Annotate; who is how far appears here while they work.',
      primary('Make an assignment', () => this.app.go({ section: 'assignments' })),
      button('Invite people', () => this.app.go({ section: 'people' })),
    );
  }

  // While somebody writes a reason, nothing is drawn anew under them.
  _idle() {
    return !document.querySelector('#review dialog[open]');
  }
}

/** The tasks put into the cells of their videos. */
function rowsOf(board) {
  const rows = board.videos.map((video) => ({ video, cells: new Array(board.people.length) }));
  for (const [video, person, id, state, judged, shots, excluded, kind, protocol, touched] of board.tasks) {
    (rows[video].cells[person] ??= []).push({ id, state, judged, shots, excluded, kind, protocol, touched });
  }
  for (const row of rows) {
    for (const tasks of row.cells) tasks?.sort((a, b) => a.touched - b.touched);
    row.submitted = row.cells.filter((tasks) => tasks?.some((one) => one.state === 'submitted' && !one.excluded)).length;
    row.touched = Math.max(0, ...row.cells.flatMap((tasks) => (tasks ?? []).map((one) => one.touched)));
  }
  return rows;
}

/** Words that name people narrow the columns, all others the rows. */
function narrowed(rows, people, words) {
  const named = words.filter((word) => people.some((name) => name.toLowerCase().includes(word)) && !rows.some((row) => about(row).includes(word)));
  const columns = [...people.keys()].filter((column) => named.every((word) => people[column].toLowerCase().includes(word)));
  const left = words.filter((word) => !named.includes(word));
  return { rows: rows.filter((row) => left.every((word) => about(row).includes(word))), people: columns.map((column) => people[column]), columns };
}

function about({ video }) {
  return `${video.title} ${video.id}`.toLowerCase();
}

function ordered(rows, order) {
  if (order === 'fewest') return [...rows].sort((a, b) => a.submitted - b.submitted);
  if (order === 'recent') return [...rows].sort((a, b) => b.touched - a.touched);
  if (order === 'title') return [...rows].sort((a, b) => a.video.title.localeCompare(b.video.title));
  return rows;
}

function summary(board, rows, shown, people) {
  const all = { submitted: 0, open: 0, skipped: 0, excluded: 0 };
  for (const row of rows) for (const tasks of row.cells) for (const one of tasks ?? []) all[one.excluded ? 'excluded' : one.state] += 1;
  const parts = [count(rows.length, 'video'), count(board.people.length, 'person', 'people'), `${all.submitted} submitted`, `${all.open} open`];
  if (all.skipped) parts.push(`${all.skipped} skipped`);
  if (all.excluded) parts.push(`${all.excluded} excluded`);
  const part = shown.length < rows.length || people.length < board.people.length;
  return parts.join(' · ') + (part ? ` — showing ${count(shown.length, 'video')} and ${count(people.length, 'person', 'people')}` : '');
}
