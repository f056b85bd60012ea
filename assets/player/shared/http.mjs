/**
 * Talking to the server: addresses below wherever the app is mounted, JSON there and back, and one kind of error that
 * carries a sentence for the person. Nothing else in the player calls fetch.
 */

/** Milliseconds that an answer may take where the caller says nothing. */
const TIMEOUT_MS = 15_000;

/** The event of the window that tells that the server did not answer, or cannot do something at the moment. */
export const UNAVAILABLE = 'manycut:unavailable';

/** Where the app is mounted, without a trailing slash; "" at the top of a host. */
export const root = (/** @type {any} */ (window).gradio_config?.root ?? '').replace(/\/$/, '');

/** A server path below the root; other addresses, and those that have the root already, stay as they are. @param {string} path */
export function url(path) {
  return path.startsWith('/') && !path.startsWith(`${root}/`) ? root + path : path;
}

/** What went wrong, said to the person. */
export class HttpError extends Error {
  /**
   * @param {string} message
   * @param {object} [about]
   * @param {string} [about.hint] what to do
   * @param {string} [about.code] the server's name for it
   * @param {number} [about.status] of HTTP; 0 where no answer came
   * @param {boolean} [about.offline] no answer came at all
   * @param {number|null} [about.task] of the person's own, which has to be finished first
   */
  constructor(message, { hint = '', code = 'error', status = 0, offline = false, task = null } = {}) {
    super(message);
    this.hint = hint;
    this.code = code;
    this.status = status;
    this.offline = offline;
    this.task = task;
  }
}

/**
 * @typedef {object} Options
 * @property {AbortSignal} [signal] ends the request; what is thrown then is the signal's AbortError
 * @property {number} [timeout] milliseconds to wait, 0 for as long as it takes
 * @property {boolean} [keepalive] the request outlives the page; it has no timeout
 * @property {boolean} [quiet] nobody is told that the server is unavailable: who asks says so
 */

/**
 * Any request; for answers that are not JSON.
 * @param {string} path
 * @param {Options & {method?: string, headers?: Record<string, string>, body?: BodyInit}} [options]
 * @returns {Promise<Response>} an answer that says yes
 * @throws {HttpError}
 */
export async function request(path, { signal, timeout = TIMEOUT_MS, keepalive = false, quiet = false, ...options } = {}) {
  const ends = [signal, timeout && !keepalive ? AbortSignal.timeout(timeout) : null].filter(Boolean);
  let response;
  try {
    response = await fetch(url(path), {
      credentials: 'same-origin', keepalive, signal: ends.length ? AbortSignal.any(ends) : undefined, ...options,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    tellUnavailable(quiet);
    throw new HttpError('The server does not answer.', { code: 'offline', offline: true });
  }
  if (response.ok) return response;
  tellUnavailable(quiet || response.status !== 503);
  throw refusal(response.status, path, (await response.json().catch(() => null))?.error);
}

/** @param {boolean} quiet */
function tellUnavailable(quiet) {
  if (!quiet) dispatchEvent(new Event(UNAVAILABLE));
}

/**
 * What the server says where it says no.
 * @param {number} status
 * @param {string} path
 * @param {{message?: string, hint?: string, code?: string, task?: number|null}} [said]
 */
function refusal(status, path, { message = '', hint = '', code = '', task = null } = {}) {
  const said = message || `The server answered ${status} to ${path.split('?')[0]}.`;
  return new HttpError(said, { hint, code: code || String(status), status, task });
}

/** @param {string} path @param {Parameters<typeof request>[1]} options @returns {Promise<any>} */
async function json(path, options) {
  const response = await request(path, { ...options, headers: { Accept: 'application/json', ...options.headers } });
  try {
    return await response.json();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new HttpError("The server's answer could not be read.", { code: 'unreadable', status: 502 });
  }
}

/** @param {string} path @param {Options} [options] */
export function get(path, options = {}) {
  return json(path, options);
}

/** @param {string} path @param {object} body @param {Options} [options] */
export function post(path, body, options = {}) {
  return json(path, { ...options, ...written('POST', body) });
}

/** @param {string} path @param {object} body @param {Options} [options] */
export function put(path, body, options = {}) {
  return json(path, { ...options, ...written('PUT', body) });
}

/** A file as it is, for as long as it takes. @param {string} path @param {Blob} file @param {Options} [options] */
export function upload(path, file, options = {}) {
  return json(path, { timeout: 0, ...options, method: 'POST', body: file });
}

/** A piece of a file, to where it belongs. @param {string} path @param {ArrayBuffer} piece @param {Options} [options] */
export function putPiece(path, piece, options = {}) {
  return json(path, { ...options, method: 'PUT', headers: { 'Content-Type': 'application/octet-stream' }, body: piece });
}

/** Give something up. @param {string} path @param {Options} [options] */
export function remove(path, options = {}) {
  return json(path, { ...options, method: 'DELETE' });
}

/** What went wrong and what to do, in one line. @param {Error & {hint?: string}} error */
export function sentence(error) {
  return [error.message, error.hint].filter(Boolean).join(' ');
}

function written(method, body) {
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
