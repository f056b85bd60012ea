/** Moments as people read them, in this computer's time. */

const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const MINUTE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

/** Day and time; the year instead of the time where it is not this one. @param {number|null} ms since 1970 UTC */
export function when(ms) {
  if (!ms) return '–';
  const moment = new Date(ms);
  return moment.getFullYear() === new Date().getFullYear() ? MINUTE.format(moment) : DAY.format(moment);
}

/** "Sat, Nov 28". @param {number|Date} moment */
export function weekday(moment) {
  return WEEKDAY.format(moment);
}

/** The beginning of a day as ms since 1970 UTC. @param {number} ms within the day @param {number} [back] days before it */
export function midnight(ms, back = 0) {
  const day = new Date(ms);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - back).getTime();
}
