/**
 * The Models page: what was trained, from whom it learned, how good it is on what is new to it; and training the next one.
 * The address remembers the section and what is open: ?model=summdiff-demo, ?compare=a,b, ?section=leaderboard&dataset=demo.
 */

import { act, confirm, dialog, tell } from '../shared/asking.mjs';
import { Commands } from '../shared/commands.mjs';
import { Desk } from '../shared/desk.mjs';
import { h, stylesheets } from '../shared/dom.mjs';
import { field } from '../shared/form.mjs';
import { MODEL_NAME_CHARS } from '../shared/limits.mjs';
import { button, row, sender } from '../shared/parts.mjs';
import { whoAsks } from '../shared/role.mjs';
import { dropFiles, importDialog } from './import.mjs';
import { LeaderboardSection } from './leaderboard.mjs';
import { LibrarySection } from './library.mjs';
import { ModelsStore } from './store.mjs';
import { TrainingSection } from './training.mjs';

/** @typedef {'section'|'model'|'compare'|'dataset'} Name  of what the address remembers */
/** @typedef {Record<Name, string|null>} Asked */

/** @type {import('../shared/desk.mjs').Tab[]} */
const SECTIONS = [
  { name: 'models', label: 'Models', Section: LibrarySection },
  { name: 'leaderboard', label: 'Leaderboard', Section: LeaderboardSection },
  { name: 'train', label: 'Train', Section: TrainingSection },
];
/** @type {Name[]} */
const KEPT = ['section', 'model', 'compare', 'dataset'];

/** Called by the Gradio component once its element exists. @param {{element: HTMLElement}} gradio */
export async function mount({ element }) {
  await stylesheets(import.meta.url, '../shared/desk.css', 'models.css');
  await new Models(element.querySelector('#models')).start();
}

export class Models extends Desk {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, { title: 'Models', sections: SECTIONS, kept: KEPT, passing: ['dataset'] });
    root.classList.add('mc-models');
    this.store = new ModelsStore();
    /** Failed jobs that were read. @type {Set<number>} */
    this.dismissed = new Set();
    this._ends = new AbortController();
    this.commands = new Commands([...this.commands.list, ...this._can()]);
  }

  /** What can be done, with its keys. @returns {import('../shared/commands.mjs').Command[]} */
  _can() {
    const open = () => Boolean(this.model);
    const { store } = this;
    return [
      {
        name: 'step', keys: { ArrowUp: -1, ArrowDown: 1 }, label: 'model before, after', enabled: () => !this.elsewhere,
        run: (step) => this._step(step),
      },
      { name: 'choose', keys: ['X'], label: 'choose the open model', enabled: open, run: () => store.choose(this.model.id) },
      {
        name: 'compare', keys: ['C'], label: 'the chosen models side by side', enabled: () => store.chosen.length > 1,
        run: () => this._compare(),
      },
      { name: 'promote', keys: ['D'], label: 'offer the open model first, or no longer', enabled: open, run: () => this._promote() },
      { name: 'rename', keys: ['R'], label: 'rename the open model', enabled: open, run: () => this._rename() },
      { name: 'remove', keys: ['Delete'], label: 'remove the open model', enabled: open, run: () => this._remove() },
      {
        name: 'undo', keys: ['Ctrl+Z'], label: 'bring the removed model back', enabled: () => Boolean(store.removed),
        run: () => this.restore(store.removed),
      },
      { name: 'import', keys: ['I'], label: 'import a model', run: () => importDialog(this) },
    ];
  }

  async start() {
    await super.start();
    const { closed, role } = await whoAsks();
    if (closed && role === 'viewer') return; // who starts no work follows none
    dropFiles(this);
    await this.follow();
  }

  async prepare() {
    await this.store.load();
  }

  tools() {
    return h('div', { class: 'mc-header-tools' }, this.importButton());
  }

  importButton() {
    return this.commands.button('import', { class: 'mc-button' }, 'Import…');
  }

  /** Whether another section than the models is open. */
  get elsewhere() {
    return this.root.dataset.section !== 'models';
  }

  /** The model that is open. @returns {import('./store.mjs').Model|undefined} */
  get model() {
    return this.elsewhere || this.asked.compare ? undefined : this.store.model(this.asked.model);
  }

  /** @param {string} id */
  open(id) {
    return this.go({ section: null, model: id, compare: null });
  }

  /** Look at the work underway now, and go on looking. */
  async follow() {
    if (!this.root.isConnected) this._ends.abort();
    await this.store.follow(this._ends.signal);
  }

  /** @param {number} job that failed, and was read */
  dismiss(job) {
    this.dismissed.add(job);
    this.store.tell('jobs');
  }

  /** @param {string} id */
  async restore(id) {
    const done = await act('/api/models/restore', { checkpoint: id });
    if (!done) return;
    this.store.removed = null;
    await this.store.load();
    tell(`“${done.label}” is back.`);
    await this.open(id);
  }

  _step(step) {
    const order = /** @type {LibrarySection} */ (this._section).order;
    if (!order.length) return false;
    const at = order.indexOf(this.asked.model);
    const next = at < 0 ? (step > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + step));
    this.open(order[next]);
    return true;
  }

  _compare() {
    this.go({ section: null, compare: this.store.chosen.join(',') });
  }

  async _promote() {
    const { id, promoted, feature_space: space, label } = this.model;
    if (!(await act('/api/models/promote', { checkpoint: id, off: promoted }))) return;
    await this.store.load();
    const first = promoted ? 'The newest model' : `“${label}”`;
    tell(`${first} is offered first for ${space} features.`);
  }

  async _rename() {
    const { id, label } = this.model;
    const name = await dialog('Rename', (done) => renameParts(label, done));
    if (name === null || !(await act('/api/models/rename', { checkpoint: id, name }))) return;
    await this.store.load();
  }

  async _remove() {
    const { id, label } = this.model;
    const text = 'It is offered nowhere any more. Its files and what it said of videos stay, and it can be brought back.';
    if (!(await confirm(`Remove “${label}”?`, text, 'Remove', 'Keep'))) return;
    if (!(await act('/api/models/remove', { checkpoint: id }))) return;
    this.store.removed = id;
    await this.go({ model: null });
    await this.store.load();
    tell(`“${label}” was removed; Ctrl+Z brings it back.`);
  }
}

/** @param {string} label @param {(name: string|null) => void} done */
function renameParts(label, done) {
  const name = h('input', { type: 'text', value: label, maxlength: MODEL_NAME_CHARS, autofocus: true, onfocus: () => name.select() });
  const onsubmit = (event) => {
    event.preventDefault();
    done(name.value.trim());
  };
  return [
    h(
      'form',
      { onsubmit },
      field('Name', name, 'Empty: as it calls itself. Its id stays.', true),
      row(sender('Rename'), button('Cancel', () => done(null))),
    ),
  ];
}
