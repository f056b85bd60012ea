/** Person by person, those who agree side by side: a canvas, because fifty people are 2500 cells. */

import { prepare } from '../shared/canvas.mjs';
import { Commands } from '../shared/commands.mjs';
import { h } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { ink, shade } from './colours.mjs';
import { figure } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').MatrixFacts} PeopleMatrix  how much every two people agree */

const MOST_NAME = 132;
const [LEAST, MOST] = [9, 34]; // px of a cell
const FIGURES_FROM = 26; // px of a cell that has room for its figure
const CONSTANT = 'in every video that both judged, one gave the same score throughout or they judged hardly anything in common';
const APART = 'they judged no video in common';

/** @param {PeopleMatrix} matrix */
export function matrixView(matrix) {
  return new MatrixView(matrix).element;
}

class MatrixView {
  /** @param {PeopleMatrix} matrix */
  constructor(matrix) {
    this.matrix = matrix;
    const values = matrix.tau.flatMap((row, i) => row.filter((value, j) => i !== j && value !== null));
    this.low = Math.min(...values);
    this.high = Math.max(...values);
    this.closest = values.length
      ? `Kendall τ ${figure(this.low)} (dark) to ${figure(this.high)} (light).`
      : `No two people can be compared: ${matrix.shared.some((row, i) => row.some((n, j) => i !== j && n)) ? CONSTANT : APART}.`;
    /** @type {[number, number]|null} row and column that are pointed at */
    this.at = null;
    this.cell = 20; // px
    this.names = MOST_NAME; // room for them on each side
    const said = `How much every two of ${matrix.names.length} people agree. ${this.closest}`;
    this.canvas = h('canvas', { class: 'mc-matrix', tabindex: '0', role: 'img', 'aria-label': said });
    this.said = h('p', { class: 'mc-quietly', role: 'status' });
    this.element = h('div', { class: 'mc-matrixbox' }, h('div', { class: 'mc-scrollx' }, this.canvas), this.said);
    this.commands = new Commands([
      { name: 'column', keys: { ArrowLeft: -1, ArrowRight: 1 }, label: 'Column before, after', run: (by) => this.move(0, by) },
      { name: 'row', keys: { ArrowUp: -1, ArrowDown: 1 }, label: 'Row before, after', run: (by) => this.move(by, 0) },
    ]);
    this.tell();
    this.listen();
  }

  listen() {
    const { canvas } = this;
    const draw = () => this.draw();
    canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      const [row, column] = [offsetY, offsetX].map((px) => Math.floor((px - this.names) / this.cell));
      if (String([row, column]) !== String(this.at)) this.point([row, column]);
    });
    canvas.addEventListener('pointerleave', () => this.point(null));
    canvas.addEventListener('blur', () => this.point(null));
    canvas.addEventListener('keydown', (event) => this.commands.press(event) && event.preventDefault());
    new ResizeObserver(draw).observe(this.element);
    for (const place of [document.documentElement, document.body]) {
      new MutationObserver(draw).observe(place, { attributes: true, attributeFilter: ['class'] });
    }
  }

  /** @param {[number, number]|null} next */
  point(next) {
    const inside = next?.every((place) => place >= 0 && place < this.matrix.order.length);
    this.at = inside ? next : null;
    this.draw();
    this.tell();
  }

  move(rows, columns) {
    const last = this.matrix.order.length - 1;
    const clamped = (place) => Math.min(last, Math.max(0, place));
    this.point(this.at ? [clamped(this.at[0] + rows), clamped(this.at[1] + columns)] : [0, 0]);
  }

  tell() {
    const { tau, names, shared, order } = this.matrix;
    if (!this.at) {
      this.said.textContent = `${this.closest} Point at a cell, or focus the matrix and use the arrow keys.`;
      return;
    }
    const [i, j] = this.at.map((place) => order[place]);
    const value = tau[i][j];
    const undefinedHere = `undefined, because ${shared[i][j] ? CONSTANT : APART}`;
    const what = i === j ? 'one person' : value === null ? undefinedHere : `τ ${figure(value)}`;
    const videos = `${count(shared[i][j], 'video')} ${i === j ? 'judged' : 'in common'}`;
    this.said.textContent = `${names[i]} and ${names[j]}: ${what}; ${videos}.`;
  }

  draw() {
    const { canvas, element, at } = this;
    const { order, names } = this.matrix;
    const n = order.length;
    const style = getComputedStyle(element);
    const ruler = canvas.getContext('2d');
    ruler.font = `600 12px ${style.fontFamily}`;
    this.names = Math.min(MOST_NAME, Math.max(...names.map((name) => ruler.measureText(name).width)) + 16);
    this.cell = Math.max(LEAST, Math.min(MOST, Math.floor(((element.clientWidth || 900) - 2 * this.names) / n)));
    const size = this.names + n * this.cell;
    const context = prepare(canvas, size + this.names, size + 4);
    const colour = (name) => style.getPropertyValue(`--mc-${name}`).trim();
    context.textBaseline = 'middle';
    for (let row = 0; row < n; row += 1) {
      this.drawName(context, row, style.fontFamily, colour);
      for (let column = 0; column < n; column += 1) this.drawCell(context, row, column, style.fontFamily, colour);
    }
    if (!at) return;
    context.strokeStyle = colour('accent');
    context.lineWidth = 2;
    context.strokeRect(this.names + at[1] * this.cell, this.names + at[0] * this.cell, this.cell - 1, this.cell - 1);
  }

  // The name of a row stands left and right of it, and over its column.
  drawName(context, row, family, colour) {
    const { at, cell, names, matrix } = this;
    const middle = names + (row + 0.5) * cell;
    const active = at && (at[0] === row || at[1] === row);
    const size = Math.max(8, Math.min(12, cell - 1));
    context.font = `${active ? 600 : 400} ${size}px ${family}`;
    context.fillStyle = colour(active ? 'ink' : 'ink-2');
    const name = fitted(context, matrix.names[matrix.order[row]], names - 10);
    context.textAlign = 'right';
    context.fillText(name, names - 6, middle);
    context.textAlign = 'left';
    context.fillText(name, names + matrix.order.length * cell + 6, middle);
    context.save();
    context.translate(middle, names - 6);
    context.rotate(-Math.PI / 2);
    context.fillText(name, 0, 0);
    context.restore();
  }

  drawCell(context, row, column, family, colour) {
    const { cell, names, low, high } = this;
    const { tau, order } = this.matrix;
    const value = row === column ? null : tau[order[row]][order[column]];
    const [left, top] = [names + column * cell, names + row * cell];
    const share = high > low ? (value - low) / (high - low) : 1;
    context.fillStyle = value === null ? colour('sunken') : shade(share);
    context.fillRect(left, top, cell - 1, cell - 1);
    if (cell < FIGURES_FROM || value === null) return;
    context.fillStyle = ink(share);
    context.font = `11px ${family}`;
    context.textAlign = 'center';
    context.fillText(figure(value).replace(/^(−?)0\./, '$1.'), left + (cell - 1) / 2, top + cell / 2);
  }
}

function fitted(context, name, room) {
  if (context.measureText(name).width <= room) return name;
  let length = name.length - 1;
  while (length > 1 && context.measureText(name.slice(0, length) + '…').width > room) length -= 1;
  return name.slice(0, length) + '…';
}
