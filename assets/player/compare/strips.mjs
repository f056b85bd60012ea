/** Cuts as strips: one line per person, sample and model, the chosen shots filled. */

import { escape, number } from '../shared/format.mjs';
import { prepare } from '../shared/canvas.mjs';
import { overlap } from './selection.mjs';

export const STRIP = 14;
export const GROUP = 20;
export const CUTLINE = 12;

/**
 * @typedef {object} Strip
 * @property {string} id "mean", "camp:0", "person:3", "run:7:mean", "run:7:2", "run:9", "signal:novelty"
 * @property {string} group "people" or the id of a run
 * @property {string} label short, in the gutter
 * @property {string} title in full, for the panel and the explanation
 * @property {string} colour name of a theme variable
 * @property {ArrayLike<number>} scores (T,)
 * @property {string} [about] what the scores are, where the title does not say
 * @property {import('./selection.mjs').Cut|import('./viewing.mjs').Viewed} [cut] by the rule in force
 * @property {import('./selection.mjs').Cut} [published] by the published rule, for figures
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
 * @param {number[]} boundaries seconds at which cuts may begin or end
 */
export function drawStrips(canvas, height, strips, selected, boundaries, timeline, colour) {
  const context = prepare(canvas, timeline.width, height);
  const shown = strips.filter((strip) => strip.top !== null);
  for (const strip of shown) {
    context.fillStyle = strip === selected ? colour('accent-soft') : colour('panel');
    context.fillRect(0, strip.top + 1, timeline.width, STRIP - 2);
  }
  drawBoundaries(context, shown.map((strip) => strip.top + 1), STRIP - 2, boundaries, timeline, colour);
  for (const strip of shown) {
    context.fillStyle = colour(strip.colour, selected && strip !== selected ? 0.75 : 1);
    fillSegments(context, strip.seconds, strip.top + 2, STRIP - 4, timeline);
  }
}

/**
 * The selected cut alone, for the head that stays in sight.
 * @param {HTMLCanvasElement} canvas
 * @param {Strip|null} selected
 * @param {number[]} boundaries
 */
export function drawCutLine(canvas, selected, boundaries, timeline, colour) {
  const context = prepare(canvas, timeline.width, CUTLINE);
  context.fillStyle = colour('panel');
  context.fillRect(0, 0, timeline.width, CUTLINE);
  if (!selected) return;
  drawBoundaries(context, [0], CUTLINE, boundaries, timeline, colour);
  context.fillStyle = colour(selected.colour);
  fillSegments(context, selected.seconds, 1, CUTLINE - 2, timeline);
}

/** Lines at which cuts may begin or end, only where they do not become a grey wall. */
function drawBoundaries(context, tops, height, boundaries, timeline, colour) {
  const visible = boundaries.filter((time) => time > timeline.start && time < timeline.end);
  if (!visible.length || timeline.width / visible.length <= 5) return;
  context.fillStyle = colour('line');
  for (const time of visible) {
    const x = Math.round(timeline.x(time));
    for (const top of tops) context.fillRect(x, top, 1, height);
  }
}

function fillSegments(context, seconds, top, height, timeline) {
  for (const { start, end } of seconds ?? []) {
    const left = Math.max(0, timeline.x(start));
    const right = Math.min(timeline.width, timeline.x(end));
    if (right > 0 && left < timeline.width) context.fillRect(left, top, Math.max(1, right - left - 1), height);
  }
}

/** [start, end] of each clip. @param {{start: number, end: number}[]|undefined} seconds */
export function pairs(seconds) {
  return (seconds ?? []).map(({ start, end }) => [start, end]);
}

/** Numbers in the margin: how well every cut agrees with the selected one, by their time. */
export function writeOverlaps(node, strips, selected) {
  for (const line of node.querySelectorAll('.mc-strip')) {
    const strip = strips.find(({ id }) => id === line.dataset.strip);
    const output = line.querySelector('output');
    line.classList.toggle('selected', strip === selected);
    line.querySelector('button').setAttribute('aria-pressed', String(strip === selected));
    if (!strip?.seconds || !selected?.seconds) output.textContent = '';
    else if (strip === selected) output.textContent = '·';
    else output.textContent = number(overlap(pairs(strip.seconds), pairs(selected.seconds)) * 100, 0);
  }
}
