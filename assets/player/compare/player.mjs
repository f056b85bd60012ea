/** The Compare player: makes the state, the clock and the views, and puts them into the page. */

import { h, replace } from '../shared/dom.mjs';
import { CaptionEditor } from './captions.mjs';
import { Clock } from './clock.mjs';
import { Commands } from '../shared/commands.mjs';
import { CutPanel } from './cut_panel.mjs';
import { FiguresView } from './figures_view.mjs';
import { Head } from './head.mjs';
import { Keeper } from './keep.mjs';
import { Listening } from './listening.mjs';
import { Loader } from './load.mjs';
import { MendLane } from './mend_lane.mjs';
import { MendPanel } from './mend_panel.mjs';
import { Mender } from './mender.mjs';
import { Pane } from './pane.mjs';
import { PersonCut } from './person_cut.mjs';
import { Playhead } from './playhead.mjs';
import { Plots } from './plots.mjs';
import { Pointer } from './pointer.mjs';
import { RowsMenu } from './rows_menu.mjs';
import { RowsView } from './rows_view.mjs';
import { Sampler } from './sampler.mjs';
import { SentenceView } from './sentence_view.mjs';
import { SoundsLane } from './sounds_lane.mjs';
import { Stage } from './stage.mjs';
import { Status } from './status.mjs';
import { Store } from './store.mjs';
import { StripsView } from './strips_view.mjs';
import { Transport } from './transport.mjs';
import { Versus } from './versus.mjs';
import { VersusPanel } from './versus_panel.mjs';
import { WordQuery } from './word_query.mjs';
import { WordsLane } from './words_lane.mjs';
import { WordsSearch } from './words_search.mjs';
import { compareCommands } from './commands.mjs';
import { cutPlayer } from './cut_player.mjs';
import { factsSection } from './facts.mjs';
import { followWindow } from './window.mjs';
import { helpSheet } from './help.mjs';
import { keepAddress } from './link.mjs';
import { palette } from '../shared/canvas.mjs';
import { panel } from './panel.mjs';
import { splitBar } from './split.mjs';
import { watchNews } from './news.mjs';

/** @param {HTMLElement} root */
export function createPlayer(root) {
  const ending = new AbortController();
  const { signal } = ending;
  const store = new Store();
  const clock = new Clock(h('video', { playsinline: true, preload: 'auto', tabindex: -1 }));
  const focusRows = () => pane.scroll.focus({ preventScroll: true });
  const seek = (time) => playhead.seek(time);
  const cuts = cutPlayer(store, clock);
  const mender = new Mender(store, clock, signal);
  const versus = new Versus(clock);
  const against = { versus, begin: () => panels.versus.begin(), send: () => panels.versus.send(), close: () => panels.versus.close() };
  const parts = { store, clock, seek, against, playCut: cuts.toggle, reloadVideo: () => stage.again(), mender, focusRows };
  const commands = new Commands(compareCommands(parts));
  /** @type {import('./page.mjs').Page} */
  const page = { root, signal, stop: () => ending.abort(), store, clock, commands, colour: palette(root), focusRows };

  const panels = { versus: new VersusPanel(page, versus) };
  const pane = new Pane(page);
  const transport = new Transport(page);
  const stage = new Stage(page, transport.mode);
  const sampler = new Sampler(page, (result) => sampled(result));
  const person = new PersonCut(page, () => loader.load(store.entry.id));
  const plots = new Plots(page);
  const rows = new RowsView(page, plots, sampler);
  const head = new Head(page);
  const strips = new StripsView(page, cuts.turn);
  const said = new SentenceView(page, cuts.fromStart);
  const captions = new CaptionEditor(page);
  const top = h('div', { class: 'mc-top' }, stage.element, panel(page, {
    facts: factsSection(page, captions.element),
    cut: new CutPanel(page).element,
    mend: new MendPanel(page, mender).element,
    sampler: sampler.form,
    person: person.element,
    figures: new FiguresView(page).element,
  }));
  const query = new WordQuery(page, () => loader.load(store.entry.id));
  const words = new WordsLane(page, seek);
  const listening = new Listening(page, () => loader.load(store.entry.id));
  const search = new WordsSearch(page, seek, query, listening, () => loader.load(store.entry.id));
  const status = new Status(page);
  const menu = new RowsMenu(page);
  const loader = new Loader(page, plots);
  const playhead = new Playhead(page, pane);

  stage.element.append(transport.element);
  head.element.append(new MendLane(page, mender, pane).element);
  head.element.append(words.element, new SoundsLane(page).element);
  pane.scroll.append(head.element, rows.element, strips.element);
  replace(
    root, h('h1', { class: 'mc-unseen' }, 'Compare'), top, splitBar(root, top), said.element, search.element,
    panels.versus.element,
    h('div', { class: 'mc-pane' }, pane.scroll, pane.overlay, menu.element),
    h('div', { class: 'mc-skeleton', 'aria-hidden': 'true' }), status.element, new Keeper(page).dialog, status.toast, helpSheet(page),
  );
  pane.measure();
  new Pointer(page, pane, { head: head.element, plots: rows.element, cuts: strips.element, stripCanvas: strips.canvas }, seek);

  /** A run has been made here: show it, wherever an older one of its checkpoint was chosen. */
  async function sampled(result) {
    if (store.status.state === 'loading') return; // another entry is on its way
    for (const { key, run } of store.model.tracks) if (run.checkpoint === result?.checkpoint) store.chosenRuns.delete(key);
    await loader.load(store.entry.id);
  }

  for (const news of ['model', 'cuts', 'peaks', 'draw', 'found']) store.on(news, () => commands.refresh(root));
  mender.on('changed', () => commands.refresh(root));
  clock.on('frame', () => versus.tick());
  document.addEventListener('manycut:role', () => commands.refresh(root), { signal });
  commands.refresh(root);
  commands.listen(signal, () => root.isConnected);
  keepAddress(page);
  followWindow(page, top, () => stage.fit());
  watchNews(page, () => [sampler, person, query, listening].some(({ work }) => Boolean(work.job)), (entry) => loader.load(entry));
  signal.addEventListener('abort', () => {
    store.cuts.solver.stop();
    clock.stop();
  });
  return { ...page, pane, seek, load: (entry, view) => loader.load(entry, view) };
}
