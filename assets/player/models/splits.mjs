/** Which videos train and which test: a share that is held out, or what a split file says. */

import { tell } from '../shared/asking.mjs';
import { h, replace } from '../shared/dom.mjs';
import { choice, field } from '../shared/form.mjs';
import { count } from '../shared/format.mjs';
import { get, sentence, upload } from '../shared/http.mjs';
import { link, row } from '../shared/parts.mjs';

/** @typedef {import('../shared/wire').SplitFile} SplitFile */
/** @typedef {import('../shared/wire').SplitSizes} SplitSizes */

const SHARE = 'A share, drawn by what they show';
const ENDINGS = '.json,.txt,.yml,.yaml';
const FORMS = 'Which videos train, choose and test: JSON, YAML or text, as published';

export class SplitChoice {
  /** @param {() => void} changed */
  constructor(changed) {
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
    this.element = row(link('Upload a split file…', () => given.click(), { title: FORMS }), given);
  }

  /** The files that the library keeps. */
  async load() {
    this._draw((await get('/api/models/splits')).files, '');
  }

  /** Name and number, as they are sent. */
  get value() {
    return { split_file: this._file.value || null, split: this._file.value ? Number(this._split.value) : 0 };
  }

  /** The split that was chosen; undefined for a share. @returns {SplitSizes|undefined} */
  get sizes() {
    const file = this._files.find(({ name }) => name === this._file.value);
    return file?.splits[Number(this._split.value)];
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
    const splits = this._files.find(({ name }) => name === this._file.value)?.splits ?? [];
    replace(this._split, splits.map((one, number) => h('option', { value: number }, `${number}: ${said(one)}`)));
    this._which.hidden = !splits.length;
  }

  /** @param {HTMLInputElement} given */
  async _take(given) {
    const [file] = given.files;
    given.value = '';
    if (!file) return;
    try {
      /** @type {SplitFile} */
      const kept = await upload(`/api/models/splits?name=${encodeURIComponent(file.name)}`, file);
      const others = this._files.filter(({ name }) => name !== kept.name);
      this._draw([...others, kept], kept.name);
    } catch (error) {
      tell(`${file.name}: ${sentence(error)}`, true);
      return;
    }
    this._changed();
  }
}

/** "40 train, 10 test" @param {SplitSizes} sizes */
function said({ train, validation, test }) {
  return [count(train, 'trains', 'train'), validation && `${validation} choose`, count(test, 'tests', 'test')].filter(Boolean).join(', ');
}
