/** How the videos of an assignment are judged: a protocol as it is, or an edited copy that becomes a version of its own. */

import { h, replace } from '../shared/dom.mjs';
import { check, choice, field } from '../shared/form.mjs';
import { INSTRUCTION_CHARS, PROTOCOL_NAME_CHARS } from '../shared/limits.mjs';

/** @typedef {import('../shared/wire').ProtocolSettings} Settings */
/** @typedef {import('../shared/wire').KeptProtocol} ProtocolVersion */

const KINDS = {
  'shot-ratings': 'Shot ratings: every two seconds a value (as TVSum)',
  keyshots: 'Keyshots: mark segments within a budget (as SumMe)',
  continuous: 'Continuous: hold a level while it plays',
};
/** @type {[string, string][]} */
const SHOTS = [['uniform 2 s', 'Uniform, 2 s'], ['kts', 'KTS'], ['dataset', 'Of the dataset']];
const SETTINGS = ['kind', 'instructions', 'shots', 'scale', 'labels', 'budget', 'hz', 'muted', 'watch', 'reveal'];

/** Whether it is one that comes with Manycut. @param {ProtocolVersion} one */
function standard(one) {
  return Boolean(KINDS[one.name]) && one.version === 1;
}

export class ProtocolForm {
  /** @param {ProtocolVersion[]} protocols */
  constructor(protocols) {
    this.protocols = protocols;
    const sorted = [...protocols].sort((a, b) => Number(standard(b)) - Number(standard(a)));
    const start = sorted.find((one) => one.name === 'shot-ratings' && one.version === 1) ?? sorted[0];
    /** @type {[number, string][]} */
    const options = sorted.map((one) => [one.id, standard(one) ? KINDS[one.name] : `${one.name} v${one.version}`]);
    this._which = choice(options, start.id, () => this._take());
    this._fields = h('div', { class: 'mc-fields' });
    const summary = h('summary', {}, 'Scale, labels, budget, sound, instructions');
    this.element = h('div', {}, field('Protocol', this._which, '', true), h('details', {}, summary, this._fields));
    this._take();
  }

  get chosen() {
    return this.protocols.find((one) => String(one.id) === this._which.value);
  }

  /** What the request says of it: {protocol} where nothing was changed, else {name, settings}. */
  asked() {
    const settings = this._settings();
    const unchanged = SETTINGS.every((name) => JSON.stringify(settings[name]) === JSON.stringify(this.chosen[name]));
    return unchanged ? { protocol: this.chosen.id } : { name: this._name.value, settings };
  }

  // The fields of the chosen protocol, filled in.
  _take() {
    const { kind, instructions, shots, scale, labels, budget, hz, muted, watch, reveal, name } = this.chosen;
    this._name = h('input', { type: 'text', maxlength: PROTOCOL_NAME_CHARS, value: name, required: true });
    this._instructions = h('textarea', { rows: 4, maxlength: INSTRUCTION_CHARS }, instructions);
    this._shots = choice(SHOTS, shots);
    this._scale = h('input', { type: 'text', value: scale.join(' ') });
    const lines = Object.entries(labels).map(([value, text]) => `${value} = ${text}`);
    this._labels = h('textarea', { rows: 2 }, lines.join('\n'));
    this._least = percentField(budget[0], 0.1, 1);
    this._most = percentField(budget[1], 0.1, 1);
    this._hz = numberField(hz, 10, 60);
    this._watch = percentField(watch, 0, 0);
    this._muted = check('Without sound, so that everybody judges the picture', muted);
    this._reveal = check('After submitting, show how one’s labels compare with the others’', reveal);
    replace(
      this._fields,
      this._own(kind),
      field('To be watched, % of the video', this._watch, 'Told to the annotator, never enforced.'),
      field('Instructions', this._instructions, '', true),
      this._muted.element,
      this._reveal.element,
      field(
        'Name of a changed protocol',
        this._name,
        'A change becomes a new version of this name; versions in use are never changed.',
      ),
    );
  }

  // What only this kind has.
  _own(kind) {
    if (kind === 'shot-ratings') {
      return [
        field('Scale', this._scale, 'Whole numbers of 0 to 9, as 1 2 3 4 5.'),
        field('What values mean', this._labels, 'One a line, as 1 = Not important.'),
        field('Shots', this._shots),
      ];
    }
    const orientation = field('Shots for orientation', this._shots);
    if (kind === 'keyshots') {
      return [
        field('Shortest cut, % of the video', this._least),
        field('Longest cut, % of the video', this._most),
        orientation,
      ];
    }
    return [
      field('Samples a second', this._hz),
      field('What the ends mean', this._labels, 'One a line, as 0 = Not important.'),
      orientation,
    ];
  }

  /** @returns {Settings} */
  _settings() {
    const meanings = this._labels.value
      .split('\n')
      .map((line) => line.split('=').map((one) => one.trim()))
      .filter(([value, text]) => value && text);
    return {
      kind: this.chosen.kind,
      instructions: this._instructions.value,
      shots: /** @type {Settings['shots']} */ (this._shots.value),
      scale: this._scale.value.split(/[\s,;]+/).filter(Boolean).map(Number),
      labels: Object.fromEntries(meanings),
      budget: [shareOf(this._least), shareOf(this._most)],
      hz: Number(this._hz.value),
      muted: this._muted.box.checked,
      watch: shareOf(this._watch),
      reveal: this._reveal.box.checked,
    };
  }
}

function numberField(value, min, max) {
  return h('input', { type: 'number', min, max, step: 'any', value, required: true });
}

/** A field of percent for a share. @param {number} share @param {number} min percent @param {number} decimals */
function percentField(share, min, decimals) {
  const scale = 10 ** decimals;
  return numberField(Math.round(share * 100 * scale) / scale, min, 100);
}

/** The share that a field of percent says. @param {HTMLInputElement} input */
function shareOf(input) {
  return Number((Number(input.value) / 100).toFixed(4));
}
