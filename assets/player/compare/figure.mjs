/** The score rows as one Plotly figure: traces, and stacked y-axes over one x-axis. It only says what is drawn. */

import { clock, ticks } from '../shared/format.mjs';
import { drawn } from './rows.mjs';
import { thinCurve, thinRows } from './series.mjs';

/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./model.mjs').Model} Model */
/** @typedef {import('./time_axis.mjs').TimeAxis} TimeAxis */

/**
 * @typedef {object} Drawing what a figure is made of
 * @property {Model} model
 * @property {Row[]} rows stacked
 * @property {number} height CSS pixels of all rows
 * @property {TimeAxis} axis
 * @property {boolean} fit scale each row to its own values
 * @property {number|null} pinned person
 * @property {(name: string, opacity?: number) => string} colour
 */

/** A row needs so many pixels for labels at its middle, too. */
const TALL = 60;

/**
 * Traces and layout; `drawn` are the seconds that curves were thinned for, null where they hold everything.
 * @param {Drawing} drawing
 * @returns {{traces: object[], layout: Record<string, any>, drawn: [number, number]|null}}
 */
export function figure(drawing) {
  const { model, rows, height, axis, colour } = drawing;
  const sight = sightOf(model, axis);
  const traces = [];
  const layout = {
    width: axis.gutter + axis.width + axis.margin,
    height,
    margin: { l: axis.gutter, r: axis.margin, t: 0, b: 0, pad: 0 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    showlegend: false,
    font: { family: getComputedStyle(document.body).fontFamily, size: 9.5, color: colour('ink-3') },
    xaxis: timeAxis(axis, colour),
  };
  rows.filter(drawn).forEach((row, k) => {
    const suffix = k === 0 ? '' : String(k + 1);
    const pen = new Pen(model.edges, sight, `y${suffix}`);
    const domain = [1 - (row.top + row.height) / height, 1 - row.top / height];
    const frame = { domain, fixedrange: true, zeroline: false, showgrid: false, anchor: 'x' };
    if (row.kind === 'people') {
      const shown = model.people.order.map((person) => model.people.rows[person]);
      traces.push(pen.heatmap(shown));
      layout[`yaxis${suffix}`] = { ...frame, range: [shown.length, 0], showticklabels: false, ticks: '' };
      return;
    }
    row.range = limits(bounds(row, model), drawing.fit);
    traces.push(...(row.kind === 'mean' ? averageOf(drawing, pen) : curvesOf(row, drawing, pen)));
    layout[`yaxis${suffix}`] = { ...frame, ...scale(row, drawing) };
  });
  return { traces, layout, drawn: sight.long ? [sight.from, sight.to] : null };
}

/**
 * @typedef {object} Sight
 * @property {boolean} long curves are thinned
 * @property {number} from seconds that are drawn: what lies beside the part that is shown, too
 * @property {number} to
 * @property {number} density points per pixel of them
 */

/**
 * What is drawn, and how finely. Small moves need no new traces.
 * @param {Model} model
 * @param {TimeAxis} axis
 * @returns {Sight}
 */
function sightOf(model, axis) {
  const columns = Math.max(400, Math.round(axis.width));
  const long = model.edges.length > columns / 2;
  const span = axis.end - axis.start;
  const from = long ? Math.max(0, axis.start - span) : 0;
  const to = long ? Math.min(axis.duration, axis.end + span) : axis.duration;
  return { long, from, to, density: (columns * (to - from)) / span };
}

/** Makes the traces of one row. */
class Pen {
  /** @param {Float64Array} edges @param {Sight} sight @param {string} yaxis */
  constructor(edges, sight, yaxis) {
    this.edges = edges;
    this.sight = sight;
    this.yaxis = yaxis;
  }

  /** A curve thinned to so many pixels per bucket: two, four where many lie over each other and only turn into a band. */
  thinned(values, pixels) {
    const { from, to, long, density } = this.sight;
    return thinCurve(this.edges, values, from, to, long ? density / pixels : Infinity);
  }

  line(values, color, width, extra = {}) {
    return {
      type: 'scatter', mode: 'lines', ...this.thinned(values, 2), yaxis: this.yaxis,
      line: { color, width, simplify: false }, hoverinfo: 'skip', ...extra,
    };
  }

  /** What lies within one spread of a mean, as a filled band. */
  band({ low, high }, fillcolor) {
    return [this.line(low, 'rgba(0,0,0,0)', 0), this.line(high, 'rgba(0,0,0,0)', 0, { fill: 'tonexty', fillcolor })];
  }

  heatmap(rows) {
    const { from, to, long, density } = this.sight;
    return {
      type: 'heatmap', ...thinRows(this.edges, rows, from, to, long ? density : Infinity),
      y: Array.from({ length: rows.length + 1 }, (_, k) => k), yaxis: this.yaxis,
      zmin: 0, zmax: 1, colorscale: 'Cividis', showscale: false, hoverinfo: 'skip',
    };
  }
}

/** @param {Drawing} drawing @param {Pen} pen */
function averageOf({ model: { people }, pinned, colour }, pen) {
  const person = pinned === null ? [] : [pen.line(people.rows[pinned], colour('people-2'), 1.4)];
  return [...pen.band(people, colour('people', 0.2)), ...person, pen.line(people.mean, colour('people'), 1.8)];
}

/** @param {Row} row @param {Drawing} drawing @param {Pen} pen */
function curvesOf(row, { colour }, pen) {
  const { track } = row;
  const { over } = track;
  const many = row.kind === 'samples' && track.rows.length > 1;
  const traces = over ? pen.band(over, colour('over', 0.28)) : [];
  if (many) {
    traces.push(...pen.band(track, colour(track.colour, 0.16)));
    // One trace for all samples: a gap between them costs nothing, a trace of their own each does.
    const curves = track.rows.map((sample) => pen.thinned(sample, 4));
    const joined = (key) => curves.flatMap((curve) => [...curve[key], null]);
    traces.push(pen.line(track.mean, colour(track.colour, 0.5), 0.8, { x: joined('x'), y: joined('y') }));
  }
  traces.push(pen.line(track.mean, colour(track.colour), many ? 2 : 1.6));
  if (over) {
    const line = { color: colour('over'), width: 1.8, dash: 'dash', simplify: false };
    traces.push(pen.line(over.mean, colour('over'), 1.8, { line }));
  }
  return traces;
}

/** The curves that a row's values lie between. @param {Row} row @param {Model} model */
function bounds({ kind, track }, { people }) {
  if (kind === 'mean') return [people.low, people.high];
  return track.over ? [...track.rows, track.over.low, track.over.high] : track.rows;
}

/** @param {Float32Array[]} curves @param {boolean} fit @returns {[number, number]} */
function limits(curves, fit) {
  if (!fit) return [0, 1];
  let low = Infinity;
  let high = -Infinity;
  for (const curve of curves) {
    for (const value of curve) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!(high > low)) return [0, 1];
  return [Math.max(0, low), Math.min(1, high)];
}

/** The y-axis of a row of curves. @param {Row} row @param {Drawing} drawing */
function scale({ range: [low, high], height }, { fit, colour }) {
  const pad = (high - low) * 0.05;
  const whole = height >= TALL && !fit;
  return {
    range: [low - pad, high + pad],
    tickvals: whole ? [0, 0.5, 1] : [low, high],
    ticktext: whole ? ['0', '0.5', '1'] : [tick(low), tick(high)],
    ticks: 'outside',
    ticklen: 3,
    tickcolor: colour('line'),
    showgrid: true,
    gridcolor: colour('line', 0.6),
  };
}

function tick(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** The x-axis for the part of the time that is shown. @param {TimeAxis} axis @param {Drawing['colour']} colour */
export function timeAxis(axis, colour) {
  const { values } = ticks(axis.start, axis.end, axis.width);
  return {
    range: [axis.start, axis.end],
    fixedrange: true,
    showticklabels: false,
    ticks: '',
    zeroline: false,
    showgrid: true,
    gridcolor: colour('line', 0.6),
    tickvals: values,
    ticktext: values.map((value) => clock(value)),
  };
}
