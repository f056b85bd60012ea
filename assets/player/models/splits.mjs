/** Which videos train and which test: a share that is held out, or what a split file says. */

import { act, dialog, tell } from '../shared/asking.mjs';
import { h, replace } from '../shared/dom.mjs';
import { choice, field } from '../shared/form.mjs';
import { count } from '../shared/format.mjs';
import { get, sentence, upload } from '../shared/http.mjs';
import { SPLITS } from '../shared/limits.mjs';
import { button, link, row, sender } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').SplitFile} SplitFile */
/** @typedef {import('../shared/wire').SplitSizes} SplitSizes */

const SHARE = 'A share, drawn by what they show';
const ENDINGS = '.json,.txt,.yml,.yaml';
const FORMS = 'Which videos train, choose and test: JSON, YAML or text, as published';

const EACH_ONCE =
  'Every judged video is tested once, by a model that has not learned from it. In groups there are fewer models, and each learns from '
  + 'fewer videos.';
/** Every split of a file: one model for each. */
const ALL = 'all';

export class SplitChoice {
  /**
   * @param {() => string|null} dataset the data set that is tested
   * @param {() => void} changed
   */
  constructor(dataset, changed) {
    this._dataset = dataset;
    this._changed = changed;
    /** @type {SplitFile[]} */
    this._files = [];
    this._file = choice([['', SHARE]], '', () => this._choose(), { id: 'train-split-file' });
    this._split = choice([], null, changed, { id: 'train-split' });
    const given = h('input', {
      type: 'file', accept: ENDINGS, hidden: true, 'aria-label': 'Split file to upload', onchange: () => this._take(given),
    });
    this._which = field('Split', this._split);
    this._which.hidden = true;
    /** Controls of a form, and what stands below them. */
    this.fields = [field('Held out', this._file), this._which];
    this.element = row(
      link('Upload a split file…', () => given.click(), { title: FORMS }), given,
      link('Make one…', () => this._make(), { title: 'In which every judged video is tested once' }),
    );
  }

  /** The files that the library keeps. */
  async load() {
    this._draw((await get('/api/models/splits')).files, '');
  }

  /** Name and number, as they are sent; no number for all of them. */
  get value() {
    const all = this._split.value === ALL;
    return { split_file: this._file.value || null, split: !this._file.value ? 0 : all ? null : Number(this._split.value) };
  }

  /** The split that was chosen, of all the first; undefined for a share. @returns {SplitSizes|undefined} */
  get sizes() {
    return this._splits[this.value.split ?? 0];
  }

  /** Those of the file that was chosen; [] for a share. */
  get _splits() {
    return this._files.find(({ name }) => name === this._file.value)?.splits ?? [];
  }

  /** @param {SplitFile[]} files @param {string} chosen the name of one, "" for none */
  _draw(files, chosen) {
    this._files = files;
    replace(this._file, h('option', { value: '' }, SHARE), files.map(({ name }) => h('option', { value: name }, name)));
    this._file.value = chosen;
    this._number();
  }

  _choose() {
    this._number();
    this._changed();
  }

  /** The splits of the file that was chosen. */
  _number() {
    const splits = this._splits;
    const all = splits.length > 1 && h('option', { value: ALL }, `All ${splits.length}, one model each`);
    replace(this._split, splits.map((one, number) => h('option', { value: number }, `${number}: ${said(one)}`)), all);
    this._which.hidden = !splits.length;
  }

  /** @param {HTMLInputElement} given */
  async _take(given) {
    const [file] = given.files;
    given.value = '';
    if (!file) return;
    try {
      this._add(await upload(`/api/models/splits?name=${encodeURIComponent(file.name)}`, file));
    } catch (error) {
      tell(`${file.name}: ${sentence(error)}`, true);
    }
  }

  /** A file in which each video of the data set is tested once. */
  async _make() {
    const dataset = this._dataset();
    if (!dataset) return;
    const folds = await dialog(`Split ${dataset}`, (done) => {
      const groups = h('input', { type: 'number', min: 2, max: SPLITS, step: 1, placeholder: 'each video alone' });
      const onsubmit = (event) => {
        event.preventDefault();
        done(Number(groups.value));
      };
      const help = 'Without a number each video is left out once.';
      return [h('form', { onsubmit }, h('p', {}, EACH_ONCE), field('Groups', groups, help, true),
        row(sender('Make'), button('Cancel', () => done(null))))];
    });
    if (folds === null) return;
    const made = await act('/api/models/splits/make', { dataset, folds: folds || null });
    if (made) this._add(made, ALL);
  }

  /** A file that is new here is chosen at once. @param {SplitFile} file @param {string} [split] */
  _add(file, split = '0') {
    this._draw([...this._files.filter(({ name }) => name !== file.name), file], file.name);
    this._split.value = split;
    this._changed();
  }
}

/** "40 train, 10 test" @param {SplitSizes} sizes */
function said({ train, validation, test }) {
  return [count(train, 'trains', 'train'), validation && `${validation} choose`, count(test, 'tests', 'test')].filter(Boolean).join(', ');
}
