/** The page as one figure that stands on its own: titles, names and times are part of it. */

import { drawn, figure } from './plots.mjs';
import { rowName } from './rows.mjs';
import { clock, ticks } from '../shared/format.mjs';
import { GUTTER, MARGIN } from './timeline.mjs';

const TOP = 52;
const BOTTOM = 40;
const LINE = 14;
const GAP = 16;

/**
 * @param {import('./player.mjs').Player} player
 * @returns {{traces: object[], layout: object}} of plotly
 */
export function pageFigure(player) {
  const { entry, model, timeline, colour, fit, selectedId } = player;
  const rows = player.rows.filter(drawn);
  // What cannot be computed is left out, so the rows move up.
  let top = 3;
  const stacked = rows.map((row) => {
    const moved = { ...row, top: top + (row.above ?? 0) };
    top = moved.top + row.height + 7;
    return moved;
  });
  const strips = player.layout.hidden.has('cuts') ? [] : player.strips.filter(({ cut, top: at }) => cut && at !== null);
  const height = top + (strips.length ? GAP + strips.length * LINE : 0);
  const { traces, layout } = figure(model, stacked, height, timeline, colour, fit);
  const share = (px) => 1 - px / height;

  const axes = Object.keys(layout).filter((key) => key.startsWith('yaxis')).length;
  if (strips.length) {
    const axis = axes + 1;
    const name = axis === 1 ? '' : String(axis);
    layout[`yaxis${name}`] = {
      domain: [0, share(top + GAP)], range: [strips.length - 0.5, -0.5], fixedrange: true, showgrid: false, zeroline: false, anchor: 'x',
      tickvals: strips.map((_, k) => k), ticktext: strips.map(({ id, label }) => (id === selectedId ? `<b>${short(label)}</b>` : short(label))), ticks: '',
    };
    strips.forEach(({ seconds, colour: family, label }, k) => traces.push({
      type: 'scatter', mode: 'lines', yaxis: `y${name}`, name: label, hoverinfo: 'name',
      x: seconds.flatMap(({ start, end }) => [start, end, null]), y: seconds.flatMap(() => [k, k, null]),
      line: { color: colour(family), width: LINE - 5 },
    }));
  }
  const { values } = ticks(timeline.start, timeline.end, timeline.width);
  const note = (text, x, y, extra) => ({ text, x, y, xref: 'paper', yref: 'paper', showarrow: false, font: { size: 11, color: colour('ink') }, ...extra });
  Object.assign(layout, {
    height: height + TOP + BOTTOM,
    width: timeline.width + GUTTER + MARGIN,
    margin: { l: GUTTER, r: MARGIN, t: TOP, b: BOTTOM },
    paper_bgcolor: colour('panel'),
    plot_bgcolor: colour('panel'),
    title: { text: `${entry.title} (${entry.id})`, x: 0.01, xanchor: 'left', font: { size: 14, color: colour('ink') } },
    xaxis: {
      ...layout.xaxis, showticklabels: true, tickvals: values, ticktext: values.map((value) => clock(value)), fixedrange: false,
      title: { text: 'time, m:ss.f', font: { size: 10 } }, anchor: 'free', position: 0,
    },
    annotations: [
      ...stacked.map((row) => note(row.track ? `${folded(rowName(row))}<br><span style="font-size:9px">${row.track.run.checkpoint ?? 'signal, no labels'}</span>` : named(row, model), 0, share(row.top + row.height / 2), {
        xanchor: 'right', xshift: row.kind === 'people' ? -8 : -26, align: 'right',
      })),
      ...stacked.filter(({ above }) => above).map((row) => note(row.track.run.learned_from?.sentence ?? row.track.run.about ?? '', 0, share(row.top - row.above), {
        xanchor: 'left', yanchor: 'top', font: { size: 9.5, color: colour('ink-2') },
      })),
      ...(strips.length ? [note(`Cuts: ${player.cuts.words}`, 0, share(top + 2), { xanchor: 'left', font: { size: 10, color: colour('ink-2') } })] : []),
    ],
  });
  return { traces, layout };
}

const WIDE = 24;

/** A long name on two lines. */
function folded(name) {
  if (name.length <= WIDE) return name;
  const at = name.lastIndexOf(' ', WIDE);
  return at > 0 ? `${name.slice(0, at)}<br>${short(name.slice(at + 1))}` : short(name);
}

function short(name) {
  return name.length > WIDE + 4 ? `${name.slice(0, WIDE + 3)}…` : name;
}

function named(row, model) {
  if (row.kind !== 'people') return 'Average of people<br><span style="font-size:9px">± spread</span>';
  return `${model.people.names.length} people${model.people.simulated ? '<br><span style="font-size:9px">simulated</span>' : ''}`;
}

/** A page of its own around a figure. @param {string} source of plotly.js */
export function standalone(title, source, traces, layout) {
  const json = JSON.stringify({ traces, layout }).replaceAll('<', '\\u003c');
  const safe = title.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${safe}</title></head><body style="margin:0;background:${layout.paper_bgcolor}">` +
    `<div id="figure"></div><script>${source.replaceAll('</script', '<\\/script')}</script>` +
    `<script>const f=${json};Plotly.newPlot('figure',f.traces,f.layout,{responsive:false});</script></body></html>\n`;
}
