/** Videos by people as a table of which only the rows in sight exist: hundreds of videos by fifty people and more. */

import { clock } from '../shared/format.mjs';
import { h } from '../shared/dom.mjs';

const ROW = 30;
const SPARE = 8;
const [NARROW, WIDE, FIRST] = [34, 120, 280];

/** What a cell is: the state, and the share of an open task where it is known. */
export function stateOf(task) {
  if (task.excluded) return { name: 'excluded', text: '×' };
  if (task.state !== 'open') return { name: task.state, text: task.state === 'skipped' ? '–' : '' };
  if (task.kind !== 'shot-ratings') return { name: 'open', text: String(task.judged), share: null };
  const share = task.shots ? task.judged / task.shots : 0;
  return { name: 'open', text: `${Math.floor(share * 100)}`, share };
}

/** How far a task is, in words. */
export function words(task) {
  if (task.excluded) return 'excluded';
  const unit = { 'shot-ratings': `of ${task.shots} shots rated`, keyshots: 'segments marked', continuous: 'takes recorded' }[task.kind];
  return task.state === 'open' ? `open, ${task.judged} ${unit}` : task.state;
}

export class Grid {
  /** @param {(tasks: object[]) => void} open called with the tasks of a cell */
  constructor(open) {
    this.open = open;
    this.rows = [];
    this.people = [];
    this.at = [0, 0]; // the cell that the keyboard is on
    this._head = h('thead');
    this._body = h('tbody');
    this._table = h('table', { class: 'mc-grid', role: 'grid', 'aria-label': 'Videos by people' }, this._head, this._body);
    this.element = h('div', { class: 'mc-gridbox' }, this._table);
    this.element.addEventListener('scroll', () => this._draw());
    new ResizeObserver(() => this._lay()).observe(this.element);
    this._table.addEventListener('click', (event) => this._click(event.target.closest('td[data-column]')));
    this._table.addEventListener('keydown', (event) => this._key(event));
  }

  /** @param rows {video, cells: (object[] | undefined)[]} in the order in which they stand */
  set(rows, people) {
    [this.rows, this.people] = [rows, people];
    this.at = [Math.min(this.at[0], Math.max(0, rows.length - 1)), Math.min(this.at[1], Math.max(0, people.length - 1))];
    this._lay();
  }

  select(task) {
    this._selected = task;
    this._draw(true);
  }

  focus() {
    this._cell()?.focus();
  }

  _lay() {
    const room = this.element.clientWidth - FIRST;
    const width = Math.round(Math.max(NARROW, Math.min(WIDE, room / Math.max(1, this.people.length))));
    this._table.style.width = `${FIRST + width * this.people.length}px`;
    this._table.classList.toggle('mc-upright', width < 84);
    this._table.setAttribute('aria-rowcount', this.rows.length + 1);
    this._table.setAttribute('aria-colcount', this.people.length + 1);
    const done = this.people.map((_, column) => this.rows.filter((row) => row.cells[column]?.some(counts)).length);
    const heads = this.people.map((name, column) =>
      h('th', { scope: 'col', style: `width:${width}px`, title: `${name}: ${done[column]} submitted of ${this.rows.length} videos shown` }, h('span', {}, shortened(name)), h('small', {}, String(done[column]))),
    );
    this._head.replaceChildren(h('tr', {}, h('th', { scope: 'col', style: `width:${FIRST}px`, class: 'mc-corner' }, h('span', {}, 'Video'), h('small', {}, 'submitted')), ...heads));
    this._draw(true);
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
    for (let index = this._first; index < this._last; index += 1) this._lines.set(index, known.get(index) ?? this._line(index));
    const space = (rows) => h('tr', { 'aria-hidden': 'true', style: `height:${rows * ROW}px` });
    this._body.replaceChildren(space(this._first), ...this._lines.values(), space(this.rows.length - this._last));
    if (focused) this._cell()?.focus({ preventScroll: true });
  }

  _line(index) {
    const { video, cells } = this.rows[index];
    const done = cells.filter((tasks) => tasks?.some(counts)).length;
    const wanted = video.places.reduce((sum, place) => sum + place.wanted, 0);
    const total = wanted ? `${video.places.reduce((sum, place) => sum + place.submitted, 0)}/${wanted}` : String(done);
    const line = h(
      'tr',
      { 'aria-rowindex': index + 2 },
      h('th', { scope: 'row', title: `${video.title}, ${video.id}, ${clock(video.duration, 0)}${wanted ? `; ${total} places done` : ''}` }, h('span', {}, video.title), h('small', {}, total)),
    );
    for (let column = 0; column < this.people.length; column += 1) line.append(this._one(index, column, cells[column]));
    return line;
  }

  _one(index, column, tasks) {
    const here = this.at[0] === index && this.at[1] === column;
    const place = { 'data-row': index, 'data-column': column, tabindex: here ? '0' : '-1' };
    if (!tasks) return h('td', place);
    const task = tasks.at(-1);
    const { name, text, share } = stateOf(task);
    const said = `${this.people[column]}, ${this.rows[index].video.title}: ${tasks.map(words).join('; ')}`;
    return h(
      'td',
      {
        ...place,
        'data-state': name,
        'data-task': task.id,
        'aria-label': said,
        'aria-selected': tasks.some(({ id }) => id === this._selected) ? 'true' : null,
        title: said,
        style: share === undefined || share === null ? null : `--share:${share}`,
      },
      h('i', {}, text),
      tasks.length > 1 ? h('b', {}, String(tasks.length)) : null,
    );
  }

  _cell() {
    return this._body.querySelector(`td[data-row="${this.at[0]}"][data-column="${this.at[1]}"]`);
  }

  _click(cell) {
    if (!cell) return;
    this._move(Number(cell.dataset.row), Number(cell.dataset.column));
    const tasks = this.rows[this.at[0]].cells[this.at[1]];
    if (tasks) this.open(tasks);
  }

  _key(event) {
    const [row, column] = this.at;
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 4);
    const moves = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
      PageDown: [row + page, column], PageUp: [row - page, column], Home: [row, 0], End: [row, this.people.length - 1],
    };
    if (event.key === 'Enter' || event.key === ' ') this._click(this._cell());
    else if (moves[event.key]) this._move(...moves[event.key]);
    else return;
    event.preventDefault();
  }

  _move(row, column) {
    const before = this._cell();
    this.at = [Math.min(Math.max(0, row), this.rows.length - 1), Math.min(Math.max(0, column), this.people.length - 1)];
    before?.setAttribute('tabindex', '-1');
    const top = this.at[0] * ROW;
    const head = this._head.offsetHeight;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW + head > scrollTop + clientHeight) this.element.scrollTop = top + ROW + head - clientHeight;
    this._draw();
    const cell = this._cell();
    cell?.setAttribute('tabindex', '0');
    cell?.focus({ preventScroll: true });
    const left = cell ? cell.offsetLeft : 0;
    if (left < this.element.scrollLeft + FIRST) this.element.scrollLeft = left - FIRST;
    else if (left + 40 > this.element.scrollLeft + this.element.clientWidth) this.element.scrollLeft = left + 60 - this.element.clientWidth;
  }
}

function counts(task) {
  return task.state === 'submitted' && !task.excluded;
}

// Names of many people often differ at their end only: "Student number 07".
function shortened(name) {
  return name.length > 15 ? `${name.slice(0, 7).trimEnd()}…${name.slice(-7).trimStart()}` : name;
}
