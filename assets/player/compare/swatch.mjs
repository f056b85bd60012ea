/** Small things that many parts of Compare show. */

import { h } from '../shared/dom.mjs';

/** A square of a theme colour. @param {string} colour name of a theme variable */
export function swatch(colour) {
  return h('i', { style: `background:var(--mc-${colour})` });
}

/** Says that people are not people. @param {string} label of `simulatedLabel`, "" for nothing */
export function simulatedMark(label) {
  const title = 'These annotators were made by a program to show the app. They are not people.';
  return label ? h('mark', { class: 'mc-simulated', title }, label) : null;
}

/** A bar with what is being done, and a way to end it. @param {string} label for screen readers @param {() => void} cancel */
export function progressLine(label, cancel) {
  const bar = h('progress', { max: 1, value: 0, 'aria-label': label });
  const message = h('span', { role: 'status' });
  const button = h('button', { type: 'button', onclick: cancel }, 'Cancel');
  const element = h('div', { class: 'mc-progress', hidden: true }, bar, message, button);
  /** Show a job; nothing where there is none. @param {{progress?: number|null, message?: string, state?: string}|null} job */
  const show = (job) => {
    element.hidden = !job;
    if (!job) return;
    if (job.progress === null) bar.removeAttribute('value');
    else bar.value = job.progress ?? 0;
    message.textContent = job.message || job.state;
  };
  return { element, show };
}
