/** The sentence above the rows: who judged this video, what they want, and cuts to play. Pure: no DOM. */

import { SIMULATED } from './panel.mjs';
import { clock, count, escape } from '../shared/format.mjs';
import { overlap } from './selection.mjs';
import { pairs } from './strips.mjs';

/** From this share of people's differences on, two groups explain them: they are called camps. */
const DIVIDED = 0.5;
/** Two cuts that share less than this have nothing in common for a person. */
const NOTHING_SHARED = 0.1;

/**
 * @param {object} model of the player
 * @param {import('./strips.mjs').Strip[]} strips
 * @param {import('./strips.mjs').Strip|null} selected
 * @returns {string} HTML
 */
export function sentence(model, strips, selected) {
  const { people, entry } = model;
  const by = new Map(strips.map((strip) => [strip.id, strip]));
  if (people.raw.length) return judged(people, entry, by, selected);
  const others = strips.filter((strip) => strip !== selected);
  if (!selected) return `<b>${escape(model.whyEmpty || 'Nobody has judged this video yet.')}</b> No model has scored it either: rate it on Annotate, or let a model score it.`;
  const signals = others.filter(({ id }) => id.startsWith('signal:'));
  const offered = (signals.length ? signals : others).slice(0, 4).map(({ id, label }) => play(id, label));
  const shown = selected.about
    ? `This cut is <em>${escape(selected.label)}</em>: ${escape(phrase(selected.about))}`
    : `Shown is the ${escape(selected.title.replace(/^Cut/, 'cut'))}`;
  return `<b>Nobody has judged this video.</b> ${shown}${offered.length ? `; or play ${offered.join(', ')}` : ''}.`;
}

function judged(people, entry, by, selected) {
  const n = people.raw.length;
  const video = entry.duration >= 50 && entry.duration <= 70 ? 'minute' : 'video';
  const who = `<b>${count(n, 'person', 'people')}</b>${people.simulated ? ` ${SIMULATED}` : ''} judged this ${video}`;
  if (!people.camps.length) return `${who}${n > 1 ? ' and agree' : ''}: play ${play('mean', n > 1 ? 'their cut' : 'this person’s cut')}.`;
  const divided = people.divided >= DIVIDED;
  const [first, second] = people.camps;
  const half = first.people.length === second.people.length;
  const group = (camp, begin) => (divided && half && n > 2 ? (begin ? 'Half' : 'half') : String(camp.people.length));
  const verb = (camp, name) => `${name} ${divided ? (name === '1' ? 'wants' : 'want') : name === '1' ? 'leans to' : 'lean to'}`;
  const split = `${verb(first, group(first, true))} ${thing(first)}, ${group(second, false)} ${thing(second)}`;
  const links = people.camps.map((camp, k) => play(`camp:${k}`, what(camp), `Play the cut of the ${count(camp.people.length, 'person', 'people')} who rate ${what(camp)} highest above the others (${span(camp)})`));
  return `${who}. ${divided ? '' : 'They are of many minds: '}${split}: play ${links.join(' or ')}.${average(by, selected)}`;
}

/** A sentence as a part of another one. */
function phrase(words) {
  return words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, '');
}

/** What their average hides: said while it is the cut that is shown. */
function average(by, selected) {
  if (selected?.id !== 'mean') return '';
  const shared = ['camp:0', 'camp:1'].map((id) => overlap(pairs(selected.seconds), pairs(by.get(id)?.seconds)));
  return ` <span>Shown is the cut of their average${shared.every((f1) => f1 < NOTHING_SHARED) ? ', which holds neither' : ''}.</span>`;
}

/** "the boats", or when it comes where nothing says what it is. */
export function what(camp) {
  return camp.word ? `the ${camp.word}` : clock(camp.from, 0);
}

function thing(camp) {
  return `<span title="${escape(span(camp))}">${escape(what(camp))}</span>`;
}

function span(camp) {
  return `${clock(camp.from)} to ${clock(camp.to)}`;
}

function play(id, label, title = '') {
  return `<button class="mc-link" data-playcut="${escape(id)}" title="${escape(title || `Play the cut: ${label}`)}">▶ ${escape(label)}</button>`;
}
