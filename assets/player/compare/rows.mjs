/** The labels beside the score rows: what a row is, its controls, its value at the cursor. */

import { escape } from '../shared/format.mjs';
import { SIMULATED, samples as sampling } from './panel.mjs';
import { drawn, lineHeight } from './plots.mjs';
import { rowKey } from './layout.mjs';
import { liking, runWords } from './model.mjs';

const WHY = {
  people: 'What each person said, one line per person: dark blue is unimportant (0), yellow is important (1). Empty where not judged. Click a name to pin that person.',
  mean: 'Average importance over all people; the band is one standard deviation to either side. Triangles on the ruler mark where people differ most.',
  samples: 'Each thin line is one sampled summary of the same video by one model, the thick line is their mean. Point at a line to lift it out.',
  curve: 'Importance given by this model, one curve.',
  signal: 'A curve computed from the video itself, without anybody\'s labels.',
};

/** Pixels above a model's row for what it learned from. */
const LEARNED = 16;
/** Height of a row of samples that have names. */
const NAMED = 132;

const SORTS = [['similar', 'similarity'], ['mean', 'near average'], ['name', 'name']];

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
  const signals = model.signals.map((track) => ({ id: track.id, kind: 'signal', height: 36, above: LEARNED, track }));
  if (!n) rows.push(...signals);
  for (const track of model.tracks) {
    const samples = track.run.kind === 'samples';
    const above = track.run.learned_from ? LEARNED : 0;
    rows.push({ id: track.id, kind: track.run.kind, height: samples ? (track.run.names ? NAMED : model.runs.length > 1 ? 96 : 76) : 48, above, track });
  }
  if (n) rows.push(...signals);
  for (const offer of model.offers) rows.push({ id: offer.id, kind: 'offer', height: 46, label: offer.model, offer });
  for (const { id, model: label, reason } of model.missing) {
    rows.push({ id, kind: 'missing', height: 22, label, reason });
  }
  return rows;
}

/** Grounds that lie below the figure. @param {import('./plots.mjs').Row[]} rows stacked */
export function groundsMarkup(rows) {
  return rows.filter(drawn)
    .map((row) => `<div class="mc-ground ${row.kind}" style="top:${row.top}px;height:${row.height}px"></div>`).join('');
}

/** @param {import('./plots.mjs').Row[]} rows stacked */
export function rowsMarkup(model, rows, sort) {
  return rows
    .map((row) => `<div class="mc-row mc-${row.kind}" data-row="${escape(row.id)}" style="top:${row.top}px;height:${row.height}px">${inside(model, row, sort)}${handle(row)}</div>`)
    .join('');
}

/** A row's name for people. */
export function rowName(row) {
  return row.label ?? row.track?.label ?? { people: 'People', mean: 'Average' }[row.kind];
}

/** The lower edge of a row, to make it higher or lower. */
function handle(row) {
  if (!drawn(row)) return '';
  const name = escape(rowName(row));
  return `<div class="mc-size" role="separator" aria-orientation="horizontal" tabindex="0" data-size="${escape(rowKey(row))}" aria-label="Height of ${name}" aria-valuenow="${row.height}" title="Drag for more or less height; double click for the usual one"></div>`;
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
  if (row.kind === 'offer') return offered(row.offer);
  const { track } = row;
  const { run } = track;
  if (row.kind === 'signal') {
    return `<div class="mc-label" title="${escape(`${WHY.signal}\n${run.about ?? ''}`)}"><h4><i style="background:var(--mc-signal)"></i><span>${escape(track.label)}</span></h4><p>signal, no labels</p></div><p class="mc-learned">${escape(run.about ?? '')}</p><output data-readout></output>`;
  }
  const title = `${WHY[row.kind]}\n${run.label || run.model}, checkpoint ${run.checkpoint}, features ${run.feature_space}, ${runWords(run)}`;
  const about = chooser(track) || (run.kind === 'samples' ? `<p>${escape(runWords(run))}</p>` : `<p>${escape(run.checkpoint)}</p>`);
  const chips = run.kind === 'samples'
    ? `<div class="mc-chips${run.names ? ' named' : ''}" style="--family:var(--mc-${track.colour})">${track.raw.map((_, k) => `<button data-sample="${k}" title="Sample ${k + 1}${run.names ? `, ${escape(run.names[k])}` : ''}: click to select its cut">${escape(liking(run, k) || k + 1)}</button>`).join('')}</div>`
    : '';
  return `<div class="mc-label" title="${escape(title)}"><h4><i style="background:var(--mc-${track.colour})"></i><span>${escape(track.label)}</span></h4>${about}${over(model, track)}${chips}</div>${learned(run.learned_from)}<output data-readout></output>`;
}

/** What a model learned from, above its row; "" where nobody says. */
function learned(from) {
  if (!from) return '';
  const doubtful = from.simulated || from.saw_this;
  return `<p class="mc-learned${doubtful ? ' doubtful' : ''}">${escape(from.sentence)}</p>`;
}

/** A model that is not applied by itself here: what it learned from, and one button. */
function offered(offer) {
  const label = sampling(offer.model_kind) ? 'Draw 8 samples all the same' : 'Score all the same';
  return `<div class="mc-label" title="${escape(offer.reason ?? '')}"><h4><span>${escape(offer.model)}</span></h4><p>${escape(offer.checkpoint)}</p></div>` +
    `<div class="mc-offering"><p class="mc-learned doubtful">${escape(offer.learned_from?.sentence ?? '')}</p><p><button data-offer="${escape(offer.checkpoint)}">${label}</button><span class="mc-quiet">${escape(offer.reason ?? '')}</span></p></div>`;
}

/** Which run of a checkpoint is shown; "" where there is only one. */
function chooser(track) {
  if (track.others.length < 2) return '';
  const options = track.others.map((one) => `<option value="${escape(one.id)}" ${one.id === track.run.id ? 'selected' : ''}>${escape(runWords(one))}</option>`);
  return `<select data-runs="${escape(track.key)}" aria-label="Which run to show" title="Runs of this checkpoint on this entry">${options.join('')}</select>`;
}

/** Which other run is drawn over a family of samples, to compare; "" where there is no other. */
function over(model, track) {
  const others = model.runs.filter(({ id }) => id !== track.id);
  if (track.run.kind !== 'samples' || !others.length) return '';
  const options = others.map((one) => `<option value="${escape(one.id)}" ${one.id === track.over?.id ? 'selected' : ''}>vs ${escape(runWords(one, track.run))}</option>`);
  return `<select data-over="${escape(track.key)}" class="${track.over ? 'chosen' : ''}" aria-label="Run to compare with" title="Draw another run over this one: its mean dashed, its band behind">` +
    `<option value="">compare with …</option>${options.join('')}</select>`;
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
${SORTS.map(([value, label]) => `<option value="${value}" ${sort === value ? 'selected' : ''}>${label}</option>`).join('')}</select>
<small title="Importance: 0 not at all, 1 very important; hatched where not judged">0<i class="mc-scale"></i>1</small></div><div class="mc-names">${list}</div><output data-readout></output>`;
}
