/** What a link shows: from the player to a view, and back. */

import { BUDGET, RULES } from './cuts.mjs';
import { defaultCut } from './model.mjs';

/**
 * What a link asks for, as far as the player's entry has it: choices that the rows are built from.
 * @param {import('./player.mjs').Player} player
 * @param {import('./address.mjs').View} view
 */
export function take(player, view) {
  const { entry } = player;
  const { cuts } = player;
  cuts.budget = view.budget ?? BUDGET;
  cuts.rule = RULES.some(([rule]) => rule === view.rule) ? view.rule : RULES[0][0];
  const shots = entry.shots.findIndex(({ name }) => name === view.shots);
  if (shots >= 0) cuts.shots = shots;
  if (view.hidden) player.layout.hidden = new Set(view.hidden);
  const keyOf = (id) => {
    const run = entry.rows.find((row) => row.id === id);
    return run && `${run.kind} ${run.checkpoint}`;
  };
  for (const id of view.runs) if (keyOf(id)) player.chosenRuns.set(keyOf(id), id);
  for (const [id, over] of view.over) if (keyOf(id) && keyOf(over)) player.overRuns.set(keyOf(id), over);
  const names = entry.rows.find(({ kind }) => kind === 'people')?.names ?? [];
  if (names.includes(view.person)) player.pinned = names.indexOf(view.person);
  if (view.cut) player.selectedId = view.cut;
}

/** What a link asks for, once the rows stand: the place in time. */
export function arrive(player, view) {
  if (view.t) player.clock.seek(view.t);
  if (view.zoom) player.timeline.zoom(...view.zoom);
}

/** The view as a link holds it. @returns {import('./address.mjs').View} */
export function viewOf(player) {
  const { entry, model, timeline, cuts } = player;
  const shown = model?.tracks ?? [];
  return {
    entry: entry.id,
    t: player.clock.time(),
    budget: cuts.budget === BUDGET ? null : cuts.budget,
    shots: cuts.shots ? entry.shots[cuts.shots].name : null,
    rule: cuts.rule === RULES[0][0] ? null : cuts.rule,
    cut: player.selectedId === defaultCut(model, player.groups) ? null : player.selectedId,
    person: player.pinned === null ? null : model.people.names[player.pinned],
    zoom: timeline.zoomed ? [timeline.start, timeline.end] : null,
    runs: shown.filter(({ run, others }) => run !== others[0]).map(({ id }) => id),
    over: shown.filter(({ over }) => over).map(({ id, over }) => [id, over.id]),
    hidden: player.layout.hidden.size ? [...player.layout.hidden] : null,
  };
}
