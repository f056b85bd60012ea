/** "Sample again": asks the server for new samples, follows the job, and says when they are there. */

import { h, replace } from '../shared/dom.mjs';
import { EntryJob } from './entry_job.mjs';
import { GUIDANCE, SAMPLES_PER_RUN, SAMPLING_STEPS, SEED, TEMPERATURE } from '../shared/limits.mjs';

/** @type {[string, string, string, Record<string, any>][]} name, label, what it is, limits */
const FIELDS = [
  ['n', 'Samples', 'How many summaries are drawn', { min: 1, max: SAMPLES_PER_RUN, value: 8 }],
  ['steps', 'Steps', 'Denoising steps of the sampler; more is slower. Empty: as many as its kind usually takes.',
    { min: 1, max: SAMPLING_STEPS }],
  ['guidance', 'Guidance', 'Guidance weight: how strongly the video steers the sampler. Empty: as the checkpoint was made for.',
    { min: 0, max: GUIDANCE, step: 0.1, placeholder: 'auto' }],
  ['temperature', 'Temp.', 'Factor on the noise: 1 as trained, less gives samples nearer to each other, more gives wilder ones',
    { min: 0, max: TEMPERATURE, step: 0.1, value: 1 }],
  ['seed', 'Seed', 'The same seed gives the same samples', { min: 0, max: SEED, value: 1 }],
];

/** What is as usual where nothing is written. */
const MAY_BE_EMPTY = ['steps', 'guidance'];
/** What only diffusion is told. */
const OF_DIFFUSION = ['steps', 'guidance', 'temperature'];

export class Sampler {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {(result: import('../shared/wire').SampleResult|null) => Promise<void>} finished called when a job of the shown entry is done
   */
  constructor(page, finished) {
    this.store = page.store;
    this.#build(page, finished);
    this.store.on('model', () => this.#open());
  }

  #build(page, finished) {
    this.checkpoint = h('select', { id: 'mc-checkpoint', 'data-slot': 'checkpoint', onchange: () => this.#fit() });
    /** @type {Record<string, HTMLInputElement>} */
    this.fields = Object.fromEntries(FIELDS.map(([name, , , limits]) => [name, h('input', { type: 'number', name, ...limits })]));
    this.button = h('button', { type: 'submit', 'data-slot': 'sample' }, 'Sample again');
    this.work = new EntryJob(page, {
      button: this.button, label: 'Progress of sampling', slot: 'sample-error', kept: 'mc-job', done: finished,
    });
    const { progress, problem } = this.work;
    progress.element.dataset.slot = 'job';
    this.note = h('p', { class: 'mc-quiet', 'data-slot': 'sample-note', hidden: true });
    const submit = (event) => {
      event.preventDefault();
      this.start();
    };
    const label = h('label', { for: 'mc-checkpoint', title: 'Trained model that scores this entry' }, 'Model');
    this.form = h(
      'form', { class: 'mc-sampler', onsubmit: submit },
      h('div', { class: 'mc-field' }, label, this.checkpoint),
      h('div', { class: 'mc-fields' }, FIELDS.map(([name, label, title]) => h('label', { title }, label, this.fields[name]))),
      h('div', { class: 'mc-samplerow' }, this.button, progress.element),
      this.note,
      problem,
    );
  }

  /** Another entry or other runs: propose a seed that has not been used, take up a job that still runs. */
  #open() {
    const { entry } = this.store;
    this.#fill(entry);
    this.#fit();
    if (this.work.entry !== entry.id) this.work.open(entry.id);
  }

  #kind({ kind }) {
    return this.store.entry.kinds[kind];
  }

  /** Checkpoints that fit come first; the others stay visible with their reason. @param {import('./server.mjs').Entry} entry */
  #fill({ checkpoints }) {
    const before = this.checkpoint.value;
    const rank = (one) => 2 * Number(one.fits) + Number(this.#kind(one).samples);
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
    const sampling = !checkpoint || this.#kind(checkpoint).samples;
    const diffusing = !checkpoint || this.#kind(checkpoint).diffuses;
    for (const [name, field] of Object.entries(this.fields)) {
      field.disabled = !(OF_DIFFUSION.includes(name) ? diffusing : sampling);
    }
    this.fields.steps.placeholder = String((checkpoint && this.#kind(checkpoint).steps) ?? '');
    const made = model.tracks.filter(({ run }) => run.checkpoint === checkpoint?.id);
    this.button.textContent = `${sampling ? 'Sample' : 'Score'}${made.length ? ' again' : ''}`;
    const seeds = made.flatMap(({ others }) => others.map(({ seed }) => seed ?? 0));
    // A seed that somebody typed stays until a run has used it.
    const proposal = `${entry.id} ${checkpoint?.id} ${Math.max(...seeds)}`;
    if (sampling && seeds.length && proposal !== this.proposal) this.fields.seed.value = String(Math.max(...seeds) + 1);
    this.proposal = proposal;
  }

  async start() {
    if (this.work.busy || !this.form.reportValidity()) return;
    const number = ([name, { value }]) => [name, value === '' && MAY_BE_EMPTY.includes(name) ? null : Number(value)];
    await this.work.start('/api/sample', {
      entry: this.store.entry.id,
      checkpoint: this.checkpoint.value,
      ...Object.fromEntries(Object.entries(this.fields).map(number)),
    });
  }

  /** Let a checkpoint that is not applied by itself score this entry all the same. @param {string} checkpoint */
  accept(checkpoint) {
    this.checkpoint.value = checkpoint;
    this.#fit();
    if (!this.fields.n.disabled) this.fields.n.value = '8';
    return this.start();
  }
}
