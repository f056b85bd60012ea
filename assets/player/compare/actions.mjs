/** What every key and button does. */

import { url } from '../shared/http.mjs';
import { DIFFER } from './player.mjs';
import { indexAt } from './series.mjs';

/**
 * @param {import('./player.mjs').Player} player
 * @param {string} action name from keys.mjs or of a button's data-act
 * @param {number} [amount] direction
 * @returns {boolean} false where there was nothing to do
 */
export function act(player, action, amount) {
  if (!player.model && action !== 'help' && action !== 'escape') return false;
  const { clock, model } = player;
  const now = clock.time();
  if (action === 'toggle') {
    if (clock.playing) clock.pause();
    else clock.play();
  } else if (action === 'faster') {
    if (clock.playing) clock.faster(1);
    else clock.play();
  } else if (action === 'slower') {
    if (clock.playing) clock.faster(-1);
    else player.seek(now - 1);
  } else if (action === 'rate') clock.setRate(1);
  else if (action === 'pick') {
    const pick = indexAt(model.times, now + 1e-3);
    const back = amount < 0 && now - model.times[pick] > 0.02 ? 0 : amount;
    player.seek(model.times[Math.min(Math.max(0, pick + back), model.times.length - 1)]);
  } else if (action === 'shot') {
    const { starts } = player.cuts;
    if (!starts.length) return false;
    const next = amount > 0 ? starts.find((start) => start > now + 1e-3) : starts.findLast((start) => start < now - 1e-3);
    player.seek(next ?? (amount > 0 ? player.entry.duration : 0));
  } else if (action === 'frame') {
    const [n, d] = player.entry.fps.split('/').map(Number);
    const length = (d || 1) / n;
    clock.pause();
    // A hair after the frame begins, so that rounding does not show the one before.
    player.seek(Math.max(0, (Math.floor(now / length + 0.02) + amount) * length) + Math.min(0.002, length / 10));
  } else if (action === 'disagreement') {
    if (!player.peaks.length) return false;
    player.seek(player.peaks.find((peak) => peak > now + 1e-3) ?? player.peaks[0]);
  } else if (action === 'differ') {
    const usable = DIFFER.map(([who]) => who).filter((who) => model.peaks[who].length);
    if (usable.length < 2) return false;
    player.setDiffer(usable[(usable.indexOf(player.differ) + 1) % usable.length]);
  } else if (action === 'row') {
    const shown = player.strips.filter(({ top }) => top !== null);
    const at = shown.findIndex(({ id }) => id === player.selectedId);
    const next = shown[Math.min(Math.max(0, at + amount), shown.length - 1)];
    if (next) player.choose(next.id, true);
  } else if (action === 'cut') player.playCut();
  else if (action === 'loop') {
    clock.loop = !clock.loop;
    player.root.querySelector('[data-act=loop]').setAttribute('aria-pressed', String(clock.loop));
  } else if (action === 'link') player.copyLink();
  else if (action === 'keep') player.keeper.open();
  else if (action === 'caption') player.captions.open();
  else if (action === 'rows') player.rowsMenu(player.root.querySelector('.mc-rowsmenu').hidden);
  else if (action === 'matrix') player.figures.choose({ view: player.figures.view === 'matrix' ? 'numbers' : 'matrix' });
  else if (action === 'video') {
    clock.open(url(player.entry.video.url), player.entry.duration);
    player.noVideo('');
    clock.seek(now);
  } else if (action === 'zoom') {
    if (amount === 0) player.timeline.reset();
    else player.timeline.zoomBy(amount > 0 ? 0.5 : 2, Math.min(Math.max(now, player.timeline.start), player.timeline.end));
  } else if (action === 'zoomout') player.timeline.reset();
  else if (action === 'fit') {
    player.fit = !player.fit;
    player.root.querySelector('[data-act=fit]').setAttribute('aria-pressed', String(player.fit));
    player.drawAll();
  } else if (action === 'mute') {
    player.nodes.video.muted = !player.nodes.video.muted;
    player.root.querySelector('[data-act=mute]').setAttribute('aria-pressed', String(player.nodes.video.muted));
    player.root.querySelector('[data-act=mute]').textContent = player.nodes.video.muted ? 'Muted' : 'Sound';
  } else if (action === 'help') player.help(player.nodes.help.hidden);
  else if (action === 'escape') {
    const menu = player.root.querySelector('.mc-rowsmenu');
    if (!menu.hidden) player.rowsMenu(false);
    else if (!player.nodes.help.hidden) player.help(false);
    else if (player.clock.cut) player.clock.cut = null;
    else return false;
    player.focusRows();
  } else return false;
  return true;
}
