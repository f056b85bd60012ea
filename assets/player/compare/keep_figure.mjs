/** The page as one figure that stands on its own: titles, names (of people their pseudonyms) and times are part of it. */

import { simulatedLabel } from './simulated.mjs';
import { clock, ticks } from '../shared/format.mjs';
import { drawn, rowName } from './rows.mjs';
import { figure } from './figure.mjs';
import { withPseudonyms } from './pseudonyms.mjs';

/** @typedef {import('./store.mjs').Store} Store */
/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./strip_groups.mjs').Strip} Strip */

/** Pixels left of the plots for names, and right of them; also where the page has less. */
const GUTTER = 188;
const MARGIN = 46;
const TOP = 52;
const BOTTOM = 40;
const LINE = 14;
const GAP = 16;
/** Letters of a name on one line. */
const WIDE = 24;

/**
 * @param {Store} store
 * @param {import('./page.mjs').Page['colour']} colour
 * @returns {{traces: object[], layout: Record<string, any>}} of plotly
 */
export function pageFigure(store, colour) {
  const { entry, model, axis, fit, pinned } = store;
  const { rows, top } = closed(store.rows.filter(drawn));
  const told = withPseudonyms(entry.pseudonyms);
  const strips = store.layout.hidden.has('cuts') ? [] : store.strips.filter(({ cut, top: at }) => cut && at !== null)
    .map((strip) => ({ ...strip, label: told(strip.label) }));
  const height = top + (strips.length ? GAP + strips.length * LINE : 0);
  const { traces, layout } = figure({ model, rows, height, axis, fit, pinned, colour });
  const share = (px) => 1 - px / height;
  if (strips.length) addStrips(traces, layout, strips, { selectedId: store.selectedId, colour, domain: [0, share(top + GAP)] });
  const { values } = ticks(axis.start, axis.end, axis.width);
  Object.assign(layout, {
    height: height + TOP + BOTTOM,
    width: GUTTER + axis.width + MARGIN,
    margin: { l: GUTTER, r: MARGIN, t: TOP, b: BOTTOM },
    paper_bgcolor: colour('panel'),
    plot_bgcolor: colour('panel'),
    title: { text: `${entry.title} (${entry.id})`, x: 0.01, xanchor: 'left', font: { size: 14, color: colour('ink') } },
    xaxis: {
      ...layout.xaxis, showticklabels: true, tickvals: values, ticktext: values.map((value) => clock(value)), fixedrange: false,
      title: { text: `time, m:ss.f${entry.assumed_rate ? ' (assumed frame rate)' : ''}`, font: { size: 10 } }, anchor: 'free', position: 0,
    },
    annotations: notes(store, rows, colour, share, strips.length ? top : null, told),
  });
  return { traces, layout };
}

/** What cannot be computed is left out, so the rows move up. @param {Row[]} rows */
function closed(rows) {
  let top = 3;
  const moved = rows.map((row) => {
    const one = { ...row, top: top + (row.above ?? 0) };
    top = one.top + row.height + 7;
    return one;
  });
  return { rows: moved, top };
}

/**
 * Cuts as lines of an axis of their own below the rows.
 * @param {object[]} traces
 * @param {Record<string, any>} layout
 * @param {Strip[]} strips
 * @param {{selectedId: string|null, colour: import('./page.mjs').Page['colour'], domain: number[]}} how
 */
function addStrips(traces, layout, strips, { selectedId, colour, domain }) {
  const axis = Object.keys(layout).filter((key) => key.startsWith('yaxis')).length + 1;
  const name = axis === 1 ? '' : String(axis);
  layout[`yaxis${name}`] = {
    domain, range: [strips.length - 0.5, -0.5], fixedrange: true, showgrid: false, zeroline: false, anchor: 'x', ticks: '',
    tickvals: strips.map((_, k) => k),
    ticktext: strips.map(({ id, label }) => (id === selectedId ? `<b>${short(label)}</b>` : short(label))),
  };
  strips.forEach(({ seconds, colour: family, label }, k) => traces.push({
    type: 'scatter', mode: 'lines', yaxis: `y${name}`, name: label, hoverinfo: 'name',
    x: seconds.flatMap(({ start, end }) => [start, end, null]), y: seconds.flatMap(() => [k, k, null]),
    line: { color: colour(family), width: LINE - 5 },
  }));
}

/**
 * Names of rows, what models learned from, and how cuts are made.
 * @param {Store} store
 * @param {Row[]} rows
 * @param {import('./page.mjs').Page['colour']} colour
 * @param {(px: number) => number} share
 * @param {number|null} cutsTop CSS pixels, null where there are none
 * @param {(text: string) => string} told a text as it may leave the page
 */
function notes({ model, cuts }, rows, colour, share, cutsTop, told) {
  const note = (text, y, extra) => (
    { text, x: 0, y, xref: 'paper', yref: 'paper', showarrow: false, font: { size: 11, color: colour('ink') }, ...extra }
  );
  const names = rows.map((row) => note(named(row, model, told), share(row.top + row.height / 2), {
    xanchor: 'right', xshift: row.kind === 'people' ? -8 : -26, align: 'right',
  }));
  const learned = rows.filter(({ above }) => above).map(({ track, top, above }) =>
    note(told(track.run.learned_from?.sentence ?? track.run.about ?? ''), share(top - above), {
      xanchor: 'left', yanchor: 'top', font: { size: 9.5, color: colour('ink-2') },
    }));
  const made = cutsTop === null ? [] : [note(`Cuts: ${cuts.description}`, share(cutsTop + 2), {
    xanchor: 'left', font: { size: 10, color: colour('ink-2') },
  })];
  return [...names, ...learned, ...made];
}

const small = (text) => `<br><span style="font-size:9px">${text}</span>`;

/** @param {Row} row @param {import('./model.mjs').Model} model @param {(text: string) => string} told */
function named(row, model, told) {
  if (row.track) return `${folded(told(rowName(row)))}${small(told(row.track.run.checkpoint ?? 'signal, no labels'))}`;
  if (row.kind !== 'people') return `Average of people${small('± spread')}`;
  const made = simulatedLabel(model.people.simulated);
  return `${model.people.names.length} people${made ? small(made) : ''}`;
}

/** A long name on two lines. */
function folded(name) {
  if (name.length <= WIDE) return name;
  const at = name.lastIndexOf(' ', WIDE);
  return at > 0 ? `${name.slice(0, at)}<br>${short(name.slice(at + 1))}` : short(name);
}

function short(name) {
  return name.length > WIDE + 4 ? `${name.slice(0, WIDE + 3)}…` : name;
}

/**
 * A page of its own around a figure.
 * @param {string} title
 * @param {string} source of plotly.js
 * @param {object[]} traces
 * @param {Record<string, any>} layout
 */
export function standalone(title, source, traces, layout) {
  const json = JSON.stringify({ traces, layout }).replaceAll('<', '\\u003c');
  const safe = title.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  const head = `<meta charset="utf-8"><title>${safe}</title>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body style="margin:0;background:${layout.paper_bgcolor}">` +
    `<div id="figure"></div><script>${source.replaceAll('</script', '<\\/script')}</script>` +
    `<script>const f=${json};Plotly.newPlot('figure',f.traces,f.layout,{responsive:false});</script></body></html>\n`;
}
