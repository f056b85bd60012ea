/** Numbers and times as people read them. Times are seconds from the first frame, everywhere. */

/**
 * m:ss.f, with hours only where there are any: 0:07.5, 12:03.0, 1:02:03.4.
 * @param {number} seconds
 * @param {number} [decimals] digits after the point
 * @returns {string}
 */
export function clock(seconds, decimals = 1) {
  if (!Number.isFinite(seconds)) return '–';
  const scale = 10 ** decimals;
  const units = Math.floor(Math.abs(seconds) * scale + 1e-6);
  const whole = Math.floor(units / scale);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  const tail = decimals ? '.' + String(units % scale).padStart(decimals, '0') : '';
  const head = hours ? `${hours}:${String(minutes).padStart(2, '0')}` : `${minutes}`;
  return `${seconds < 0 && units ? '−' : ''}${head}:${rest}${tail}`;
}

/**
 * How long a video is, with a sign where its frame rate, and so that, is only assumed: "≈ 3:20".
 * @param {{duration?: number, rate_assumed?: boolean}} video
 */
export function lasting({ duration, rate_assumed: assumed }) {
  return circa(assumed) + clock(duration, 0);
}

/** What stands before a time where the frame rate is only assumed. @param {boolean|string|undefined} assumed */
export function circa(assumed) {
  return assumed ? '≈ ' : '';
}

/** A frame rate: "25", "29.97". @param {string} fps exact, "30000/1001" */
export function frameRate(fps) {
  const [n, d = 1] = fps.split('/').map(Number);
  return d === 1 ? String(n) : (n / d).toFixed(2);
}

/** A share as a percentage: percent(0.1504) is "15.0 %". */
export function percent(share, decimals = 1) {
  return Number.isFinite(share) ? `${(share * 100).toFixed(decimals)} %` : '–';
}

/** A plain number with fixed decimals and a true minus sign; a dash where it is not defined. */
export function number(value, decimals = 2) {
  if (value === null || value === undefined || !Number.isFinite(Number(value))) return '–';
  return Number(value).toFixed(decimals).replace('-', '−');
}

/** Bytes as people say them: "640 KB", "12.4 MB", "3.21 GB". @param {number} bytes */
export function fileSize(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} KB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** About how long something takes: "40 s", "3 min", "2 h 5 min". @param {number} seconds */
export function spell(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "1 shot", "3 shots". */
export function count(n, noun, plural = noun + 's') {
  return `${n} ${n === 1 ? noun : plural}`;
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/**
 * Round tick positions for a stretch of time.
 * @param {number} start seconds
 * @param {number} end seconds
 * @param {number} width pixels the stretch takes
 * @param {number} [room] pixels a label needs
 * @returns {{step: number, values: number[], labels: string[]}}
 */
export function ticks(start, end, width, room = 64) {
  const wanted = ((end - start) * room) / Math.max(width, 1);
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / 3600) * 3600;
  const values = [];
  for (let k = Math.ceil(start / step - 1e-9); k * step <= end + 1e-9; k += 1) values.push(k * step);
  return { step, values, labels: values.map((value) => clock(value, 1)) };
}
