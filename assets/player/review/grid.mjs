/** Videos by people as a table of which only the rows in sight exist: hundreds of videos by fifty people and more. */

import { Commands } from '../shared/commands.mjs';
import { h } from '../shared/dom.mjs';
import { lasting } from '../shared/format.mjs';
import { inCompare } from './in_compare.mjs';
import { counts } from './board_rows.mjs';
import { gridCommands } from './grid_commands.mjs';

/** @typedef {import('./board_rows.mjs').BoardTask} BoardTask */
/** @typedef {import('./board_rows.mjs').Row} Row */

const ROW = 30;
const SPARE = 8;
const [NARROW, WIDE, FIRST] = [34, 120, 280];
const MOST_OF_IT = 0.4; // that the names of videos may take of a narrow window
const UPRIGHT = 84; // px; names stand upright in columns that are narrower
const LONGEST_NAME = 15;

/** What a cell is: the state, and the share of an open task where it is known. @param {BoardTask} task */
export function stateOf(task) {
  if (task.excluded) return { name: 'excluded', text: '×' };
  if (task.state !== 'open') return { name: task.state, text: task.state === 'skipped' ? '–' : '' };
  if (task.kind !== 'shot-ratings') return { name: 'open', text: String(task.judged) };
  const share = task.shots ? task.judged / task.shots : 0;
  return { name: 'open', text: `${percentOf(task)}%`, share };
}

function percentOf({ judged, shots }) {
  return shots ? Math.floor((100 * judged) / shots) : 0;
}

/** How far a task is, in words. @param {BoardTask} task */
export function progressText(task) {
  return task.seen ? `${farText(task)}, seen before judging` : farText(task);
}

/** @param {BoardTask} task */
function farText(task) {
  if (task.excluded) return 'excluded';
  if (task.state !== 'open') return task.state;
  const rated = `of ${task.shots} shots rated, ${percentOf(task)}%`;
  const unit = { 'shot-ratings': rated, keyshots: 'segments marked', continuous: 'takes recorded' };
  return `open, ${task.judged} ${unit[task.kind]}`;
}

export class Grid {
  /** @param {(tasks: BoardTask[]) => void} open called with the tasks of a cell */
  constructor(open) {
    this.open = open;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {string[]} */
    this.people = [];
    /** @type {[number, number]} row and column of the cell that the keyboard is on */
    this.at = [0, 0];
    /** @type {Map<number, HTMLElement>} index -> row that is in the page */
    this._lines = new Map();
    this._first = this._last = 0;
    this._names = FIRST; // px, the column of videos
    this.commands = new Commands(gridCommands(this));
    this._head = h('thead');
    this._body = h('tbody');
    const about = { class: 'mc-grid', role: 'grid', 'aria-label': 'Videos by people' };
    this._table = h('table', about, this._head, this._body);
    this.element = h('div', { class: 'mc-gridbox' }, this._table);
    this.element.addEventListener('scroll', () => this._draw());
    new ResizeObserver(() => this._lay()).observe(this.element);
    this._table.addEventListener('click', (event) => {
      if (event.target instanceof Element) this._click(event.target.closest('td[data-column]'), event);
    });
    this._table.addEventListener('keydown', (event) => this.commands.press(event) && event.preventDefault());
  }

  /** Rows that a page of the keyboard is long. */
  get page() {
    return Math.max(1, Math.floor(this.element.clientHeight / ROW) - 4);
  }

  /** @param {Row[]} rows in the order in which they stand @param {string[]} people */
  set(rows, people) {
    this.rows = rows;
    this.people = people;
    this.at = [this._clamped(this.at[0], rows), this._clamped(this.at[1], people)];
    this._lay();
  }

  /** @param {number|null} task id */
  select(task) {
    this._selected = task;
    this._draw(true);
  }

  focus() {
    this._cell()?.focus();
  }

  /** Go to a cell, and bring it into view. */
  move(row, column) {
    const before = this._cell();
    this.at = [this._clamped(row, this.rows), this._clamped(column, this.people)];
    before?.setAttribute('tabindex', '-1');
    this._scrollToRow(this.at[0] * ROW);
    this._draw();
    const cell = this._cell();
    cell?.setAttribute('tabindex', '0');
    cell?.focus({ preventScroll: true });
    this._scrollToColumn(cell ? cell.offsetLeft : 0);
  }

  /** Open the tasks of the cell that the keyboard is on. */
  openHere() {
    const tasks = this.rows[this.at[0]]?.cells[this.at[1]];
    if (tasks) this.open(tasks);
  }

  /** Open Compare at the video of the cell that the keyboard is on, with its person. @param {boolean} [apart] in another tab */
  compareHere(apart = false) {
    const { row, column } = { row: this.rows[this.at[0]], column: this.at[1] };
    if (!row?.cells[column]) return;
    const href = inCompare(row.video.id, { person: this.people[column], t: 'disputed' });
    if (apart) open(href, '_blank', 'noopener');
    else location.href = href;
  }

  _clamped(place, list) {
    return Math.min(Math.max(0, place), Math.max(0, list.length - 1));
  }

  _scrollToRow(top) {
    const { element } = this;
    const bottom = top + ROW + this._head.offsetHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  }

  _scrollToColumn(left) {
    const { element } = this;
    if (left < element.scrollLeft + this._names) element.scrollLeft = left - this._names;
    else if (left + 40 > element.scrollLeft + element.clientWidth) element.scrollLeft = left + 60 - element.clientWidth;
  }

  _lay() {
    const first = Math.round(Math.min(FIRST, Math.max(120, MOST_OF_IT * this.element.clientWidth)));
    this._names = first;
    const room = this.element.clientWidth - first;
    const width = Math.round(Math.max(NARROW, Math.min(WIDE, room / Math.max(1, this.people.length))));
    this._table.style.width = `${first + width * this.people.length}px`;
    this._table.classList.toggle('mc-upright', width < UPRIGHT);
    this._table.setAttribute('aria-rowcount', String(this.rows.length + 1));
    this._table.setAttribute('aria-colcount', String(this.people.length + 1));
    const corner = { scope: 'col', style: `width:${first}px`, class: 'mc-corner' };
    const heads = this.people.map((name, column) => this._headOf(name, column, width));
    this._head.replaceChildren(
      h('tr', {}, h('th', corner, h('span', {}, 'Video'), h('small', {}, 'submitted')), heads),
    );
    this._draw(true);
  }

  _headOf(name, column, width) {
    const done = this.rows.filter((row) => row.cells[column]?.some(counts)).length;
    const title = `${name}: ${done} submitted of ${this.rows.length} videos shown`;
    const about = { scope: 'col', style: `width:${width}px`, title };
    return h('th', about, h('span', {}, shortened(name)), h('small', {}, String(done)));
  }

  _draw(anew = false) {
    const top = Math.floor(this.element.scrollTop / ROW);
    const bottom = Math.min(this.rows.length, top + Math.ceil(this.element.clientHeight / ROW));
    if (!anew && top >= this._first && bottom <= this._last) return;
    this._first = Math.max(0, top - SPARE);
    this._last = Math.min(this.rows.length, bottom + SPARE);
    const focused = this._body.contains(document.activeElement);
    const known = anew ? new Map() : this._lines;
    this._lines = new Map();
    for (let index = this._first; index < this._last; index += 1) {
      this._lines.set(index, known.get(index) ?? this._line(index));
    }
    const space = (rows) => h('tr', { 'aria-hidden': 'true', style: `height:${rows * ROW}px` });
    this._body.replaceChildren(space(this._first), ...this._lines.values(), space(this.rows.length - this._last));
    if (focused) this._cell()?.focus({ preventScroll: true });
  }

  _line(index) {
    const { video, cells } = this.rows[index];
    const { total, wanted } = placesOf(this.rows[index]);
    const places = wanted ? `; ${total} places done` : '';
    const about = { scope: 'row', title: `${video.title}, ${video.id}, ${lasting(video)}${places}` };
    return h(
      'tr',
      { 'aria-rowindex': index + 2 },
      h('th', about, h('span', {}, video.title), h('small', {}, total)),
      this.people.map((_, column) => this._one(index, column, cells[column])),
    );
  }

  _one(index, column, tasks) {
    const here = this.at[0] === index && this.at[1] === column;
    const place = { 'data-row': index, 'data-column': column, tabindex: here ? '0' : '-1' };
    if (!tasks) return h('td', place);
    const task = tasks.at(-1);
    const { name, text, share } = stateOf(task);
    const said = `${this.people[column]}, ${this.rows[index].video.title}: ${tasks.map(progressText).join('; ')}`;
    const about = {
      ...place,
      'data-state': name,
      'data-task': task.id,
      'aria-label': said,
      'aria-selected': tasks.some(({ id }) => id === this._selected) ? 'true' : null,
      title: `${said} (C or Alt and a click: in Compare)`,
      style: share === undefined ? null : `--share:${share}`,
    };
    return h('td', about, h('i', {}, text), tasks.length > 1 && h('b', { 'data-count': tasks.length }));
  }

  /** @returns {HTMLElement|null} */
  _cell() {
    return this._body.querySelector(`td[data-row="${this.at[0]}"][data-column="${this.at[1]}"]`);
  }

  /** Opens the task; with Alt the moment in Compare, with Ctrl in another tab. */
  _click(cell, { altKey, ctrlKey, metaKey }) {
    if (!cell) return;
    this.move(Number(cell.dataset.row), Number(cell.dataset.column));
    const apart = ctrlKey || metaKey;
    if (altKey || apart) this.compareHere(apart);
    else this.openHere();
  }
}

/** "3/5" places of open assignments; where there is none, how many people have submitted. @param {Row} row */
function placesOf({ video, cells }) {
  const wanted = video.places.reduce((sum, place) => sum + place.wanted, 0);
  const submitted = video.places.reduce((sum, place) => sum + place.submitted, 0);
  const done = cells.filter((tasks) => tasks?.some(counts)).length;
  return { wanted, total: wanted ? `${submitted}/${wanted}` : String(done) };
}

// Names of many people often differ at their end only: "Student number 07".
function shortened(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, 7).trimEnd()}…${name.slice(-7).trimStart()}` : name;
}
