/** Skill, drawn: where a model stands between noise that knows nothing and people. */

import { h, svg } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { figure } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').MeasuredFacts} Measured */
/** @typedef {import('./store.mjs').Model} Model */

const [WIDTH, HEIGHT] = [104, 14];
const [FROM, TO] = [-0.2, 1.2]; // of skill; what lies beyond stands at the end

/** The figures that speak for a model: the first that are of videos it has not learned from. @param {Model} model */
export function speaking({ measured }) {
  return measured.find(({ figures }) => figures?.skill) ?? measured.find(({ figures }) => figures) ?? null;
}

/** Skill of tau, null where it is not known. @param {Model} model @returns {number|null} */
export function skillOf(model) {
  return speaking(model)?.figures?.skill?.kendall ?? null;
}

/** On what figures were measured: "3 held-out videos of demo, protocol tvsum". @param {Measured} one */
export function measuredOn({ dataset, part, splits, split, videos, protocol }) {
  const which = { all: 'judged', test: 'test', 'held-out': 'held-out' }[part];
  const of = splits ? ` (${splits} #${split})` : '';
  return `${count(videos.length, `${which} video`)} of ${dataset}${of}, protocol ${protocol}`;
}

/** @param {Model} model @returns {HTMLElement} */
export function skillBar(model) {
  const skill = skillOf(model);
  if (skill === null) return h('span', { class: 'mc-unmeasured', title: why(model) }, 'not measured');
  const said = `Skill ${figure(skill)}: 0 is noise that knows nothing, 1 is people. ${measuredOn(speaking(model))}.`;
  const marks = [0, 1].map((end) => svg('path', { class: 'mc-axis', d: `M${x(end)} 2V${HEIGHT - 2}` }));
  const line = svg('path', { class: 'mc-axis', d: `M${x(0)} ${HEIGHT / 2}H${x(1)}` });
  const reach = svg('path', { class: 'mc-reach', d: `M${x(0)} ${HEIGHT / 2}H${x(skill)}` });
  const dot = svg('circle', { cx: x(skill), cy: HEIGHT / 2, r: 3.5 });
  const drawn = svg('svg', { width: WIDTH, height: HEIGHT, 'aria-hidden': 'true' }, line, marks, reach, dot);
  return h('span', { class: 'mc-skill', title: said }, drawn, h('span', { class: 'mc-skill-value' }, figure(skill)));
}

function x(skill) {
  return Math.round(6 + ((Math.min(TO, Math.max(FROM, skill)) - FROM) / (TO - FROM)) * (WIDTH - 12)) + 0.5;
}

/** Why nothing is said of a model's quality. @param {Model} model */
function why({ measured }) {
  if (measured.some(({ seen, figures }) => seen && !figures)) {
    return 'It was measured only on videos that it has learned from, which says nothing.';
  }
  if (measured.length) return 'Skill is not known: too few people judged these videos, or people are no better than noise there.';
  return 'Nothing was measured on videos that it has not learned from.';
}
