/** Agreement: computed in the background, kept, and shown with its date. */

import { act, button, check, choice, empty, failure, figure, loading, primary, query, table, when } from './dom.mjs';
import { h } from '../shared/dom.mjs';
import { get } from '../shared/http.mjs';
import { figuresView } from './figures.mjs';
import { matrixView } from './matrix.mjs';
import { count } from '../shared/format.mjs';

const WHOSE = [['own', 'Labels from here'], ['dataset', 'The datasets’ people'], ['all', 'Everybody']];
const BUSY_MS = 700;

export function agreementSection(app) {
  return new AgreementSection(app);
}

class AgreementSection {
  constructor(app) {
    this.app = app;
    this._sort = { by: 2, down: false };
    this._tools = h('div', { class: 'mc-tools' });
    this._job = h('div', { class: 'mc-review-job', role: 'status' });
    this._main = h('div', { class: 'mc-sections' });
    this.element = h('div', {}, this._tools, this._job, this._main);
  }

  close() {
    this._closed = true;
    clearTimeout(this._timer);
  }

  async show(asked) {
    this.asked = {
      people: asked.people ?? (this.app.filters.own ? 'own' : 'dataset'),
      dataset: asked.dataset,
      assignment: asked.assignment && Number(asked.assignment),
      entry: asked.entry,
    };
    const people = choice(WHOSE, this.asked.people, (value) => this.app.go({ people: value }), { 'aria-label': 'Whose labels' });
    const only = asked.entry ? h('span', { class: 'mc-chip' }, `Only ${asked.entry}`, button('×', () => this.app.go({ entry: null }), { class: 'mc-link', 'aria-label': 'All videos again' })) : '';
    this._compute = primary('Compute', () => this._start(), { id: 'compute-agreement' });
    this._tools.replaceChildren(people, ...this.app.scope(), only, this._compute);
    this._main.replaceChildren(loading());
    await this._load();
  }

  async _start() {
    this._compute.disabled = true;
    if (await act('/api/review/agreement', this.asked)) await this._load();
    this._compute.disabled = false;
  }

  async _load() {
    clearTimeout(this._timer);
    const asked = this.asked;
    let answer;
    try {
      answer = await get(`/api/review/agreement${query(asked)}`, { timeout: 60000 });
    } catch (error) {
      if (this._current(asked)) this._main.replaceChildren(failure(error, error.status === 403 ? null : () => this._load()));
      return;
    }
    if (!this._current(asked)) return;
    this._tell(answer);
    if (answer.running) this._timer = setTimeout(() => this._load(), BUSY_MS);
    if (!answer.running || !this._main.dataset.drawn) this._draw(answer);
  }

  _current(asked) {
    return !this._closed && asked === this.asked;
  }

  _tell({ running, failed, computed }) {
    this._compute.textContent = computed ? 'Compute anew' : 'Compute';
    this._compute.disabled = Boolean(running);
    if (running) {
      const bar = h('progress', { max: 1, value: running.progress || false, 'aria-label': 'Computing' });
      const stop = button('Cancel', async () => (await act('/api/job/cancel', { id: running.job })) && this._load());
      this._job.replaceChildren(bar, h('span', {}, running.message || 'Waiting for the worker.'), stop);
    } else if (failed) this._job.replaceChildren(h('span', { class: 'mc-bad' }, `${failed.message} ${failed.hint}`));
    else this._job.replaceChildren(computed ? h('span', {}, `Computed ${when(computed)}, from labels submitted until then.`) : '');
    this.element.dataset.state = running ? 'running' : failed ? 'failed' : computed ? 'done' : 'none';
  }

  _draw({ result, running }) {
    this._main.dataset.drawn = result ? 'true' : '';
    if (!result) {
      if (running) this._main.replaceChildren();
      else this._main.replaceChildren(empty('Not computed yet', 'How far these labels can be relied on, with 95 % intervals, per video and person by person. It takes from seconds to a few minutes and goes on when this tab is closed.', primary('Compute', () => this._start())));
      return;
    }
    const single = result.figures.per_entry.length === 1;
    const parts = [this._part(single ? 'This video' : 'Overall', ...figuresView(result)), single ? '' : this._videos(result)];
    parts.push(this._matrix(result), this._apart(result));
    if (this.asked.people !== 'dataset') parts.push(this._remarks(result));
    this._main.replaceChildren(...parts);
  }

  _part(title, ...children) {
    return h('section', { class: 'mc-part' }, h('h2', {}, title), ...children);
  }

  _videos(result) {
    const place = h('div');
    const measures = [
      ['α ordinal', 'krippendorff_alpha_ordinal'],
      ['Cronbach α', 'cronbach_alpha'],
      ['Pairwise τ', 'pairwise_kendall'],
      ['Leave-one-out τ', 'leave_one_out_kendall'],
      ['Pairwise F1', 'pairwise_f1'],
    ];
    const columns = [
      { label: 'Video', value: (row) => row.title || row.entry, cell: (row) => h('span', { title: row.entry }, row.title || row.entry) },
      { label: 'People', number: true, value: (row) => row.people, cell: (row) => row.people },
      ...measures.map(([label, name]) => ({
        label,
        number: true,
        value: (row) => row.statistics?.[name].value ?? null,
        cell: (row) => (row.statistics ? interval(row.statistics[name]) : h('span', { class: 'mc-quietly' }, name === measures[0][1] ? row.why : '')),
      })),
      { label: '', cell: (row) => (row.statistics && result.figures.per_entry.length > 1 ? button('Person by person', () => this.app.go({ entry: row.entry }), { class: 'mc-link', title: 'Only this video: who agrees with whom' }) : '') },
    ];
    const draw = () => place.replaceChildren(table(columns, result.figures.per_entry, { label: 'Agreement per video', state: this._sort, changed: draw }));
    draw();
    return this._part('Per video', h('p', { class: 'mc-quietly' }, 'Value and 95 % interval. Those of the α say how it would be at other moments of the same video, the others how it would be with other people.'), place);
  }

  _matrix({ matrix, numbered }) {
    const notes = [];
    if (numbered) notes.push(h('p', { class: 'mc-notice' }, `${count(numbered, 'judgement')} of people who are only called “person 1”, “person 2” …: a number within one video, not the same person in the next. A matrix across videos would mean nothing for them; choose “Person by person” at one video above.`));
    if (!matrix || matrix.names.length < 2) return this._part('Person by person', ...notes, notes.length ? '' : h('p', { class: 'mc-quietly' }, 'Nobody to compare.'));
    return this._part('Person by person', h('p', { class: 'mc-quietly' }, 'Mean Kendall τ over the videos that both judged; people who agree stand side by side.'), ...notes, matrixView(matrix));
  }

  _apart({ standings }) {
    if (!standings.length) return this._part('Unlike the others', h('p', { class: 'mc-quietly' }, 'Nobody to compare across videos.'));
    const odd = standings.filter((one) => one.unusual);
    const place = h('div');
    let all = false;
    const columns = [
      { label: 'Person', cell: (one) => one.name },
      { label: 'Videos', number: true, cell: (one) => one.entries },
      { label: 'τ with the others', number: true, cell: (one) => figure(one.kendall) },
      { label: 'ρ', number: true, cell: (one) => figure(one.spearman) },
      { label: 'z', number: true, title: 'How many robust standard deviations below the median person', cell: (one) => figure(one.z, 1) },
      { label: '', cell: (one) => (one.unusual ? 'agrees unusually little' : '') },
    ];
    const draw = () => place.replaceChildren(standings.length && (all || odd.length) ? table(columns, all ? standings : odd, { label: 'People and the others' }) : '');
    draw();
    const few = standings.filter((one) => one.z !== null).length < 4;
    const said = few ? 'With fewer than four people, nobody can stand out.' : odd.length ? `${count(odd.length, 'person', 'people')} with z below −2.5. It is a reason to look, not a verdict: whoever judged only hard videos stands here as well. Nothing is left out by itself.` : 'Nobody stands out (z below −2.5).';
    return this._part('Unlike the others', h('p', { class: 'mc-quietly' }, said), check('Show everybody', false, (on) => ((all = on), draw())), place);
  }

  _remarks({ remarks, figures }) {
    const titles = new Map(figures.per_entry.map((row) => [row.entry, row.title]));
    if (!remarks.length) return this._part('Worth a look', h('p', { class: 'mc-quietly' }, 'No submitted task was hurried, unwatched or all of one value.'));
    const columns = [
      { label: 'Person', cell: (one) => one.name },
      { label: 'Video', cell: (one) => h('span', { title: one.entry }, titles.get(one.entry) || one.entry) },
      { label: 'What stands out', cell: (one) => one.remarks.join('; ') },
      { label: '', cell: (one) => button('Look', () => this.app.go({ section: 'progress', task: one.task }), { class: 'mc-link' }) },
    ];
    return this._part('Worth a look', table(columns, remarks, { label: 'Tasks worth a look' }));
  }
}

function interval({ value, low, high }) {
  const limits = low === null ? '' : `${figure(low)} to ${figure(high)}`;
  return h('span', { class: 'mc-interval' }, figure(value), h('small', {}, limits));
}
