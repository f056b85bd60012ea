/** What the Models page knows: the models, which is open, which are chosen to stand side by side, and the work underway. */

import { get } from '../shared/http.mjs';
import { Observable } from '../shared/observable.mjs';
import { PATIENCE_MS } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').ModelFacts} Model */
/** @typedef {import('../shared/wire').ModelsList} ModelsList  of GET /api/models */
/** @typedef {import('../shared/job_texts.mjs').Job} Job */
/** @typedef {{loss: (number|null)[], validation: (number|null)[]}} Epochs */

/** Kinds of jobs after which there is something new to see here. */
export const WORK = ['train', 'train_splits', 'pretrain', 'measure', 'report', 'import_checkpoint'];
/** Those of them that have a curve while they go on. */
export const TRAININGS = ['train', 'train_splits'];
const BUSY_MS = 900;
const IDLE_MS = 5000;

export class ModelsStore extends Observable {
  constructor() {
    super();
    /** @type {ModelsList|null} */
    this.data = null;
    /** Ids of the models that were ticked, in that order. @type {string[]} */
    this.chosen = [];
    /** Id of the model that was removed last, for undoing. @type {string|null} */
    this.removed = null;
    /** Jobs of these kinds, newest first. @type {Job[]} */
    this.jobs = [];
    /** Who does them. @type {import('../shared/wire').WorkerFacts[]} */
    this.workers = [];
    this.workersShown = false;
    /** Jobs of all kinds that wait. @type {Job[]} */
    this.queue = [];
    /** Of the training that is underway: the epochs of its newest model so far. @type {Epochs|null} */
    this.underway = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this._timer = undefined;
  }

  /** Those that are not removed, newest first. @returns {Model[]} */
  get models() {
    return (this.data?.models ?? []).filter((one) => !one.removed);
  }

  /** Those that were removed. @returns {Model[]} */
  get gone() {
    return (this.data?.models ?? []).filter((one) => one.removed);
  }

  /** @param {string|null} id @returns {Model|undefined} */
  model(id) {
    return this.models.find((one) => one.id === id);
  }

  /** What a checkpoint is called, also one that is not here any more. @param {string} id */
  label(id) {
    return this.data?.models.find((one) => one.id === id)?.label ?? id;
  }

  /** The colour of a model's kind, everywhere the same. @param {Model} one */
  colour({ applies_as: kind }) {
    return `var(--mc-${this.data?.kinds[kind]?.colour ?? 'other-model'})`;
  }

  /** What a model's kind is called. @param {Model} one */
  kind({ kind }) {
    return this.data?.kinds[kind]?.label ?? kind;
  }

  async load() {
    this.data = await get('/api/models', { timeout: PATIENCE_MS });
    this.chosen = this.chosen.filter((id) => this.model(id));
    this.tell('models');
  }

  /** @param {string} id @param {boolean} [chosen] the other way round by default */
  choose(id, chosen = !this.chosen.includes(id)) {
    this.chosen = [...this.chosen.filter((one) => one !== id), ...(chosen ? [id] : [])];
    this.tell('chosen');
  }

  chooseNone() {
    this.chosen = [];
    this.tell('chosen');
  }

  /** Ask for jobs again and again until the signal ends it; what came of them is loaded. @param {AbortSignal} signal */
  async follow(signal) {
    clearTimeout(this._timer);
    if (signal.aborted) return;
    let busy = false;
    try {
      const { jobs, workers } = await get('/api/jobs', { signal });
      this.workers = workers;
      const before = this.jobs;
      this.queue = jobs.filter(({ state }) => state === 'queued');
      this.jobs = jobs.filter(({ kind }) => WORK.includes(kind));
      this.underway = await this._epochs(signal);
      const finished = this.jobs.some((job) => ended(job) && before.some((one) => one.id === job.id && !ended(one)));
      if (finished) await this.load();
      this.tell('jobs');
      busy = this.jobs.some((job) => !ended(job));
    } catch {
      if (signal.aborted) return;
    }
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.follow(signal), busy ? BUSY_MS : IDLE_MS);
  }

  /** @param {AbortSignal} signal @returns {Promise<Epochs|null>} null where nothing is being trained */
  async _epochs(signal) {
    const running = this.jobs.find(({ kind, state }) => TRAININGS.includes(kind) && state === 'running');
    return running ? epochsOf(running.id, { signal }) : null;
  }
}

/**
 * The epochs of the newest model of a training.
 * @param {Job['id']} job
 * @param {import('../shared/http.mjs').Options} [options]
 * @returns {Promise<Epochs>}
 */
export async function epochsOf(job, options = {}) {
  /** @type {import('../shared/wire').Curves} */
  const { curves } = await get(`/api/job/curves?id=${job}`, options);
  const epochs = curves.findLast((one) => one.epochs.length)?.epochs ?? []; // the next model begins without any
  const judged = epochs.filter(({ validation }) => validation !== null);
  return { loss: epochs.map(({ loss }) => loss), validation: judged.map(({ validation }) => validation) };
}

/** @param {Job} job */
export function ended({ state }) {
  return state !== 'queued' && state !== 'running';
}
