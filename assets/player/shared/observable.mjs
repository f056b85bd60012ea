/** State that others can watch, without knowing who they are. */

export class Observable {
  /** @type {Map<string, ((...facts: any[]) => void)[]>} */
  #watchers = new Map();

  /**
   * Be told of one kind of news, in the order in which watchers asked.
   * @param {string} kind
   * @param {(...facts: any[]) => void} watcher
   */
  on(kind, watcher) {
    this.#watchers.set(kind, [...(this.#watchers.get(kind) ?? []), watcher]);
  }

  /**
   * Tell the watchers of one kind.
   * @param {string} kind
   * @param {...any} facts
   */
  tell(kind, ...facts) {
    for (const watcher of this.#watchers.get(kind) ?? []) watcher(...facts);
  }
}
