/** The two groups of people that differ most, in words. Pure: no DOM. */

import { clock } from '../shared/format.mjs';

/** "the boats", or when it comes where nothing says what it is. @param {import('./server.mjs').Camp} camp */
export function what(camp) {
  return camp.word ? `the ${camp.word}` : clock(camp.from, 0);
}

/** "0:08.0 to 0:14.0" @param {import('./server.mjs').Camp} camp */
export function span(camp) {
  return `${clock(camp.from)} to ${clock(camp.to)}`;
}
