/** Who is signed in, and what of theirs is on its way to the server. */

import { get, HttpError, post } from '../shared/http.mjs';
import { Observable } from '../shared/observable.mjs';
import { remember } from '../shared/preferences.mjs';
import { Outbox } from './outbox.mjs';

/** @typedef {import('../shared/wire').Me} MeAnswer  of GET /api/me */

const NOT_KEPT = 'This browser keeps no cookie of this page here, so that nobody can be signed in.';

/** Tells "changed": what is saved, or whose it is. */
export class Session extends Observable {
  constructor() {
    super();
    /** @type {string|null} */
    this.me = null;
    this.closed = false;
    /** @type {MeAnswer['role']} */
    this.role = null;
    /** A lab's own sign-on says who it is. */
    this.signedOn = false;
    /** @type {Outbox|null} */
    this.outbox = null;
  }

  /** "saved", "unsaved" or "offline". */
  get state() {
    return this.outbox?.state ?? 'saved';
  }

  get unsaved() {
    return this.outbox?.unsaved ?? 0;
  }

  /** Ask the server who it is. @returns {Promise<MeAnswer>} */
  ask() {
    return get('/api/me');
  }

  /** Go on as whom the server knows. @param {MeAnswer} answer */
  async become({ annotator, library = '', closed, role, signed_on: signedOn }) {
    Object.assign(this, { closed, role, signedOn });
    if (this.outbox && this.me === annotator) {
      if (this.outbox.problems.size > 0) this.outbox.retry();
      return;
    }
    this.outbox?.close();
    this.me = annotator;
    this.outbox = null;
    if (!annotator) return;
    const owner = [library, annotator].filter(Boolean).join('/');
    this.outbox = new Outbox(owner, sendEvents, () => this.ask(), () => this.tell('changed'));
    await this.outbox.open();
  }

  /** @param {string} name @throws {HttpError} also where the browser does not keep who it is */
  async signIn(name) {
    await post('/api/me', { name });
    if (!(await this.ask()).annotator) throw new HttpError(NOT_KEPT, { hint: 'Open it in a tab of its own.' });
    remember('name', name);
  }

  /** @param {boolean} everywhere at every browser of theirs, and not at this one alone */
  async signOut(everywhere = false) {
    await post('/api/me', { name: null, everywhere });
  }
}

/**
 * @param {number} task
 * @param {import('./labels.mjs').LabelEvent[]} events
 * @param {{keepalive?: boolean}} options
 * @returns {Promise<[string, number][]>} client and seq of what is safe now
 */
async function sendEvents(task, events, options) {
  const answer = await post('/api/task/events', { task, events }, options);
  return answer.acknowledged;
}
