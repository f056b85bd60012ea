/** The panel beside the video: what the entry is, the cut, the sampler, and how well models agree with people. */

import { RULES, playing } from './cuts.mjs';
import { clock, count, escape, percent } from '../shared/format.mjs';

const SAMPLING = new Set(['summdiff', 'visp']);

/** True for models that give several summaries of one video. */
export function samples(kind) {
  return SAMPLING.has(kind);
}

/** The panel's fixed parts; filled by the functions below. */
export function markup() {
  return `
<section class="mc-facts" aria-label="Entry">
  <header><h2 data-slot="title"></h2><button data-act="link" title="Copy the address of this view: entry, time, budget, cut, pinned person, rows (C)">Copy link</button></header>
  <p data-slot="about"></p>
  <p data-slot="people"></p>
  <div class="mc-caption" title="What is seen at the cursor, in one sentence; the captions that LLMVS reads."><header><b data-slot="caption-time">Caption</b><button data-slot="caption-edit" title="Correct this caption (E, or double click on it); what is read from it is then scored again" hidden>Edit</button></header>
    <p data-slot="caption"></p><p class="mc-quiet" data-slot="caption-by"></p>
    <textarea data-slot="caption-box" aria-label="Caption" rows="3" maxlength="2000" hidden></textarea><p class="mc-quiet" data-slot="caption-hint" hidden>Enter keeps it, Esc cancels.</p><p class="mc-error" data-slot="caption-error" role="alert" hidden></p></div>
</section>
<section class="mc-controls" aria-label="Cut and samples">
  <div class="mc-cutbox">
    <div class="mc-field"><label for="mc-budget" title="Share of the video that a summary may take. Every cut is solved again as you move it.">Budget</label>
      <input id="mc-budget" type="range" min="5" max="50" step="1" value="15" data-slot="budget"><output data-slot="budget-text">15 %</output></div>
    <div class="mc-field"><label for="mc-shots" title="How the video is divided">Shots</label>
      <select id="mc-shots" data-slot="shots"></select>
      <span class="mc-rule" data-slot="rule" role="group" aria-label="Rule of the cuts">${RULES.map(([rule, label, what]) => `<button data-rule="${rule}" aria-pressed="false" title="${escape(what)}">${label}</button>`).join('')}</span></div>
    <div class="mc-selected"><p data-slot="selected" title="The selected cut: click a strip below to choose another"></p><p data-slot="cut-facts"></p></div>
    <div class="mc-actions"><button data-act="cut" class="mc-primary" title="Play the selected cut, skip the rest (P)">Play this cut</button><button data-act="loop" aria-pressed="false" title="Begin the cut again at its end">Loop</button><button data-act="keep" title="Save this cut, the figure or the numbers (S)">Keep …</button></div>
  </div>
  <form class="mc-sampler">
    <div class="mc-field"><label for="mc-checkpoint" title="Trained model that scores this entry">Model</label><select id="mc-checkpoint" data-slot="checkpoint"></select></div>
    <div class="mc-fields">
      <label title="How many summaries are drawn">Samples<input type="number" name="n" min="1" max="64" value="8"></label>
      <label title="Denoising steps of the sampler; more is slower and finer">Steps<input type="number" name="steps" min="1" max="1000" value="10"></label>
      <label title="Guidance weight: how strongly the video steers the sampler. Empty: as the checkpoint was made for.">Guidance<input type="number" name="guidance" min="0" max="10" step="0.1" placeholder="auto"></label>
      <label title="Factor on the noise: 1 as trained, less gives samples nearer to each other, more gives wilder ones">Temp.<input type="number" name="temperature" min="0" max="4" step="0.1" value="1"></label>
      <label title="The same seed gives the same samples">Seed<input type="number" name="seed" min="0" max="2147483647" value="1"></label>
    </div>
    <div class="mc-samplerow"><button type="submit" data-slot="sample">Sample again</button>
    <div class="mc-progress" data-slot="job" hidden><progress max="1" value="0" aria-label="Progress of sampling"></progress><span data-slot="job-text" role="status"></span><button type="button" data-act="cancel">Cancel</button></div></div>
    <p class="mc-quiet" data-slot="sample-note" hidden></p>
    <p class="mc-error" data-slot="sample-error" role="alert" hidden></p>
  </form>
  <p class="mc-legend" aria-label="Colours"><span><i style="background:var(--mc-people)"></i>average of people</span><span><i style="background:var(--mc-people-2)"></i>one person</span><span data-slot="legend"></span></p>
</section>
<section class="mc-numbers" aria-label="Agreement with people">
  <h3><span class="mc-tabs" role="group" aria-label="View"><button data-view="numbers" aria-pressed="true" title="How well models agree with people, beside how people agree">Agreement</button><button data-view="matrix" aria-pressed="false" title="Which sample agrees with which person">Matrix</button></span>
    <span class="mc-measure" data-slot="measure" role="group" aria-label="Measure" hidden><button data-measure="f1" aria-pressed="true" title="Overlap of the two cuts, in percent">F1 %</button><button data-measure="tau" aria-pressed="false" title="Kendall's tau-b of the two score curves">τ</button></span>
    <span data-slot="protocol" title=""></span></h3>
  <div data-slot="numbers"></div>
  <div data-slot="matrix" hidden></div>
</section>`;
}

/** Nodes of the panel by the name of their slot. */
export function slots(panel) {
  return Object.fromEntries([...panel.querySelectorAll('[data-slot]')].map((node) => [node.dataset.slot, node]));
}

export const SIMULATED =
  '<mark class="mc-simulated" title="These annotators were made by a program to show the app. They are not people.">simulated</mark>';

/** Facts about the entry. */
export function fillFacts(slot, entry) {
  slot.title.textContent = entry.title;
  slot.title.title = entry.id;
  const [n, d] = entry.fps.split('/').map(Number);
  const rate = d === 1 || !d ? String(n) : (n / d).toFixed(2);
  slot.about.innerHTML =
    `${escape([entry.dataset, entry.category].filter(Boolean).join(' · '))}<br>` +
    `<span title="${entry.n_frames} frames at ${escape(entry.fps)} per second">${clock(entry.duration)} at ${rate} frames/s</span>, ` +
    `<span title="Pictures at which features and scores exist">${entry.picks} picks</span>` +
    (entry.feature_space ? `<span class="mc-space" title="Feature space, what the models see of the pictures: ${escape(entry.feature_space)}">${escape(entry.feature_space)}</span>` : '');
  const people = entry.rows.find((row) => row.kind === 'people');
  const nPeople = people?.names.length ?? 0;
  const how = [...new Set(people?.protocols ?? [])].filter((protocol) => protocol !== 'simulated');
  slot.people.innerHTML = nPeople
    ? `${count(nPeople, 'person', 'people')}${how.length ? ` (${escape(how.join(', '))})` : ''} ${people.simulated ? SIMULATED : ''}`
    : escape(people?.why_empty || 'Nobody has judged this entry yet.');
}

/** @param {import('./cuts.mjs').Cuts} cuts which segmentation is chosen, and how many shots its rule makes of each */
export function fillShots(select, entry, cuts) {
  select.innerHTML = entry.shots
    .map((one, k) => `<option value="${k}">${escape(one.label)} (${one[cuts.rule === 'viewing' ? 'pieces' : 'bounds'].length})</option>`)
    .join('');
  select.value = String(cuts.shots);
  select.disabled = entry.shots.length < 2;
}

/** Checkpoints that fit come first; the others stay visible with their reason. */
export function fillCheckpoints(slot, entry) {
  const before = slot.checkpoint.value;
  const ordered = [...entry.checkpoints].sort((a, b) => Number(b.fits) - Number(a.fits) || Number(samples(b.kind)) - Number(samples(a.kind)));
  slot.checkpoint.innerHTML = ordered
    .map((one) => `<option value="${escape(one.id)}" title="${escape(one.reason || one.id)}" ${one.fits ? '' : 'disabled'}>${escape(one.label)}${one.fits ? '' : ' (does not fit)'}</option>`)
    .join('');
  if (ordered.some(({ id, fits }) => fits && id === before)) slot.checkpoint.value = before;
  const usable = ordered.some(({ fits }) => fits);
  slot.checkpoint.disabled = !usable;
  slot.sample.disabled = !usable;
  const misfits = ordered.filter(({ fits }) => !fits);
  slot['sample-note'].hidden = usable;
  slot['sample-note'].textContent = misfits[0]?.reason ?? 'No model is trained yet; the Models page trains one.';
}

/**
 * What is known about the selected cut: its length and share are those that play.
 * @param {import('./strips.mjs').Strip|null} strip
 */
export function fillCut(slot, strip, entry, rule) {
  const play = slot.selected.closest('section').querySelector('[data-act=cut]');
  play.disabled = !strip?.cut?.segments.length;
  if (!strip) {
    slot.selected.textContent = 'Nobody and no model has scored this entry yet.';
    slot['cut-facts'].textContent = '';
    return;
  }
  slot.selected.innerHTML = `<i style="background:var(--mc-${strip.colour})"></i>${escape(strip.title)}`;
  if (!strip.cut) {
    slot['cut-facts'].textContent = '';
    return;
  }
  const { cut, seconds } = strip;
  const length = playing(seconds);
  slot['cut-facts'].innerHTML =
    `${clock(length)} in ${count(cut.segments.length, rule === 'viewing' ? 'clip' : 'shot')}, ${percent(length / entry.duration)}` +
    (cut.note ? `<em title="${rule === 'viewing' ? 'Why the cut is empty.' : 'A cut takes whole shots. Where every shot is longer than the budget, the best one is split at its weakest point until it fits.'}">${escape(cut.note)}</em>` : '');
}
