/** Listeners: from what happens in the browser to what the player does. All end with the player's signal. */

import { listen } from './keys.mjs';

/** @param {import('./player.mjs').Player} player */
export function wire(player) {
  const { signal } = player.abort;
  const on = (node, event, handler) => node.addEventListener(event, handler, { signal });
  const { root, nodes } = player;
  let byPointer = false;
  // Keeps the ring of the focus away from the rows while the mouse is at work.
  const pointing = (now) => {
    byPointer = now;
    root.classList.toggle('by-pointer', now);
  };
  root.addEventListener('pointerdown', () => pointing(true), { signal, capture: true });
  document.addEventListener('keydown', () => pointing(false), { signal, capture: true });

  on(root, 'click', (event) => {
    const button = event.target.closest('button');
    if (!button) {
      if (event.target === nodes.help) player.help(false);
      else if (event.target.closest('.mc-screen')) player.act('toggle');
      return;
    }
    const { act, person, strip, sample, group, view, measure, cell } = { ...button.dataset, strip: button.closest('[data-strip]')?.dataset.strip };
    const { rule, playcut, offer } = button.dataset;
    if (rule) player.setRule(rule);
    else if (playcut !== undefined) player.playFrom(playcut);
    else if (offer !== undefined) player.sampler.accept(offer);
    else if ('close' in button.dataset) player.help(false);
    else if (act && act !== 'cancel') player.act(act, 1);
    else if (view) player.figures.choose({ view });
    else if (measure) player.figures.choose({ measure });
    else if (cell !== undefined) {
      if (player.pinned !== Number(button.dataset.with)) player.pin(Number(button.dataset.with));
      player.choose(cell, true);
    } else if ('play' in button.dataset) {
      const again = player.selectedId === strip && player.clock.cut;
      player.choose(strip);
      if (!again) player.clock.cut = null;
      player.playCut();
    }
    else if (person !== undefined) player.pin(Number(person));
    else if (sample !== undefined) player.choose(`${button.closest('[data-row]').dataset.row}:${sample}`, true);
    else if (group !== undefined) {
      if (!player.folded.delete(group)) player.folded.add(group);
      player.layCuts();
      player.drawCuts();
    } else if (strip !== undefined) player.choose(strip);
    // After a click the keys belong to the player again; whoever tabs to a button keeps the focus there.
    if (byPointer && button.type !== 'submit' && nodes.help.hidden) player.focusRows();
  });
  on(nodes.rows, 'pointerover', (event) => {
    const chip = event.target.closest('[data-sample]');
    if (chip) player.lift(player.rows.find(({ id }) => id === chip.closest('[data-row]').dataset.row), Number(chip.dataset.sample));
  });
  on(nodes.rows, 'pointerout', (event) => event.target.closest('[data-sample]') && player.lift(null, -1));

  on(player.slot.budget, 'input', () => {
    player.cuts.budget = Number(player.slot.budget.value) / 100;
    if (player.solveQueued) return;
    player.solveQueued = true;
    requestAnimationFrame(() => {
      player.solveQueued = false;
      if (player.entry) player.cuts.solve();
      player.remember();
    });
  });
  player.layout.listen(root.querySelector('.mc-rowsmenu'), nodes.rows, () => player.rowsMenu(true), signal);
  document.addEventListener('pointerdown', (event) => {
    if (!event.target.closest?.('.mc-rowsmenu, [data-act=rows]')) player.rowsMenu(false);
  }, { signal });
  on(root, 'change', (event) => {
    const { target } = event;
    if (target === player.slot.shots) {
      player.cuts.shots = Number(target.value);
      player.cuts.solve();
      player.remember();
    } else if (target.matches('[data-sort]')) {
      player.sort = target.value;
      player.rebuild();
      player.drawAll();
    } else if (target.matches('[data-differ]')) player.setDiffer(target.value);
    else if (target.matches('[data-runs]')) {
      player.chosenRuns.set(target.dataset.runs, target.value);
      player.rebuild();
      player.drawAll();
      player.remember();
    } else if (target.matches('[data-over]')) {
      if (target.value) player.overRuns.set(target.dataset.over, target.value);
      else player.overRuns.delete(target.dataset.over);
      player.rebuild();
      player.drawAll();
      player.remember();
    } else if (target.type !== 'range') return;
    if (byPointer) player.focusRows();
  });

  on(nodes.video, 'error', () => {
    if (!player.clock.useVideo || !nodes.video.getAttribute('src')) return;
    player.clock.dropVideo();
    const lost = nodes.video.error?.code === MediaError.MEDIA_ERR_NETWORK;
    player.noVideo(lost ? 'The connection to the server was lost while the video was loading.' : 'The video could not be loaded, or this browser cannot play it.', true);
  });
  on(nodes.video, 'loadedmetadata', () => {
    if (nodes.video.videoWidth) {
      player.ratio = nodes.video.videoWidth / nodes.video.videoHeight;
      player.fitStage();
    } else {
      player.clock.dropVideo();
      player.noVideo('This browser cannot show the pictures of this video (its codec is not supported).');
    }
  });

  listen((action, amount) => player.act(action, amount), signal);
  wireSplit(player, on);
  new ResizeObserver(() => {
    if (!nodes.scroll.clientWidth || !player.timeline.measure() || !player.model) return;
    player.drawAll();
  }).observe(nodes.scroll);
  new ResizeObserver(() => player.fitStage()).observe(nodes.top);
  new ResizeObserver(() => player.fill()).observe(document.body);
  on(window, 'resize', () => player.fill());
  new MutationObserver(() => {
    const dark = document.body.classList.contains('dark');
    if (dark === player.dark) return;
    player.dark = dark;
    if (player.model) player.drawAll();
  }).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  player.dark = document.body.classList.contains('dark');
  on(window, 'online', () => player.root.dataset.state === 'offline' && player.retry?.());
}

/** The bar between video and rows, by pointer and by arrow keys. */
function wireSplit(player, on) {
  const { split, top } = player.nodes;
  const set = (height) => player.root.style.setProperty('--mc-top', `${Math.round(height)}px`);
  on(split, 'pointerdown', (event) => {
    split.setPointerCapture(event.pointerId);
    const start = { y: event.clientY, height: top.clientHeight };
    const move = (moved) => set(start.height + moved.clientY - start.y);
    split.addEventListener('pointermove', move);
    split.addEventListener('pointerup', () => split.removeEventListener('pointermove', move), { once: true });
  });
  on(split, 'keydown', (event) => {
    const step = { ArrowUp: -20, ArrowDown: 20 }[event.key];
    if (step) set(top.clientHeight + step);
  });
  on(split, 'dblclick', () => player.root.style.removeProperty('--mc-top'));
}
