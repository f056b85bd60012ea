/**
 * Events -> what is rated now. The mirror of core/labels.py, rule by rule; tests/browser/test_labels.py compares them.
 *
 * An event is {client, seq, kind, shot, value, t, at}; kind is one of rate, clear, undo, redo, position, submit,
 * reopen, note. The log is only ever appended to: undo and redo are events too, so they survive a reload.
 */

/** Is this an event a person would miss if it were lost (everything but the play position)? */
export function isLabel(event) {
  return event.kind !== 'position';
}

/** The state before any event. `undoable` and `redoable` hold steps [shot, value before, value after], null = none. */
export function emptyState() {
  return { ratings: new Map(), undoable: [], redoable: [], submitted: false, position: null, seen: new Set() };
}

function put(ratings, shot, value) {
  if (value === null) ratings.delete(shot);
  else ratings.set(shot, value);
}

/** Apply one event to `state` in place; returns the shot whose rating it set, or null. */
export function apply(state, event) {
  const id = event.client + '\n' + event.seq;
  if (state.seen.has(id)) return null;
  state.seen.add(id);
  if (event.kind === 'position') {
    state.position = event.t ?? null;
  } else if (event.kind === 'submit' || event.kind === 'reopen') {
    state.submitted = event.kind === 'submit';
  } else if (state.submitted) {
    return null;
  } else if ((event.kind === 'rate' || event.kind === 'clear') && (event.shot ?? null) !== null) {
    const value = event.kind === 'rate' ? (event.value ?? null) : null;
    state.undoable.push([event.shot, state.ratings.get(event.shot) ?? null, value]);
    state.redoable = [];
    put(state.ratings, event.shot, value);
    return event.shot;
  } else if (event.kind === 'undo' && state.undoable.length > 0) {
    const step = state.undoable.pop();
    state.redoable.push(step);
    put(state.ratings, step[0], step[1]);
    return step[0];
  } else if (event.kind === 'redo' && state.redoable.length > 0) {
    const step = state.redoable.pop();
    state.undoable.push(step);
    put(state.ratings, step[0], step[2]);
    return step[0];
  }
  return null;
}

/** The state after all `events`, in their order. */
export function fold(events) {
  const state = emptyState();
  for (const event of events) apply(state, event);
  return state;
}

/** The state as plain JSON, named like core.labels.TaskState. */
export function summary(state) {
  return {
    ratings: Object.fromEntries(state.ratings),
    undo_depth: state.undoable.length,
    redo_depth: state.redoable.length,
    submitted: state.submitted,
    position: state.position,
  };
}
