/** The sentence above the rows: who judged this video, what they want, and cuts to play. Pure: no DOM. */

import { count } from '../shared/format.mjs';
import { span, what } from './camps.mjs';
import { overlap } from './selection.mjs';
import { pairs } from './clips.mjs';
import { simulatedLabel } from './simulated.mjs';

/** @typedef {import('./strip_groups.mjs').Strip} Strip */

/**
 * A part of the sentence: words, strong words, a word with more in its title, a cut to play, or the mark that people
 * are simulated.
 * @typedef {string | {strong: string} | {emphasis: string} | {aside: string, title?: string}
 *   | {play: string, label: string, title: string} | {simulated: string}} Part
 */

/** From this share of people's differences on, two groups explain them: they are called camps. */
const DIVIDED = 0.5;
/** Two cuts that share less than this have nothing in common for a person. */
const NOTHING_SHARED = 0.1;
/** Cuts that are offered at most where nobody judged. */
const OFFERED = 4;

/**
 * @param {import('./model.mjs').Model} model
 * @param {Strip[]} strips
 * @param {Strip|null} selected
 * @returns {Part[]}
 */
export function sentence(model, strips, selected) {
  if (model.people.raw.length) return judged(model, strips, selected);
  if (!selected) {
    const nobody = model.whyEmpty || 'Nobody has judged this video yet.';
    return [{ strong: nobody }, ' No model has scored it either: rate it on Annotate, or let a model score it.'];
  }
  const others = strips.filter((strip) => strip !== selected);
  const signals = others.filter(({ id }) => id.startsWith('signal:'));
  const offered = (signals.length ? signals : others).slice(0, OFFERED).map(({ id, label }) => play(id, label));
  const shown = selected.about
    ? ['This cut is ', { emphasis: selected.label }, `: ${phrase(selected.about)}`]
    : [`Shown is the ${selected.title.replace(/^Cut/, 'cut')}`];
  const more = offered.length ? ['; or play ', ...joined(offered, ', ')] : [];
  return [{ strong: 'Nobody has judged this video.' }, ' ', ...shown, ...more, '.'];
}

/** @param {import('./model.mjs').Model} model @param {Strip[]} strips @param {Strip|null} selected @returns {Part[]} */
function judged({ people, entry }, strips, selected) {
  const n = people.raw.length;
  const made = simulatedLabel(people.simulated);
  const video = entry.duration >= 50 && entry.duration <= 70 ? 'minute' : 'video';
  /** @type {Part[]} */
  const who = [
    { strong: count(n, 'person', 'people') },
    ...(made ? [' ', /** @type {Part} */ ({ simulated: made })] : []),
    ` judged this ${video}`,
  ];
  if (!people.camps.length) {
    return [...who, `${n > 1 ? ' and agree' : ''}: play `, play('mean', n > 1 ? 'their cut' : 'this person’s cut'), '.'];
  }
  const links = people.camps.map((camp, k) => {
    const fans = count(camp.people.length, 'person', 'people');
    return play(`camp:${k}`, what(camp), `Play the cut of the ${fans} who rate ${what(camp)} highest above the others (${span(camp)})`);
  });
  return [...who, '. ', ...camps(people), ': play ', ...joined(links, ' or '), '.', ...average(strips, selected)];
}

/** What the two camps want. @param {import('./model.mjs').People} people @returns {Part[]} */
function camps({ camps: [first, second], divided: share, raw }) {
  const divided = share >= DIVIDED;
  const halves = divided && first.people.length === second.people.length && raw.length > 2;
  const name = (camp) => String(camp.people.length);
  const verb = (camp) => {
    const one = !halves && camp.people.length === 1;
    if (divided) return one ? 'wants' : 'want';
    return one ? 'leans to' : 'lean to';
  };
  return [
    `${divided ? '' : 'They are of many minds: '}${halves ? 'Half' : name(first)} ${verb(first)} `, thing(first),
    `, ${halves ? 'half' : name(second)} `, thing(second),
  ];
}

/** A sentence as a part of another one. */
function phrase(text) {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/**
 * What their average hides: said while it is the cut that is shown.
 * @param {Strip[]} strips
 * @param {Strip|null} selected
 * @returns {Part[]}
 */
function average(strips, selected) {
  if (selected?.id !== 'mean') return [];
  const clips = (camp) => pairs(strips.find(({ id }) => id === camp)?.seconds);
  const shared = ['camp:0', 'camp:1'].map((camp) => overlap(pairs(selected.seconds), clips(camp)));
  const neither = shared.every((f1) => f1 < NOTHING_SHARED) ? ', which holds neither' : '';
  return [' ', { aside: `Shown is the cut of their average${neither}.` }];
}

/** @returns {Part} */
function thing(camp) {
  return { aside: what(camp), title: span(camp) };
}

/** @param {string} id @param {string} label @param {string} [title] @returns {Part} */
function play(id, label, title = `Play the cut: ${label}`) {
  return { play: id, label, title };
}

/** @param {Part[]} parts @param {string} between @returns {Part[]} */
function joined(parts, between) {
  return parts.flatMap((part, k) => (k ? [between, part] : [part]));
}
