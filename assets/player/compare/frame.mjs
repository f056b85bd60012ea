/** The fixed parts of the page, filled by player.mjs, and the nodes in them by name. */

import { markup as panelMarkup } from './panel.mjs';
import { sheet } from './keys.mjs';

export const FRAME = `
<div class="mc-top">
  <div class="mc-stage">
    <div class="mc-screen"><video playsinline preload="auto" tabindex="-1"></video><div class="mc-novideo" hidden></div><span class="mc-mode" role="status"></span></div>
    <div class="mc-transport">
      <button data-act="toggle" aria-label="Play" title="Play, pause (space)"><svg viewBox="0 0 12 12" aria-hidden="true"><path/></svg></button>
      <output class="mc-time"></output><button data-act="rate" class="mc-rate" title="Speed: J slower, L faster; click for normal speed"></button>
      <span class="mc-differ"><select data-differ aria-label="Whose disagreement" title="Whose disagreement N jumps to (Shift+N changes it)"></select><button data-act="disagreement" aria-label="Next disagreement" title="Jump to the next place where they differ most (N)">Next</button></span>
      <button data-act="mute" aria-pressed="false" title="Sound on, off (M)">Sound</button>
      <button data-act="help" title="All keys (?)" aria-label="Keys">?</button>
    </div>
  </div>
  <div class="mc-panel">${panelMarkup()}</div>
</div>
<div class="mc-split" role="separator" aria-orientation="horizontal" aria-label="Height of the video" tabindex="0" title="Drag to give the video or the rows more room"></div>
<div class="mc-said"></div>
<div class="mc-pane">
  <div class="mc-scroll" tabindex="0" aria-label="Timelines">
    <div class="mc-head">
      <div class="mc-rulerline"><div class="mc-label"><button data-act="rows" aria-expanded="false" aria-haspopup="true" title="Which rows are shown, and in which order (R)">Rows</button><span data-zoomtext></span><button data-act="fit" aria-pressed="false" title="Scale each curve to its own lowest and highest value instead of 0 to 1">fit y</button><button data-act="zoomout" title="Show everything (double click or 0)" hidden>show all</button></div><canvas class="mc-ruler"></canvas><span class="mc-column" title="Values at the cursor">at cursor</span></div>
      <div class="mc-filmline" data-row="filmstrip"><div class="mc-label"><h4>Filmstrip</h4></div><canvas class="mc-film"></canvas><p class="mc-reason" hidden></p></div>
      <div class="mc-cutline" data-row="cut"><div class="mc-label"><button data-act="cut" title="Play the selected cut, skip the rest (P)" aria-label="Play the selected cut">▶</button><span data-cutname></span></div><canvas class="mc-cutcanvas"></canvas><output title="How long the selected cut plays" data-cutlength></output></div>
    </div>
    <div class="mc-plots"><div class="mc-grounds"></div><div class="mc-figure"></div><canvas class="mc-lift"></canvas><div class="mc-rows"></div></div>
    <div class="mc-cuts" data-row="cuts">
      <header><div class="mc-label"><h4>Cuts</h4></div><p></p><span title="How well each cut agrees with the selected one: F1 of their time, in percent">F1 %</span></header>
      <div class="mc-strips"><canvas class="mc-stripcanvas"></canvas><div class="mc-striplist"></div></div>
    </div>
  </div>
  <div class="mc-overlay" aria-hidden="true"></div>
  <div class="mc-rowsmenu" role="dialog" aria-label="Rows" hidden></div>
</div>
<div class="mc-skeleton" aria-hidden="true"></div>
<div class="mc-status" role="status" hidden></div>
<dialog class="mc-keep" aria-label="Keep"></dialog>
<p class="mc-toast" role="status" hidden></p>
<div class="mc-help" hidden>${sheet()}</div>`;

/** Pictures of the play button. */
export const PLAY = 'M2 1 L11 6 L2 11 Z';
export const PAUSE = 'M2 1 H5 V11 H2 Z M7 1 H10 V11 H7 Z';

/** @param {Element} root after FRAME has been put into it @returns {Record<string, any>} */
export function nodesOf(root) {
  const find = (selector) => root.querySelector(selector);
  return {
    top: find('.mc-top'), stage: find('.mc-stage'), screen: find('.mc-screen'), video: find('video'), novideo: find('.mc-novideo'),
    panel: find('.mc-panel'), pane: find('.mc-pane'), scroll: find('.mc-scroll'), overlay: find('.mc-overlay'), status: find('.mc-status'),
    ruler: find('.mc-ruler'), film: find('.mc-film'), filmReason: find('.mc-filmline .mc-reason'), plots: find('.mc-plots'),
    figure: find('.mc-figure'), lift: find('.mc-lift'), rows: find('.mc-rows'), grounds: find('.mc-grounds'), cuts: find('.mc-cuts'), strips: find('.mc-strips'),
    stripCanvas: find('.mc-stripcanvas'), stripList: find('.mc-striplist'), split: find('.mc-split'), said: find('.mc-said'), cutLine: find('.mc-cutline'), cutCanvas: find('.mc-cutcanvas'), cutName: find('[data-cutname]'),
    cutLength: find('[data-cutlength]'), help: find('.mc-help'),
    time: find('.mc-time'), mode: find('.mc-mode'), rate: find('.mc-rate'), toggle: find('[data-act=toggle]'), zoomText: find('[data-zoomtext]'),
  };
}
