/** From what the server says about an entry to what the page draws. Pure: no DOM. */

import { correlation, disagreements, meanAndSpread, rowsOf, similarityOrder } from './series.mjs';
import { count } from '../shared/format.mjs';
import { familyOf } from '../shared/canvas.mjs';
import { what } from './sentence.mjs';

const clip = (value) => Math.min(1, Math.max(0, value));

/** A curve with its last value held to the end of the video, so that it spans the axis like the shots do. */
function held(values) {
  const longer = new Float32Array(values.length + 1);
  longer.set(values);
  longer[values.length] = values[values.length - 1];
  return longer;
}

/**
 * @typedef {object} Track one run as it is drawn
 * @property {string} id
 * @property {object} run the server's row
 * @property {Float32Array[]} rows (N) held curves
 * @property {Float32Array} mean held
 * @property {string} label short
 * @property {string} colour name of a theme variable
 * @property {object[]} others runs of the same checkpoint, newest first, this one included
 * @property {Overlay|null} over another run drawn over this one, to compare
 *
 * @typedef {object} Overlay
 * @property {string} id
 * @property {object} run
 * @property {Float32Array[]} raw
 * @property {Float32Array} rawMean
 * @property {Float32Array} mean held
 * @property {Float32Array} low held, mean - spread
 * @property {Float32Array} high held, mean + spread
 * @property {string} label
 */

/**
 * @param {object} entry answer of /api/entry
 * @param {Map<string, import('./series.mjs').Series>} series
 * @param {Map<string, string>} chosen which run to show, by checkpoint; newest where nothing is chosen
 * @param {Map<string, string>} over which run to draw over it, by checkpoint
 */
export function buildModel(entry, series, chosen, over = new Map()) {
  const times = series.get('times')?.data ?? new Float64Array(0);
  const picks = series.get('picks')?.data ?? new Int32Array(0);
  const edges = Float64Array.from([...times, entry.duration]);
  const peopleRow = entry.rows.find((row) => row.kind === 'people');
  const raw = rowsOf(series.get('people'));
  const { mean, spread } = meanAndSpread(raw);
  const people = {
    names: peopleRow?.names ?? [],
    camps: (peopleRow?.camps ?? []).map((camp) => ({ ...camp, scores: meanAndSpread(camp.people.map((k) => raw[k])).mean })),
    divided: peopleRow?.divided ?? 0,
    simulated: Boolean(peopleRow?.simulated),
    raw,
    rows: raw.map(held),
    rawMean: mean,
    mean: held(mean),
    spread: held(spread),
    low: held(mean.map((value, t) => clip(value - spread[t]))),
    high: held(mean.map((value, t) => clip(value + spread[t]))),
    order: raw.map((_, k) => k),
    allButOne: raw.length > 1 ? raw.map((_, k) => meanAndSpread(raw.filter((__, other) => other !== k)).mean) : [],
  };

  const runs = entry.rows.filter((row) => (row.kind === 'samples' || row.kind === 'curve') && series.has(row.id));
  const byCheckpoint = new Map();
  for (const run of runs) {
    const key = `${run.kind} ${run.checkpoint}`;
    byCheckpoint.set(key, [run, ...(byCheckpoint.get(key) ?? [])]);
  }
  for (const list of byCheckpoint.values()) list.sort((a, b) => runNumber(b) - runNumber(a));
  const tracks = [];
  for (const [key, others] of byCheckpoint) {
    const run = others.find(({ id }) => id === chosen.get(key)) ?? others[0];
    const { raw: rawRows, rawMean: centre, low, high } = curvesOf(run, series);
    const overRun = runs.find(({ id }) => id === over.get(key) && id !== run.id);
    tracks.push({
      id: run.id,
      key,
      run,
      raw: rawRows,
      rows: rawRows.map(held),
      rawMean: centre,
      mean: held(centre),
      low,
      high,
      label: run.model,
      colour: familyOf(run.model_kind),
      others,
      over: overRun ? { id: overRun.id, run: overRun, label: runWords(overRun, run), ...curvesOf(overRun, series) } : null,
    });
  }
  tracks.sort((a, b) => Number(b.run.kind === 'samples') - Number(a.run.kind === 'samples'));
  nameApart(tracks);

  return {
    entry, times, picks, edges, people, tracks, runs, peaks: peaksOf(raw, tracks, times, entry.duration), pinned: null,
    signals: entry.rows.filter((row) => row.kind === 'signal' && series.has(row.id)).map((row) => signalTrack(row, series)),
    offers: entry.rows.filter((row) => row.kind === 'offer'),
    missing: entry.rows.filter((row) => row.kind === 'missing'),
    whyEmpty: peopleRow?.why_empty ?? '',
  };
}

/** A curve computed from the video itself, drawn like a run of one curve. @returns {Track} */
function signalTrack(row, series) {
  const { raw, rawMean, mean, low, high } = curvesOf(row, series);
  return { id: row.id, key: row.id, run: row, raw, rows: raw.map(held), rawMean, mean, low, high, label: row.label.replace(/^Signal: /, ''), colour: 'signal', others: [row], over: null };
}

/** The curves of a run, their mean and what lies within one spread of it. */
function curvesOf(run, series) {
  const raw = rowsOf(series.get(run.id));
  const { mean, spread } = meanAndSpread(raw);
  return {
    raw,
    rawMean: mean,
    mean: held(mean),
    low: held(mean.map((value, t) => clip(value - spread[t]))),
    high: held(mean.map((value, t) => clip(value + spread[t]))),
  };
}

/**
 * Where opinions differ most, in seconds, by who differs: people among themselves, samples of the first family among
 * themselves, and the average of people from each model's mean (as positions in their own range, because models and
 * people use the scale differently).
 */
function peaksOf(raw, tracks, times, duration) {
  // At most about 50 marks, however long the video is.
  const apart = Math.max(2, duration / 50);
  const seconds = (values) => disagreements(values, times, apart).map((t) => times[t]);
  const family = tracks.find(({ run }) => run.kind === 'samples');
  const people = raw.length > 1 ? seconds(meanAndSpread(raw).spread) : [];
  const samples = family?.raw.length > 1 ? seconds(meanAndSpread(family.raw).spread) : [];
  let models = [];
  if (raw.length && tracks.length) {
    const wanted = positions(meanAndSpread(raw).mean);
    const given = tracks.map(({ rawMean }) => positions(rawMean));
    models = seconds(wanted.map((value, t) => given.reduce((sum, one) => sum + Math.abs(one[t] - value), 0) / given.length));
  }
  return { people, samples, models };
}

/** Each value's place among all of them, 0 (lowest) to 1 (highest); NaN stays. */
function positions(values) {
  const known = Array.from(values).filter((value) => value === value).sort((a, b) => a - b);
  const middle = (value) => (indexBelow(known, value, false) + indexBelow(known, value, true)) / 2;
  return Float32Array.from(values, (value) => (value === value ? middle(value) / Math.max(1, known.length) : NaN));
}

/** How many of an ascending list are below a value, or not above it. */
function indexBelow(ascending, value, orEqual) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const at = (low + high) >> 1;
    if (ascending[at] < value || (orEqual && ascending[at] === value)) low = at + 1;
    else high = at;
  }
  return low;
}

/** What tells a run from another one of this page. */
export function runWords(run, beside = null) {
  const settings = run.settings ?? {};
  const words = [];
  if (run.checkpoint !== beside?.checkpoint && beside) words.push(run.label || run.checkpoint);
  if (run.seed !== null && run.seed !== undefined) words.push(`seed ${run.seed}`);
  if (settings.guidance) words.push(`w ${settings.guidance}`);
  if (settings.temperature !== undefined && settings.temperature !== 1) words.push(`T ${settings.temperature}`);
  if (settings.steps !== undefined && settings.steps !== 10) words.push(`${settings.steps} steps`);
  if (run.n > 1) words.push(`${run.n} samples`);
  return words.join(', ') || run.label || run.checkpoint;
}

function runNumber(run) {
  return Number(String(run.id).split(':')[1]) || 0;
}

/** Two checkpoints of one model get their labels, so that rows can be told apart. */
function nameApart(tracks) {
  for (const track of tracks) {
    if (tracks.filter(({ run }) => run.model === track.run.model).length > 1) track.label = track.run.label || track.run.checkpoint;
  }
}

/** The order of people's lines. @param {'name'|'similar'|'mean'|'file'} by */
export function orderPeople(people, by) {
  const numbers = people.names.map((_, k) => k);
  if (by === 'similar') return similarityOrder(people.raw);
  if (by === 'mean') {
    const close = people.raw.map((row) => correlation(row, people.rawMean));
    return numbers.sort((a, b) => close[b] - close[a]);
  }
  if (by === 'name') {
    return numbers.sort((a, b) => people.names[a].localeCompare(people.names[b], undefined, { numeric: true }));
  }
  return numbers;
}

/** All cuts of the page in the order they are shown. */
export function buildGroups(model) {
  const groups = [];
  const { people, tracks } = model;
  if (people.raw.length) {
    const strips = people.order.map((k) => ({
      id: `person:${k}`, label: people.names[k], title: `Cut from the scores of ${people.names[k]}`, colour: 'people-2', scores: people.raw[k],
    }));
    strips.unshift({
      id: 'mean', label: 'Average', title: `Cut from the average of ${people.names.length} people`, colour: 'people', scores: people.rawMean,
    });
    people.camps.forEach((camp, k) => strips.splice(1 + k, 0, {
      id: `camp:${k}`, label: `${camp.people.length} for ${what(camp)}`, colour: 'people', scores: camp.scores,
      title: `Cut from the average of the ${count(camp.people.length, 'person', 'people')} for ${what(camp)}`,
    }));
    groups.push({ id: 'people', label: people.simulated ? 'People (simulated)' : 'People', strips });
  }
  const signals = {
    id: 'signals', label: 'Signals, no labels',
    strips: model.signals.map(({ id, label, run, rawMean, colour }) => ({
      id, label, title: `Cut from the signal ${label}`, about: run.about, colour, scores: rawMean,
    })),
  };
  if (signals.strips.length && !people.raw.length) groups.push(signals);
  const single = [];
  for (const { id, label, run, raw, rawMean, colour } of tracks) {
    if (run.kind !== 'samples') {
      single.push({ id, label, title: `Cut from ${label}`, colour, scores: rawMean });
      continue;
    }
    const strips = raw.map((scores, k) => ({
      id: `${id}:${k}`, label: sampleName(run, k), title: `Cut from sample ${k + 1}${run.names ? ` (${run.names[k]})` : ''}, ${label}`, colour, scores,
    }));
    strips.unshift({
      id: `${id}:mean`, label: 'Mean of samples', title: `Cut from the mean of ${raw.length} samples, ${label}`, colour, scores: rawMean,
    });
    groups.push({ id, label, strips });
  }
  if (single.length) groups.push({ id: 'single', label: 'Models with one curve', strips: single });
  if (signals.strips.length && people.raw.length) groups.push(signals);
  return groups;
}

/** What a sample likes, in few words: "blue, bright" of "likes blue, bright moments"; "" where nothing is known. */
export function liking(run, k) {
  return (run.names?.[k] ?? '').replace(/^likes /, '').replace(/ moments(?= |$)/, '');
}

/** What a sample is called: by what it likes, where that is known. */
export function sampleName(run, k) {
  return run.names?.[k] ?? `Sample ${k + 1}`;
}

/** The cut that an entry opens with: of the people's average, else of the signal that stands for all, else the first. */
export function defaultCut(model, groups) {
  const signal = model.people.raw.length ? null : model.signals.find(({ run }) => run.default);
  return signal?.id ?? groups[0]?.strips[0]?.id ?? null;
}

/** Cuts that are only compared with, never shown: of all people but one, and of runs that lie over others. */
export function buildReferences(model) {
  const { people, tracks } = model;
  const references = people.allButOne.map((scores, k) => ({ id: `without:${k}`, scores }));
  for (const { over } of tracks) {
    if (!over) continue;
    references.push({ id: `over:${over.id}:mean`, scores: over.rawMean });
    over.raw.forEach((scores, k) => references.push({ id: `over:${over.id}:${k}`, scores }));
  }
  return references;
}

/** Frames to seconds: exact where the rate is constant, to a millisecond at all edges of shots and of empty pictures. */
export function frameClock(entry, picks, times) {
  const [n, d] = entry.fps.split('/').map(Number);
  const steady = (frame) => Math.min(entry.duration, (frame * (d || 1)) / n);
  const known = new Map();
  // Where the rate varies only the milliseconds are known.
  const edge = (frame, ms) => Math.abs(steady(frame) * 1000 - ms) > 1 && known.set(frame, ms / 1000);
  for (const { pieces } of entry.shots) for (const edges of pieces) for (const [frame, ms] of edges) edge(frame, ms);
  for (const [start, end, from, to] of entry.empty) {
    edge(start, from);
    edge(end, to);
  }
  for (const { bounds } of entry.shots) {
    for (const [start, end, from, to] of bounds) {
      known.set(start, from);
      known.set(end, to);
    }
  }
  picks.forEach((frame, k) => known.set(frame, times[k]));
  return (frame) => known.get(frame) ?? steady(frame);
}
