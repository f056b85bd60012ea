/**
 * One file on its way to the server, piece by piece. A lost connection is waited for; what is there already is never sent
 * again. State without DOM: it tells 'changed'.
 */

import { get, post, putPiece, remove } from '../shared/http.mjs';
import { Observable } from '../shared/observable.mjs';
import { query } from '../shared/parts.mjs';
import * as memory from './unfinished.mjs';

/** @typedef {'waiting'|'sending'|'offline'|'paused'|'sent'|'failed'|'cancelled'} State */
/** @typedef {import('../shared/wire').Sending} Here */
/** @typedef {Error & {status?: number, hint?: string, offline?: boolean}} Trouble */

const FIRST_PIECE = 512 * 1024;
const SMALLEST_PIECE = 64 * 1024;
const LARGEST_PIECE = 8 * 2 ** 20;
/** Seconds that a piece should take: long enough for the way, short enough to see it grow. */
const PIECE_S = 1;
const TIMEOUT_MS = 60_000;
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000];
/** Answers of the server after which it is tried again: it is busy, full or restarting. */
const LATER = new Set([408, 429, 502, 503, 504, 507]);

export class Sending extends Observable {
  /**
   * @param {File} file
   * @param {'video'|'data'} kind
   * @param {string|null} [id] of what was sent of it before
   */
  constructor(file, kind, id = null) {
    super();
    this.file = file;
    this.kind = kind;
    this.id = id;
    /** @type {State} */
    this.state = 'waiting';
    /** Bytes that the server has. */
    this.here = 0;
    /** Bytes a second, of late; 0 where nobody knows. */
    this.rate = 0;
    /** @type {Trouble|null} */
    this.trouble = null;
    this._piece = FIRST_PIECE;
    this._most = LARGEST_PIECE;
    this._wakes = () => {};
    this._ends = new AbortController();
  }

  /** Seconds that the rest will take; null where nobody knows. */
  get left() {
    return this.rate ? (this.file.size - this.here) / this.rate : null;
  }

  /** Send until all of it is there, or somebody wants otherwise. */
  async run() {
    const ends = new AbortController();
    this._ends = ends;
    this._become('sending');
    for (let failures = 0; !ends.signal.aborted;) {
      try {
        await this._meet(ends.signal);
        while (this.here < this.file.size) {
          await this._sendPiece(ends.signal);
          failures = 0;
        }
        this._become('sent');
        return;
      } catch (error) {
        if (ends.signal.aborted) return;
        if (!this._mayGoOn(error)) {
          this._become('failed', error);
          return;
        }
        if (error.status === 409 || error.status === 413) continue;
        this.rate = 0;
        this._become('offline', error);
        await this._pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)]);
        failures += 1;
      }
    }
  }

  /** For its turn. */
  wait() {
    this._become('waiting');
  }

  pause() {
    this._become('paused');
    this._ends.abort();
    this._wakes();
  }

  /** Wait no longer for the connection. */
  now() {
    this._wakes();
  }

  async cancel() {
    this._become('cancelled');
    this._ends.abort();
    this._wakes();
    if (!this.id) return;
    memory.forget(this.id);
    await remove(`/api/sending${query({ id: this.id })}`, { quiet: true }).catch(() => {}); // it goes by itself some day
  }

  /** Whether it makes sense to try again after an error. @param {Trouble} error */
  _mayGoOn(error) {
    if (error.status === 404 && this.id) { // nobody went on with it for days
      memory.forget(this.id);
      this.id = null;
      return true;
    }
    if (error.status === 413 && this._most > SMALLEST_PIECE) {
      this._most /= 2;
      this._piece = Math.min(this._piece, this._most);
      return true;
    }
    return error.offline || error.status === 409 || LATER.has(error.status);
  }

  /** Begin, or find out how much is there. @param {AbortSignal} signal */
  async _meet(signal) {
    const { name, size } = this.file;
    const options = { signal, quiet: true };
    /** @type {Here} */
    const found = this.id
      ? await get(`/api/sending${query({ id: this.id })}`, options)
      : await post('/api/sending', { name: name.slice(-200), size, kind: this.kind }, options);
    this.id = found.id;
    this.here = found.here;
    memory.keep(this);
    this._become('sending');
  }

  /** @param {AbortSignal} signal */
  async _sendPiece(signal) {
    const { file, here } = this;
    const end = Math.min(file.size, here + this._piece);
    const piece = await file.slice(here, end).arrayBuffer().catch(() => {
      throw new Error(`${file.name} cannot be read any more: it was changed or removed while it was sent.`);
    });
    const begun = performance.now();
    const options = { signal, timeout: TIMEOUT_MS, quiet: true };
    /** @type {Here} */
    const found = await putPiece(`/api/sending${query({ id: this.id, offset: here })}`, piece, options);
    const seconds = Math.max((performance.now() - begun) / 1000, 0.001);
    const rate = (found.here - here) / seconds;
    this.rate = this.rate ? 0.7 * this.rate + 0.3 * rate : rate;
    this._piece = Math.round(Math.min(this._most, 4 * this._piece, Math.max(SMALLEST_PIECE, rate * PIECE_S)));
    this.here = found.here;
    this.tell('changed');
  }

  /** Wait; the browser may say sooner that it is online. @param {number} ms */
  _pause(ms) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener('online', done);
        resolve(undefined);
      };
      const timer = setTimeout(done, ms);
      addEventListener('online', done);
      this._wakes = done;
    });
  }

  /** @param {State} state @param {Trouble|null} [trouble] */
  _become(state, trouble = null) {
    this.state = state;
    this.trouble = trouble;
    this.tell('changed');
  }
}
