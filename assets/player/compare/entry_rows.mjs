/** The rows that the server lists for an entry, by what they are. Pure: no DOM. */

/** @typedef {import('./server.mjs').Entry} Entry */
/** @typedef {Entry['rows'][number]} Row */

/** @param {Row} row @returns {row is import('./server.mjs').RunRow} */
export function isRun(row) {
  return row.kind === 'samples' || row.kind === 'curve';
}

/** @param {Row} row @returns {row is import('./server.mjs').SignalRow} */
export function isSignal(row) {
  return row.kind === 'signal';
}

/** The row of the people; undefined where there is none. @param {Pick<Entry, 'rows'>} entry */
export function peopleRow({ rows }) {
  return rows.find(isPeople);
}

/** @param {Row} row @returns {row is import('./server.mjs').PeopleRow} */
function isPeople(row) {
  return row.kind === 'people';
}
