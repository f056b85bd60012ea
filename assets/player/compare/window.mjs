/** What surrounds the player: the window's room, light or dark, and whether pointer or keys are at work. */

/**
 * @param {import('./page.mjs').Page} page
 * @param {HTMLElement} top video and panel
 * @param {() => void} fit called where they have another size
 */
export function followWindow({ root, store, signal, focusRows }, top, fit) {
  /** The player takes what the window leaves below the page's own bar. */
  const fill = () => {
    const above = root.getBoundingClientRect().top + window.scrollY;
    root.style.setProperty('--mc-above', `${Math.round(above)}px`);
  };
  const dark = () => document.body.classList.contains('dark');
  let wasDark = dark();
  const watchers = [new ResizeObserver(fit), new ResizeObserver(fill), new MutationObserver(() => {
    if (dark() === wasDark) return;
    wasDark = dark();
    if (store.model) store.tell('draw');
  })];
  const [room, page, theme] = watchers;
  room.observe(top);
  page.observe(document.body);
  theme.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  addEventListener('resize', fill, { signal });
  signal.addEventListener('abort', () => watchers.forEach((watcher) => watcher.disconnect()));
  fill();
  giveBackFocus(root, store, signal, focusRows);
}

/** After a click or a choice by pointer the keys belong to the timelines again; whoever tabs to a button keeps the focus there. */
function giveBackFocus(root, store, signal, focusRows) {
  let byPointer = false;
  // Keeps the ring of the focus away from the rows while the mouse is at work.
  const pointing = (now) => {
    byPointer = now;
    root.classList.toggle('by-pointer', now);
  };
  root.addEventListener('pointerdown', () => pointing(true), { signal, capture: true });
  document.addEventListener('keydown', () => pointing(false), { signal, capture: true });
  root.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest('button');
    if (button && byPointer && button.type !== 'submit' && store.overlay !== 'help') focusRows();
  }, { signal });
  root.addEventListener('change', ({ target }) => {
    const done = target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === 'range');
    if (done && byPointer) focusRows();
  }, { signal });
}
