/** How the videos of an assignment are judged: a protocol as it is, or an edited copy that becomes a version of its own. */

import { check, choice, field } from './dom.mjs';
import { h } from '../shared/dom.mjs';

const KINDS = { 'shot-ratings': 'Shot ratings: every two seconds a value (as TVSum)', keyshots: 'Keyshots: mark segments within a budget (as SumMe)', continuous: 'Continuous: hold a level while it plays' };
const SHOTS = [['uniform 2 s', 'Uniform, 2 s'], ['kts', 'KTS'], ['dataset', 'Of the dataset']];
const SETTINGS = ['kind', 'instructions', 'shots', 'scale', 'labels', 'budget', 'hz', 'muted', 'watch', 'reveal'];

export class ProtocolForm {
  constructor(protocols) {
    this.protocols = protocols;
    const standard = (one) => Boolean(KINDS[one.name]) && one.version === 1;
    const options = [...protocols].sort((a, b) => standard(b) - standard(a));
    const start = options.find((one) => one.name === 'shot-ratings' && one.version === 1) ?? options[0];
    this._which = choice(options.map((one) => [one.id, standard(one) ? KINDS[one.name] : `${one.name} v${one.version}`]), start.id, () => this._take());
    this._fields = h('div', { class: 'mc-fields' });
    this._details = h('details', {}, h('summary', {}, 'Scale, words, budget, sound, instructions'), this._fields);
    this.element = h('div', {}, field('Protocol', this._which, '', true), this._details);
    this._take();
  }

  get chosen() {
    return this.protocols.find((one) => String(one.id) === this._which.value);
  }

  /** {protocol} where nothing was changed, else {name, settings}. */
  asked() {
    const settings = this._settings();
    const unchanged = SETTINGS.every((name) => JSON.stringify(settings[name]) === JSON.stringify(this.chosen[name]));
    return unchanged ? { protocol: this.chosen.id } : { name: this._name.value, settings };
  }

  _take() {
    const { kind, instructions, shots, scale, labels, budget, hz, muted, watch, reveal, name } = this.chosen;
    const number = (value, min, max) => h('input', { type: 'number', min, max, step: 'any', value, required: true });
    const lines = Object.entries(labels).map(([value, text]) => `${value} = ${text}`);
    this._name = h('input', { type: 'text', maxlength: 60, value: name, required: true });
    this._instructions = h('textarea', { rows: 4, maxlength: 5000 });
    this._instructions.value = instructions;
    this._shots = choice(SHOTS, shots);
    this._scale = h('input', { type: 'text', value: scale.join(' ') });
    this._labels = h('textarea', { rows: 2 });
    this._labels.value = lines.join('\n');
    [this._least, this._most] = budget.map((share) => number(Math.round(share * 1000) / 10, 0.1, 100));
    this._hz = number(hz, 10, 60);
    this._watch = number(Math.round(watch * 100), 0, 100);
    this._muted = check('Without sound, so that everybody judges the picture', muted);
    this._reveal = check('After submitting, show how one’s labels compare with the others’', reveal);
    const own = {
      'shot-ratings': () => [field('Scale', this._scale, 'Whole numbers of 0 to 9, as 1 2 3 4 5.'), field('What values mean', this._labels, 'One a line, as 1 = Not important.'), field('Shots', this._shots)],
      keyshots: () => [field('Shortest cut, % of the video', this._least), field('Longest cut, % of the video', this._most), field('Shots for orientation', this._shots)],
      continuous: () => [field('Samples a second', this._hz), field('What the ends mean', this._labels, 'One a line, as 0 = Not important.'), field('Shots for orientation', this._shots)],
    }[kind]();
    this._fields.replaceChildren(
      ...own,
      field('To be watched, % of the video', this._watch, 'Told to the annotator, never enforced.'),
      field('Instructions', this._instructions, '', true),
      this._muted,
      this._reveal,
      field('Name of a changed protocol', this._name, 'A change becomes a new version of this name; versions in use are never changed.'),
    );
  }

  _settings() {
    const labels = Object.fromEntries(
      this._labels.value
        .split('\n')
        .map((line) => line.split('=').map((part) => part.trim()))
        .filter(([value, text]) => value && text),
    );
    const on = (box) => box.querySelector('input').checked;
    const share = (input, digits) => Number((Number(input.value) / 100).toFixed(digits));
    return {
      kind: this.chosen.kind,
      instructions: this._instructions.value,
      shots: this._shots.value,
      scale: this._scale.value.split(/[\s,;]+/).filter(Boolean).map(Number),
      labels,
      budget: [share(this._least, 4), share(this._most, 4)],
      hz: Number(this._hz.value),
      muted: on(this._muted),
      watch: share(this._watch, 4),
      reveal: on(this._reveal),
    };
  }
}
