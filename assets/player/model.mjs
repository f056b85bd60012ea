/** From what the server says about an entry to what the page draws. Pure: no DOM. */

import { disagreements, meanAndSpread, rowsOf, similarityOrder } from './series.mjs';
import { familyOf } from './canvas.mjs';

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
 * @property {string} modelKind
 * @property {string} colour name of a theme variable
 * @property {object[]} others runs of the same checkpoint, newest first, this one included
 */

/**
 * @param {object} entry answer of /api/entry
 * @param {Map<string, import('./series.mjs').Series>} series
 * @param {Map<string, string>} chosen which run to show, by checkpoint; newest where nothing is chosen
 */
export function buildModel(entry, series, chosen) {
  const times = series.get('times')?.data ?? new Float64Array(0);
  const picks = series.get('picks')?.data ?? new Int32Array(0);
  const edges = Float64Array.from([...times, entry.duration]);
  const peopleRow = entry.rows.find((row) => row.kind === 'people');
  const raw = rowsOf(series.get('people'));
  const { mean, spread } = meanAndSpread(raw);
  const clip = (value) => Math.min(1, Math.max(0, value));
  const people = {
    names: peopleRow?.names ?? [],
    simulated: Boolean(peopleRow?.simulated),
    raw,
    rows: raw.map(held),
    rawMean: mean,
    mean: held(mean),
    spread: held(spread),
    low: held(mean.map((value, t) => clip(value - spread[t]))),
    high: held(mean.map((value, t) => clip(value + spread[t]))),
    order: raw.map((_, k) => k),
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
    const rawRows = rowsOf(series.get(run.id));
    const centre = rawRows.length > 1 ? meanAndSpread(rawRows).mean : rawRows[0];
    tracks.push({
      id: run.id,
      key,
      run,
      raw: rawRows,
      rows: rawRows.map(held),
      rawMean: centre,
      mean: held(centre),
      label: run.model,
      modelKind: run.model_kind,
      colour: familyOf(run.model_kind),
      others,
    });
  }
  tracks.sort((a, b) => Number(b.run.kind === 'samples') - Number(a.run.kind === 'samples'));
  nameApart(tracks);

  // Where people judged, their disagreement counts; otherwise that of the first family of samples.
  const family = tracks.find(({ run }) => run.kind === 'samples');
  const source = raw.length > 1 ? spread : family ? meanAndSpread(family.raw).spread : new Float32Array(0);
  // At most about 50 marks, however long the video is.
  const peaks = disagreements(source, times, Math.max(2, entry.duration / 50)).map((t) => times[t]);

  return {
    entry, times, picks, edges, people, tracks, peaks, pinned: null,
    missing: entry.rows.filter((row) => row.kind === 'missing'),
    whyEmpty: peopleRow?.why_empty ?? '',
  };
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

/** The order of people's lines. @param {'name'|'similar'|'file'} by */
export function orderPeople(people, by) {
  const numbers = people.names.map((_, k) => k);
  if (by === 'similar') return similarityOrder(people.raw);
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
    groups.push({ id: 'people', label: people.simulated ? 'People (simulated)' : 'People', strips });
  }
  const single = [];
  for (const { id, label, run, raw, rawMean, colour } of tracks) {
    if (run.kind !== 'samples') {
      single.push({ id, label, title: `Cut from ${label}`, colour, scores: rawMean });
      continue;
    }
    const strips = raw.map((scores, k) => ({
      id: `${id}:${k}`, label: `Sample ${k + 1}`, title: `Cut from sample ${k + 1}, ${label}`, colour, scores,
    }));
    strips.unshift({
      id: `${id}:mean`, label: 'Mean of samples', title: `Cut from the mean of ${raw.length} samples, ${label}`, colour, scores: rawMean,
    });
    groups.push({ id, label, strips });
  }
  if (single.length) groups.push({ id: 'single', label: 'Models with one curve', strips: single });
  return groups;
}

/** Frames to seconds, exact at picks, shots' ends and the end; linear between them. */
export function frameClock(entry, picks, times) {
  const known = new Map();
  picks.forEach((frame, k) => known.set(frame, times[k]));
  for (const { bounds } of entry.shots) {
    for (const [start, end, from, to] of bounds) {
      known.set(start, from);
      known.set(end, to);
    }
  }
  return (frame) => {
    const exact = known.get(frame);
    if (exact !== undefined) return exact;
    const [n, d] = entry.fps.split('/').map(Number);
    return Math.min(entry.duration, (frame * (d || 1)) / n);
  };
}
