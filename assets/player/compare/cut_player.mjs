/** Plays the selected cut. No DOM. */

/**
 * @param {import('./store.mjs').Store} store
 * @param {import('./clock.mjs').Clock} clock
 */
export function cutPlayer(store, clock) {
  /** Another cut takes the place of the one that is played. */
  store.on('cuts', () => {
    if (clock.cut) clock.cut = store.selected?.seconds?.length ? store.selected.seconds : null;
  });

  /** Play the selected cut, or stop it. */
  const toggle = () => {
    if (clock.cut && clock.playing) {
      clock.cut = null;
      clock.pause();
    } else if (store.selected?.seconds?.length) clock.playCut(store.selected.seconds);
  };

  /** Select a cut and play it; stop it where it is the one that plays. @param {string} id */
  const turn = (id) => {
    const again = store.selectedId === id && clock.cut;
    store.choose(id);
    if (!again) clock.cut = null;
    toggle();
  };

  /** Select a cut and play it from its beginning. @param {string} id */
  const fromStart = (id) => {
    store.choose(id);
    if (!store.selected?.seconds?.length) return;
    clock.cut = null;
    clock.seek(0);
    toggle();
  };

  return { toggle, turn, fromStart };
}
