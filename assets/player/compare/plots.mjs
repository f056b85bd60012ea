/**
 * The score rows: one Plotly figure with stacked y-axes over one x-axis. The figure only draws (it takes no events);
 * labels stand beside it as HTML, the pointer and the cursor belong to timeline.mjs.
 */

import { GUTTER, MARGIN } from './timeline.mjs';
import { clock, ticks } from '../shared/format.mjs';
import { prepare } from '../shared/canvas.mjs';
import { thinCurve, thinRows } from './series.mjs';

const GAP = 7;

/**
 * @typedef {object} Row
 * @property {string} id "people", "mean", "run:7", "missing:csta"
 * @property {'people'|'mean'|'samples'|'curve'|'signal'|'offer'|'missing'} kind
 * @property {number} height CSS pixels
 * @property {number} [above] CSS pixels kept free above it, for what it learned from
 * @property {number} [top] set by stack()
 * @property {[number, number]} [range] values shown, set by figure()
 */

/** Height of one person's line in the heatmap: readable names for usual datasets, never a wall. */
export function lineHeight(people) {
  return Math.max(4, Math.min(people < 7 ? 16 : 12, Math.floor(240 / Math.max(people, 1))));
}

/** False for rows that hold words in place of curves. @param {Row} row */
export function drawn(row) {
  return row.kind !== 'missing' && row.kind !== 'offer';
}

/** Put rows below one another; returns the total height. @param {Row[]} rows */
export function stack(rows) {
  let top = 3;
  for (const row of rows) {
    row.top = top + (row.above ?? 0);
    top = row.top + row.height + GAP;
  }
  return top;
}

function limits(row, curves, fit) {
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

/**
 * Traces and layout for the part of the time axis that is shown.
 * @param {object} model see player.mjs
 * @param {Row[]} rows stacked
 * @param {number} height
 * @param {import('./timeline.mjs').Timeline} timeline
 * @param {(name: string, opacity?: number) => string} colour
 * @param {boolean} fit scale each row to its own values
 */
export function figure(model, rows, height, timeline, colour, fit) {
  const traces = [];
  // Two pixels per bucket of curves, four where many lie over each other: denser ones only turn into a solid band.
  const columns = Math.max(400, Math.round(timeline.width));
  const long = model.edges.length > columns / 2;
  // What lies beside the part that is shown is drawn too, so that small moves need no new traces.
  const span = timeline.end - timeline.start;
  const from = long ? Math.max(0, timeline.start - span) : 0;
  const to = long ? Math.min(timeline.duration, timeline.end + span) : timeline.duration;
  const density = (columns * (to - from)) / span;
  const layout = {
    width: timeline.width + GUTTER + MARGIN,
    height,
    margin: { l: GUTTER, r: MARGIN, t: 0, b: 0, pad: 0 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    showlegend: false,
    font: { family: getComputedStyle(document.body).fontFamily, size: 9.5, color: colour('ink-3') },
    xaxis: xAxis(timeline, colour),
  };
  let axis = 0;
  for (const row of rows) {
    if (!drawn(row)) continue;
    axis += 1;
    const suffix = axis === 1 ? '' : String(axis);
    const yaxis = 'y' + suffix;
    const thinned = (values, pixels) => thinCurve(model.edges, values, from, to, long ? density / pixels : Infinity);
    const line = (values, color, width, extra = {}) => ({
      type: 'scatter',
      mode: 'lines',
      ...thinned(values, 2),
      yaxis,
      line: { color, width, simplify: false },
      hoverinfo: 'skip',
      ...extra,
    });
    const domain = [1 - (row.top + row.height) / height, 1 - row.top / height];
    const frame = { domain, fixedrange: true, zeroline: false, showgrid: false, anchor: 'x' };
    if (row.kind === 'people') {
      const shown = model.people.order.map((person) => model.people.rows[person]);
      traces.push({
        type: 'heatmap',
        ...thinRows(model.edges, shown, from, to, long ? density : Infinity),
        y: Array.from({ length: shown.length + 1 }, (_, k) => k),
        yaxis,
        zmin: 0,
        zmax: 1,
        colorscale: 'Cividis',
        showscale: false,
        hoverinfo: 'skip',
      });
      layout['yaxis' + suffix] = { ...frame, range: [shown.length, 0], showticklabels: false, ticks: '' };
      continue;
    }
    if (row.kind === 'mean') {
      const { low, high, mean } = model.people;
      row.range = limits(row, [low, high], fit);
      traces.push(...bandOf(line, { low, high }, colour('people', 0.2)));
      if (model.pinned !== null) traces.push(line(model.people.rows[model.pinned], colour('people-2'), 1.4));
      traces.push(line(mean, colour('people'), 1.8));
    } else {
      const { track } = row;
      const family = track.colour;
      const many = row.kind === 'samples' && track.rows.length > 1;
      const { over } = track;
      row.range = limits(row, over ? [...track.rows, over.low, over.high] : track.rows, fit);
      if (over) traces.push(...bandOf(line, over, colour('over', 0.28)));
      if (many) {
        traces.push(...bandOf(line, track, colour(family, 0.16)));
        // One trace for all samples: a gap between them costs nothing, a trace of their own each does.
        const curves = track.rows.map((sample) => thinned(sample, 4));
        const joined = (axis, gap) => curves.flatMap((curve) => [...curve[axis], gap]);
        traces.push(line(track.mean, colour(family, 0.5), 0.8, { x: joined('x', null), y: joined('y', null) }));
      }
      traces.push(line(track.mean, colour(family), many ? 2 : 1.6));
      if (over) traces.push(line(over.mean, colour('over'), 1.8, { line: { color: colour('over'), width: 1.8, dash: 'dash', simplify: false } }));
    }
    const [low, high] = row.range;
    const pad = (high - low) * 0.05;
    layout['yaxis' + suffix] = {
      ...frame,
      range: [low - pad, high + pad],
      tickvals: row.height >= 60 && !fit ? [0, 0.5, 1] : [low, high],
      ticktext: row.height >= 60 && !fit ? ['0', '0.5', '1'] : [tick(low), tick(high)],
      ticks: 'outside',
      ticklen: 3,
      tickcolor: colour('line'),
      showgrid: true,
      gridcolor: colour('line', 0.6),
    };
  }
  return { traces, layout, drawn: long ? [from, to] : null };
}

/** What lies within one spread of a mean, as a filled band. */
function bandOf(line, { low, high }, fillcolor) {
  return [line(low, 'rgba(0,0,0,0)', 0), line(high, 'rgba(0,0,0,0)', 0, { fill: 'tonexty', fillcolor })];
}

function tick(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function xAxis(timeline, colour) {
  const { values } = ticks(timeline.start, timeline.end, timeline.width);
  return {
    range: [timeline.start, timeline.end],
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

export class Plots {
  /** @param {HTMLElement} node empty element for the figure */
  constructor(node) {
    this.node = node;
    this.plotly = null;
    /** Seconds for which the traces were thinned; null where they hold everything. */
    this.drawn = null;
  }

  /** Draw everything again. */
  async draw(plotly, model, rows, height, timeline, colour, fit) {
    this.plotly = plotly;
    const { traces, layout, drawn: range } = figure(model, rows, height, timeline, colour, fit);
    this.drawn = range;
    await plotly.react(this.node, traces, layout, { staticPlot: true, displayModeBar: false });
  }

  /** Only the x-axis has changed: move over the traces that are there. False where they do not reach so far. */
  async zoom(timeline, colour) {
    if (!this.plotly || (this.drawn && (timeline.start < this.drawn[0] || timeline.end > this.drawn[1]))) return false;
    const { range, tickvals, ticktext } = xAxis(timeline, colour);
    await this.plotly.relayout(this.node, {
      'xaxis.range': range, 'xaxis.tickvals': tickvals, 'xaxis.ticktext': ticktext,
    });
    return true;
  }
}

/**
 * The curve under the pointer, drawn thick over the others of its row.
 * @param {HTMLCanvasElement} canvas over the plots, from the gutter on
 * @param {{row: Row, sample: number} | null} lifted
 */
export function drawLift(canvas, lifted, model, height, timeline, colour) {
  const context = prepare(canvas, timeline.width, height);
  if (!lifted) return;
  const { row, sample } = lifted;
  const values = row.track.rows[sample];
  const [low, high] = row.range;
  const pad = (high - low) * 0.05;
  const y = (value) => row.top + row.height * (1 - (value - low + pad) / (high - low + 2 * pad));
  const { x: times, y: shown } = thinCurve(model.edges, values, timeline.start, timeline.end, timeline.width);
  const trace = () => {
    context.beginPath();
    times.forEach((time, k) => shown[k] !== null && context.lineTo(timeline.x(time), y(shown[k])));
    context.stroke();
  };
  context.save();
  context.beginPath();
  context.rect(0, row.top, timeline.width, row.height);
  context.clip();
  context.fillStyle = colour('panel', 0.65);
  context.fillRect(0, row.top, timeline.width, row.height);
  context.lineJoin = 'round';
  context.strokeStyle = colour(row.track.colour);
  context.lineWidth = 2.4;
  trace();
  context.restore();
}

/** The sample whose curve passes nearest below or above the pointer; -1 where none is near. */
export function sampleUnder(row, pick, y) {
  const [low, high] = row.range;
  const pad = (high - low) * 0.05;
  let best = -1;
  let nearest = 14;
  row.track.rows.forEach((values, k) => {
    const at = row.top + row.height * (1 - (values[pick] - low + pad) / (high - low + 2 * pad));
    if (Math.abs(at - y) < nearest) {
      nearest = Math.abs(at - y);
      best = k;
    }
  });
  return best;
}
