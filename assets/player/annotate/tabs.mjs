/** One task, one tab. A second tab of the same browser is told, and work moves only when the person says so. */

/** @typedef {'asking'|'mine'|'elsewhere'} Holding */

/** Holds a task for this tab. */
export class TabGuard {
  /**
   * @param {number} task
   * @param {(state: Holding|'free') => void} changed  free: the other tab was closed
   * @param {() => Promise<unknown>} yielding  called before the task is handed over to another tab
   */
  constructor(task, changed, yielding) {
    this.task = task;
    /** @type {Holding} */
    this.state = 'asking';
    this._changed = changed;
    this._yielding = yielding;
    this._since = 0;
    this._channel = 'BroadcastChannel' in window ? new BroadcastChannel('manycut-annotate') : null;
    this._channel?.addEventListener('message', ({ data }) => data.task === this.task && this._hear(data));
    this._abort = new AbortController();
    addEventListener('pagehide', () => this._say('gone'), { signal: this._abort.signal });
  }

  /** Ask whether another tab has the task; resolves with "mine" or "elsewhere". */
  async ask(patience = 200) {
    if (!this._channel) return this._become('mine');
    this._say('hello');
    await new Promise((resolve) => setTimeout(resolve, patience));
    if (this.state === 'asking') this._claim();
    return this.state;
  }

  /** Take the task over; resolves when the other tab has let go (or does not answer). */
  async take(patience = 1500) {
    this._claim();
    await new Promise((resolve) => {
      this._released = () => resolve(undefined);
      setTimeout(resolve, patience);
    });
  }

  close() {
    if (this.state === 'mine') this._say('gone');
    this._abort.abort();
    this._channel?.close();
    this._channel = null;
  }

  _claim() {
    this._since = Date.now();
    this._say('claim');
    this._become('mine');
  }

  _say(what) {
    this._channel?.postMessage({ what, task: this.task, since: this._since });
  }

  _hear({ what, since }) {
    if (what === 'hello' && this.state === 'mine') this._say('mine');
    // A tab that was frozen may answer late: whoever claimed last keeps the task.
    if (what === 'mine' && (this.state === 'asking' || since > this._since)) this._become('elsewhere');
    if (what === 'claim' && this.state === 'mine' && since >= this._since) {
      this._become('elsewhere');
      this._yielding().finally(() => this._say('released'));
    } else if (what === 'claim' && this.state !== 'mine') {
      this._become('elsewhere');
    }
    if (what === 'released') this._released?.();
    if (what === 'gone' && this.state === 'elsewhere') this._changed('free');
  }

  _become(state) {
    this.state = state;
    this._changed(state);
    return state;
  }
}
