/** Preferences of this browser. Storage may be forbidden, as in private windows: then defaults hold. */

/** @template T @param {string} key @param {T} fallback @returns {T} */
export function recall(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem('manycut:' + key)) ?? fallback;
  } catch {
    return fallback;
  }
}

/** @param {string} key @param {any} value that JSON can hold */
export function remember(key, value) {
  try {
    localStorage.setItem('manycut:' + key, JSON.stringify(value));
  } catch {
    // Nothing is remembered, nothing else changes.
  }
}
