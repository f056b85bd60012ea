/** The panel beside the video: what the entry is, the cut and the sampler, and how well models agree with people. */

import { h, replace } from '../shared/dom.mjs';
import { swatch } from './swatch.mjs';

/**
 * @param {import('./page.mjs').Page} page
 * @param {{facts: HTMLElement, cut: HTMLElement, mend: HTMLElement, sampler: HTMLElement, person: HTMLElement, figures: HTMLElement}} parts
 */
export function panel({ store }, { facts, cut, mend, sampler, person, figures }) {
  const families = h('span', { 'data-slot': 'legend' });
  store.on('model', () => {
    const { model, entry } = store;
    const kind = ({ run }) => entry.kinds[run.model_kind];
    const alone = (track) => model.tracks.every((other) => other === track || kind(other).colour !== kind(track).colour);
    const names = new Map(model.tracks.map((track) => [track.colour, alone(track) ? kind(track).family : track.label]));
    replace(families, [...names].map(([colour, name]) => h('span', {}, swatch(colour), name)));
  });
  const legend = h(
    'p', { class: 'mc-legend', 'aria-label': 'Colours' },
    h('span', {}, swatch('people'), 'average of people'), h('span', {}, swatch('people-2'), 'one person'), families,
  );
  const controls = h('section', { class: 'mc-controls', 'aria-label': 'Cut and samples' }, cut, mend, sampler, person, legend);
  return h('div', { class: 'mc-panel' }, facts, controls, figures);
}
