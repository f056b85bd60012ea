/** The bar between video and rows, by pointer and by arrow keys. */

import { h } from '../shared/dom.mjs';

const STEP = 20;

/**
 * @param {HTMLElement} root has the height as --mc-top
 * @param {HTMLElement} top what is made higher or lower
 */
export function splitBar(root, top) {
  const set = (height) => root.style.setProperty('--mc-top', `${Math.round(height)}px`);
  const bar = h('div', {
    class: 'mc-split', role: 'separator', 'aria-orientation': 'horizontal', 'aria-label': 'Height of the video', tabindex: 0,
    'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 0, title: 'Drag to give the video or the rows more room',
  });
  bar.addEventListener('pointerdown', (event) => {
    bar.setPointerCapture(event.pointerId);
    const start = { y: event.clientY, height: top.clientHeight };
    const move = (moved) => set(start.height + moved.clientY - start.y);
    bar.addEventListener('pointermove', move);
    bar.addEventListener('pointerup', () => bar.removeEventListener('pointermove', move), { once: true });
  });
  bar.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    if (step) set(top.clientHeight + step);
  });
  bar.addEventListener('dblclick', () => root.style.removeProperty('--mc-top'));
  const tell = () => bar.setAttribute('aria-valuenow', String(Math.round((100 * top.clientHeight) / (root.clientHeight || 1))));
  new ResizeObserver(tell).observe(top);
  return bar;
}
