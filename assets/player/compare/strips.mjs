/** Cuts as strips: one line per person, sample and model, the chosen shots filled. */

import { escape, number } from '../shared/format.mjs';
import { prepare } from '../shared/canvas.mjs';
import { overlap } from './selection.mjs';

export const STRIP = 14;
export const GROUP = 20;

/**
 * @typedef {object} Strip
 * @property {string} id "mean", "person:3", "run:7:mean", "run:7:2", "run:9"
 * @property {string} group "people" or the id of a run
 * @property {string} label short, in the gutter
 * @property {string} title in full, for the panel and the explanation
 * @property {string} colour name of a theme variable
 * @property {ArrayLike<number>} scores (T,)
 * @property {import('./selection.mjs').Cut} [cut]
 * @property {{start: number, end: number}[]} [seconds] the cut's segments
 */

/**
 * Lay the strips out: labels in the gutter, numbers in the margin, one canvas for all between them.
 * @param {HTMLElement} node
 * @param {{id: string, label: string, strips: Strip[]}[]} groups
 * @param {Set<string>} folded ids of groups that are folded
 * @returns {number} height of the canvas
 */
export function layStrips(node, groups, folded) {
  let top = 0;
  const html = [];
  for (const group of groups) {
    const closed = folded.has(group.id);
    html.push(
      `<button class="mc-group" data-group="${escape(group.id)}" aria-expanded="${!closed}">` +
        `<i aria-hidden="true"></i>${escape(group.label)} <span>${group.strips.length}</span></button>`,
    );
    top += GROUP;
    for (const strip of group.strips) {
      strip.top = closed ? null : top;
      if (closed) continue;
      html.push(
        `<div class="mc-strip" data-strip="${escape(strip.id)}"><button title="${escape(strip.title)}: select this cut">` +
          `<i style="background:var(--mc-${strip.colour})"></i><span>${escape(strip.label)}</span></button>` +
          `<button class="mc-playstrip" data-play title="Play this cut" aria-label="Play the cut of ${escape(strip.label)}">▶</button>` +
          '<output></output></div>',
      );
      top += STRIP;
    }
  }
  node.innerHTML = html.join('');
  return top;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} height
 * @param {Strip[]} strips
 * @param {Strip|null} selected
 * @param {number[]} boundaries seconds at which shots begin
 */
export function drawStrips(canvas, height, strips, selected, boundaries, timeline, colour) {
  const context = prepare(canvas, timeline.width, height);
  const shown = strips.filter((strip) => strip.top !== null);
  for (const strip of shown) {
    context.fillStyle = strip === selected ? colour('accent-soft') : colour('panel');
    context.fillRect(0, strip.top + 1, timeline.width, STRIP - 2);
  }
  // Shot boundaries only where they do not become a grey wall.
  const visible = boundaries.filter((time) => time > timeline.start && time < timeline.end);
  if (visible.length && timeline.width / visible.length > 5) {
    context.fillStyle = colour('line');
    for (const time of visible) {
      const x = Math.round(timeline.x(time));
      for (const strip of shown) context.fillRect(x, strip.top + 1, 1, STRIP - 2);
    }
  }
  for (const strip of shown) {
    context.fillStyle = colour(strip.colour, selected && strip !== selected ? 0.75 : 1);
    for (const { start, end } of strip.seconds ?? []) {
      const left = Math.max(0, timeline.x(start));
      const right = Math.min(timeline.width, timeline.x(end));
      if (right > 0 && left < timeline.width) {
        context.fillRect(left, strip.top + 2, Math.max(1, right - left - 1), STRIP - 4);
      }
    }
  }
}

/** Numbers in the margin: how well every cut agrees with the selected one. */
export function writeOverlaps(node, strips, selected) {
  for (const line of node.querySelectorAll('.mc-strip')) {
    const strip = strips.find(({ id }) => id === line.dataset.strip);
    const output = line.querySelector('output');
    line.classList.toggle('selected', strip === selected);
    line.querySelector('button').setAttribute('aria-pressed', String(strip === selected));
    if (!strip?.cut || !selected?.cut) output.textContent = '';
    else if (strip === selected) output.textContent = '·';
    else output.textContent = number(overlap(strip.cut.segments, selected.cut.segments) * 100, 0);
  }
}
