/**
 * The Compare player: video on top, rows below, one cursor. This file holds the state and joins the parts:
 * clock (what time it is), timeline (where a time lies on the screen), plots, strips, filmstrip, panel, keys.
 */

import { FRAME, PAUSE, PLAY, nodesOf } from './frame.mjs';
import { HttpError, url } from '../shared/http.mjs';
import { entryOf, seriesOf } from './server.mjs';
import { loadPlotly } from './plotly.mjs';
import { CaptionEditor } from './captions.mjs';
import { Clock } from './clock.mjs';
import { Plots, drawLift, drawn, sampleUnder, stack } from './plots.mjs';
import { Timeline } from './timeline.mjs';
import { buildGroups, buildModel, buildReferences, defaultCut, frameClock, orderPeople } from './model.mjs';
import { Cuts, playing } from './cuts.mjs';
import { Figures } from './figures.mjs';
import { RowLayout } from './layout.mjs';
import { writeAddress } from './address.mjs';
import { arrive, take, viewOf } from './view.mjs';
import { clock as mss, escape, number } from '../shared/format.mjs';
import { drawFilm, drawRuler } from './filmstrip.mjs';
import { drawCutLine, drawStrips, layStrips, writeOverlaps } from './strips.mjs';
import { fillCheckpoints, fillCut, fillFacts, fillShots, slots } from './panel.mjs';
import { indexAt } from './series.mjs';
import { groundsMarkup, listRows, rowName, rowsMarkup } from './rows.mjs';
import { act } from './actions.mjs';
import { palette } from '../shared/canvas.mjs';
import { wire } from './wiring.mjs';
import { Sampler } from './sampler.mjs';
import { Keeper } from './keep.mjs';
import { sentence } from './sentence.mjs';

/** Whose disagreement the page jumps to, and what is said where there is none. */
export const DIFFER = [
  ['people', 'people differ', 'It takes two people to differ.'],
  ['samples', 'samples differ', 'It takes two samples to differ.'],
  ['models', 'models vs people', 'It takes people and a model to differ.'],
];
const REFINE_MS = 150;

const FAMILIES = { summdiff: 'SummDiff', llmvs: 'LLMVS head', csta: 'CSTA', 'other-model': 'other models' };

/** One player in the page: its state, and what follows from a change of it. */
export class Player {
  /**
   * @param {HTMLElement} root
   */
  constructor(root) {
    this.root = root;
    this.abort = new AbortController();
    this.entry = null;
    this.model = null;
    this.groups = [];
    this.strips = [];
    this.rows = [];
    this.references = [];
    this.fit = false;
    this.sort = 'similar';
    this.differ = 'people';
    this.selectedId = null;
    this.pinned = null;
    this.folded = new Set();
    this.chosenRuns = new Map();
    this.overRuns = new Map();
    this.lifted = null;
    this.loading = null;

    root.innerHTML = FRAME;
    this.nodes = nodesOf(root);
    this.slot = slots(this.nodes.panel);
    this.colour = palette(root);
    this.clock = new Clock(this.nodes.video, () => this.clockChanged());
    this.timeline = new Timeline(this.nodes, {
      seek: (time, event) => this.clicked(time, event),
      zoomed: () => {
        this.zoomed();
        this.remember();
      },
      hovered: (time, event) => this.hovered(time, event),
    }, this.abort.signal);
    this.plots = new Plots(this.nodes.figure);
    this.layout = new RowLayout(() => this.layoutChanged());
    this.cuts = new Cuts(this);
    this.sheetImage = new Image();
    this.sheetImage.addEventListener('load', () => this.drawTop());
    this.sampler = new Sampler(this.nodes.panel, this.slot, () => this.entry, (result) => this.sampled(result), this.abort.signal);
    this.figures = new Figures(this);
    this.captions = new CaptionEditor(this);
    this.keeper = new Keeper(this);
    wire(this);
    this.fill();
    this.clockChanged();
    this.frame();
  }

  // ---------------------------------------------------------------- loading

  /**
   * Show an entry. Keeps the view where the same entry is loaded again.
   * @param {string|null} id
   * @param {import('./address.mjs').View|null} view what a link asks for
   */
  async load(id, view = null) {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    if (!id) {
      this.say('empty', 'The library is empty.', 'Import a dataset or add a video on the Library page; it then appears here.');
      return;
    }
    const again = this.entry?.id === id;
    if (!again) {
      this.clock.stop();
      this.say('loading', 'Loading the timelines …');
    }
    try {
      const plotly = loadPlotly();
      plotly.catch(() => {});
      const [entry, series] = await Promise.all([entryOf(id, loading.signal), seriesOf(id, loading.signal)]);
      if (loading.signal.aborted) return;
      this.series = series;
      if (again) this.keepPeople(entry);
      else this.opened(entry);
      this.entry = entry;
      if (view) take(this, view);
      this.rebuild();
      if (view) arrive(this, view);
      this.plotly = await plotly;
      if (loading.signal.aborted) return;
      await this.drawAll();
      this.say('ready');
      this.remember();
      const { title, dataset, duration } = entry;
      document.dispatchEvent(new CustomEvent('manycut:opened', { detail: { entry: id, title, dataset, duration } }));
      await this.figures.load(id, loading.signal);
    } catch (error) {
      if (error.name === 'AbortError' || loading.signal.aborted) return;
      if (!(error instanceof HttpError)) {
        console.error(error);
        this.say('failed', `The timelines could not be drawn (${error.message}).`, 'Reload the page.');
        return;
      }
      const retry = error.code === 'not_found' ? null : () => this.load(id, view);
      const hint = error.offline ? 'Start it again or check the network, then try again.' : 'Choose another entry in the list above.';
      this.say(error.offline ? 'offline' : 'failed', error.message, error.hint || hint, retry);
    }
  }

  /** The same entry again, perhaps with other people: pin and selection follow their names, not their places. */
  keepPeople(entry) {
    const before = this.model?.people.names ?? [];
    const now = entry.rows.find(({ kind }) => kind === 'people')?.names ?? [];
    const place = (person) => now.indexOf(before[person]);
    if (this.pinned !== null) this.pinned = place(this.pinned) < 0 ? null : place(this.pinned);
    const [kind, person] = (this.selectedId ?? '').split(':');
    if (kind === 'person') this.selectedId = `person:${place(Number(person))}`;
  }

  /** Another entry than before: begin from its start with nothing selected. */
  opened(entry) {
    this.entry = entry;
    this.cuts.shots = 0;
    this.pinned = null;
    this.selectedId = null;
    this.figures.clear();
    this.chosenRuns.clear();
    this.overRuns.clear();
    this.nodes.scroll.scrollTop = 0;
    this.timeline.open(entry.duration);
    this.clock.open(entry.video ? url(entry.video.url) : null, entry.duration);
    this.noVideo(entry.video ? '' : entry.video_reason || 'This entry has no video.');
    if (entry.thumbnails) this.sheetImage.src = url(entry.thumbnails.url);
    else this.sheetImage.removeAttribute('src');
    document.title = `${entry.title} · Manycut`;
  }

  /** @param {string} reason "" shows the video again @param {boolean} [retry] offer to try again */
  noVideo(reason, retry = false) {
    this.nodes.novideo.hidden = !reason;
    this.nodes.video.hidden = Boolean(reason);
    this.nodes.novideo.innerHTML = reason
      ? `<b>No video</b><p>${escape(reason)}</p><p>The timelines work all the same; play moves the cursor.</p>${retry ? '<button data-act="video">Try again</button>' : ''}`
      : '';
    this.ratio = 16 / 9;
    this.fitStage();
  }

  /** Everything derived from the entry, its series and the choices of the person. */
  rebuild() {
    const { entry } = this;
    this.model = buildModel(entry, this.series, this.chosenRuns, this.overRuns);
    this.model.people.order = orderPeople(this.model.people, this.sort);
    this.model.pinned = this.pinned;
    this.seconds = frameClock(entry, this.model.picks, this.model.times);
    fillFacts(this.slot, entry);
    fillShots(this.slot.shots, entry, this.cuts);
    fillCheckpoints(this.slot, entry);
    this.fillDiffer();
    this.sampler.open(entry, this.model.tracks);
    this.slot.legend.innerHTML = [...new Set(this.model.tracks.map(({ colour }) => colour))]
      .map((colour) => [colour, FAMILIES[colour]])
      .map(([colour, label]) => `<span><i style="background:var(--mc-${colour})"></i>${escape(label)}</span>`).join('');
    this.layRows();
    this.layCuts();
    this.cuts.solve();
  }

  layRows() {
    this.rows = this.layout.apply(listRows(this.model));
    this.root.dataset.hides = [...this.layout.hidden].join(' ');
    this.height = stack(this.rows);
    this.nodes.plots.style.height = `${this.height}px`;
    this.nodes.grounds.innerHTML = groundsMarkup(this.rows);
    this.nodes.rows.innerHTML = rowsMarkup(this.model, this.rows, this.sort);
    if (!this.rows.length) {
      this.nodes.plots.style.height = '40px';
      this.nodes.rows.innerHTML = '<p class="mc-reason">All score rows are hidden. <button data-act="rows">Rows</button></p>';
    }
    this.lastPick = -1;
  }

  /** Rows hidden, moved or resized: lay them out and draw again, once per frame. */
  layoutChanged() {
    if (!this.model) return;
    this.layRows();
    if (this.layoutQueued) return;
    this.layoutQueued = true;
    requestAnimationFrame(async () => {
      this.layoutQueued = false;
      await this.drawAll();
      this.remember();
    });
  }

  rowsMenu(open) {
    const menu = this.root.querySelector('.mc-rowsmenu');
    const button = this.root.querySelector('[data-act=rows]');
    menu.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open) menu.innerHTML = this.layout.menu(rowName);
  }

  layCuts() {
    this.groups = buildGroups(this.model);
    this.references = buildReferences(this.model);
    this.strips = this.groups.flatMap(({ strips }) => strips);
    this.stripsHeight = layStrips(this.nodes.stripList, this.groups, this.folded);
    if (!this.strips.some(({ id }) => id === this.selectedId)) this.selectedId = defaultCut(this.model, this.groups);
  }

  get selected() {
    return this.strips.find(({ id }) => id === this.selectedId) ?? null;
  }

  // ---------------------------------------------------------------- cuts

  drawStripCanvas() {
    const { boundaries } = this.cuts;
    drawStrips(this.nodes.stripCanvas, this.stripsHeight, this.strips, this.selected, boundaries, this.timeline, this.colour);
    drawCutLine(this.nodes.cutCanvas, this.selected, boundaries, this.timeline, this.colour);
  }

  /** The selected cut in the head: on the pictures, as a strip below them, and by its name. */
  drawSelected() {
    const { selected, nodes } = this;
    nodes.cutLine.hidden = !selected;
    if (this.entry.thumbnails) drawFilm(nodes.film, this.timeline, this.entry.thumbnails, this.sheetImage, selected?.seconds, this.colour);
    if (!selected) return;
    nodes.cutName.textContent = selected.label;
    nodes.cutName.title = selected.title;
    nodes.cutLength.textContent = selected.seconds ? mss(playing(selected.seconds)) : '';
    nodes.cutLine.querySelector('button').disabled = !selected.seconds?.length;
  }

  /** Who judged, what they want, and what to play; written only where it has changed, so that the focus stays. */
  drawSentence() {
    const words = sentence(this.model, this.strips, this.selected);
    if (words !== this.sentence) this.nodes.said.innerHTML = words;
    this.sentence = words;
  }

  drawCuts() {
    this.drawStripCanvas();
    writeOverlaps(this.nodes.stripList, this.strips, this.selected);
    fillCut(this.slot, this.selected, this.entry, this.cuts.rule);
    this.drawSelected();
    this.drawSentence();
    if (this.clock.cut) this.clock.cut = this.selected?.seconds?.length ? this.selected.seconds : null;
    for (const chip of this.nodes.rows.querySelectorAll('[data-sample]')) {
      const row = chip.closest('[data-row]').dataset.row;
      chip.classList.toggle('selected', this.selectedId === `${row}:${chip.dataset.sample}`);
    }
  }

  choose(id, reveal = false) {
    if (!this.strips.some((strip) => strip.id === id)) return;
    this.selectedId = id;
    this.drawCuts();
    if (reveal) this.nodes.stripList.querySelector('.selected')?.scrollIntoView({ block: 'nearest' });
    this.remember();
  }

  /** Select a cut and play it from its beginning. */
  playFrom(id) {
    this.choose(id);
    if (!this.selected?.seconds?.length) return;
    this.clock.cut = null;
    this.clock.seek(0);
    this.playCut();
  }

  playCut() {
    if (this.clock.cut && this.clock.playing) {
      this.clock.cut = null;
      this.clock.pause();
    } else if (this.selected?.seconds?.length) this.clock.playCut(this.selected.seconds);
  }

  // ---------------------------------------------------------------- drawing

  async drawAll() {
    this.timeline.measure();
    this.drawTop();
    this.drawCuts();
    this.nodes.figure.hidden = !this.rows.some(drawn);
    if (this.plotly && this.model && !this.nodes.figure.hidden) {
      await this.drawPlots();
      this.drawLifted();
    }
    this.moveCursor(true);
  }

  /** Whose disagreement can be jumped to on this entry; the first that has any where the chosen one has none. */
  fillDiffer() {
    const { peaks } = this.model;
    const usable = DIFFER.filter(([who]) => peaks[who].length);
    if (!peaks[this.differ].length && usable.length) [[this.differ]] = usable;
    const select = this.root.querySelector('[data-differ]');
    select.innerHTML = DIFFER.map(([who, label, none]) => `<option value="${who}" ${peaks[who].length ? '' : `disabled title="${none}"`}>${label}</option>`).join('');
    select.value = this.differ;
    this.root.querySelector('[data-act=disagreement]').disabled = !usable.length;
  }

  /** @param {import('./solver.mjs').Rule} rule that cuts follow from now on */
  setRule(rule) {
    this.cuts.rule = rule;
    fillShots(this.slot.shots, this.entry, this.cuts);
    this.cuts.solve();
    this.remember();
  }

  setDiffer(who) {
    this.differ = who;
    this.fillDiffer();
    this.drawTop();
    this.toast(`Next (N) and the triangles: ${DIFFER.find(([name]) => name === who)[1]}.`);
  }

  /** The places to jump to, seconds. */
  get peaks() {
    return this.model?.peaks[this.differ] ?? [];
  }

  drawTop() {
    if (!this.model) return;
    const { timeline, entry } = this;
    drawRuler(this.nodes.ruler, timeline, this.peaks, this.colour);
    this.nodes.film.closest('.mc-filmline').hidden = this.layout.hidden.has('filmstrip');
    this.nodes.cuts.hidden = this.layout.hidden.has('cuts');
    this.nodes.film.hidden = !entry.thumbnails;
    this.nodes.filmReason.hidden = Boolean(entry.thumbnails);
    this.nodes.filmReason.textContent = entry.thumbnails ? '' : `No pictures: ${entry.video_reason || 'no thumbnails were made.'}`;
    this.drawSelected();
    this.nodes.said.hidden = this.layout.hidden.has('sentence');
    this.nodes.zoomText.textContent = timeline.zoomed ? `${mss(timeline.start)}–${mss(timeline.end)}` : 'm:ss.f';
    this.root.querySelector('[data-act=zoomout]').hidden = !timeline.zoomed;
  }

  zoomed() {
    this.drawTop();
    this.drawStripCanvas();
    this.moveCursor(true);
    this.zoomWanted = true;
    if (!this.zooming) this.drawZoomed();
  }

  /** The plots after a zoom: moved at once, once per frame for as long as it goes on, then drawn finely. */
  async drawZoomed() {
    this.zooming = true;
    clearTimeout(this.refineTimer);
    while (this.zoomWanted) {
      this.zoomWanted = false;
      if (this.plotly && this.model && !this.nodes.figure.hidden) {
        if (!(await this.plots.zoom(this.timeline, this.colour))) await this.drawPlots();
        this.drawLifted();
        this.root.dataset.drawn = `${this.timeline.start.toFixed(3)} ${this.timeline.end.toFixed(3)}`;
      }
      await new Promise(requestAnimationFrame);
    }
    this.zooming = false;
    if (this.plots.drawn) this.refineTimer = setTimeout(() => !this.zooming && this.model && this.drawPlots(), REFINE_MS);
  }

  drawPlots() {
    return this.plots.draw(this.plotly, this.model, this.rows, this.height, this.timeline, this.colour, this.fit);
  }

  drawLifted() {
    if (this.model) drawLift(this.nodes.lift, this.lifted, this.model, this.height, this.timeline, this.colour);
    for (const chip of this.nodes.rows.querySelectorAll('[data-sample]')) {
      const row = chip.closest('[data-row]').dataset.row;
      chip.classList.toggle('lifted', this.lifted?.row.id === row && this.lifted.sample === Number(chip.dataset.sample));
    }
  }

  lift(row, sample) {
    if ((this.lifted?.row ?? null) === row && this.lifted?.sample === sample) return;
    this.lifted = row && sample >= 0 ? { row, sample } : null;
    this.drawLifted();
  }

  // ---------------------------------------------------------------- time

  frame() {
    if (!this.root.isConnected) {
      this.abort.abort();
      this.cuts.solver.stop();
      this.clock.stop();
      return;
    }
    this.clock.tick();
    if (this.clock.playing) this.moveCursor();
    requestAnimationFrame(() => this.frame());
  }

  clockChanged() {
    const { playing } = this.clock;
    this.nodes.toggle.querySelector('path').setAttribute('d', playing ? PAUSE : PLAY);
    this.nodes.toggle.setAttribute('aria-label', playing ? 'Pause' : 'Play');
    this.nodes.rate.textContent = `${this.clock.rate}×`;
    const button = this.nodes.panel.querySelector('[data-act=cut]');
    const cut = Boolean(this.clock.cut) && playing;
    if (button) button.textContent = cut ? 'Stop' : 'Play this cut';
    const small = this.nodes.cutLine.querySelector('button');
    small.textContent = cut ? '■' : '▶';
    small.setAttribute('aria-label', cut ? 'Stop' : 'Play the selected cut');
    this.root.dataset.playing = String(playing);
    this.moveCursor();
    if (!playing) this.remember();
  }

  moveCursor(force = false) {
    if (!this.model) return;
    const time = this.clock.time();
    // Whoever looks elsewhere while it plays may go on looking.
    if (this.clock.playing && !force && this.inView) this.timeline.follow(time);
    this.inView = time >= this.timeline.start && time <= this.timeline.end;
    this.timeline.place(time);
    this.nodes.time.textContent = `${mss(time)} / ${mss(this.entry.duration)}`;
    const within = this.clock.inCut();
    this.nodes.mode.hidden = !within;
    if (within) this.nodes.mode.textContent = `${this.selected?.label ?? 'Cut'} ${mss(within.at)} / ${mss(within.of)}`;
    const pick = indexAt(this.model.times, time + 1e-6);
    if (pick === this.lastPick && !force) return;
    this.lastPick = pick;
    this.readouts(pick);
    this.captions.show(pick);
  }

  readouts(pick) {
    for (const row of this.rows) {
      const output = this.nodes.rows.querySelector(`[data-row="${row.id}"] [data-readout]`);
      if (!output) continue;
      const { people } = this.model;
      if (!drawn(row)) continue;
      if (row.kind === 'people') output.textContent = this.pinned === null ? '' : number(people.raw[this.pinned][pick]);
      else if (row.kind === 'mean') output.innerHTML = `${number(people.mean[pick])}<br>± ${number(people.spread[pick])}`;
      else output.textContent = number(row.track.mean[pick]);
    }
  }

  seek(time) {
    this.clock.cut = null;
    this.clock.seek(time);
    if (time < this.timeline.start || time > this.timeline.end) this.timeline.follow(time);
  }

  /** Keep entry and time in the address; not on every frame, browsers limit that. */
  remember() {
    clearTimeout(this.rememberTimer);
    this.rememberTimer = setTimeout(() => {
      if (!this.entry || this.root.dataset.state !== 'ready') return;
      history.replaceState(history.state, '', writeAddress(location.href, viewOf(this)));
    }, 250);
  }

  // ---------------------------------------------------------------- what the person does

  clicked(time, event) {
    const strip = this.stripAt(event);
    if (strip) this.choose(strip.id);
    else if (this.lifted) this.choose(`${this.lifted.row.id}:${this.lifted.sample}`);
    this.seek(time);
  }

  /** The head stays in sight over rows that are scrolled away below it. */
  overHead(event) {
    return event.clientY < this.root.querySelector('.mc-head').getBoundingClientRect().bottom;
  }

  stripAt(event) {
    if (this.nodes.cuts.hidden || this.overHead(event)) return null;
    const { top } = this.nodes.stripCanvas.getBoundingClientRect();
    const y = event.clientY - top;
    return this.strips.find((strip) => strip.top !== null && y >= strip.top && y < strip.top + 14) ?? null;
  }

  hovered(time, event) {
    // Over a sample's number in the gutter that sample stays lifted.
    if (!this.model || event?.target.closest?.('[data-sample]')) return;
    let row = null;
    let sample = -1;
    if (time !== null && !this.overHead(event)) {
      const y = event.clientY - this.nodes.plots.getBoundingClientRect().top;
      row = this.rows.find((one) => one.kind === 'samples' && y >= one.top && y <= one.top + one.height) ?? null;
      if (row?.range) sample = sampleUnder(row, indexAt(this.model.times, time), y);
    }
    this.lift(row, sample);
  }

  act(action, amount) {
    return act(this, action, amount);
  }

  help(open) {
    this.nodes.help.hidden = !open;
    if (open) this.nodes.help.querySelector('button').focus();
    else this.focusRows();
  }

  pin(person) {
    this.pinned = this.pinned === person ? null : person;
    this.model.pinned = this.pinned;
    if (this.pinned !== null) this.choose(`person:${person}`);
    for (const button of this.nodes.rows.querySelectorAll('[data-person]')) {
      button.setAttribute('aria-pressed', String(Number(button.dataset.person) === this.pinned));
    }
    this.lastPick = -1;
    this.drawAll();
    this.figures.show();
    this.remember();
  }

  /** A run has been made here: show it, wherever an older one of its checkpoint was chosen. */
  async sampled(result) {
    if (this.root.dataset.state === 'loading') return; // another entry is on its way
    for (const { key, run } of this.model.tracks) if (run.checkpoint === result?.checkpoint) this.chosenRuns.delete(key);
    await this.load(this.entry.id);
  }

  async copyLink() {
    const link = writeAddress(location.href, viewOf(this));
    history.replaceState(history.state, '', link);
    try {
      await navigator.clipboard.writeText(link);
      this.toast('Link to this view copied.');
    } catch {
      this.toast('This browser does not let the page copy. The address bar holds the link.');
    }
  }

  /** Say something in passing. */
  toast(words) {
    const node = this.root.querySelector('.mc-toast');
    node.textContent = words;
    node.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (node.hidden = true), 3500);
  }

  focusRows() {
    this.nodes.scroll.focus({ preventScroll: true });
  }

  /** The player takes what the window leaves below the page's own bar. */
  fill() {
    const top = this.root.getBoundingClientRect().top + window.scrollY;
    this.root.style.setProperty('--mc-above', `${Math.round(top)}px`);
  }

  /** The video's place is as wide as its picture needs, within what the panel can spare. */
  fitStage() {
    const { top, screen, stage } = this.nodes;
    const width = Math.min(Math.max(screen.clientHeight * (this.ratio ?? 16 / 9), this.entry?.duration >= 3600 ? 444 : 414), top.clientWidth * 0.5);
    stage.style.setProperty('--mc-stage', `${Math.round(width)}px`);
  }

  // ---------------------------------------------------------------- states

  /** Show in which state the page is; 'ready' takes the note away. */
  say(state, message = '', hint = '', retry = null) {
    this.root.dataset.state = state;
    this.root.dataset.ready = String(state === 'ready');
    if (state === 'ready') this.root.dataset.seen = '';
    this.retry = retry;
    const { status } = this.nodes;
    status.hidden = state === 'ready';
    status.className = `mc-status ${state}${this.model && state === 'offline' ? ' bar' : ''}`;
    status.innerHTML = `<p><b>${escape(message)}</b></p>${hint ? `<p>${escape(hint)}</p>` : ''}`;
    if (retry) {
      const button = document.createElement('button');
      button.textContent = 'Try again';
      button.addEventListener('click', retry);
      status.append(button);
    }
  }
}
