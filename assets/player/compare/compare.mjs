/** The Compare page: brings a player to life, in step with the address, the entry picker and Gradio. */

import { readAddress } from './address.mjs';
import { watchNews } from './news.mjs';
import { Player } from './player.mjs';

/** The style sheets, once per page and before anything is measured. */
function styles() {
  const wanted = ['player.css', 'compare.css'];
  return Promise.all(wanted.map((name) => new Promise((resolve) => {
    if (document.querySelector(`link[data-mc="${name}"]`)) return resolve();
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.dataset.mc = name;
    link.href = new URL(name, import.meta.url).href;
    link.onload = link.onerror = resolve;
    document.head.append(link);
    return undefined;
  })));
}

/**
 * Called by the Gradio component when its frame is in the page.
 * @param {{element: HTMLElement, props: {value: any}, watch: Function}} gradio
 */
export async function mount({ element, props, watch }) {
  await styles();
  window.manycut?.stop?.();
  const root = element.querySelector('#player') ?? element;
  root.classList.add('mc-player');
  const player = new Player(root);
  const { signal } = player.abort;
  let shown = null;

  /** Show an entry as the address asks for it, or from its start. */
  const show = (entry) => {
    const view = readAddress(location.search);
    return player.load(entry, entry && entry === view.entry ? view : null);
  };

  // Gradio says which entry comes first; what the address asks for goes before that.
  const proposed = (value) => {
    if (!value || !('entry' in value)) return;
    const key = `${value.entry} ${value.rev ?? 0}`;
    if (key === shown) return;
    const first = shown === null;
    shown = key;
    if (first && player.entry) return;
    show(value.entry);
  };
  watch('value', () => proposed(props.value));

  // Another entry is another page in the browser's history.
  document.addEventListener('manycut:open', ({ detail: { entry } }) => {
    if (entry === player.entry?.id) return;
    const url = new URL(location.href);
    url.search = `?entry=${encodeURIComponent(entry)}`;
    history.pushState(history.state, '', url.href.replaceAll('%2F', '/'));
    show(entry);
    player.focusRows();
  }, { signal });
  addEventListener('popstate', () => {
    const { entry } = readAddress(location.search);
    if (entry) show(entry);
  }, { signal });

  watchNews(player, signal);
  window.manycut = { player: handle(player, root), stop: () => player.abort.abort() };
  const { entry } = readAddress(location.search);
  if (entry) await show(entry);
  else proposed(props.value);
}

/** What scripts and tests may ask the page. */
function handle(player, root) {
  return {
    video: player.nodes.video,
    seek: (time) => player.seek(time),
    time: () => player.clock.time(),
    playing: () => player.clock.playing,
    rows: () => [...root.querySelectorAll('[data-row]')].map((row) => row.dataset.row),
    zoom: () => [player.timeline.start, player.timeline.end],
    xOf: (time) => player.timeline.clientX(time),
    strips: () => player.strips.map(({ id, cut, seconds }) => ({ id, seconds, ...cut, frames: cut?.segments.reduce((sum, [start, end]) => sum + end - start, 0) })),
    selected: () => player.selectedId,
    peaks: () => [...player.peaks],
    figures: () => player.figures.live,
  };
}
