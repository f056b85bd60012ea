/** The labels beside the score rows: what a row is, its controls, its value at the cursor. */

import { liking, runLabel } from './run_labels.mjs';
import { drawn, rowName } from './rows.mjs';
import { simulatedLabel } from './simulated.mjs';
import { simulatedMark, swatch } from './swatch.mjs';
import { SORTS } from './people_order.mjs';
import { h } from '../shared/dom.mjs';
import { rowKey } from './row_layout.mjs';

/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./model.mjs').Track} Track */
/** @typedef {import('./store.mjs').Store} Store */

const WHY = {
  people: 'What each person said, one line per person: dark blue is unimportant (0), yellow is important (1). '
    + 'Empty where not judged. Click a name to pin that person.',
  mean: 'Average importance over all people; the band is one standard deviation to either side. '
    + 'Triangles on the ruler mark where people differ most.',
  samples: 'Each thin line is one sampled summary of the same video by one model, the thick line is their mean. '
    + 'Point at a line to lift it out.',
  curve: 'Importance given by this model, one curve.',
  signal: 'A curve computed from the video itself, without anybody\'s labels.',
};

const PAIRS = 'Samples are drawn in antithetic pairs, 1 and 2, 3 and 4, …: the same noise with either sign. '
  + 'The two of a pair differ by design, and their mean is nearer to the model\'s than that of two others.';

/**
 * A row's label, with the place for its value at the cursor.
 * @param {Row} row stacked
 * @param {Store} store
 * @param {{accept: (checkpoint: string) => void}} sampler
 */
export function rowLabel(row, store, sampler) {
  const attributes = { class: `mc-row mc-${row.kind}`, 'data-row': row.id, style: `top:${row.top}px;height:${row.height}px` };
  return h('div', attributes, inside(row, store, sampler), drawn(row) ? [h('output', { 'data-readout': '' }), edge(row)] : null);
}

/** @param {Row} row @param {Store} store @param {{accept: (checkpoint: string) => void}} sampler */
function inside(row, store, sampler) {
  switch (row.kind) {
    case 'missing':
      return [label(null, h('h4', {}, row.label)), h('p', { class: 'mc-reason' }, row.reason)];
    case 'people':
      return people(row, store);
    case 'mean':
      return label(WHY.mean, h('h4', {}, swatch('people'), 'Average'), h('p', {}, 'mean ± spread, 0 to 1'));
    case 'offer':
      return offered(row.offer, store, sampler);
    case 'signal':
      return signal(row.track);
    default:
      return track(row, store);
  }
}

function label(title, ...parts) {
  return h('div', { class: 'mc-label', title }, ...parts);
}

/** The lower edge of a row, to make it higher or lower. @param {Row} row */
function edge(row) {
  return h('div', {
    class: 'mc-size', role: 'separator', 'aria-orientation': 'horizontal', tabindex: 0, 'data-size': rowKey(row),
    'aria-label': `Height of ${rowName(row)}`, 'aria-valuenow': row.height,
    title: 'Drag for more or less height; double click for the usual one',
  });
}

/** @param {Track} track */
function signal({ label: name, run }) {
  return [
    label(`${WHY.signal}\n${run.about ?? ''}`, h('h4', {}, swatch('signal'), h('span', {}, name)), h('p', {}, 'signal, no labels')),
    h('p', { class: 'mc-learned' }, run.about),
  ];
}

/** @param {Row} row @param {Store} store */
function track({ kind, track: one }, store) {
  const { run } = one;
  const made = `${run.label || run.model}, checkpoint ${run.checkpoint}, features ${run.feature_space}, ${runLabel(run)}`;
  const many = run.kind === 'samples';
  const why = run.pairs ? `${WHY[kind]} ${PAIRS}` : WHY[kind];
  return [
    label(
      `${why}\n${made}`,
      h('h4', {}, swatch(one.colour), h('span', {}, one.label)),
      one.others.length > 1 ? chooser(one, store) : h('p', {}, many ? runLabel(run) : run.checkpoint),
      many ? [over(one, store), chips(one, store)] : null,
    ),
    learned(run.learned_from),
  ];
}

/** What a model learned from, above its row. @param {import('./server.mjs').Learned} [from] */
function learned(from) {
  if (!from) return null;
  return h('p', { class: `mc-learned${from.simulated || from.saw_this ? ' doubtful' : ''}` }, from.sentence);
}

/** One number or name for each sample. @param {Track} track @param {Store} store */
function chips({ id, run, raw, colour }, store) {
  const buttons = raw.map((_, k) => {
    const name = run.names?.[k];
    const title = `Sample ${k + 1}${name ? `, ${name}` : ''}: click to select its cut`;
    return h('button', { 'data-sample': k, title, onclick: () => store.choose(`${id}:${k}`, true) }, liking(run, k) || k + 1);
  });
  return h('div', { class: `mc-chips${run.names?.length ? ' named' : ''}`, style: `--family:var(--mc-${colour})` }, buttons);
}

/** A model that is not applied by itself here: what it learned from, and one button. */
function offered(offer, { entry }, sampler) {
  const offered = entry.kinds[offer.model_kind].samples ? 'Draw 8 samples all the same' : 'Score all the same';
  return [
    label(offer.reason, h('h4', {}, h('span', {}, offer.model)), h('p', {}, offer.checkpoint)),
    h(
      'div', { class: 'mc-offering' },
      h('p', { class: 'mc-learned doubtful' }, offer.learned_from?.sentence),
      h(
        'p', {},
        h('button', { 'data-offer': offer.checkpoint, onclick: () => sampler.accept(offer.checkpoint) }, offered),
        h('span', { class: 'mc-quiet' }, offer.reason),
      ),
    ),
  ];
}

/** Which run of a checkpoint is shown. @param {Track} track @param {Store} store */
function chooser({ key, run, others }, store) {
  const options = others.map((one) => h('option', { value: one.id, selected: one.id === run.id }, runLabel(one)));
  const attributes = { 'data-runs': key, 'aria-label': 'Which run to show', title: 'Runs of this checkpoint on this entry' };
  return h('select', { ...attributes, onchange: ({ target }) => store.showRun(key, target.value) }, options);
}

/** Which other run is drawn over a family of samples, to compare. @param {Track} track @param {Store} store */
function over({ id, key, run, over: now }, store) {
  const others = store.model.runs.filter((one) => one.id !== id);
  if (!others.length) return null;
  const attributes = {
    'data-over': key, class: now ? 'chosen' : '', 'aria-label': 'Run to compare with',
    title: 'Draw another run over this one: its mean dashed, its band behind',
  };
  return h(
    'select', { ...attributes, onchange: ({ target }) => store.drawOver(key, target.value) },
    h('option', { value: '' }, 'compare with …'),
    others.map((one) => h('option', { value: one.id, selected: one.id === now?.id }, `vs ${runLabel(one, run)}`)),
  );
}

/** @param {Row} row @param {Store} store */
function people({ height }, store) {
  const { names, order, simulated } = store.model.people;
  const line = height / order.length;
  const size = Math.min(10.5, line - 0.5);
  const style = `height:${line}px;line-height:${line}px;font-size:${size < 8 ? '0' : `${size}px`}`;
  const pressed = (person) => String(store.pinned === person);
  const list = order.map((person) => h('button', {
    'data-person': person, 'aria-pressed': pressed(person), style,
    title: `${names[person]}${simulated[person] ? ' (simulated)' : ''}: click to pin`,
    onclick: () => store.pin(person),
  }, names[person]));
  const sorts = SORTS.map(([value, label]) => h('option', { value, selected: store.sort === value }, label));
  const sorting = { 'aria-label': 'Order of people', title: 'Order of the lines', onchange: ({ target }) => store.setSort(target.value) };
  const importance = 'Importance: 0 not at all, 1 very important; hatched where not judged';
  return [
    label(
      WHY.people, h('h4', {}, 'People'), simulatedMark(simulatedLabel(simulated)) ?? h('p', {}, names.length), '\n',
      h('select', { 'data-sort': '', ...sorting }, sorts), '\n',
      h('small', { title: importance }, '0', h('i', { class: 'mc-scale' }), '1'),
    ),
    h('div', { class: 'mc-names' }, list),
  ];
}
