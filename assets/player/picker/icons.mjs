/** The picker's own icons. */

import { svg } from '../shared/dom.mjs';

const ICONS = {
  down: { width: 10, height: 6, path: 'M1 1l4 4 4-4' },
  back: { width: 6, height: 10, path: 'M5 1L1 5l4 4' },
  on: { width: 6, height: 10, path: 'M1 1l4 4-4 4' },
};

/** @param {keyof ICONS} name */
export function arrow(name) {
  const { width, height, path } = ICONS[name];
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' }, svg('path', { d: path }));
}

export function magnifier() {
  const about = { viewBox: '0 0 14 14', width: 14, height: 14, 'aria-hidden': 'true' };
  return svg('svg', about, svg('circle', { cx: 6, cy: 6, r: 4.2 }), svg('path', { d: 'M9.2 9.2L13 13' }));
}
