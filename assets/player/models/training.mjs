/** Training the next model: what it starts from, whose labels it learns, how, and on which videos it is then measured. */

import { act, tell } from '../shared/asking.mjs';
import { h, replace } from '../shared/dom.mjs';
import { check, choice, field } from '../shared/form.mjs';
import { get } from '../shared/http.mjs';
import { EPOCHS, TRAINING_MINUTES } from '../shared/limits.mjs';
import { button, empty, failure, loading, row, sender } from '../shared/parts.mjs';
import { Pretraining } from './pretraining.mjs';
import { PlanView } from './plan.mjs';
import { SettingsFold } from './settings.mjs';
import { SplitChoice } from './splits.mjs';
import { Trainings } from './trainings.mjs';

/** @typedef {import('../shared/wire').TrainingForm} Form  of GET /api/models/training */
/** @typedef {import('../shared/wire').AskedTraining} Choices  of POST /api/train */

const LEAD =
  'Learn from what people said of your videos. It runs in the background and goes on when this tab is closed. Some videos are '
  + 'held out: the model never sees them, and is measured on them afterwards.';
/** @type {[NonNullable<Choices['people']>, string][]} */
const WHOSE = [['all', 'Everybody'], ['dataset', 'The data sets’ people'], ['own', 'Labels from here']];
const NOTHING = 'Import a data set with people’s labels, or have videos labelled on the Annotate page.';
const PLAN_MS = 400;
/** All test videos of a split are measured on, whatever this is. */
const SOME = 0.2;

export class TrainingSection {
  /** @param {import('./models.mjs').Models} app */
  constructor(app) {
    this.app = app;
    this.store = app.store;
    this._form = h('div', {}, loading());
    this._plan = new PlanView((names) => this._named(names));
    this._trainings = new Trainings(app);
    this.element = h(
      'div',
      { class: 'mc-training' },
      h('div', { class: 'mc-training-left' }, h('p', { class: 'mc-lead' }, LEAD), this._form),
      h('div', { class: 'mc-training-right' }, this._plan.element, this._trainings.element, new Pretraining(app).element),
    );
    this._ends = new AbortController();
    this._settings = new SettingsFold(() => this._changed());
    this._splits = new SplitChoice(() => this.choices?.dataset ?? null, () => this._otherSplit());
    /** Names of the people who are learned from; [] for all. @type {string[]} */
    this._names = [];
    this._asked = 0;
  }

  close() {
    this._ends.abort();
    this._trainings.close();
    clearTimeout(this._timer);
  }

  async show() {
    if (this._drawn) return;
    const judged = this.store.data.datasets.filter((one) => one.judged);
    if (!judged.length) {
      replace(this._form, empty('Nobody has judged a video yet', NOTHING));
      this._plan.element.hidden = true;
      return;
    }
    try {
      await Promise.all([this._load('', ''), this._splits.load()]);
    } catch (error) {
      replace(this._form, failure(error, () => this.show()));
      return;
    }
    this._draw(judged);
    this._drawn = true;
  }

  /** What can be chosen for a kind and a recipe. */
  async _load(kind, recipe) {
    const query = new URLSearchParams(Object.entries({ kind, recipe }).filter(([, value]) => value));
    /** @type {Form} */
    this.form = await get(`/api/models/training?${query}`);
    this._settings.draw(this.form.options);
  }

  /** @param {import('../shared/wire').JudgedDataset[]} judged */
  _draw(judged) {
    const { kinds, kind, recipe } = this.form;
    const changed = () => this._changed();
    this._kind = choice(kinds.map(({ name, label }) => [name, label]), kind, (value) => this._otherKind(value), { id: 'train-kind' });
    this._recipe = choice([], null, (value) => this._otherRecipe(value), { id: 'train-recipe' });
    this._base = choice([], null, () => this._otherBase(), { id: 'train-base' });
    this._datasets = judged.map((one, index) => {
      return check(`${one.label} (${one.judged} judged)`, index === 0, changed, { value: one.id, name: 'dataset' });
    });
    this._people = choice(WHOSE, 'all', () => {
      this._names = [];
      this._changed();
    }, { id: 'train-people' });
    this._targets = choice(
      [['', 'As the recipe'], ['individual', 'Each person’s scores'], ['mean', 'Their mean']], '', changed, { id: 'train-targets' },
    );
    const numbers = (id, attributes) => h('input', { type: 'number', id, oninput: changed, ...attributes });
    this._epochs = numbers('train-epochs', { min: 1, max: EPOCHS, step: 1 });
    this._minutes = numbers('train-minutes', { min: 0.1, max: TRAINING_MINUTES, step: 'any', placeholder: 'as long as it takes' });
    this._held = numbers('train-held-out', { min: 0, max: 90, step: 5, value: 20 });
    this._validation = numbers('train-validation', { min: 0, max: 90, step: 5, value: 0 });
    this._heldField = field('Held out to measure on, %', this._held, 'Of the first data set; never learned from.');
    this._validationField = field('Validation, %', this._validation, 'Of the others; the best epoch is chosen by them.');
    this._seeds = h('input', { type: 'text', id: 'train-seeds', placeholder: 'as the recipe', oninput: changed });
    this._weights = h('input', { type: 'text', id: 'train-weights', placeholder: 'everybody alike', oninput: changed });
    this._start = sender('Train', { id: 'train' });
    this._fillRecipes(recipe);
    this._fillBases();
    const onsubmit = (event) => {
      event.preventDefault();
      this._train();
    };
    replace(
      this._form,
      h(
        'form',
        { class: 'mc-desk-form', onsubmit, 'aria-label': 'Train a model' },
        h(
          'fieldset', {}, h('legend', {}, 'What'),
          h('div', { class: 'mc-fields' }, field('Model', this._kind), field('Start from', this._base), field('Recipe', this._recipe)),
        ),
        h(
          'fieldset', {}, h('legend', {}, 'From whom'),
          h('div', { class: 'mc-datasets', role: 'group', 'aria-label': 'Data sets' }, this._datasets.map(({ element }) => element)),
          h('div', { class: 'mc-fields' }, field('People', this._people), field('Learns', this._targets)),
        ),
        h(
          'fieldset', {}, h('legend', {}, 'On which videos'),
          h('div', { class: 'mc-fields' }, this._splits.fields, this._heldField, this._validationField),
          this._splits.element,
        ),
        h(
          'fieldset', {}, h('legend', {}, 'How'),
          h(
            'div', { class: 'mc-fields' },
            field('Seeds', this._seeds, 'One model for each, such as 0, 1, 2'),
            field('Who counts more', this._weights, 'Such as own=2 for labels from here, or a name'),
            field('Epochs', this._epochs),
            field('At most, minutes', this._minutes),
          ),
          this._settings.element,
        ),
        row(this._start, button('As the recipe again', () => this._settings.reset())),
      ),
    );
    this._epochs.placeholder = this._epochsOfRecipe();
    this._changed();
  }

  _fillRecipes(recipe) {
    const { recipes } = this.form.kinds.find(({ name }) => name === this.form.kind);
    replace(this._recipe, recipes.map((name) => h('option', { value: name, selected: name === recipe }, name)));
  }

  _fillBases() {
    const fitting = this.store.models.filter(({ kind }) => kind === this._kind.value);
    const options = fitting.map(({ id, label }) => h('option', { value: id }, label));
    replace(this._base, h('option', { value: '' }, 'Fresh weights'), options);
  }

  _epochsOfRecipe() {
    return this.form.epochs === null ? 'as the recipe' : `${this.form.epochs}, as the recipe`;
  }

  async _otherKind(kind) {
    await this._reload(kind, '');
    this._fillBases();
  }

  _otherRecipe(recipe) {
    return this._reload(this.form.kind, recipe);
  }

  async _reload(kind, recipe) {
    try {
      await this._load(kind, recipe);
    } catch (error) {
      tell(error.message, true);
      return;
    }
    this._fillRecipes(this.form.recipe);
    this._epochs.placeholder = this._epochsOfRecipe();
    this._changed();
  }

  /** A split says itself what is tested, and perhaps what chooses the epoch. */
  _otherSplit() {
    const { sizes } = this._splits;
    this._heldField.hidden = Boolean(sizes);
    this._validationField.hidden = Boolean(sizes?.validation);
    this._changed();
  }

  _otherBase() {
    this._changed();
  }

  /** @param {string[]} names of the people who are learned from */
  _named(names) {
    this._names = names;
    this._changed();
  }

  /** What was chosen. @returns {Choices|null} null where no data set was */
  get choices() {
    const [dataset, ...datasets] = this._datasets.filter(({ box }) => box.checked).map(({ box }) => box.value);
    if (!dataset) return null;
    const seeds = this._seeds.value.split(/[\s,]+/).filter(Boolean).map(Number);
    const whole = (input) => (input.value === '' ? null : Number(input.value));
    const share = (input) => Number(input.value) / 100;
    const { sizes } = this._splits;
    return {
      dataset, datasets, kind: this._kind.value, start_from: this._base.value || null, preset: this._recipe.value || null,
      people: /** @type {Choices['people']} */ (this._people.value), names: this._names,
      targets: /** @type {Choices['targets']} */ (this._targets.value || null), settings: this._settings.values,
      epochs: whole(this._epochs), minutes: whole(this._minutes), ...this._splits.value,
      held_out: sizes ? SOME : share(this._held), validation: sizes?.validation ? 0 : share(this._validation),
      seed: seeds.length === 1 ? seeds[0] : null, seeds: seeds.length > 1 ? seeds : [],
      space: null, weights: factors(this._weights.value), entry: null,
    };
  }

  /** Say what the choices come to, a moment after the last of them. */
  _changed() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._look(), this._looked ? PLAN_MS : 0);
    this._looked = true;
  }

  async _look() {
    const asked = (this._asked += 1);
    const { choices } = this;
    this._start.disabled = !choices;
    const found = choices ? await this._plan.ask(choices, this._ends.signal) : this._plan.nothing();
    if (asked === this._asked && choices) this._start.disabled = found === false;
  }

  async _train() {
    const { choices } = this;
    if (!choices) return;
    this._start.disabled = true;
    const answer = await act('/api/train', choices);
    this._start.disabled = false;
    if (!answer) return;
    tell(`Training ${answer.job} has been queued; it goes on when this tab is closed.`);
    await this.app.follow();
  }
}

/** "own=2, Ann=0.5" as it is sent. @param {string} written */
function factors(written) {
  const pairs = written.split(',').map((one) => one.split('=').map((part) => part.trim()));
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, factor]) => [name, Number(factor)]));
}
