/** Keep: the selected cut as video or cut list, the figure as a picture, the numbers as a table. */

import { follow } from './follow.mjs';
import { clock, count, escape } from '../shared/format.mjs';
import { numbersCsv } from './numbers.mjs';
import { pageFigure, standalone } from './keep_figure.mjs';
import { PLOTLY, loadPlotly } from './plotly.mjs';
import { get, post, request, sentence, url } from '../shared/http.mjs';
import { playing } from './cuts.mjs';

/** Formats of cut lists, and who reads them. */
const LISTS = [
  ['json', 'JSON', 'frames and exact times, for programs'],
  ['csv', 'CSV', 'one line per shot, for tables'],
  ['vtt', 'WebVTT', 'chapters, for players'],
  ['edl', 'EDL', 'CMX 3600, for any editor'],
  ['fcpxml', 'FCPXML', 'Final Cut Pro, DaVinci Resolve'],
  ['otio', 'OTIO', 'OpenTimelineIO'],
];

/** How the server names the scores behind a strip. @param {string} id @param {string[]} names of people */
export function sourceOf(id, names) {
  const [kind, number, sample] = id.split(':');
  if (kind === 'person') return `person:${names[Number(number)]}`;
  return kind === 'run' && sample === 'mean' ? `run:${number}` : id;
}

export class Keeper {
  /** @param {import('./player.mjs').Player} player */
  constructor(player) {
    this.player = player;
    this.dialog = player.root.querySelector('.mc-keep');
    this.notes = new Map();
    this.job = null;
    this.busy = false;
    /** What the server needs to make the cut that the dialog names. */
    this.asked = null;
    const { signal } = player.abort;
    this.dialog.addEventListener('click', (event) => this.clicked(event), { signal });
    // A click beside the sheet closes it.
    this.dialog.addEventListener('pointerdown', (event) => event.target === this.dialog && this.dialog.close(), { signal });
    this.dialog.addEventListener('close', () => player.focusRows(), { signal });
  }

  async open() {
    const { player } = this;
    if (this.dialog.open) return this.dialog.close();
    this.draw();
    this.dialog.showModal();
    const entry = player.entry.id;
    try {
      this.notes = new Map(Object.entries(await get(`/api/cutlist/notes?entry=${encodeURIComponent(entry)}`)));
    } catch {
      this.notes = new Map();
    }
    if (player.entry.id === entry && this.dialog.open) this.redraw();
    return undefined;
  }

  /** The same dialog again: the focus stays on the button that it was on. */
  redraw() {
    const at = [...this.dialog.querySelectorAll('button')].indexOf(document.activeElement);
    this.draw();
    this.dialog.querySelectorAll('button')[Math.max(0, at)].focus();
  }

  draw() {
    const { entry, selected, cuts, selectedId, model } = this.player;
    // Kept with what is shown: a run that comes meanwhile must not change what the buttons save.
    this.asked = selected && { entry: entry.id, source: sourceOf(selectedId, model.people.names), rule: cuts.rule, shots: cuts.segmentation?.name, budget: cuts.budget };
    const length = playing(selected?.seconds);
    const cut = selected?.cut?.segments.length;
    const list = ([format, label, what]) => {
      const note = this.notes.get(format);
      return `<li><button data-list="${format}" ${cut ? '' : 'disabled'}>${label}</button><span>${what}${note ? `<em>${escape(note)}</em>` : ''}</span></li>`;
    };
    const video = entry.video
      ? `<button data-render class="mc-primary" ${cut ? '' : 'disabled'}>MP4 video</button><span>the cut with its sound, frame by frame as shown</span>`
      : `<button disabled>MP4 video</button><span>${escape(entry.video_reason)}</span>`;
    this.dialog.innerHTML = `<div class="mc-sheet"><header><b>Keep</b><button data-shut>Close</button></header>
<h4>This cut</h4><p class="mc-quiet">${selected ? `${escape(selected.title)}: ${clock(length)} in ${count(selected.cut?.segments.length ?? 0, 'clip')}, ${escape(cuts.words)}` : 'No cut is selected.'}</p>
<ul><li>${video}</li>${LISTS.map(list).join('')}</ul>
<div class="mc-progress" data-job hidden><progress max="1" value="0" aria-label="Progress of the video"></progress><span role="status"></span><button data-stop>Cancel</button></div>
<p class="mc-error" role="alert" hidden></p>
<h4>This figure</h4><p class="mc-quiet">All rows and cuts that are shown, for the part of the time axis that is shown, in the page's colours.</p>
<ul class="line"><li><button data-figure="png">PNG</button></li><li><button data-figure="svg">SVG</button></li><li><button data-figure="html">HTML</button><span>interactive, works without a network</span></li></ul>
<h4>These numbers</h4><ul class="line"><li><button data-csv ${this.player.figures.rows.length ? '' : 'disabled'}>CSV</button><span>agreement with people, with protocol and budget</span></li></ul></div>`;
  }

  async clicked(event) {
    const button = event.target.closest('button');
    if (!button) return;
    const { list, figure } = button.dataset;
    this.error('');
    try {
      if ('shut' in button.dataset) this.dialog.close();
      else if ('stop' in button.dataset) {
        if (this.job) await post('/api/job/cancel', { id: this.job });
      }
      else if ('render' in button.dataset) await this.render();
      else if (list) await this.cutList(list);
      else if (figure) await this.figure(figure);
      else if ('csv' in button.dataset) {
        const { entry, figures, cuts } = this.player;
        save(new Blob([numbersCsv(entry, figures.rows, figures.numbers, cuts.figureWords)], { type: 'text/csv' }), `${this.name('numbers')}.csv`);
      }
    } catch (error) {
      this.error(sentence(error));
    }
  }

  async cutList(format) {
    const query = new URLSearchParams({ ...this.asked, format });
    const answer = await request(`/api/cutlist?${query}`, { timeout: 0 });
    const named = /filename="?([^"]+)"?/.exec(answer.headers.get('content-disposition') ?? '');
    save(await answer.blob(), named?.[1] ?? `${this.name('cut')}.${format}`);
    const note = answer.headers.get('x-manycut-note');
    if (note) this.player.toast(decodeURIComponent(note));
  }

  async render() {
    const { player } = this;
    if (this.busy) {
      player.toast('A video is being made; wait for it or cancel it.');
      return;
    }
    this.busy = true;
    const line = this.dialog.querySelector('[data-job]');
    const told = (job) => {
      const now = this.dialog.querySelector('[data-job]') ?? line;
      now.hidden = false;
      const bar = now.querySelector('progress');
      if (job.progress === null) bar.removeAttribute('value');
      else bar.value = job.progress ?? 0;
      now.querySelector('span').textContent = job.message || job.state;
    };
    told({ progress: 0, message: 'waiting for the worker' });
    try {
      ({ job: this.job } = await post('/api/render', this.asked));
      const job = await follow(this.job, { told, wanted: () => !player.abort.signal.aborted });
      if (job?.state === 'failed') this.error([job.error?.message ?? 'Rendering failed.', job.error?.hint].filter(Boolean).join(' '));
      else if (job?.state === 'done') {
        fetchFile(url(`/api/download?job=${this.job}`));
        player.toast('The video of the cut is ready.');
      }
    } finally {
      this.busy = false;
      this.job = null;
      (this.dialog.querySelector('[data-job]') ?? line).hidden = true;
    }
  }

  async figure(format) {
    const { player } = this;
    const plotly = await loadPlotly();
    const { traces, layout } = pageFigure(player);
    if (format === 'html') {
      const source = await (await request(PLOTLY, { timeout: 0 })).text();
      save(new Blob([standalone(player.entry.title, source, traces, layout)], { type: 'text/html' }), `${this.name('figure')}.html`);
      return;
    }
    const { width, height } = layout;
    const address = await plotly.toImage({ data: traces, layout }, { format, width, height, scale: format === 'png' ? 2 : 1 });
    fetchFile(address, `${this.name('figure')}.${format}`);
  }

  /** A file's name without its ending. */
  name(what) {
    return `${this.player.entry.id.replaceAll(/[^\w.-]+/g, '-')}-${what}`;
  }

  error(message) {
    const node = this.dialog.querySelector('.mc-error');
    if (!node) return;
    node.hidden = !message;
    node.textContent = message;
  }
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  fetchFile(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function fetchFile(address, name = '') {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
