/** From what the server says about an entry to what the page draws. Pure: no DOM. */

import { isRun, isSignal, peopleRow } from './entry_rows.mjs';
import { meanAndSpread, rowsOf } from './series.mjs';
import { peaksOf } from './peaks.mjs';
import { runLabel } from './run_labels.mjs';

/** @typedef {import('./server.mjs').RunRow} RunRow */
/** @typedef {import('./server.mjs').Source} Source */
/** @typedef {import('./server.mjs').Entry} Entry */
/** @typedef {Map<string, import('./series.mjs').Series>} SeriesByName */

const SHADES = 3;
const clip = (value) => Math.min(1, Math.max(0, value));

/** A curve with its last value held to the end of the video, so that it spans the axis like the shots do. */
function held(values) {
  const longer = new Float32Array(values.length + 1);
  longer.set(values);
  longer[values.length] = values[values.length - 1];
  return longer;
}

/**
 * @typedef {object} Curves of a run
 * @property {Float32Array[]} raw (N) of T values
 * @property {Float32Array} rawMean (T,)
 * @property {Float32Array} mean held
 * @property {Float32Array} low held, mean - spread
 * @property {Float32Array} high held, mean + spread
 *
 * @typedef {object} Own
 * @property {string} id
 * @property {string} key what it is on every entry: kind and checkpoint
 * @property {Source} run the server's row
 * @property {Float32Array[]} rows (N) held curves
 * @property {string} label short
 * @property {string} colour name of a theme variable
 * @property {Source[]} others runs of the same checkpoint, newest first, this one included
 * @property {Overlay|null} over another run drawn over this one, to compare
 *
 * @typedef {Curves & Own} Track one run as it is drawn
 * @typedef {Curves & {id: string, run: RunRow, label: string}} Overlay
 *
 * @typedef {Curves & {names: string[], camps: (import('./server.mjs').Camp & {scores: Float32Array})[], divided: number,
 *   simulated: boolean[], rows: Float32Array[], spread: Float32Array, order: number[], allButOne: Float32Array[]}} People
 *
 * @typedef {ReturnType<typeof buildModel>} Model
 */

/**
 * @param {Entry} entry
 * @param {SeriesByName} series
 * @param {Map<string, string>} chosen which run to show, by checkpoint; newest where nothing is chosen
 * @param {Map<string, string>} over which run to draw over it, by checkpoint
 */
export function buildModel(entry, series, chosen, over) {
  const times = series.get('times')?.data ?? new Float64Array(0);
  const row = peopleRow(entry);
  const people = peopleOf(row, series);
  const runs = entry.rows.filter(isRun).filter(({ id }) => series.has(id));
  const tracks = tracksOf(entry, runs, series, chosen, over);
  const signals = entry.rows.filter(isSignal).filter(({ id }) => series.has(id));
  return {
    entry,
    times,
    picks: series.get('picks')?.data ?? new Int32Array(0),
    frames: series.get('frames')?.data ?? null,
    edges: Float64Array.from([...times, entry.duration]),
    people,
    tracks,
    runs,
    peaks: peaksOf(people.raw, tracks, times, entry.duration),
    signals: signals.map((signal) => signalTrack(signal, series)),
    offers: entry.rows.filter((row) => row.kind === 'offer'),
    missing: entry.rows.filter((row) => row.kind === 'missing'),
    whyEmpty: row?.why_empty ?? '',
  };
}

/** @param {import('./server.mjs').PeopleRow|undefined} row @param {SeriesByName} series @returns {People} */
function peopleOf(row, series) {
  const curves = curvesOf('people', series);
  const { raw } = curves;
  return {
    ...curves,
    names: row?.names ?? [],
    camps: (row?.camps ?? []).map((camp) => ({ ...camp, scores: meanAndSpread(camp.people.map((k) => raw[k])).mean })),
    divided: row?.divided ?? 0,
    simulated: row?.simulated ?? [],
    rows: raw.map(held),
    order: raw.map((_, k) => k),
    allButOne: raw.length > 1 ? raw.map((_, k) => meanAndSpread(raw.filter((__, other) => other !== k)).mean) : [],
  };
}

/**
 * One track for each checkpoint, those that sample first.
 * @param {Entry} entry
 * @param {RunRow[]} runs
 * @param {SeriesByName} series
 * @param {Map<string, string>} chosen
 * @param {Map<string, string>} over
 */
function tracksOf(entry, runs, series, chosen, over) {
  /** @type {Map<string, RunRow[]>} */
  const byCheckpoint = new Map();
  for (const run of runs) {
    const key = trackKey(run);
    byCheckpoint.set(key, [run, ...(byCheckpoint.get(key) ?? [])]);
  }
  /** @type {Track[]} */
  const tracks = [];
  for (const [key, others] of byCheckpoint) {
    others.sort((a, b) => runNumber(b) - runNumber(a));
    const run = others.find(({ id }) => id === chosen.get(key)) ?? others[0];
    const overRun = runs.find(({ id }) => id === over.get(key) && id !== run.id);
    const curves = curvesOf(run.id, series);
    tracks.push({
      ...curves,
      id: run.id,
      key,
      run,
      rows: curves.raw.map(held),
      label: run.model,
      colour: entry.kinds[run.model_kind].colour,
      others,
      over: overRun ? { id: overRun.id, run: overRun, label: runLabel(overRun, run), ...curvesOf(overRun.id, series) } : null,
    });
  }
  tracks.sort((a, b) => Number(b.run.kind === 'samples') - Number(a.run.kind === 'samples'));
  nameApart(tracks);
  colourApart(tracks);
  return tracks;
}

/** What a run's row is on every entry. @param {RunRow} run */
export function trackKey(run) {
  return `${run.kind} ${run.checkpoint}`;
}

/**
 * A curve computed from the video itself, drawn like a run of one curve.
 * @param {import('./server.mjs').SignalRow} row
 * @param {SeriesByName} series
 * @returns {Track}
 */
function signalTrack(row, series) {
  const curves = curvesOf(row.id, series);
  const label = row.label.replace(/^Signal: /, '');
  return { ...curves, id: row.id, key: row.id, run: row, rows: curves.raw.map(held), label, colour: 'signal', others: [row], over: null };
}

/** The curves of a row, their mean and what lies within one spread of it. @param {string} id @param {SeriesByName} series */
function curvesOf(id, series) {
  const raw = rowsOf(series.get(id));
  const { mean, spread } = meanAndSpread(raw);
  return {
    raw,
    rawMean: mean,
    mean: held(mean),
    spread: held(spread),
    low: held(mean.map((value, t) => clip(value - spread[t]))),
    high: held(mean.map((value, t) => clip(value + spread[t]))),
  };
}

/** @param {RunRow} run */
function runNumber(run) {
  return Number(String(run.id).split(':')[1]) || 0;
}

/** Two checkpoints of one model get their labels, so that rows can be told apart. @param {Track[]} tracks */
function nameApart(tracks) {
  for (const track of tracks) {
    if (tracks.filter(({ run }) => run.model === track.run.model).length > 1) track.label = track.run.label || track.run.checkpoint;
  }
}

/** Two models of one kind get two colours of its family; theme.css has this many. @param {Track[]} tracks */
function colourApart(tracks) {
  /** @type {Map<string, number>} */
  const had = new Map();
  for (const track of tracks) {
    const before = had.get(track.colour) ?? 0;
    had.set(track.colour, before + 1);
    if (before % SHADES) track.colour = `${track.colour}-${(before % SHADES) + 1}`;
  }
}
