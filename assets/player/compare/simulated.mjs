/** How many of some people are simulated, in words. Pure: no DOM. */

/** @param {boolean[]} marks one for each person @returns {string} "" where all are real */
export function simulatedLabel(marks) {
  const made = marks.filter(Boolean).length;
  if (!made) return '';
  return made === marks.length ? 'simulated' : `${made} of them simulated`;
}
