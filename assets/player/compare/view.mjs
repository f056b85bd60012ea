/** What a link shows: from the player to a view, and back. */

/** Share of the video that a summary may take, where nobody has chosen another. */
export const BUDGET = 0.15;

/**
 * What a link asks for, as far as the player's entry has it: choices that the rows are built from.
 * @param {import('./player.mjs').Player} player
 * @param {import('./address.mjs').View} view
 */
export function take(player, view) {
  const { entry } = player;
  player.budget = view.budget ?? BUDGET;
  const shots = entry.shots.findIndex(({ name }) => name === view.shots);
  if (shots >= 0) player.shots = shots;
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
  const { entry, model, timeline } = player;
  const shown = model?.tracks ?? [];
  return {
    entry: entry.id,
    t: player.clock.time(),
    budget: player.budget === BUDGET ? null : player.budget,
    shots: player.shots ? entry.shots[player.shots].name : null,
    cut: player.selectedId === player.strips[0]?.id ? null : player.selectedId,
    person: player.pinned === null ? null : model.people.names[player.pinned],
    zoom: timeline.zoomed ? [timeline.start, timeline.end] : null,
    runs: shown.filter(({ run, others }) => run !== others[0]).map(({ id }) => id),
    over: shown.filter(({ over }) => over).map(({ id, over }) => [id, over.id]),
    hidden: player.layout.hidden.size ? [...player.layout.hidden] : null,
  };
}
