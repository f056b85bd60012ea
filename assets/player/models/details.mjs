/** One model: where its knowledge comes from, how good it is, how it was trained, and what can be done with it. */

import { act } from '../shared/asking.mjs';
import { when } from '../shared/dates.mjs';
import { h, replace } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { count } from '../shared/format.mjs';
import { get, sentence, url } from '../shared/http.mjs';
import { button, link, quietly, row } from '../shared/parts.mjs';
import { curves } from './curves.mjs';
import { figuresTable } from './figures.mjs';
import { helpedParts } from './helped.mjs';
import { lasted, moment, setting } from './words.mjs';

/** @typedef {import('./store.mjs').Model} Model */

/** @type {Record<string, string>} */
const TARGETS = { individual: 'each person’s scores', mean: 'their mean', none: 'without labels' };
const UNKNOWN_HELP = 'Nobody has compared yet what it reaches on its held-out videos with what was before.';
const UNMEASURED = 'Nothing was measured yet on videos that it has not learned from.';

export class Details {
  /** @param {import('./models.mjs').Models} app @param {Model} model */
  constructor(app, model) {
    this.app = app;
    this.store = app.store;
    this.key = model.id;
    this.element = h('article', { class: 'mc-model', 'data-model': model.id });
    this._card = h('div', {});
    this._helped = h('div', { class: 'mc-measured mc-changed-by-it' });
    this._draw(model);
    this._loadCard();
  }

  /** The same model, perhaps with news. @param {Model|undefined} model */
  update(model) {
    if (model && model !== this.model) {
      this._draw(model);
      this._loadCard();
    }
    return true;
  }

  /** @param {Model} model */
  _draw(model) {
    this.model = model;
    replace(
      this.element,
      h('header', { class: 'mc-model-top' }, h('h2', { tabindex: '-1' }, model.label), this._actions()),
      h('p', { class: 'mc-provenance' }, model.learned_from),
      h('h3', {}, 'How good it is'),
      model.measured.length ? model.measured.map(figuresTable) : quietly(UNMEASURED),
      this._measure(),
      model.held_out.length > 0 && [h('h3', {}, 'Did its training help?'), this._helped],
      h('h3', {}, 'How it was made'),
      model.loss.length > 0 && this._curves(),
      this._facts(),
      this._settings(),
      this._card,
    );
    this.app.commands.refresh(this.element);
  }

  _actions() {
    const { model } = this;
    const { commands } = this.app;
    const shown = 'Its rows are on every entry that it has scored';
    const entry = model.held_out[0];
    const where = `/compare${entry ? `?entry=${encodeURIComponent(entry)}` : ''}`;
    const look = h('a', { class: 'mc-link', href: url(where), title: shown }, 'See its curves');
    const first = model.promoted ? 'Default' : 'Make default';
    return row(
      commands.button('promote', { class: 'mc-button', 'aria-pressed': String(model.promoted) }, first),
      commands.button('rename', { class: 'mc-button' }, 'Rename'),
      commands.button('remove', { class: 'mc-button' }, 'Remove'),
      look,
    );
  }

  _facts() {
    const { model, store } = this;
    const base = model.parent && (store.model(model.parent)
      ? link(store.label(model.parent), () => this.app.open(model.parent))
      : model.parent);
    /** @type {[string, import('../shared/dom.mjs').Child][]} */
    const facts = [
      ['Kind', store.kind(model)],
      ['Features', `${model.feature_space}, ${model.feature_width} wide`],
      ['Started from', base || (model.released ? null : 'fresh weights')],
      ['Data sets', model.datasets.join(', ')],
      ['Videos', model.videos === null ? null : `${model.videos}${model.split ? ` (${model.split})` : ''}`],
      ['People', model.people === null ? null : [`${model.people}${model.simulated ? ', simulated' : ''}`, people(model)]],
      ['Held out', model.held_out.length ? model.held_out.join(', ') : null],
      ['Learned', TARGETS[model.targets] ?? model.targets],
      ['Recipe', model.preset],
      ['Seed', model.seed],
      ['Epochs', model.epochs && `${model.epochs}${kept(model)}`],
      ['Took', model.seconds === null ? null : `${lasted(model.seconds)}${model.device ? ` on ${model.device}` : ''}`],
      ['Made', when(moment(model.created))],
      ['Labels', model.labels_sha256 && checksum(model.labels_sha256)],
      ['Id', h('code', {}, model.id)],
    ];
    const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false);
    return h('dl', { class: 'mc-facts' }, known.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
  }

  /** A way to have it measured on what it has not learned from. */
  _measure() {
    const judged = (this.store.data?.datasets ?? []).filter((one) => one.judged);
    if (!judged.length) return quietly('Nobody has judged a video yet that it could be measured on.');
    /** @type {[string, string][]} */
    const options = judged.map(({ id, label, judged: many }) => [id, `${label} (${count(many, 'judged video')})`]);
    const dataset = choice(options, this.model.datasets.find((id) => judged.some((one) => one.id === id)) ?? options[0][0], null, {
      'aria-label': 'Data set to measure on',
    });
    const start = button('Measure', async () => {
      start.disabled = true;
      if (await act('/api/models/measure', { checkpoint: this.model.id, dataset: dataset.value })) await this.app.follow();
      start.disabled = false;
    }, { title: 'On the judged videos that it has not learned from; in the background', 'data-act': null });
    return h('div', { 'data-work': '' }, row(dataset, start));
  }

  _curves() {
    const { loss, validation, kept_epoch: kept } = this.model;
    return curves({ loss, validation, kept });
  }

  _settings() {
    const { settings } = this.model;
    const lines = Object.entries(settings).map(([name, value]) => [h('dt', {}, name), h('dd', {}, setting(value))]);
    if (!lines.length) return null;
    const summary = h('summary', {}, `All settings (${lines.length})`);
    return h('details', { class: 'mc-settings' }, summary, h('dl', { class: 'mc-facts' }, lines));
  }

  /** @param {boolean} again */
  _ask(again) {
    const start = button(again ? 'Compare again' : 'Compare before and after', async () => {
      start.disabled = true;
      if (await act('/api/models/report', { checkpoint: this.key })) await this.app.follow();
      start.disabled = false;
    }, { 'data-work': '' });
    return start;
  }

  async _loadCard() {
    try {
      /** @type {import('../shared/wire').ModelCard} */
      const { text, sha256, report } = await get(`/api/models/card?id=${encodeURIComponent(this.key)}`);
      replace(this._helped, report ? helpedParts(report) : quietly(UNKNOWN_HELP), row(this._ask(report !== null)));
      replace(
        this._card,
        text && h('details', { class: 'mc-card' }, h('summary', {}, 'Model card'), h('pre', {}, text)),
        h('p', { class: 'mc-quietly mc-checksum' }, 'Weights: ', h('code', {}, `SHA-256 ${sha256}`)),
      );
    } catch (error) {
      replace(this._card, quietly(sentence(error)));
    }
  }
}

/** Which epoch was kept, and why. @param {Model} model */
function kept({ epochs, kept_epoch: epoch, selected_on: by }) {
  if (!epoch || by === 'nothing') return '';
  return `, epoch ${epoch === epochs ? `${epoch} (the last)` : epoch} chosen by ${by}`;
}

/** @param {string} sha256 */
function checksum(sha256) {
  return h('code', { title: sha256 }, `SHA-256 ${sha256.slice(0, 16)}…`);
}

/** The people one by one, folded: under names that this model alone has for them. @param {Model} model */
function people({ annotators }) {
  if (!annotators.length) return null;
  const lines = annotators.map(({ id, source, videos, labels, simulated }) => {
    const from = source === 'own' ? 'labelled here' : 'of the data set';
    const said = `${count(videos, 'video')}, ${count(labels, 'judged pick')}`;
    return h('li', {}, `${id}: ${said}, ${from}${simulated ? ', simulated' : ''}`);
  });
  return h('details', { class: 'mc-inline' }, h('summary', {}, 'one by one'), h('ul', {}, lines));
}
