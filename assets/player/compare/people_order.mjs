/** The order of people's lines. Pure: no DOM. */

import { correlation, similarityOrder } from './series.mjs';

/** Ways to order people's lines, and what they are called. */
export const SORTS = [['similar', 'similarity'], ['mean', 'near average'], ['name', 'name']];

/**
 * @param {import('./model.mjs').People} people
 * @param {string} by one of SORTS
 * @returns {number[]} indices of people
 */
export function orderPeople(people, by) {
  const numbers = people.names.map((_, k) => k);
  if (by === 'similar') return similarityOrder(people.raw);
  if (by === 'mean') {
    const close = people.raw.map((row) => correlation(row, people.rawMean));
    return numbers.sort((a, b) => close[b] - close[a]);
  }
  if (by === 'name') {
    return numbers.sort((a, b) => people.names[a].localeCompare(people.names[b], undefined, { numeric: true }));
  }
  return numbers;
}
