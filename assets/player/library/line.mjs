/** Files wait here until others are sent: two at once fill any connection, and more only slow each other. */

/** @typedef {import('./sending.mjs').Sending} Sending */

const AT_ONCE = 2;

export class Line {
  constructor() {
    /** @type {Sending[]} */
    this._waiting = [];
    /** @type {Set<Sending>} */
    this._sent = new Set();
  }

  /** Whether anything would be cut off now. */
  get busy() {
    return this._sent.size > 0 || this._waiting.length > 0;
  }

  /** @param {Sending} sending that is to go, or to go on */
  add(sending) {
    this.leave(sending);
    if (sending.state !== 'waiting') sending.wait();
    this._waiting.push(sending);
    this._next();
  }

  /** @param {Sending} sending that is not to go any more */
  leave(sending) {
    this._waiting = this._waiting.filter((one) => one !== sending);
  }

  async _next() {
    if (this._sent.size >= AT_ONCE) return;
    const sending = this._waiting.shift();
    if (!sending) return;
    this._sent.add(sending);
    await sending.run();
    this._sent.delete(sending);
    this._next();
  }
}
