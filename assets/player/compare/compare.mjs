/** The Compare page: brings a player to life, in step with the address, the entry picker and Gradio. */

import { amongOf } from '../shared/among.mjs';
import { asked } from './link.mjs';
import { createPlayer } from './player.mjs';
import { stylesheets } from '../shared/dom.mjs';

/** The page that is alive; another mount ends it. @type {ReturnType<typeof createPlayer>|null} */
let alive = null;

/**
 * Called by the Gradio component when its frame is in the page.
 * @param {{element: HTMLElement, props: {value: any}, watch: Function}} gradio
 */
export async function mount({ element, props, watch }) {
  await stylesheets(import.meta.url, 'player.css', 'compare.css', 'versus.css');
  alive?.stop();
  const root = /** @type {HTMLElement} */ (element.querySelector('#player') ?? element);
  root.classList.add('mc-player');
  const player = createPlayer(root);
  alive = player;
  const { signal, store } = player;
  let shown = null;

  /** Show an entry as the address asks for it, or from its start. */
  const show = (entry) => {
    const view = asked();
    return player.load(entry, entry && entry === view.entry ? view : null);
  };

  // Gradio says which entry comes first; what the address asks for goes before that.
  const proposed = (value) => {
    if (!value || !('entry' in value)) return;
    const key = `${value.entry} ${value.rev ?? 0}`;
    if (key === shown) return;
    const first = shown === null;
    shown = key;
    if (first && (store.entry || (value.entry && value.entry === asked().entry))) return; // it is shown, or was asked for already
    show(value.entry);
  };
  watch('value', () => proposed(props.value));

  // Another entry is another page in the browser's history.
  document.addEventListener('manycut:open', (/** @type {CustomEvent} */ event) => {
    event.preventDefault(); // says that it was heard
    const { entry } = event.detail;
    if (entry === store.entry?.id) return;
    const url = new URL(location.href);
    const among = amongOf();
    const kept = among.includes(entry) ? among.map((id) => `&among=${encodeURIComponent(id)}`).join('') : '';
    url.search = `?entry=${encodeURIComponent(entry)}${kept}`;
    history.pushState(history.state, '', url.href.replaceAll('%2F', '/'));
    show(entry);
    player.focusRows();
  }, { signal });
  addEventListener('popstate', () => {
    const { entry } = asked();
    if (entry) show(entry);
  }, { signal });

  Object.assign(window, { manycut: { player: handle(player) } });
  const { entry } = asked();
  if (entry) await show(entry);
  else proposed(props.value);
}

/** What scripts and tests may ask the page. @param {ReturnType<typeof createPlayer>} player */
function handle({ root, store, clock, pane, seek }) {
  const length = (segments) => segments?.reduce((sum, [start, end]) => sum + end - start, 0);
  return {
    video: clock.video,
    seek,
    time: () => clock.time(),
    playing: () => clock.playing,
    rows: () =>
      [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-row]:not([hidden])'))].map((row) => row.dataset.row),
    zoom: () => [store.axis.start, store.axis.end],
    xOf: (time) => pane.clientX(time),
    strips: () => store.strips.map(({ id, cut, seconds }) => ({ id, seconds, ...cut, frames: length(cut?.segments) })),
    selected: () => store.selectedId,
    peaks: () => [...store.peaks],
    figures: () => store.figures.live,
  };
}
