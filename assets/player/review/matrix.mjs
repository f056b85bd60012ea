/** Person by person, those who agree side by side: a canvas, because fifty people are 2500 cells. */

import { prepare } from '../shared/canvas.mjs';
import { count } from '../shared/format.mjs';
import { ink, shade } from './colours.mjs';
import { figure } from './dom.mjs';
import { h } from '../shared/dom.mjs';

const MOST_NAME = 132;
const [LEAST, MOST] = [9, 34];

/** @param matrix {names, tau, shared, order} of core.statistics.reliability.PeopleMatrix */
export function matrixView(matrix) {
  const order = matrix.order;
  const values = matrix.tau.flatMap((row, i) => row.filter((value, j) => i !== j && value !== null));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const share = (value) => (high > low ? (value - low) / (high - low) : 1);
  const canvas = h('canvas', { class: 'mc-matrix', tabindex: '0', role: 'img' });
  const said = h('p', { class: 'mc-quietly', role: 'status' });
  const closest = values.length ? `Kendall τ ${figure(low)} (dark) to ${figure(high)} (light).` : 'No two people judged the same video.';
  const still = `${closest} Point at a cell, or focus the matrix and use the arrow keys.`;
  canvas.setAttribute('aria-label', `How much every two of ${matrix.names.length} people agree. ${closest}`);
  said.textContent = still;
  const element = h('div', { class: 'mc-matrixbox' }, h('div', { class: 'mc-scrollx' }, canvas), said);
  let at = null;
  let cell = 20;
  let names = MOST_NAME; // room for them on each side

  function tell() {
    if (!at) {
      said.textContent = still;
      return;
    }
    const [i, j] = at.map((place) => order[place]);
    const value = matrix.tau[i][j];
    const what = i === j ? 'one person' : value === null ? 'cannot be compared' : `τ ${figure(value)}`;
    said.textContent = `${matrix.names[i]} and ${matrix.names[j]}: ${what}; ${count(matrix.shared[i][j], 'video')} ${i === j ? 'judged' : 'in common'}.`;
  }

  function draw() {
    const n = order.length;
    const room = element.clientWidth || 900;
    const family = getComputedStyle(element).fontFamily;
    const ruler = canvas.getContext('2d');
    ruler.font = `600 12px ${family}`;
    names = Math.min(MOST_NAME, Math.max(...matrix.names.map((name) => ruler.measureText(name).width)) + 16);
    cell = Math.max(LEAST, Math.min(MOST, Math.floor((room - 2 * names) / n)));
    const [width, height] = [2 * names + n * cell, names + n * cell + 4];
    const context = prepare(canvas, width, height);
    const style = getComputedStyle(element);
    const colour = (name) => style.getPropertyValue(`--mc-${name}`).trim();
    const size = Math.max(8, Math.min(12, cell - 1));
    context.textBaseline = 'middle';
    for (let row = 0; row < n; row += 1) {
      const middle = names + (row + 0.5) * cell;
      const active = at && (at[0] === row || at[1] === row);
      context.font = `${active ? 600 : 400} ${size}px ${family}`;
      context.fillStyle = colour(active ? 'ink' : 'ink-2');
      const name = fitted(context, matrix.names[order[row]], names - 10);
      context.textAlign = 'right';
      context.fillText(name, names - 6, middle);
      context.textAlign = 'left';
      context.fillText(name, names + n * cell + 6, middle);
      context.save();
      context.translate(names + (row + 0.5) * cell, names - 6);
      context.rotate(-Math.PI / 2);
      context.fillText(name, 0, 0);
      context.restore();
      for (let column = 0; column < n; column += 1) {
        const value = matrix.tau[order[row]][order[column]];
        const left = names + column * cell;
        context.fillStyle = row === column || value === null ? colour('sunken') : shade(share(value));
        context.fillRect(left, names + row * cell, cell - 1, cell - 1);
        if (cell >= 26 && row !== column && value !== null) {
          context.fillStyle = ink(share(value));
          context.font = `11px ${family}`;
          context.textAlign = 'center';
          context.fillText(figure(value).replace(/^(−?)0\./, '$1.'), left + (cell - 1) / 2, middle);
        }
      }
    }
    if (at) {
      context.strokeStyle = colour('accent');
      context.lineWidth = 2;
      context.strokeRect(names + at[1] * cell, names + at[0] * cell, cell - 1, cell - 1);
    }
  }

  function point(next) {
    at = next && next.every((place) => place >= 0 && place < order.length) ? next : null;
    draw();
    tell();
  }

  canvas.addEventListener('pointermove', (event) => {
    const next = [event.offsetY, event.offsetX].map((px) => Math.floor((px - names) / cell));
    if (String(next) !== String(at)) point(next);
  });
  canvas.addEventListener('pointerleave', () => point(null));
  canvas.addEventListener('blur', () => point(null));
  canvas.addEventListener('keydown', (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    point(at ? at.map((place, axis) => Math.min(order.length - 1, Math.max(0, place + step[axis]))) : [0, 0]);
    event.preventDefault();
  });
  new ResizeObserver(draw).observe(element);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ['class'], subtree: false });
  new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  return element;
}

function fitted(context, name, room) {
  if (context.measureText(name).width <= room) return name;
  let length = name.length - 1;
  while (length > 1 && context.measureText(name.slice(0, length) + '…').width > room) length -= 1;
  return name.slice(0, length) + '…';
}
