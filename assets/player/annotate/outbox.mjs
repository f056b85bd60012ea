/**
 * The outbox: every event lies in IndexedDB until the server has acknowledged it.
 *
 * An event is identified by (task, client, seq). `client` is random per page load, `seq` counts up from 1, so
 * sending an event twice is harmless: the server stores it once. Events go out in the order they were made.
 * What an earlier page left behind (outage, crash, closed tab) is sent first.
 */

import { HttpError } from '../shared/http.mjs';
import { isLabel } from './labels.mjs';

const DATABASE = 'manycut-outbox';
const STORE = 'events';
const BATCH = 100;
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30000;

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function request(operation) {
  return new Promise((resolve, reject) => {
    operation.onsuccess = () => resolve(operation.result);
    operation.onerror = () => reject(operation.error);
  });
}

function openDatabase() {
  const opening = new Promise((resolve, reject) => {
    const operation = indexedDB.open(DATABASE, 1);
    operation.onupgradeneeded = () => {
      operation.result.createObjectStore(STORE, { keyPath: 'n', autoIncrement: true });
    };
    operation.onsuccess = () => resolve(operation.result);
    operation.onerror = () => reject(operation.error);
    operation.onblocked = () => reject(new Error('blocked'));
  });
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('timeout')), 4000));
  return Promise.race([opening, late]);
}

/**
 * Whose unsent ratings this browser holds.
 * @returns {Promise<[string, number][]>} owner, how many
 */
export async function waitingOwners() {
  try {
    const database = await openDatabase();
    const found = await request(database.transaction(STORE).objectStore(STORE).getAll());
    database.close();
    const owners = new Map();
    for (const record of found.filter(isLabel)) owners.set(record.owner, (owners.get(record.owner) ?? 0) + 1);
    return [...owners];
  } catch {
    return [];
  }
}

/** @typedef {import('./labels.mjs').LabelEvent} LabelEvent */
/**
 * @typedef {LabelEvent & {owner: string, task: number, n?: number, kept?: Promise<void>}} Kept  an event in the store: `n`
 *   is its key there, `kept` resolves when it lies there
 */
/** @typedef {{status: number, message: string, hint: string}} Problem  status 0: the server could not be reached */

/** Events of one person on their way to the server. */
export class Outbox {
  /**
   * @param {string} owner  the signed-in annotator; other people's events in this browser stay where they are
   * @param {(task: number, events: LabelEvent[], options: {keepalive?: boolean}) => Promise<[string, number][]>} send
   *        posts events of one task and returns what was acknowledged; rejects with {status, message}
   *        (status 0 = could not reach the server)
   * @param {() => Promise<unknown>} probe  resolves when the server can be reached
   * @param {() => void} changed  called whenever `state`, `unsaved` or `problems` may have changed
   */
  constructor(owner, send, probe, changed) {
    this.owner = owner;
    this.client = randomId();
    this.durable = true; // false: this browser keeps nothing, events live in this page only
    this.offline = false;
    this.reason = ''; // why the server, which answers, saves nothing at the moment
    /** @type {Map<number, Problem>} task -> what the server refused; waiting for the person */
    this.problems = new Map();
    /** @type {Kept[]} unacknowledged, in order */
    this.records = [];
    this._send = send;
    this._probe = probe;
    this._changed = changed;
    this._seq = 0;
    this._failures = 0;
    /** @type {ReturnType<typeof setTimeout>|null} */
    this._timer = null;
    /** @type {Promise<void>|null} */
    this._draining = null;
    this._abort = new AbortController();
    const { signal } = this._abort;
    addEventListener('online', () => this._retryOrProbe(), { signal });
    addEventListener('offline', () => this._retryOrProbe(), { signal });
    document.addEventListener('visibilitychange', () => this._leavingOrBack(), { signal });
    addEventListener('pagehide', () => this.flush({ leaving: true }), { signal });
    addEventListener('beforeunload', (event) => this._warn(event), { signal });
  }

  /** Open the store, take over what earlier pages left behind, and begin to send it. */
  async open() {
    try {
      this._database = await openDatabase();
      await this.reload();
    } catch {
      this.durable = false;
    }
    this._changed();
    this.flush();
    return this;
  }

  /** Take in what another tab of this browser has put into the store. */
  async reload() {
    if (!this.durable) return;
    const found = await request(this._database.transaction(STORE).objectStore(STORE).getAll());
    const known = new Set(this.records.map(identity));
    this.records.push(...found.filter((record) => record.owner === this.owner && !known.has(identity(record))));
    this._changed();
  }

  /** How many ratings, undos and so on the server does not have yet. Play positions are not counted. */
  get unsaved() {
    return this.records.filter(isLabel).length;
  }

  /** "saved", "unsaved" or "offline". */
  get state() {
    if (this.offline) return 'offline';
    return this.unsaved > 0 ? 'unsaved' : 'saved';
  }

  /** Unacknowledged events of one task, in order. @param {number} task */
  pending(task) {
    return this.records.filter((record) => record.task === task).map(asEvent);
  }

  /**
   * Make an event, keep it, and send it. Returns the event at once; it is in `records` already.
   * @param {number} task
   * @param {{kind: string} & Partial<LabelEvent>} parts
   * @returns {LabelEvent}
   */
  append(task, { kind, shot = null, value = null, t = null, data = null }) {
    const event = { client: this.client, seq: ++this._seq, kind, shot, value, t, at: Date.now(), data };
    /** @type {Kept} */
    const record = { owner: this.owner, task, ...event };
    this.records.push(record);
    record.kept = this._keep(record);
    this._changed();
    if (!this.offline) this.flush();
    return event;
  }

  /** Send everything now. Resolves when nothing is left, or sending failed. */
  flush({ leaving = false } = {}) {
    clearTimeout(this._timer);
    this._timer = null;
    if (leaving) return this._sendOff();
    this._draining ??= this._drain().finally(() => (this._draining = null));
    return this._draining;
  }

  /** Resolves when everything made so far lies in the store. */
  kept() {
    return Promise.all(this.records.map((record) => record.kept));
  }

  /** Forget a refused task's events (the person chose to), or try them again. */
  async discard(task) {
    const gone = this.records.filter((record) => record.task === task);
    await this._remove(gone);
    this.problems.delete(task);
    this._changed();
    this.flush();
  }

  retry() {
    this.problems.clear();
    this._changed();
    return this.flush();
  }

  close() {
    this._abort.abort();
    clearTimeout(this._timer);
    this._closed = true;
    this._database?.close();
  }

  async _keep(record) {
    if (!this.durable) return;
    const plain = { ...record };
    delete plain.kept;
    try {
      const store = this._database.transaction(STORE, 'readwrite').objectStore(STORE);
      record.n = await request(store.add(plain));
    } catch {
      this.durable = false;
      this._changed();
    }
  }

  async _drain() {
    while (!this._closed) {
      const first = this.records.find((record) => !this.problems.has(record.task));
      if (!first) return;
      const batch = this.records.filter((record) => record.task === first.task).slice(0, BATCH);
      try {
        await Promise.all(batch.map((record) => record.kept));
        const acknowledged = await this._send(first.task, batch.map(asEvent), {});
        const known = new Set(acknowledged.map(([client, seq]) => identity({ task: first.task, client, seq })));
        const gone = batch.filter((record) => known.has(identity(record)));
        if (gone.length === 0) throw new HttpError('The server acknowledged nothing.', { status: 500 });
        await this._remove(gone);
        this._reached();
      } catch (error) {
        const status = error?.status ?? 0;
        if (concernsTask(error)) {
          this.problems.set(first.task, { status, message: error.message, hint: error.hint ?? '' });
          this._reached();
          if (status === 401) return;
        } else {
          this._wentOffline(status ? error.message : '');
          return;
        }
      }
    }
  }

  // The page is going away: hand everything to the browser in requests that outlive it. Whatever does not
  // arrive is still in IndexedDB.
  _sendOff() {
    for (const task of new Set(this.records.map((record) => record.task))) {
      if (this.problems.has(task)) continue;
      const events = this.records
        .filter((record) => record.task === task)
        .slice(0, BATCH)
        .map(asEvent);
      this._send(task, events, { keepalive: true }).catch(() => {});
    }
  }

  _leavingOrBack() {
    if (document.visibilityState === 'hidden') this.flush({ leaving: true });
    else this.flush();
  }

  _warn(event) {
    if (this.unsaved === 0) return;
    event.preventDefault();
    event.returnValue = ''; // Safari and older browsers
  }

  _wentOffline(reason = '') {
    if (this._closed) return;
    this.offline = true;
    this.reason = reason;
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this._failures) * (0.8 + 0.4 * Math.random());
    this._failures += 1;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._retryOrProbe(), delay);
    this._changed();
  }

  // The browser's own idea of being online is only a hint: it is wrong for a server on the same computer.
  async _retryOrProbe() {
    if (this.records.length > 0) return this.flush();
    try {
      await this._probe();
      this._reached();
    } catch (error) {
      if (error.status) this._reached();
      else this._wentOffline();
    }
  }

  _reached() {
    this._failures = 0;
    this.offline = false;
    this.reason = '';
    this._changed();
  }

  async _remove(gone) {
    const set = new Set(gone);
    this.records = this.records.filter((record) => !set.has(record));
    if (!this.durable) return;
    const keys = gone.map((record) => record.n).filter((n) => n !== undefined);
    const transaction = this._database.transaction(STORE, 'readwrite');
    for (const n of keys) transaction.objectStore(STORE).delete(n);
    await new Promise((resolve) => {
      transaction.oncomplete = transaction.onerror = transaction.onabort = () => resolve(undefined);
    });
  }
}

/**
 * Whether sending fails for what is sent: then this task waits for the person, and all others go on.
 * @param {{status?: number, code?: string}} error
 */
function concernsTask({ status = 0, code = '' }) {
  return code === 'damaged' || (status >= 400 && status < 500 && status !== 408 && status !== 429);
}

function identity({ task, client, seq }) {
  return `${task}:${client}:${seq}`;
}

/** @param {Kept} record @returns {LabelEvent} */
function asEvent({ client, seq, kind, shot, value, t, at, data = null }) {
  return { client, seq, kind, shot, value, t, at, data };
}
