/** Which cuts a page has, in the order they are shown. Pure: no DOM. */

import { count } from '../shared/format.mjs';
import { sampleName } from './run_labels.mjs';
import { simulatedLabel } from './simulated.mjs';
import { what } from './camps.mjs';

/** @typedef {import('./model.mjs').Model} Model */
/** @typedef {{id: string, label: string, strips: Strip[]}} Group */

/**
 * @typedef {object} Strip one cut as a line
 * @property {string} id "mean", "camp:0", "person:3", "run:7:mean", "run:7:2", "run:9", "signal:novelty", "mended:4"
 * @property {string} label short, in the gutter
 * @property {string} title in full, for the panel and the explanation
 * @property {string} colour name of a theme variable
 * @property {ArrayLike<number>} scores (T,)
 * @property {string} [about] what the scores are, where the title does not say
 * @property {number|null} [top] CSS pixels from the first group, null while its group is folded; set by stackStrips()
 * @property {import('./selection.mjs').Cut|import('./viewing.mjs').Viewed} [cut] by the rule in force
 * @property {import('./selection.mjs').Cut} [published] by the published rule, for figures
 * @property {{start: number, end: number}[]} [seconds] the cut's segments
 * @property {boolean} [mended] its cut is what a person made of it, and is not solved with the others
 */

/** @typedef {Pick<Strip, 'id'|'scores'|'published'>} Reference a cut that is only compared with */

/** CSS pixels of a strip, and of a group's head, where a mouse points; the style sheet gives others to fingers. */
export const SIZES = { strip: 14, group: 20 };

/** The group of mended cuts, which stands above all others. */
const MENDED = 'mended';

/** All cuts of the page in the order they are shown. @param {Model} model @returns {Group[]} */
export function buildGroups(model) {
  const { people, signals } = model;
  const judged = people.raw.length > 0;
  const plain = signals.length ? [{ id: 'signals', label: 'Signals, no labels', strips: signals.map(signalStrip) }] : [];
  const families = model.tracks.filter(({ run }) => run.kind === 'samples').map(sampleGroup);
  const single = model.tracks.filter(({ run }) => run.kind !== 'samples').map(curveStrip);
  return [
    ...(judged ? [peopleGroup(people)] : plain),
    ...families,
    ...(single.length ? [{ id: 'single', label: 'Models with one curve', strips: single }] : []),
    ...(judged ? plain : []),
  ];
}

/**
 * Cuts that people mended, as they are. Figures say nothing of them: these compare cuts by the published rule.
 * @param {import('../shared/wire').MendedFacts[]} mended
 * @param {Model} model
 * @returns {Group[]} one, or none
 */
export function mendedGroups(mended, { picks }) {
  const strips = mended.map(({ id, name, label, segments, note, problem }) => {
    const inside = (frame) => segments.some(([start, end]) => start <= frame && frame < end);
    const frames = segments.reduce((sum, [start, end]) => sum + end - start, 0);
    const cut = { segments, shots: [], frames, note: problem || note };
    return {
      id: `mended:${id}`, label: name, title: `${name}, from: ${label}`, colour: 'over', mended: true,
      scores: Float32Array.from(picks, (frame) => Number(inside(frame))), cut,
    };
  });
  return strips.length ? [{ id: MENDED, label: 'Mended by people', strips }] : [];
}

/** @param {import('./model.mjs').People} people @returns {Group} */
function peopleGroup(people) {
  const average = {
    id: 'mean', label: 'Average', colour: 'people', scores: people.rawMean,
    title: `Cut from the average of ${people.names.length} people`,
  };
  const camps = people.camps.map((camp, k) => ({
    id: `camp:${k}`, label: `${camp.people.length} for ${what(camp)}`, colour: 'people', scores: camp.scores,
    title: `Cut from the average of the ${count(camp.people.length, 'person', 'people')} for ${what(camp)}`,
  }));
  const persons = people.order.map((k) => ({
    id: `person:${k}`, label: people.names[k], colour: 'people-2', scores: people.raw[k],
    title: `Cut from the scores of ${people.names[k]}${people.simulated[k] ? ' (simulated)' : ''}`,
  }));
  const made = simulatedLabel(people.simulated);
  return { id: 'people', label: made ? `People (${made})` : 'People', strips: [average, ...camps, ...persons] };
}

/** @param {import('./model.mjs').Track} track @returns {Group} */
function sampleGroup({ id, label, run, raw, rawMean, colour }) {
  const mean = {
    id: `${id}:mean`, label: 'Mean of samples', title: `Cut from the mean of ${raw.length} samples, ${label}`, colour, scores: rawMean,
  };
  const samples = raw.map((scores, k) => {
    const name = run.names?.[k] ? ` (${run.names[k]})` : '';
    return { id: `${id}:${k}`, label: sampleName(run, k), title: `Cut from sample ${k + 1}${name}, ${label}`, colour, scores };
  });
  return { id, label, strips: [mean, ...samples] };
}

/** @param {import('./model.mjs').Track} track @returns {Strip} */
function curveStrip({ id, label, rawMean, colour }) {
  return { id, label, title: `Cut from ${label}`, colour, scores: rawMean };
}

/** @param {import('./model.mjs').Track} track @returns {Strip} */
function signalStrip({ id, label, run, rawMean, colour }) {
  return { id, label, title: `Cut from the signal ${label}`, about: run.about, colour, scores: rawMean };
}

/**
 * Put strips below one another.
 * @param {Group[]} groups
 * @param {Set<string>} folded ids of groups of which only the head is shown
 * @param {{strip: number, group: number}} sizes CSS pixels
 * @returns {number} height of all, CSS pixels
 */
export function stackStrips(groups, folded, { strip: tall, group: head } = SIZES) {
  let top = 0;
  for (const group of groups) {
    top += head;
    for (const strip of group.strips) {
      strip.top = folded.has(group.id) ? null : top;
      if (strip.top !== null) top += tall;
    }
  }
  return top;
}

/**
 * The cut that an entry opens with: of the people's average, else of the signal that stands for all, else the first.
 * @param {Model} model
 * @param {Group[]} groups
 */
export function defaultCut(model, groups) {
  const signal = model.people.raw.length ? null : model.signals.find(({ run }) => run.default);
  return signal?.id ?? groups.find(({ id }) => id !== MENDED)?.strips[0]?.id ?? null;
}

/**
 * Cuts that are only compared with, never shown: of all people but one, and of runs that lie over others.
 * @param {Model} model
 * @returns {Reference[]}
 */
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
