/** How long a cut shall be, as people write it: "90 s", "1:30", "2 min" or "15 %". Mirrors core/select/target.py. */

const NUMBER = '(\\d{1,6}(?:[.,]\\d{1,6})?)';
const PERCENT = new RegExp(`^${NUMBER}\\s*%$`);
const UNITS = new RegExp(`^${NUMBER}\\s*(s|sec|seconds?|min|minutes?|m|h|hours?)$`, 'i');
const CLOCK = /^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,3})?)$/;
const SECONDS_OF = { s: 1, m: 60, h: 3600 };
export const WRITTEN = 'Write 90 s, 1:30, 2 min or 15 %.';

/**
 * What a written length is of a film.
 * @param {string} text
 * @param {number} duration seconds
 * @param {number} [smallest] share that is offered at least
 * @returns {{share: number, seconds: number|null, problem: string}} `seconds` where a time was written; `problem` is a
 *   sentence where it is no length, and "" else
 */
export function targetOf(text, duration, smallest = 0) {
  const written = text.trim();
  const refused = (problem) => ({ share: 0, seconds: null, problem });
  const percent = PERCENT.exec(written);
  const seconds = percent ? (number(percent[1]) / 100) * duration : secondsOf(written);
  if (seconds === null) return refused(`'${written.slice(0, 40)}' is no length of a cut. ${WRITTEN}`);
  if (seconds <= 0) return refused(`A cut of '${written.slice(0, 40)}' would be empty. ${WRITTEN}`);
  if (seconds > duration) {
    return refused(`The cut shall last ${mss(seconds)}, and the film lasts ${mss(duration)}. Ask for at most ${mss(duration)}.`);
  }
  if (seconds < smallest * duration) return refused(`Here a cut lasts at least ${mss(Math.ceil(smallest * duration * 10) / 10)}.`);
  return { share: seconds / duration, seconds: percent ? null : seconds, problem: '' };
}

/** @param {string} written @returns {number|null} */
function secondsOf(written) {
  const units = UNITS.exec(written);
  if (units) return number(units[1]) * SECONDS_OF[units[2][0].toLowerCase()];
  const clock = CLOCK.exec(written);
  if (!clock) return null;
  const [hours, minutes, seconds] = clock.slice(1).map((part) => number(part ?? '0'));
  return (hours * 60 + minutes) * 60 + seconds;
}

function number(written) {
  return Number(written.replace(',', '.'));
}

/** m:ss.f, cut off, so that what is told as possible is. @param {number} seconds */
function mss(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}.${tenths % 10}`;
}
