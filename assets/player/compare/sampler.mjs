/** "Sample again": asks the server for new samples, follows the job, and says when they are there. */

import { h, replace } from '../shared/dom.mjs';
import { follow } from './follow.mjs';
import { post } from '../shared/http.mjs';
import { GUIDANCE, SAMPLES_PER_RUN, SAMPLING_STEPS, SEED, TEMPERATURE } from '../shared/limits.mjs';
import { progressLine } from './swatch.mjs';

/** @type {[string, string, string, Record<string, any>][]} name, label, what it is, limits */
const FIELDS = [
  ['n', 'Samples', 'How many summaries are drawn', { min: 1, max: SAMPLES_PER_RUN, value: 8 }],
  ['steps', 'Steps', 'Denoising steps of the sampler; more is slower and finer', { min: 1, max: SAMPLING_STEPS, value: 10 }],
  ['guidance', 'Guidance', 'Guidance weight: how strongly the video steers the sampler. Empty: as the checkpoint was made for.',
    { min: 0, max: GUIDANCE, step: 0.1, placeholder: 'auto' }],
  ['temperature', 'Temp.', 'Factor on the noise: 1 as trained, less gives samples nearer to each other, more gives wilder ones',
    { min: 0, max: TEMPERATURE, step: 0.1, value: 1 }],
  ['seed', 'Seed', 'The same seed gives the same samples', { min: 0, max: SEED, value: 1 }],
];

/** The job of an entry that this tab waits for, also after the page was loaded again. */
const kept = (entry) => `mc-job ${entry}`;

export class Sampler {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {(result: import('../shared/wire').SampleResult|null) => Promise<void>} finished called when a job of the shown entry is done
   */
  constructor({ store, signal }, finished) {
    this.store = store;
    this.signal = signal;
    this.finished = finished;
    /** @type {number|string|null} */
    this.job = null;
    this.#build();
    store.on('model', () => this.#open());
  }

  #build() {
    this.checkpoint = h('select', { id: 'mc-checkpoint', 'data-slot': 'checkpoint', onchange: () => this.#fit() });
    /** @type {Record<string, HTMLInputElement>} */
    this.fields = Object.fromEntries(FIELDS.map(([name, , , limits]) => [name, h('input', { type: 'number', name, ...limits })]));
    this.button = h('button', { type: 'submit', 'data-slot': 'sample' }, 'Sample again');
    this.progress = progressLine('Progress of sampling', () => this.#cancel());
    this.progress.element.dataset.slot = 'job';
    this.note = h('p', { class: 'mc-quiet', 'data-slot': 'sample-note', hidden: true });
    this.problem = h('p', { class: 'mc-error', 'data-slot': 'sample-error', role: 'alert', hidden: true });
    const submit = (event) => {
      event.preventDefault();
      this.start();
    };
    const label = h('label', { for: 'mc-checkpoint', title: 'Trained model that scores this entry' }, 'Model');
    this.form = h(
      'form', { class: 'mc-sampler', onsubmit: submit },
      h('div', { class: 'mc-field' }, label, this.checkpoint),
      h('div', { class: 'mc-fields' }, FIELDS.map(([name, label, title]) => h('label', { title }, label, this.fields[name]))),
      h('div', { class: 'mc-samplerow' }, this.button, this.progress.element),
      this.note,
      this.problem,
    );
  }

  /** Another entry or other runs: propose a seed that has not been used, take up a job that still runs. */
  #open() {
    const { entry } = this.store;
    this.#fill(entry);
    this.#fit();
    if (this.opened === entry.id) return;
    this.opened = entry.id;
    this.error('');
    this.job = null;
    this.#show(null);
    const job = sessionStorage.getItem(kept(entry.id));
    if (job) this.#follow(job, entry.id);
  }

  #samples({ kind }) {
    return this.store.entry.kinds[kind].samples;
  }

  /** Checkpoints that fit come first; the others stay visible with their reason. @param {import('./server.mjs').Entry} entry */
  #fill({ checkpoints }) {
    const before = this.checkpoint.value;
    const rank = (one) => 2 * Number(one.fits) + Number(this.#samples(one));
    const ordered = [...checkpoints].sort((a, b) => rank(b) - rank(a));
    replace(this.checkpoint, ordered.map(({ id, label, reason, fits }) =>
      h('option', { value: id, title: reason || id, disabled: !fits }, `${label}${fits ? '' : ' (does not fit)'}`)));
    if (ordered.some(({ id, fits }) => fits && id === before)) this.checkpoint.value = before;
    const usable = ordered.some(({ fits }) => fits);
    this.checkpoint.disabled = this.button.disabled = !usable;
    this.note.hidden = usable;
    const misfit = ordered.find(({ fits }) => !fits);
    this.note.textContent = misfit?.reason ?? 'No model is trained yet; the Models page trains one.';
  }

  /** Fields as the chosen checkpoint needs them. */
  #fit() {
    const { entry, model } = this.store;
    const checkpoint = entry.checkpoints.find(({ id }) => id === this.checkpoint.value);
    const sampling = !checkpoint || this.#samples(checkpoint);
    for (const field of Object.values(this.fields)) field.disabled = !sampling;
    const made = model.tracks.filter(({ run }) => run.checkpoint === checkpoint?.id);
    this.button.textContent = `${sampling ? 'Sample' : 'Score'}${made.length ? ' again' : ''}`;
    const seeds = made.flatMap(({ others }) => others.map(({ seed }) => seed ?? 0));
    // A seed that somebody typed stays until a run has used it.
    const proposal = `${entry.id} ${checkpoint?.id} ${Math.max(...seeds)}`;
    if (sampling && seeds.length && proposal !== this.proposal) this.fields.seed.value = String(Math.max(...seeds) + 1);
    this.proposal = proposal;
  }

  async start() {
    if (this.job || this.posting || !this.form.reportValidity()) return;
    this.posting = true;
    const { guidance, ...others } = this.fields;
    const entry = this.store.entry.id;
    this.error('');
    this.#show({ progress: 0, message: 'waiting', state: 'queued' });
    try {
      const { job } = await post('/api/sample', {
        entry,
        checkpoint: this.checkpoint.value,
        ...Object.fromEntries(Object.entries(others).map(([name, field]) => [name, Number(field.value)])),
        guidance: guidance.value === '' ? null : Number(guidance.value),
      });
      sessionStorage.setItem(kept(entry), job);
      if (this.opened === entry) this.#follow(job, entry);
    } catch (error) {
      if (this.opened !== entry) return;
      this.#show(null);
      this.error(error.message, error.hint);
    } finally {
      this.posting = false;
    }
  }

  /** Let a checkpoint that is not applied by itself score this entry all the same. @param {string} checkpoint */
  accept(checkpoint) {
    this.checkpoint.value = checkpoint;
    this.#fit();
    if (!this.fields.n.disabled) this.fields.n.value = '8';
    return this.start();
  }

  /** Show a job until it ends. */
  async #follow(id, entry) {
    this.job = id;
    try {
      const wanted = () => this.job === id && !this.signal.aborted;
      const job = await follow(id, { told: (now) => this.#show(now), wanted });
      if (!job) return;
      if (job.state === 'done') await this.finished(/** @type {import('../shared/wire').SampleResult|null} */ (job.result));
      else if (job.state === 'failed') this.error(job.error?.message ?? 'Sampling failed.', job.error?.hint);
    } catch (error) {
      if (error.code !== 'not_found') this.error(error.message, error.hint);
    }
    sessionStorage.removeItem(kept(entry));
    if (this.job !== id) return;
    this.job = null;
    this.#show(null);
  }

  async #cancel() {
    if (!this.job) return;
    try {
      await post('/api/job/cancel', { id: this.job });
    } catch (error) {
      this.error(error.message, error.hint);
    }
  }

  #show(job) {
    this.progress.show(job);
    this.button.hidden = Boolean(job);
  }

  /** @param {string} message @param {string} [hint] */
  error(message, hint = '') {
    this.problem.hidden = !message;
    this.problem.textContent = [message, hint].filter(Boolean).join(' ');
  }
}
