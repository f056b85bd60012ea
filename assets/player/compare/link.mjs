/** What a link shows: from a view to the page, and back. */

import { BUDGET, CLIP_SECONDS, RULES, SHAPES } from './cuts.mjs';
import { PINNED, readAddress, writeAddress } from './address.mjs';
import { isRun, peopleRow } from './entry_rows.mjs';
import { defaultCut } from './strip_groups.mjs';
import { trackKey } from './model.mjs';

/** @typedef {import('./address.mjs').View} View */
/** @typedef {import('./store.mjs').Store} Store */

/** Milliseconds that the address waits: browsers limit how often it may change. */
const CALM_MS = 250;

/** Choices that the rows are built from, as far as the entry has them. @param {Store} store @param {View} view */
export function takeChoices(store, view) {
  const { entry, cuts, layout } = store;
  cuts.target = view.length === null ? null : Math.min(Math.max(view.length, entry.smallest_budget * entry.duration), entry.duration);
  cuts.budget = cuts.target === null ? Math.max(view.budget ?? BUDGET, entry.smallest_budget) : cuts.target / entry.duration;
  cuts.shape = (SHAPES.find(({ name }) => name === view.shape) ?? SHAPES[0]).name;
  cuts.clip = view.clip ?? CLIP_SECONDS;
  cuts.words = view.words;
  cuts.rule = (RULES.find(({ name }) => name === view.rule) ?? RULES[0]).name;
  const shots = entry.shots.findIndex(({ name }) => name === view.shots);
  if (shots >= 0) cuts.shots = shots;
  if (view.hidden) layout.hidden = new Set(view.hidden);
  takeRuns(store, view);
  const names = peopleRow(entry)?.names ?? [];
  if (names.includes(view.person)) store.pinned = names.indexOf(view.person);
  if (view.cut === PINNED) store.selectedId = store.pinned === null ? null : `person:${store.pinned}`;
  else if (view.cut) store.selectedId = view.cut;
}

/** @param {Store} store @param {View} view */
function takeRuns({ entry, chosenRuns, overRuns }, view) {
  const keyOf = (id) => {
    const run = entry.rows.find((row) => row.id === id);
    return run && isRun(run) ? trackKey(run) : undefined;
  };
  for (const id of view.runs) if (keyOf(id)) chosenRuns.set(keyOf(id), id);
  for (const [id, over] of view.over) if (keyOf(id) && keyOf(over)) overRuns.set(keyOf(id), over);
}

/** The place in time, once the rows stand. @param {import('./page.mjs').Page} page @param {View} view */
export function arrive({ store, clock }, view) {
  const { most } = store.model.peaks;
  if (view.disputed && most !== null) clock.seek(most);
  else if (view.t) clock.seek(view.t);
  if (view.zoom) store.axis.zoom(...view.zoom);
}

/** The view as a link holds it. @param {import('./page.mjs').Page} page @returns {View} */
function viewOf({ store, clock }) {
  const { entry, model, axis, cuts, groups, layout, pinned, selectedId } = store;
  return {
    entry: entry.id,
    t: clock.time(),
    budget: cuts.target !== null || cuts.budget === BUDGET ? null : cuts.budget,
    length: cuts.target,
    shape: cuts.shape === SHAPES[0].name ? null : cuts.shape,
    clip: cuts.clip === CLIP_SECONDS ? null : cuts.clip,
    words: cuts.words,
    shots: cuts.shots ? entry.shots[cuts.shots].name : null,
    rule: cuts.rule === RULES[0].name ? null : cuts.rule,
    cut: selectedId === defaultCut(model, groups) ? null : selectedId,
    person: pinned === null ? null : model.people.names[pinned],
    zoom: axis.zoomed ? [axis.start, axis.end] : null,
    runs: model.tracks.filter(({ run, others }) => run !== others[0]).map(({ id }) => id),
    over: model.tracks.filter(({ over }) => over).map(({ id, over }) => [id, over.id]),
    hidden: layout.hidden.size ? [...layout.hidden] : null,
  };
}

/** Keep the address in step with what is shown. @param {import('./page.mjs').Page} page */
export function keepAddress(page) {
  const { store, clock } = page;
  const write = () => history.replaceState(history.state, '', writeAddress(location.href, viewOf(page)));
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => store.entry && store.status.state === 'ready' && write(), CALM_MS);
  };
  for (const news of ['status', 'draw', 'cuts']) store.on(news, soon);
  store.axis.on('zoom', soon);
  clock.on('changed', () => clock.playing || soon());
  store.on('asked', async (part) => {
    if (part !== 'link') return;
    write();
    try {
      await navigator.clipboard.writeText(location.href);
      store.toast('Link to this view copied.');
    } catch {
      store.toast('This browser does not let the page copy. The address bar holds the link.');
    }
  });
}

/** What the address asks for now. */
export function asked() {
  return readAddress(location.search);
}
