/** A task that is open in this tab, and what happens while another tab of the browser wants it or has it. */

import { get } from '../shared/http.mjs';
import { curtain } from './cards.mjs';
import { TabGuard } from './tabs.mjs';
import { TaskPage } from './task_page.mjs';

export class TaskTab {
  /**
   * @param {number} id  of the task
   * @param {import('./outbox.mjs').Outbox} outbox
   * @param {HTMLElement} root  of the page; its data-tab says who has the task
   * @param {{queue: () => void, route: () => void}} act  leave the task; open it anew
   */
  constructor(id, outbox, root, act) {
    this._outbox = outbox;
    this._root = root;
    this._act = act;
    /** @type {TaskPage|null} */
    this.page = null;
    this._guard = new TabGuard(id, (state) => this._show(state), () => this._yield());
  }

  /**
   * Ask the server for the task and make its page.
   * @param {ConstructorParameters<typeof TaskPage>[3]} act
   * @param {() => boolean} current  false: somebody went on meanwhile
   * @returns {Promise<TaskPage|null>} null where somebody went on meanwhile
   */
  async open(act, current) {
    const { task } = this._guard;
    const held = await this._guard.ask();
    const pending = this._outbox.pending(task); // may arrive at the server while it answers: taken before asking
    /** @type {import('./task.mjs').TaskAnswer} */
    const data = await get('/api/task?id=' + encodeURIComponent(task));
    if (!current()) {
      this._guard.close();
      return null;
    }
    this.page = new TaskPage(data, pending, this._outbox, act);
    if (held === 'elsewhere') this.page.task.hold();
    return this.page;
  }

  /** Once the page of the task is in the document. */
  shown() {
    this._show(this._guard.state);
  }

  close() {
    this.page?.close();
    this._guard.close();
    this.page = null;
  }

  // Before another tab takes over, everything is in the store.
  async _yield() {
    this.page?.task.hold();
    await this._outbox.kept();
    this._outbox.flush();
  }

  /** @param {import('./tabs.mjs').Holding|'free'} state */
  _show(state) {
    if (!this.page) return;
    this._root.dataset.tab = state;
    if (state === 'elsewhere') this.page.task.hold();
    this._curtain?.remove();
    this._curtain = null;
    if (state !== 'elsewhere' && state !== 'free') return;
    this._curtain = curtain(state === 'free', { take: () => this._takeOver(), queue: this._act.queue });
    this.page.element.after(this._curtain);
    this._curtain.querySelector('button').focus();
  }

  async _takeOver() {
    await this._guard.take();
    this._guard.close(); // the route asks anew; the other tab has let go
    await this._outbox.reload();
    this._act.route();
  }
}
