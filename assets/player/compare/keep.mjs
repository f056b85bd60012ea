/** Keep: the selected cut as video or cut list, the figure as a picture, the numbers as a table. */

import { PLOTLY, loadPlotly } from '../shared/plotly.mjs';
import { circa, clock, count } from '../shared/format.mjs';
import { fetchFile, save } from './downloads.mjs';
import { get, post, request, sentence, url } from '../shared/http.mjs';
import { h, replace } from '../shared/dom.mjs';
import { numberRows, numbersCsv } from './numbers.mjs';
import { pageFigure, standalone } from './keep_figure.mjs';
import { follow } from './follow.mjs';
import { playing } from './clips.mjs';
import { progressLine } from './swatch.mjs';

/** Formats of cut lists, and who reads them. */
const LISTS = [
  ['json', 'JSON', 'frames and exact times, for programs'],
  ['csv', 'CSV', 'one line per shot, for tables'],
  ['vtt', 'WebVTT', 'chapters, for players'],
  ['edl', 'EDL', 'CMX 3600, for any editor'],
  ['fcpxml', 'FCPXML', 'Final Cut Pro, DaVinci Resolve'],
  ['otio', 'OTIO', 'OpenTimelineIO'],
];

const PSEUDONYMS = 'Who labels here stands in it under their pseudonym, as in exports.';

/** How the server names the scores behind a strip. @param {string} id @param {string[]} names of people */
export function sourceOf(id, names) {
  const [kind, number, sample] = id.split(':');
  if (kind === 'person') return `person:${names[Number(number)]}`;
  return kind === 'run' && sample === 'mean' ? `run:${number}` : id;
}

export class Keeper {
  /** @param {import('./page.mjs').Page} page */
  constructor(page) {
    this.page = page;
    this.store = page.store;
    /** What each format of cut lists cannot hold. @type {Record<string, string>} */
    this.notes = {};
    /** @type {number|string|null} */
    this.job = null;
    this.busy = false;
    /** What the server needs to make the cut that the dialog names. @type {Record<string, any>|null} */
    this.asked = null;
    this.progress = progressLine('Progress of the video', () => this.#do(() => this.#cancel()));
    this.problem = h('p', { class: 'mc-error', role: 'alert', hidden: true });
    this.sheet = h('div', { class: 'mc-sheet' });
    this.dialog = h('dialog', { class: 'mc-keep', 'aria-label': 'Keep' }, this.sheet);
    // A click beside the sheet closes it.
    this.dialog.addEventListener('pointerdown', ({ target }) => target === this.dialog && this.dialog.close());
    this.dialog.addEventListener('close', () => page.focusRows());
    this.store.on('asked', (part) => part === 'keep' && this.open());
  }

  async open() {
    if (this.dialog.open) {
      this.dialog.close();
      return;
    }
    this.#draw();
    this.dialog.showModal();
    const entry = this.store.entry.id;
    this.notes = await get(`/api/cutlist/notes?entry=${encodeURIComponent(entry)}`).catch(() => ({}));
    if (this.store.entry.id === entry && this.dialog.open) this.#redraw();
  }

  /** The same dialog again: the focus stays on the button that it was on. */
  #redraw() {
    const at = [...this.dialog.querySelectorAll('button')].indexOf(/** @type {any} */ (document.activeElement));
    this.#draw();
    this.dialog.querySelectorAll('button')[Math.max(0, at)].focus();
  }

  #draw() {
    const { entry, selected, cuts, selectedId, model, figures } = this.store;
    // Kept with what is shown: a run that comes meanwhile must not change what the buttons save.
    this.asked = selected && {
      entry: entry.id, source: sourceOf(selectedId, model.people.names), ...cuts.asked,
    };
    const clips = selected?.cut?.segments.length ?? 0;
    const length = selected && circa(entry.assumed_rate) + clock(playing(selected.seconds));
    const made = selected && `${selected.title}: ${length} in ${count(clips, 'clip')}, ${cuts.description}`;
    const rows = numberRows(model, figures.numbers, figures.live);
    const close = h('button', { 'data-shut': '', onclick: () => this.dialog.close() }, 'Close');
    const quiet = (text) => h('p', { class: 'mc-quiet' }, text);
    const about = 'All rows and cuts that are shown, for the part of the time axis that is shown, in the page\'s colours.';
    const hidden = Object.keys(entry.pseudonyms).length > 0;
    const csv = this.#button('CSV', () => this.#saveNumbers(rows), { 'data-csv': '', disabled: !rows.length });
    this.#error('');
    replace(
      this.sheet,
      h('header', {}, h('b', {}, 'Keep'), close),
      h('h4', {}, 'This cut'), quiet(made ?? 'No cut is selected.'),
      h('ul', {}, h('li', {}, this.#video(clips)), LISTS.map(([format, label, what]) => this.#list(format, label, what, clips))),
      this.progress.element,
      this.problem,
      h('h4', {}, 'Chapters'), quiet('Shots merged at the greatest changes of picture, with titles from captions or transcript.'),
      h('ul', { class: 'line' }, this.#chapters('vtt', 'WebVTT', 'for players'), this.#chapters('youtube', 'YouTube', 'for a description')),
      h('h4', {}, 'This figure'), quiet(hidden ? `${about} ${PSEUDONYMS}` : about),
      h('ul', { class: 'line' }, this.#figure('png'), this.#figure('svg'), this.#figure('html', 'interactive, works without a network')),
      h('h4', {}, 'These numbers'),
      h('ul', { class: 'line' }, h('li', {}, csv, h('span', {}, 'agreement with people, with protocol and budget'))),
    );
  }

  /** A button that says what went wrong. @param {string} label @param {() => any} action @param {Record<string, any>} attributes */
  #button(label, action, attributes) {
    return h('button', { onclick: () => this.#do(action), ...attributes }, label);
  }

  #video(clips) {
    const { entry } = this.store;
    if (!entry.video) return [h('button', { disabled: true }, 'MP4 video'), h('span', {}, entry.video_reason)];
    const attributes = { 'data-render': '', class: 'mc-primary', disabled: !clips };
    return [this.#button('MP4 video', () => this.#render(), attributes), h('span', {}, 'the cut with its sound, frame by frame as shown')];
  }

  #list(format, label, what, clips) {
    const button = this.#button(label, () => this.#saveList(format), { 'data-list': format, disabled: !clips });
    const note = this.notes[format];
    return h('li', {}, button, h('span', {}, what, note ? h('em', {}, note) : null));
  }

  #chapters(format, label, what) {
    return h('li', {}, this.#button(label, () => this.#saveChapters(format), { 'data-chapters': format }), h('span', {}, what));
  }

  async #saveChapters(format) {
    const { entry, cuts } = this.store;
    const shots = entry.shots.length ? { shots: cuts.segmentation.name } : {};
    await this.#saveAnswer(`/api/chapters?${new URLSearchParams({ entry: entry.id, format, ...shots })}`, `${this.#name('chapters')}.txt`);
  }

  #figure(format, what = '') {
    const button = this.#button(format.toUpperCase(), () => this.#saveFigure(format), { 'data-figure': format });
    return h('li', {}, button, what ? h('span', {}, what) : null);
  }

  async #do(action) {
    this.#error('');
    try {
      await action();
    } catch (error) {
      this.#error(sentence(error));
    }
  }

  async #cancel() {
    if (this.job) await post('/api/job/cancel', { id: this.job });
  }

  async #saveList(format) {
    const address = `/api/cutlist?${new URLSearchParams({ ...this.asked, format })}`;
    const answer = await this.#saveAnswer(address, `${this.#name('cut')}.${format}`);
    const note = answer.headers.get('x-manycut-note');
    if (note) this.store.toast(decodeURIComponent(note));
  }

  /** Save what the server answers under the name that it gives. @param {string} address @param {string} name else */
  async #saveAnswer(address, name) {
    const answer = await request(address, { timeout: 0 });
    const named = /filename="?([^"]+)"?/.exec(answer.headers.get('content-disposition') ?? '');
    save(await answer.blob(), named?.[1] ?? name);
    return answer;
  }

  async #render() {
    const { store, page } = this;
    if (this.busy) {
      store.toast('A video is being made; wait for it or cancel it.');
      return;
    }
    this.busy = true;
    this.progress.show({ progress: 0, message: 'waiting for the worker' });
    try {
      ({ job: this.job } = await post('/api/render', this.asked));
      const job = await follow(this.job, { told: (now) => this.progress.show(now), wanted: () => !page.signal.aborted });
      if (job?.state === 'failed') this.#error([job.error?.message ?? 'Rendering failed.', job.error?.hint].filter(Boolean).join(' '));
      if (job?.state !== 'done') return;
      fetchFile(url(`/api/download?job=${this.job}`));
      store.toast('The video of the cut is ready.');
    } finally {
      this.busy = false;
      this.job = null;
      this.progress.show(null);
    }
  }

  async #saveFigure(format) {
    const { store, page } = this;
    const plotly = await loadPlotly();
    const { traces, layout } = pageFigure(store, page.colour);
    if (format === 'html') {
      const source = await (await request(PLOTLY, { timeout: 0 })).text();
      save(new Blob([standalone(store.entry.title, source, traces, layout)], { type: 'text/html' }), `${this.#name('figure')}.html`);
      return;
    }
    const { width, height } = layout;
    const address = await plotly.toImage({ data: traces, layout }, { format, width, height, scale: format === 'png' ? 2 : 1 });
    fetchFile(address, `${this.#name('figure')}.${format}`);
  }

  #saveNumbers(rows) {
    const { entry, figures, cuts } = this.store;
    save(new Blob([numbersCsv(entry, rows, figures.numbers, cuts.figureBasis)], { type: 'text/csv' }), `${this.#name('numbers')}.csv`);
  }

  /** A file's name without its ending. @param {string} what */
  #name(what) {
    return `${this.store.entry.id.replaceAll(/[^\w.-]+/g, '-')}-${what}`;
  }

  /** @param {string} message */
  #error(message) {
    this.problem.hidden = !message;
    this.problem.textContent = message;
  }
}
