/** Curves of a training: the loss of each epoch and, where epochs were chosen by videos, what they were chosen by. */

import { h } from '../shared/dom.mjs';
import { loadPlotly } from '../shared/plotly.mjs';

/** @typedef {{loss: (number|null)[], validation?: (number|null)[], kept?: number|null}} Training */

const HEIGHT = 190;

/**
 * A place for the curves, drawn when it is in the page.
 * @param {Training} training
 */
export function curves(training) {
  const { loss, validation = [] } = training;
  const said = `Training loss of ${loss.length} epochs${validation.length ? ', and the score that chose among them' : ''}`;
  const place = h('div', { class: 'mc-curves', role: 'img', 'aria-label': said });
  drawCurves(place, training);
  return place;
}

/** @param {HTMLElement} place @param {Training} training */
export async function drawCurves(place, training) {
  let plotly;
  try {
    plotly = await loadPlotly();
  } catch (error) {
    place.textContent = error.message;
    return;
  }
  await new Promise(requestAnimationFrame); // it has its width then
  const style = getComputedStyle(place);
  const colour = (name) => style.getPropertyValue(`--mc-${name}`).trim();
  await plotly.react(place, traces(training, colour), layout(training, colour), {
    displayModeBar: false, responsive: true, staticPlot: training.loss.length < 2,
  });
  place.dataset.drawn = String(training.loss.length);
}

/** @param {Training} training @param {(name: string) => string} colour */
function traces({ loss, validation = [] }, colour) {
  const epochs = (values) => values.map((_, index) => index + 1);
  const mode = loss.length > 1 ? 'lines' : 'markers';
  const shared = { type: 'scatter', mode };
  return [
    {
      ...shared, x: epochs(loss), y: loss, name: 'loss', line: { color: colour('ink-2'), width: 1.5 },
      hovertemplate: 'epoch %{x}: loss %{y:.4g}<extra></extra>',
    },
    ...(validation.length
      ? [{
        ...shared, x: epochs(validation), y: validation, name: 'validation ρ', yaxis: 'y2',
        line: { color: colour('accent'), width: 1.5 }, hovertemplate: 'epoch %{x}: validation ρ %{y:.3f}<extra></extra>',
      }]
      : []),
  ];
}

/** @param {Training} training @param {(name: string) => string} colour */
function layout({ loss, validation = [], kept }, colour) {
  const axis = {
    gridcolor: colour('line'), zeroline: false, linecolor: colour('line'), tickfont: { size: 11 }, nticks: 5,
    title: { font: { size: 11 }, standoff: 6 },
  };
  const mark = kept && kept < loss.length ? [{
    type: 'line', x0: kept, x1: kept, y0: 0, y1: 1, yref: 'paper', line: { color: colour('accent'), width: 1, dash: 'dot' },
  }] : [];
  const shown = validation.length > 0;
  return {
    height: HEIGHT, margin: { l: 52, r: shown ? 48 : 12, t: 6, b: 34 }, showlegend: shown, shapes: mark, hovermode: 'x',
    legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom', font: { size: 11 } },
    paper_bgcolor: 'transparent', plot_bgcolor: 'transparent', font: { color: colour('ink-2'), family: 'inherit', size: 11 },
    xaxis: { ...axis, title: { ...axis.title, text: 'epoch' }, rangemode: 'tozero' },
    yaxis: { ...axis, title: { ...axis.title, text: 'loss' }, type: spread(loss) ? 'log' : 'linear', exponentformat: 'power' },
    yaxis2: { ...axis, title: { ...axis.title, text: 'ρ' }, overlaying: 'y', side: 'right', showgrid: false },
  };
}

/** Whether losses fall over more than one order of magnitude. @param {(number|null)[]} loss */
function spread(loss) {
  const known = loss.filter((one) => one !== null && one > 0);
  return known.length === loss.length && Math.max(...known) > 10 * Math.min(...known);
}
