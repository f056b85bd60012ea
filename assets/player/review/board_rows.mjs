/** The rows of the board: tasks put into the cells of their videos, narrowed by words, ordered, counted. */

import { count } from '../shared/format.mjs';

/** @typedef {import('../shared/wire').JudgedTask['state']} State */
/** @typedef {import('../shared/wire').PlaceFacts} Place  of an assignment */
/** @typedef {import('../shared/wire').VideoFacts} BoardVideo */
/** @typedef {import('../shared/wire').Board} BoardAnswer  of GET /api/review/board */
/** @typedef {import('../shared/wire').BoardSum} BoardSum  what all of its pages come to */
/**
 * @typedef {object} BoardTask
 * @property {number} id
 * @property {State} state
 * @property {number} judged
 * @property {number} shots
 * @property {boolean} excluded
 * @property {string} kind
 * @property {string} protocol
 * @property {number} touched
 * @property {boolean} seen  others' labels or scores were seen before judging
 */
/**
 * @typedef {object} Row
 * @property {BoardVideo} video
 * @property {(BoardTask[]|undefined)[]} cells  by person
 * @property {number} submitted  how many people
 * @property {number} touched  ms since 1970 UTC
 */

/** Whether a task counts in results. @param {BoardTask} task */
export function counts({ state, excluded }) {
  return state === 'submitted' && !excluded;
}

/** @param {BoardAnswer} board @returns {Row[]} */
export function rowsOf(board) {
  /** @type {Row[]} */
  const rows = board.videos.map((video) => ({ video, cells: new Array(board.people.length), submitted: 0, touched: 0 }));
  for (const [video, person, id, state, judged, shots, excluded, kind, protocol, touched, seen] of board.tasks) {
    (rows[video].cells[person] ??= []).push({ id, state, judged, shots, excluded, kind, protocol, touched, seen });
  }
  for (const row of rows) {
    for (const tasks of row.cells) tasks?.sort((a, b) => a.touched - b.touched);
    row.submitted = row.cells.filter((tasks) => tasks?.some(counts)).length;
    row.touched = Math.max(0, ...row.cells.flatMap((tasks) => (tasks ?? []).map((one) => one.touched)));
  }
  return rows;
}

/**
 * Words that name people narrow the columns, all others the rows.
 * @param {Row[]} rows
 * @param {string[]} people
 * @param {string} search
 */
export function narrowed(rows, people, search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const inVideos = (word) => rows.some((row) => about(row).includes(word));
  const named = words.filter((word) => people.some((name) => name.toLowerCase().includes(word)) && !inVideos(word));
  const left = words.filter((word) => !named.includes(word));
  const columns = [...people.keys()].filter((column) => named.every((word) => people[column].toLowerCase().includes(word)));
  return {
    rows: rows.filter((row) => left.every((word) => about(row).includes(word))),
    people: columns.map((column) => people[column]),
    columns,
  };
}

/** @param {Row} row */
function about({ video }) {
  return `${video.title} ${video.id}`.toLowerCase();
}

/** @param {Row[]} rows @param {string} order */
export function ordered(rows, order) {
  if (order === 'fewest') return [...rows].sort((a, b) => a.submitted - b.submitted);
  if (order === 'recent') return [...rows].sort((a, b) => b.touched - a.touched);
  if (order === 'title') return [...rows].sort((a, b) => a.video.title.localeCompare(b.video.title));
  return rows;
}

/**
 * All tasks of a board that is here as a whole, counted.
 * @param {BoardAnswer} board
 * @param {Row[]} rows  all of them
 * @returns {BoardSum}
 */
export function sumOf(board, rows) {
  const all = { videos: rows.length, people: board.people.length, submitted: 0, open: 0, skipped: 0, excluded: 0, seen: 0 };
  for (const tasks of rows.flatMap((row) => row.cells)) {
    for (const one of tasks ?? []) {
      all[one.excluded ? 'excluded' : one.state] += 1;
      if (one.seen) all.seen += 1;
    }
  }
  return all;
}

/**
 * The board in one line.
 * @param {BoardSum} all
 * @param {number} videos  that are shown
 * @param {number} people  that are shown
 */
export function summary(all, videos, people) {
  const everybody = count(all.people, 'person', 'people');
  const parts = [count(all.videos, 'video'), everybody, `${all.submitted} submitted`, `${all.open} open`];
  if (all.skipped) parts.push(`${all.skipped} skipped`);
  if (all.excluded) parts.push(`${all.excluded} excluded`);
  if (all.seen) parts.push(`${all.seen} seen before judging`);
  const part = videos < all.videos || people < all.people;
  return parts.join(' · ') + (part ? ` — showing ${count(videos, 'video')} and ${count(people, 'person', 'people')}` : '');
}
