/**
 * How well cuts agree, solved again with every move of the budget. Pure: no DOM.
 *
 * The F1 of two cuts is the overlap of their frames; all are cuts by the published rule, whichever the page shows. What
 * does not depend on cuts (tau, rho) comes from the server.
 */

import { overlap } from './selection.mjs';

/** Mean of the numbers that are defined, NaN where none is. */
function meanDefined(values) {
  let n = 0;
  let sum = 0;
  for (const value of values) {
    if (value === value && value !== null) {
      n += 1;
      sum += value;
    }
  }
  return n ? sum / n : NaN;
}

/** Largest of the numbers that are defined, NaN where none is. */
function best(values) {
  const known = values.filter((value) => value === value && value !== null);
  return known.length ? Math.max(...known) : NaN;
}

const f1 = (a, b) => (a && b ? overlap(a.segments, b.segments) : NaN);

/** F1 of every cut of one list with every cut of another, (A)(B). */
function f1Matrix(a, b) {
  return a.map((one) => b.map((other) => f1(one, other)));
}

/** Mean over all pairs of a symmetric matrix; of antithetic samples without 2k and 2k + 1, which differ by design. */
function meanOfPairs(matrix, antithetic = false) {
  return meanDefined(matrix.flatMap((row, i) => row.slice(i + (antithetic && i % 2 === 0 ? 2 : 1))));
}

/**
 * People among themselves.
 * @param {import('./selection.mjs').Cut[]} people the cut of each person
 * @param {import('./selection.mjs').Cut} average the cut of their average
 * @param {import('./selection.mjs').Cut[]} allButOne for each person the cut of the average of all others
 * @returns {{pairwise: number, leave_one_out: number, oracle: number, closest: number, difference: number,
 *   each: number[]}} in [0, 1]; closest: each person's best other person, averaged; each: of every person with the others
 */
export function peopleFigures(people, average, allButOne) {
  const between = f1Matrix(people, people);
  const pairwise = meanOfPairs(between);
  const others = between.map((row, i) => row.filter((_, j) => j !== i));
  return {
    pairwise,
    leave_one_out: meanDefined(people.map((cut, k) => f1(cut, allButOne[k]))),
    oracle: meanDefined(people.map((cut) => f1(cut, average))),
    closest: meanDefined(others.map(best)),
    difference: 1 - pairwise,
    each: others.map(meanDefined),
  };
}

/**
 * How well one cut agrees with people, mean over them.
 * @param {import('./selection.mjs').Cut} cut
 * @param {import('./selection.mjs').Cut[]} people
 * @returns {number} in [0, 1]
 */
export function withPeople(cut, people) {
  return meanDefined(people.map((other) => f1(cut, other)));
}

/**
 * One model against people.
 * @param {import('./selection.mjs').Cut} centre the cut of its curve, or of the mean of its samples
 * @param {import('./selection.mjs').Cut[]} samples
 * @param {import('./selection.mjs').Cut[]} people
 * @param {boolean} [pairs] whether samples come in antithetic pairs
 * @returns {{mean: number, best: number, single: number, coverage: number, precision: number, difference: number,
 *   matrix: number[][], each: number[]}} in [0, 1]; `mean` and `best` of the centre over people, `single` of each sample by
 *   itself; matrix (samples)(people), each: its rows' means
 */
export function modelFigures(centre, samples, people, pairs = false) {
  const own = people.map((cut) => f1(centre, cut));
  const matrix = f1Matrix(samples, people);
  return {
    mean: meanDefined(own),
    best: best(own),
    single: meanDefined(matrix.flat()),
    coverage: meanDefined(people.map((_, u) => best(matrix.map((row) => row[u])))),
    precision: meanDefined(matrix.map(best)),
    difference: samples.length > 1 ? 1 - meanOfPairs(f1Matrix(samples, samples), pairs) : NaN,
    matrix,
    each: matrix.map(meanDefined),
  };
}
