/** A data set, captions, labels, splits or a model: sent, looked at, and taken in when somebody says so. */

import { h } from '../shared/dom.mjs';
import { count } from '../shared/format.mjs';
import { check, choice, field } from '../shared/form.mjs';
import { post, remove, sentence, url } from '../shared/http.mjs';
import { sentence as jobSentence } from '../shared/job_texts.mjs';
import { PERSON_NAME_CHARS } from '../shared/limits.mjs';
import { button, primary, query, row } from '../shared/parts.mjs';
import { Card, shownSending } from './card.mjs';
import { ABOUT_VIDEOS, facts, inAll, words } from './preview.mjs';
import * as memory from './unfinished.mjs';
import { Sending } from './sending.mjs';
import { unwatch, watch } from './watching.mjs';

/** @typedef {import('./adding.mjs').Adding} Adding */
/** @typedef {import('./watching.mjs').Job} Job */
/** @typedef {import('../shared/wire').ImportPreviewResult} Preview */
/** @typedef {import('../shared/wire').ImportFileResult} Taken */

const AGAIN_MS = 10_000;
const SLOWLY = new Set([0, 429, 503]);

export class DataCard extends Card {
  /**
   * @param {Adding} app
   * @param {string} name
   * @param {object} from
   * @param {Sending} [from.sending] a file of this browser
   * @param {string} [from.id] a file that the server has
   * @param {number} [from.job] that takes it in already
   */
  constructor(app, name, { sending, id, job }) {
    super(name);
    this.app = app;
    this.sending = sending;
    this.id = id ?? null;
    this.job = job ?? null;
    this.over = false;
    /** What it is to be called; null as the file. @type {string|null} */
    this._called = null;
    /** Which data set labels of another tool are about; null for the one that fits best. @type {string|null} */
    this._about = null;
    if (sending) {
      sending.on('changed', () => this._onSending());
      this._onSending();
    } else if (job) this._follow(job, (found) => this._taken(found));
    else this._look();
  }

  _onSending() {
    const { sending, app } = this;
    if (sending.state === 'sent') {
      this.id = sending.id;
      this._look();
    } else if (sending.state !== 'cancelled') {
      const goOn = () => app.line.add(sending);
      this.show(shownSending(sending, { goOn, now: () => sending.now(), pause: () => sending.pause(), cancel: () => this.cancel() }));
    }
  }

  cancel() {
    this.app.line.leave(this.sending);
    this.sending.cancel();
    this.app.drop(this);
  }

  /** Find out what is in it. */
  async _look() {
    this.show({ state: 'looking', said: 'Looking at what is in it.', share: null });
    const body = { sent: this.id, name: this._called, dataset: this._about };
    await this._begin('/api/library/preview', body, () => this._look(), (job) => this._seen(job));
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {() => void} again
   * @param {(job: Job) => void} ended
   */
  async _begin(path, body, again, ended) {
    try {
      const { job } = await post(path, body, { quiet: true });
      this._follow(job, ended);
      return job;
    } catch (error) {
      if (SLOWLY.has(error.status)) {
        this.show({ state: 'asking', said: `Waits: ${sentence(error)}`, share: null });
        setTimeout(again, AGAIN_MS);
      } else this._failed(sentence(error));
      return null;
    }
  }

  /** @param {number} job @param {(job: Job) => void} ended */
  _follow(job, ended) {
    this.job = job;
    watch(job, (found) => {
      if (found.state === 'done') ended(found);
      else if (found.state !== 'queued' && found.state !== 'running') this._failed(jobSentence(found));
      else {
        const stop = button('Cancel', () => post('/api/job/cancel', { id: job }).catch((error) => this.app.say(sentence(error))));
        const share = found.state === 'running' ? found.progress : undefined;
        this.show({ state: found.state, said: jobSentence(found), share, tools: stop });
      }
    }, () => this.dismiss());
  }

  /** @param {Job} job */
  _seen(job) {
    const preview = /** @type {Preview} */ (job.result);
    const { kind, good, found, unit, replaced, fits, into, unnamed } = preview;
    const all = count(found, ...words(unit));
    const said = `${preview.format}: ${good === found ? all : `${good} of ${all}`} can be taken in.`;
    const replaceText = `Replace the ${count(replaced, 'entry that is', 'entries that are')} here already`;
    const replace = check(replaceText, false, () => ready(), { name: 'replace' });
    const whose = ABOUT_VIDEOS.includes(kind) && fits.length > 0;
    const turned = kind === 'labels' ? (/** @type {string} */ id) => this._lookInto(id) : null;
    const sets = /** @type {[string, string][]} */ (fits.map((one) => [one.dataset, `${one.dataset} (${one.entries})`]));
    const dataset = choice(sets, into ?? fits[0]?.dataset ?? null, turned);
    const person = h('input', { type: 'text', value: '', maxlength: PERSON_NAME_CHARS, required: true, oninput: () => ready() });
    const name = h('input', { type: 'text', value: preview.name, maxlength: 100, onchange: () => this._rename(name.value.trim()) });
    const text = good === found ? `Take in ${inAll(good, unit)}` : `Take in ${good} of ${found}`;
    const scores = h('input', { type: 'file', accept: '.mat,.tsv' });
    const take = primary(text, () => this._take({
      preview, replace: replace.box.checked, dataset: whose ? dataset.value : null,
      scores: kind === 'dataset' ? scores.files[0] ?? null : null, person: unnamed ? person.value.trim() : null,
    }));
    const ready = () => {
      const lacks = (ABOUT_VIDEOS.includes(kind) && !whose) || (unnamed > 0 && !person.value.trim());
      take.disabled = !good || (replaced > 0 && !replace.box.checked) || lacks;
    };
    ready();
    const form = h(
      'div', { class: 'mc-fields' },
      ['dataset', 'checkpoint'].includes(kind) && field('Name in the library', name),
      kind === 'dataset' && field('Each person’s scores', scores, 'ydata-tvsum50 .mat or .tsv, where they are a file of their own.'),
      whose && field('Data set that they are about', dataset),
      unnamed > 0 && good > 0 && field('Whose labels these are', person, 'The file does not say it.'),
      replaced > 0 && replace.element,
    );
    const tools = [take, button('Do not take it in', () => this.dismiss())];
    this.show({ state: 'previewed', said, more: [facts(preview), form, row(tools)] });
  }

  /** @param {string} name */
  _rename(name) {
    this._called = name || null;
    this._look();
  }

  /** Look which entries of another data set it is about. @param {string} dataset */
  _lookInto(dataset) {
    this._about = dataset;
    this._look();
  }

  /** @param {{preview: Preview, replace: boolean, dataset: string|null, scores: File|null, person: string|null}} chosen */
  async _take(chosen) {
    const { preview, replace, dataset, scores, person } = chosen;
    const skip = preview.good < preview.found;
    const body = { sent: this.id, name: this._called, replace, skip_bad: skip, dataset, person, annotations: null };
    this.show({ state: 'asking', said: scores ? `Sends ${scores.name}.` : 'Waits to be taken in.', share: null });
    if (scores) {
      const sending = new Sending(scores, 'data');
      await sending.run();
      if (sending.state !== 'sent') {
        this._failed(sentence(sending.trouble));
        return;
      }
      memory.forget(sending.id);
      body.annotations = sending.id;
    }
    const again = () => this._take(chosen);
    const job = await this._begin('/api/library/import', body, again, (found) => this._taken(found));
    if (job !== null) memory.note(this.id, job);
    document.dispatchEvent(new Event('manycut:job'));
  }

  /** @param {Job} job */
  _taken(job) {
    const { kind, name, taken, first, left_out: left, notes } = /** @type {Taken} */ (job.result);
    this.over = true;
    if (this.id) memory.forget(this.id);
    document.dispatchEvent(new Event('manycut:library'));
    this.app.changed();
    const [said, label, href] = {
      dataset: [`${count(taken, 'entry', 'entries')} in “${name}”.`, 'Open in Compare', `/compare${query({ entry: first })}`],
      captions: [`Captions of ${count(taken, 'entry', 'entries')} of “${name}”.`, 'Open in Compare', `/compare${query({ entry: first })}`],
      labels: [`Labels of ${count(taken, 'entry', 'entries')} of “${name}”.`, 'Open in Compare', `/compare${query({ entry: first })}`],
      events: [`${count(taken, 'task')} joined.`, 'Open Review', '/review'],
      splits: [`${count(taken, 'split')} kept as “${name}”.`, 'Train with it', '/models?section=train'],
      checkpoint: [`It is here as “${name}”.`, 'Open in Models', `/models${query({ model: name })}`],
    }[kind];
    const reasons = left.map((one) => h('li', {}, `${one.entry}: ${one.reason}`));
    const more = left.length > 0 && h('details', {}, h('summary', {}, `${left.length} left out`), h('ul', {}, reasons));
    const tools = [h('a', { class: 'mc-button', href: url(href) }, label), button('Dismiss', () => this.dismiss())];
    this.show({ state: 'done', said: [said, ...notes].join(' '), tools, more });
  }

  /** @param {string} said */
  _failed(said) {
    if (this.id) memory.forget(this.id);
    this.over = true;
    this.app.changed();
    const again = () => {
      this.over = false;
      this._look();
    };
    this.show({ state: 'failed', said, tools: [this.id && button('Look again', again), button('Dismiss', () => this.dismiss())] });
  }

  dismiss() {
    if (this.job) unwatch(this.job);
    if (this.id) {
      memory.forget(this.id);
      remove(`/api/sending${query({ id: this.id })}`, { quiet: true }).catch(() => {}); // it is in the library, or goes by itself
    }
    this.app.drop(this);
  }
}
