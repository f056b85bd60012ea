/**
 * The Review page: for whoever leads an annotation. Sections as tabs; the address remembers the section, what it is
 * narrowed to, and the task that is open: ?section=progress&assignment=2&task=17.
 */

import { Desk } from '../shared/desk.mjs';
import { stylesheets } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { get } from '../shared/http.mjs';
import { AgreementSection } from './agreement.mjs';
import { AssignmentsSection } from './assignments.mjs';
import { BoardSection } from './board.mjs';
import { damageView } from './damage.mjs';
import { ExportSection } from './export.mjs';
import { PeopleSection } from './people.mjs';
import { PreferencesSection } from './preferences.mjs';
import { QueueSection } from './queue.mjs';
import { TrailSection } from './trail.mjs';

/** @typedef {import('../shared/wire').Group} Dataset */
/** @typedef {import('../shared/wire').Filters} Filters  of GET /api/review/filters */
/** @typedef {'section'|'assignment'|'dataset'|'task'|'entry'|'people'|'study'} Name  of what the address remembers */
/** @typedef {Record<Name, string|null>} Asked */
/** @typedef {import('../shared/desk.mjs').Section} Section */

/** @type {import('../shared/desk.mjs').Tab[]} */
const SECTIONS = [
  { name: 'progress', label: 'Progress', Section: BoardSection },
  { name: 'agreement', label: 'Agreement', Section: AgreementSection },
  { name: 'preferences', label: 'Preferences', Section: PreferencesSection },
  { name: 'queue', label: 'Needs people', Section: QueueSection },
  { name: 'assignments', label: 'Assignments', Section: AssignmentsSection },
  { name: 'people', label: 'People', Section: PeopleSection },
  { name: 'decisions', label: 'Decisions', Section: TrailSection },
  { name: 'export', label: 'Export', Section: ExportSection },
];
/** @type {Name[]} */
const KEPT = ['section', 'assignment', 'dataset', 'task', 'entry', 'people', 'study'];

/** Called by the Gradio component once its element exists. @param {{element: HTMLElement}} gradio */
export async function mount({ element }) {
  await stylesheets(import.meta.url, '../shared/desk.css', 'review.css');
  await new Review(element.querySelector('#review')).start();
}

export class Review extends Desk {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, { title: 'Review', sections: SECTIONS, kept: KEPT, passing: ['task', 'entry', 'people', 'study'] });
    root.classList.add('mc-review');
    /** @type {Filters|null} what the sections can be narrowed to */
    this.filters = null;
  }

  async prepare() {
    const [filters, damage] = await Promise.all([get('/api/review/filters'), get('/api/review/damage')]);
    this.filters = filters;
    this.warn(damageView(damage));
  }

  /** Selects that narrow a section to an assignment, where there is any, and a dataset. */
  scope() {
    const { assignment, dataset } = this.asked;
    const { assignments, datasets } = this.filters;
    const narrow = (name, label, all, options, value) => {
      const about = { 'aria-label': label, title: label };
      const chosen = (one) => this.go({ [name]: one, task: null, entry: null });
      return choice([['', all], ...options], value ?? '', chosen, about);
    };
    const named = assignments.map(({ id, title, closed }) => [String(id), title + (closed ? ' (closed)' : '')]);
    const labelled = datasets.map(({ id, label }) => [id, label]);
    const selects = [narrow('dataset', 'Dataset', 'All datasets', labelled, dataset)];
    if (named.length) selects.unshift(narrow('assignment', 'Assignment', 'All assignments', named, assignment));
    return selects;
  }
}
