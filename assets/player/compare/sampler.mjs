/** "Sample again": asks the server for new samples, follows the job, and says when they are there. */

import { post } from '../shared/http.mjs';
import { follow } from './follow.mjs';
import { samples } from './panel.mjs';

export class Sampler {
  /**
   * @param {HTMLElement} panel
   * @param {Record<string, HTMLElement>} slot
   * @param {() => object} entry the entry that is shown
   * @param {(result: object) => Promise<void>} finished called when a job of the shown entry is done
   * @param {AbortSignal} signal
   */
  constructor(panel, slot, entry, finished, signal) {
    Object.assign(this, { slot, entry, finished, signal });
    this.form = panel.querySelector('.mc-sampler');
    this.job = null;
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.start();
    }, { signal });
    this.form.querySelector('[data-act=cancel]').addEventListener('click', () => this.cancel(), { signal });
    slot.checkpoint.addEventListener('change', () => this.fit(), { signal });
  }

  /** Another entry or other runs: propose a seed that has not been used, take up a job that still runs. */
  open(entry, tracks) {
    this.tracks = tracks;
    this.fit();
    if (this.opened !== entry.id) {
      this.opened = entry.id;
      this.error('');
      this.job = null;
      this.progress(null);
      const job = sessionStorage.getItem(`mc-job ${entry.id}`);
      if (job) this.follow(job, entry.id);
    }
  }

  /** Fields as the chosen checkpoint needs them. */
  fit() {
    const { elements } = this.form;
    const checkpoint = this.entry()?.checkpoints.find(({ id }) => id === this.slot.checkpoint.value);
    const sampling = !checkpoint || samples(checkpoint.kind);
    for (const name of ['n', 'steps', 'guidance', 'temperature', 'seed']) elements[name].disabled = !sampling;
    const made = (this.tracks ?? []).some(({ run }) => run.checkpoint === checkpoint?.id);
    this.slot.sample.textContent = !sampling ? (made ? 'Score again' : 'Score') : made ? 'Sample again' : 'Sample';
    const seeds = (this.tracks ?? []).filter(({ run }) => run.checkpoint === checkpoint?.id)
      .flatMap(({ others }) => others.map(({ seed }) => seed ?? 0));
    // A seed that somebody typed stays until a run has used it.
    const proposal = `${this.entry()?.id} ${checkpoint?.id} ${Math.max(...seeds)}`;
    if (sampling && seeds.length && proposal !== this.proposal) elements.seed.value = String(Math.max(...seeds) + 1);
    this.proposal = proposal;
  }

  async start() {
    const { elements } = this.form;
    if (this.job || this.posting || !this.form.reportValidity()) return;
    this.posting = true;
    const guidance = elements.guidance.value;
    const entry = this.entry().id;
    this.error('');
    this.progress({ progress: 0, message: 'waiting', state: 'queued' });
    try {
      const { job } = await post('/api/sample', {
        entry,
        checkpoint: this.slot.checkpoint.value,
        n: Number(elements.n.value),
        seed: Number(elements.seed.value),
        steps: Number(elements.steps.value),
        guidance: guidance === '' ? null : Number(guidance),
        temperature: Number(elements.temperature.value),
      });
      sessionStorage.setItem(`mc-job ${entry}`, job);
      if (this.opened === entry) this.follow(job, entry);
    } catch (error) {
      if (this.opened !== entry) return;
      this.progress(null);
      this.error(error.message, error.hint);
    } finally {
      this.posting = false;
    }
  }

  /** Let a checkpoint that is not applied by itself score this entry all the same. */
  accept(checkpoint) {
    this.slot.checkpoint.value = checkpoint;
    this.fit();
    const { n } = this.form.elements;
    if (!n.disabled) n.value = '8';
    return this.start();
  }

  /** Show a job until it ends. */
  async follow(id, entry) {
    this.job = id;
    let job = null;
    try {
      job = await follow(id, {
        told: (now) => this.progress(now),
        wanted: () => this.job === id && !this.signal.aborted,
      });
      if (!job) return;
      if (job.state === 'done') await this.finished(job.result);
      else if (job.state === 'failed') this.error(job.error?.message ?? 'Sampling failed.', job.error?.hint);
    } catch (error) {
      if (error.code !== 'not_found') this.error(error.message, error.hint);
    }
    sessionStorage.removeItem(`mc-job ${entry}`);
    if (this.job !== id) return;
    this.job = null;
    this.progress(null);
  }

  async cancel() {
    if (!this.job) return;
    try {
      await post('/api/job/cancel', { id: this.job });
    } catch (error) {
      this.error(error.message, error.hint);
    }
  }

  progress(job) {
    const { slot } = this;
    slot.job.hidden = !job;
    slot.sample.hidden = Boolean(job);
    if (!job) return;
    const bar = slot.job.querySelector('progress');
    if (job.progress === null) bar.removeAttribute('value');
    else bar.value = job.progress ?? 0;
    slot['job-text'].textContent = job.message || job.state;
  }

  error(message, hint = '') {
    this.slot['sample-error'].hidden = !message;
    this.slot['sample-error'].textContent = [message, hint].filter(Boolean).join(' ');
  }
}
