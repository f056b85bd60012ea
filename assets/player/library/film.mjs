/** A film, from the first byte to the entry; or one or several of the server's import folder, which are not sent. */

import { h } from '../shared/dom.mjs';
import { clock, count } from '../shared/format.mjs';
import { get, post, remove, sentence, url } from '../shared/http.mjs';
import { particulars, sentence as jobSentence } from '../shared/job_texts.mjs';
import { button, query } from '../shared/parts.mjs';
import { thumbnail } from '../shared/thumbnail.mjs';
import { Card, shownSending } from './card.mjs';
import * as memory from './unfinished.mjs';
import { unwatch, watch } from './watching.mjs';

/** @typedef {import('./adding.mjs').Adding} Adding */
/** @typedef {import('./sending.mjs').Sending} Sending */
/** @typedef {import('./watching.mjs').Job} Job */
/** @typedef {import('../shared/wire').IngestResult} IngestResult */
/** @typedef {IngestResult['entries'][number] & {reason?: string}} Taken */

const AGAIN_MS = 10_000;
const SLOWLY = new Set([0, 429, 503]);
const PICTURE = [112, 63];

export class FilmCard extends Card {
  /**
   * @param {Adding} app
   * @param {string} name
   * @param {object} from
   * @param {Sending} [from.sending] a file of this browser
   * @param {string} [from.id] a file that the server has
   * @param {string} [from.path] a name in the import folder
   * @param {number} [from.job] that takes it in already
   */
  constructor(app, name, { sending, id, path, job }) {
    super(name);
    this.app = app;
    this.sending = sending;
    this.id = id ?? null;
    this.path = path;
    this.job = job ?? null;
    /** Whether nothing is to be done about it any more. */
    this.over = false;
    if (sending) {
      sending.on('changed', () => this._onSending());
      this._onSending();
    } else if (job) this._follow(job);
    else this._ask();
  }

  _onSending() {
    const { sending, app } = this;
    if (sending.state === 'sent') {
      this.id = sending.id;
      this._ask();
      return;
    }
    if (sending.state === 'cancelled') return;
    this.show(shownSending(sending, {
      goOn: () => app.line.add(sending),
      now: () => sending.now(),
      pause: () => sending.pause(),
      cancel: () => this.cancel(),
    }));
  }

  cancel() {
    this.app.line.leave(this.sending);
    this.sending.cancel();
    this.app.drop(this);
  }

  /** Have it taken in as the settings are now. */
  async _ask() {
    this.show({ state: 'asking', said: 'Waits to be taken in.', share: null });
    let job;
    try {
      const which = this.path ? { path: [this.path] } : { sent: [this.id] };
      ({ job } = await post('/api/ingest', { ...this.app.how.body(), ...which }, { quiet: true }));
    } catch (error) {
      if (SLOWLY.has(error.status)) {
        this.show({ state: 'asking', said: `Waits to be taken in: ${sentence(error)}`, share: null });
        setTimeout(() => this._ask(), AGAIN_MS);
      } else this._failed(sentence(error));
      return;
    }
    this._follow(job);
  }

  /** @param {number} job */
  _follow(job) {
    this.job = job;
    const id = this.id ?? `job-${job}`;
    const { size = 0, lastModified: changed = 0 } = this.sending?.file ?? {};
    memory.put({ id, name: this.name, size, changed, kind: 'video', job });
    document.dispatchEvent(new Event('manycut:job'));
    this.show({ state: 'queued', said: 'Waits for the worker.' });
    watch(job, (found) => this._told(found), () => {
      memory.forget(id);
      this.app.drop(this);
    });
  }

  /** @param {Job} job */
  _told(job) {
    if (job.state === 'queued' || job.state === 'running') {
      const share = job.state === 'running' ? job.progress : undefined;
      this.show({ state: job.state, said: jobSentence(job), share, tools: button('Cancel', () => this._stop()) });
      return;
    }
    memory.forget(this.id ?? `job-${job.id}`);
    if (job.state === 'done') this._done(job);
    else this._failed(jobSentence(job));
  }

  async _stop() {
    await post('/api/job/cancel', { id: this.job }).catch((error) => this.app.say(sentence(error)));
  }

  /** @param {string} said */
  _failed(said) {
    this.over = true;
    this.app.changed();
    const again = () => {
      this.over = false;
      this._ask();
    };
    this.show({ state: 'failed', said, tools: [button('Try again', again), button('Dismiss', () => this.dismiss())] });
  }

  dismiss() {
    if (this.job) unwatch(this.job);
    if (this.id) {
      memory.forget(this.id);
      remove(`/api/sending${query({ id: this.id })}`, { quiet: true }).catch(() => {}); // it is in the library, or goes by itself
    }
    this.app.drop(this);
  }

  /** @param {Job} job */
  async _done(job) {
    const result = /** @type {IngestResult} */ (job.result);
    this.over = true;
    document.dispatchEvent(new Event('manycut:library'));
    this.app.changed();
    /** @type {Taken[]} */
    const taken = result.alone ? [result.alone] : [...result.entries, ...result.skipped];
    const dismiss = button('Dismiss', () => this.dismiss());
    const lines = result.alone ? [] : particulars(job);
    const failures = lines.length > 0 && h('ul', {}, lines.map(({ text }) => h('li', { class: 'mc-bad' }, text)));
    if (!taken.length) {
      this.show({ state: 'failed', said: jobSentence(job), tools: dismiss, more: failures });
      return;
    }
    const [first] = taken;
    const title = h('a', { href: url(`/compare${query({ entry: first.entry })}`) }, this.name);
    const compare = h('a', { class: 'mc-button', href: url(`/compare${query({ entry: first.entry })}`) }, 'Open in Compare');
    const said = taken.length > 1 || lines.length ? jobSentence(job) : outcome(first, result);
    const state = first.reason ? 'known' : 'done';
    const show = (picture) => this.show({ state, said, title, tools: [compare, dismiss], more: failures, picture });
    show(null);
    const entry = await get(`/api/entry${query({ id: first.entry })}`, { quiet: true }).catch(() => null);
    if (entry) show(thumbnail(entry.thumbnails, PICTURE[0], PICTURE[1]));
  }
}

/** @param {Taken} one @param {IngestResult} result */
function outcome(one, { captioned, judged }) {
  const known = one.reason ? `Known: ${one.reason}, and left as it is. ` : '';
  const curves = one.runs.length > 0 && count(one.runs.length, 'score curve');
  const parts = [clock(one.duration), count(one.picks, 'pick'), count(one.n_shots, 'shot'), curves].filter(Boolean);
  const facts = `${parts.join(', ')}.`;
  const language = captioned ? ` Described by ${captioned.captioner}${judged ? `, judged by ${judged.judge}` : ''}.` : '';
  const remarks = h('ul', {}, one.notes.map((note) => h('li', {}, note)));
  const folded = one.notes.length > 0 && h('details', {}, h('summary', {}, count(one.notes.length, 'remark')), remarks);
  return [`${known}${facts}${language}`, folded];
}
