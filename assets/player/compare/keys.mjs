/** The keyboard: what each key does, and the sheet that shows all of them. */

import { escape } from '../shared/format.mjs';

/** @type {[string, string][]} keys separated by spaces, what they do */
export const KEYS = [
  ['Space K', 'play, pause'],
  ['J', 'slower; while paused one second back'],
  ['L', 'play; faster'],
  ['← →', 'one pick (sampled picture) back, on'],
  ['Shift+← Shift+→', 'one shot back, on'],
  [', .', 'one frame back, on'],
  ['N', 'next place where they differ most'],
  ['Shift+N', 'whose disagreement: people, samples, models and people'],
  ['[ ]', 'select the cut above, below'],
  ['P', 'play the selected cut, skipping the rest'],
  ['O', 'loop the cut, or not'],
  ['+ − 0', 'zoom in, out, show everything'],
  ['W', 'who agrees with whom: the matrix, the figures'],
  ['R', 'which rows are shown'],
  ['F', 'scale curves to their own range, or 0 to 1'],
  ['E', 'edit the caption at the cursor'],
  ['C', 'copy the link to this moment'],
  ['S', 'save: video, cut list, figure, numbers'],
  ['M', 'sound on, off'],
  ['/', 'choose another entry'],
  ['Alt+↑ Alt+↓', 'previous, next entry'],
  ['? Esc', 'show, hide these keys'],
];

const BINDINGS = {
  ' ': ['toggle'], k: ['toggle'], j: ['slower'], l: ['faster'],
  arrowleft: ['pick', -1], arrowright: ['pick', 1],
  ',': ['frame', -1], '.': ['frame', 1],
  o: ['loop'], w: ['matrix'], r: ['rows'], f: ['fit'], c: ['link'], e: ['caption'], s: ['keep'], m: ['mute'],
  n: ['disagreement', 1], '[': ['row', -1], ']': ['row', 1], p: ['cut'],
  '+': ['zoom', 1], '=': ['zoom', 1], '-': ['zoom', -1], 0: ['zoom', 0], '?': ['help'], escape: ['escape'],
};

/** True where typing belongs to the field that has the focus. */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target.tagName === 'INPUT' && !/^(radio|checkbox|range|button)$/.test(target.type);
}

/**
 * Listen on the whole page, before Gradio sees the keys.
 * @param {(action: string, amount: number|undefined) => boolean|void} act returns false where it did nothing
 * @param {AbortSignal} signal
 */
export function listen(act, signal) {
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
      const key = event.key.toLowerCase();
      let [action, amount] = BINDINGS[key] ?? [];
      if (!action) return;
      if (action === 'pick' && event.shiftKey) action = 'shot';
      if (action === 'disagreement' && event.shiftKey) action = 'differ';
      // An open dialog keeps its keys, and the browser closes it.
      if (document.querySelector('dialog[open]')) return;
      if (event.target instanceof HTMLElement && event.target.closest('[data-own-keys]') && action !== 'escape') return;
      const onControl = event.target instanceof HTMLElement && event.target.closest('button, a, input, summary, [role=tab]');
      // A focused button keeps its own space bar, a slider its own arrows: both are expected by keyboard users.
      if (key === ' ' && onControl) return;
      if (onControl?.type === 'range' && key.startsWith('arrow')) return;
      if (event.target instanceof HTMLElement && event.target.closest('[role=separator]') && key.startsWith('arrow')) return;
      if (act(action, amount) === false) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true, signal },
  );
}

/** The sheet of keys as HTML. */
export function sheet() {
  const key = (name) => `<kbd>${escape(name)}</kbd>`;
  const lines = KEYS.map(
    ([keys, text]) => `<tr><th scope="row">${keys.split(' ').map(key).join(' ')}</th><td>${escape(text)}</td></tr>`,
  );
  return (
    `<div class="mc-sheet" role="dialog" aria-modal="true" aria-label="Keys"><header><b>Keys</b>` +
    `<button data-close>Close</button></header><table>${lines.join('')}</table>` +
    '<p>Click in any row to go there. Drag to zoom, double click to show everything, Ctrl + wheel zooms too. ' +
    'Click a name to pin that person, a strip to select that cut.</p></div>'
  );
}
