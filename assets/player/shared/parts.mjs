/** What the sections of Review and Models share: buttons, cards, figures, filling a place from the server. */

import { h } from './dom.mjs';
import { number } from './format.mjs';
import { get, sentence } from './http.mjs';

/** Milliseconds that a board or an agreement may take: they are counted while one waits. */
export const PATIENCE_MS = 60_000;

/** Of figures of samples where no video has two people's curves; as `core.statistics.undefined.ONE_CURVE`. */
export const ONE_CURVE = 'With one curve for a video, whether samples differ as people do cannot be tested.';

/** A figure with fixed decimals that is never "−0.00"; a dash where it is not defined. @param {number|null} value */
export function figure(value, decimals = 2) {
  const rounds = value !== null && Math.abs(value) < 0.5 * 10 ** -decimals;
  return number(rounds ? 0 : value, decimals);
}

/** A figure, or that it is undefined, and why. @param {number|null} value @param {string} why */
export function figureOr(value, why, decimals = 2) {
  if (value !== null) return figure(value, decimals);
  return h('span', { class: 'mc-interval', title: why }, 'undefined', h('small', {}, why));
}

/** A query string of what is set: {dataset: "demo", assignment: null} is "?dataset=demo". @param {Record<string, any>} values */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return set.length ? `?${new URLSearchParams(set)}` : '';
}

/** @param {string} text @param {() => unknown} onclick @param {Record<string, any>} [attributes] */
export function button(text, onclick, attributes = {}) {
  return h('button', { type: 'button', class: 'mc-button', onclick, ...attributes }, text);
}

/** The button that goes on. @param {string} text @param {() => unknown} onclick @param {Record<string, any>} [attributes] */
export function primary(text, onclick, attributes = {}) {
  return button(text, onclick, { class: 'mc-button mc-primary', ...attributes });
}

/** A button that reads like a link. @param {string} text @param {() => unknown} onclick @param {Record<string, any>} [attributes] */
export function link(text, onclick, attributes = {}) {
  return button(text, onclick, { class: 'mc-link', ...attributes });
}

/** The button that sends a form. @param {string} text @param {Record<string, any>} [attributes] */
export function sender(text, attributes = {}) {
  return h('button', { type: 'submit', class: 'mc-button mc-primary', ...attributes }, text);
}

/** Text that is not the point. @param {...import('./dom.mjs').Child} text */
export function quietly(...text) {
  return h('p', { class: 'mc-quietly' }, ...text);
}

/** A line of things. @param {...import('./dom.mjs').Child} things */
export function row(...things) {
  return h('div', { class: 'mc-row' }, ...things);
}

/** A part of a section, with its title. @param {string} title @param {...import('./dom.mjs').Child} children */
export function part(title, ...children) {
  return h('section', { class: 'mc-part' }, h('h2', {}, title), ...children);
}

/** A name with something smaller below. @param {string} name @param {string} below @param {Record<string, any>} [attributes] */
export function two(name, below, attributes = {}) {
  return h('span', { class: 'mc-two', ...attributes }, name, h('small', {}, below));
}

/** A figure with a bar under it. @param {number} share @param {string} text */
export function meter(share, text) {
  return h('span', { class: 'mc-meter', style: `--share:${share}` }, text);
}

/** What is said where there is nothing yet, with the next step. @param {...import('./dom.mjs').Child} actions */
export function empty(title, text, ...actions) {
  return h('div', { class: 'mc-nothing' }, h('h2', {}, title), h('p', {}, text), row(...actions));
}

/** What went wrong. @param {any} error @param {(() => unknown)|null} again */
export function failure(error, again) {
  if (!(error.status >= 0)) console.error(error);
  const offline = error.status === 0;
  const safe = 'Check the connection; what people label meanwhile is kept in their browsers.';
  return h(
    'div',
    { class: 'mc-nothing', role: 'alert' },
    h('h2', {}, offline ? 'The server cannot be reached' : 'This could not be shown'),
    h('p', {}, offline ? safe : sentence(error)),
    again ? row(primary('Try again', again)) : null,
  );
}

/** What stands in a place until it is there: lines without text. */
export function loading() {
  const lines = h('span', { class: 'mc-lines', 'aria-hidden': 'true' });
  return h('div', { class: 'mc-loading', role: 'status' }, h('span', { class: 'mc-unseen' }, 'Loading …'), lines);
}

/**
 * Fetch into a place: loading, then what `draw` makes of the answer, or the failure with a way to try again.
 * @param {HTMLElement} place
 * @param {string} path
 * @param {(answer: any) => void} draw
 */
export async function fill(place, path, draw) {
  if (!place.childElementCount) place.replaceChildren(loading());
  const again = () => {
    place.replaceChildren();
    fill(place, path, draw);
  };
  let answer;
  try {
    answer = await get(path, { timeout: PATIENCE_MS });
  } catch (error) {
    place.replaceChildren(failure(error, again));
    return;
  }
  draw(answer);
}
