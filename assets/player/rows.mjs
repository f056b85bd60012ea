/** The labels beside the score rows: what a row is, its controls, its value at the cursor. */

import { escape } from './format.mjs';
import { SIMULATED } from './panel.mjs';
import { lineHeight } from './plots.mjs';

const WHY = {
  people: 'What each person said, one line per person: dark blue is unimportant (0), yellow is important (1). Empty where not judged. Click a name to pin that person.',
  mean: 'Average importance over all people; the band is one standard deviation to either side. Triangles on the ruler mark where people differ most.',
  samples: 'Each thin line is one sampled summary of the same video by one model, the thick line is their mean. Point at a line to lift it out.',
  curve: 'Importance given by this model, one curve.',
};

/** The rows of a model from top to bottom, with their heights. */
export function listRows(model) {
  const rows = [];
  const n = model.people.raw.length;
  if (n) {
    rows.push({ id: 'people', kind: 'people', height: Math.max(80, n * lineHeight(n)) });
    rows.push({ id: 'mean', kind: 'mean', height: 60 });
  } else {
    rows.push({ id: 'people', kind: 'missing', height: 22, label: 'People', reason: model.whyEmpty || 'Nobody has judged this entry yet.' });
  }
  for (const track of model.tracks) {
    rows.push({ id: track.id, kind: track.run.kind, height: track.run.kind === 'samples' ? 76 : 48, track });
  }
  for (const { id, model: label, reason } of model.missing) {
    rows.push({ id, kind: 'missing', height: 22, label, reason });
  }
  return rows;
}

/** Grounds that lie below the figure. @param {import('./plots.mjs').Row[]} rows stacked */
export function groundsMarkup(rows) {
  return rows.filter(({ kind }) => kind !== 'missing')
    .map((row) => `<div class="mc-ground ${row.kind}" style="top:${row.top}px;height:${row.height}px"></div>`).join('');
}

/** @param {import('./plots.mjs').Row[]} rows stacked */
export function rowsMarkup(model, rows, sort) {
  return rows
    .map((row) => `<div class="mc-row mc-${row.kind}" data-row="${escape(row.id)}" style="top:${row.top}px;height:${row.height}px">${inside(model, row, sort)}</div>`)
    .join('');
}

function inside(model, row, sort) {
  if (row.kind === 'missing') {
    return `<div class="mc-label"><h4>${escape(row.label)}</h4></div><p class="mc-reason">${escape(row.reason)}</p>`;
  }
  if (row.kind === 'people') return people(model, row, sort);
  if (row.kind === 'mean') {
    return `<div class="mc-label" title="${WHY.mean}"><h4><i style="background:var(--mc-people)"></i>Average</h4>` +
      '<p>mean ± spread, 0 to 1</p></div><output data-readout></output>';
  }
  const { track } = row;
  const { run } = track;
  const made = [run.seed === null || run.seed === undefined ? '' : `seed ${run.seed}`, setting(run, 'steps', 'steps'), setting(run, 'guidance', 'guidance')]
    .filter(Boolean).join(', ');
  const title = `${WHY[row.kind]}\nCheckpoint ${run.checkpoint}, features ${run.feature_space}${made ? `, ${made}` : ''}`;
  const older = track.others.length > 1
    ? `<select data-runs="${escape(track.key)}" aria-label="Which run to show" title="Runs of this checkpoint on this entry">${track.others
        .map((one) => `<option value="${escape(one.id)}" ${one.id === run.id ? 'selected' : ''}>seed ${one.seed ?? '–'}, ${one.n === 1 ? '1 sample' : `${one.n} samples`}</option>`)
        .join('')}</select>`
    : '';
  const about = run.kind === 'samples' ? older || `<p>seed ${escape(run.seed ?? '–')}, ${run.n} samples</p>` : older || `<p>${escape(run.checkpoint)}</p>`;
  const chips = run.kind === 'samples'
    ? `<div class="mc-chips" style="--family:var(--mc-${track.colour})">${track.raw.map((_, k) => `<button data-sample="${k}" title="Sample ${k + 1}: click to select its cut">${k + 1}</button>`).join('')}</div>`
    : '';
  return `<div class="mc-label" title="${escape(title)}"><h4><i style="background:var(--mc-${track.colour})"></i><span>${escape(track.label)}</span></h4>${about}${chips}</div><output data-readout></output>`;
}

function setting(run, name, label) {
  const value = run.settings?.[name];
  return value === null || value === undefined ? '' : `${value} ${label}`.replace(/^(\S+) guidance$/, 'guidance $1');
}

function people(model, row, sort) {
  const { names, order, simulated } = model.people;
  const line = row.height / order.length;
  const size = Math.min(10.5, line - 0.5);
  const list = order
    .map((person) => `<button data-person="${person}" aria-pressed="${model.pinned === person}" style="height:${line}px;line-height:${line}px${size < 8 ? ';font-size:0' : `;font-size:${size}px`}" title="${escape(names[person])}: click to pin">${escape(names[person])}</button>`)
    .join('');
  return `<div class="mc-label" title="${WHY.people}"><h4>People</h4>${simulated ? SIMULATED : `<p>${names.length}</p>`}
<select data-sort aria-label="Order of people" title="Order of the lines">
<option value="similar" ${sort === 'similar' ? 'selected' : ''}>similarity</option><option value="name" ${sort === 'name' ? 'selected' : ''}>name</option></select>
<small title="Importance: 0 not at all, 1 very important; hatched where not judged">0<i class="mc-scale"></i>1</small></div><div class="mc-names">${list}</div><output data-readout></output>`;
}
