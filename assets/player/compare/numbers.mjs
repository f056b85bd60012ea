/** The figures beside the video: models inside the band of human agreement, as rows for the table and for the file. */

import { escape, number } from '../shared/format.mjs';

const PROTOCOLS = {
  tvsum: 'tvsum: scores at the picks against each person, averaged over people; F1 averaged over people.',
  summe: 'summe: the binary summary against the mean of the people\'s summaries; F1 with the best-fitting person.',
  mrhisum: 'mrhisum: scores against the one ground truth.',
};

const HUMAN = [
  ['pairwise', 'pairwise', 'How well one person agrees with another: mean over all pairs.'],
  ['leave_one_out', 'leave-one-out', 'How well the average of all others agrees with each person.'],
  ['oracle', 'oracle', 'How well the average of all agrees with each person. It contains that person, so it is the upper end.'],
  ['closest', 'best other person', 'For each person the other person who agrees best, averaged: beside it stand a model\'s best sample and best person.'],
  ['difference', 'two differ by', '1 − τ and 1 − F1 of two people, mean over all pairs.'],
];

const MODEL = [
  ['coverage', 'best sample', 'Coverage: for each person the best of the samples, averaged over people. Does everybody find their summary?'],
  ['precision', 'best person', 'Precision: for each sample the person it agrees with best, averaged over samples. Is every sample plausible to somebody?'],
  ['difference', 'two differ by', 'Diversity: 1 − τ and 1 − F1 of two samples, mean over all pairs. 0 would be all alike; near the people\'s is good.'],
];

/**
 * @typedef {object} NumberRow
 * @property {string} group "People" or the model's name
 * @property {string} label
 * @property {string} why one sentence
 * @property {string} colour
 * @property {'human'|'model'|'sub'} kind
 * @property {number|null} tau
 * @property {number|null} rho
 * @property {number|null} f1 share 0..1, of the cuts as they are now
 */

/**
 * @param {object} model of the player
 * @param {{band: object|null, runs: Record<string, any>}|null} numbers from the server
 * @param {object|null} live {people, models: Map(track id -> figures)} from agreement.mjs
 * @returns {NumberRow[]}
 */
export function numberRows(model, numbers, live) {
  const rows = [];
  const band = numbers?.band;
  if (band) {
    for (const [key, label, why] of HUMAN) {
      rows.push({ group: 'People', label, why, colour: 'people', kind: 'human', tau: band[key]?.kendall, rho: band[key]?.spearman, f1: live?.people?.[key] });
    }
  }
  for (const track of model.tracks) {
    for (const one of [track, track.over]) {
      const own = one && numbers?.runs?.[one.id];
      if (!own) continue;
      const figures = live?.models.get(one.id);
      const group = one === track ? track.label : `${track.label}, ${one.label}`;
      const colour = one === track ? track.colour : 'over';
      const f1 = own.protocol === 'summe' ? figures?.best : figures?.mean;
      const made = `${one.run.label || one.run.model}, checkpoint ${one.run.checkpoint}${one.run.n > 1 ? ', the mean of its samples' : ''}. Protocol ${own.protocol}: F1 ${number(percentage(own.f1), 1)} % at 15 % of the video.`;
      rows.push({ group, label: group, why: made, colour, kind: 'model', tau: own.kendall, rho: own.spearman, f1 });
      if (own.discovered) rows.push({ group, ...covering(own.discovered), colour: '', kind: 'sub', tau: null, rho: null, f1: null });
      if (!own.coverage) continue;
      for (const [key, label, why] of MODEL) {
        const server = key === 'difference' ? { kendall: own.diversity?.one_minus_tau } : own[key];
        rows.push({ group, label, why, colour: '', kind: 'sub', tau: server?.kendall, rho: server?.spearman, f1: figures?.[key] });
      }
    }
  }
  return rows;
}

/** How much of people's cuts lies within what self-discovered samples keep, as the label of a row. */
function covering({ kept, one, people, best_person: best, chance }) {
  const percent = (share) => `${Math.round(100 * share)} %`;
  return {
    label: `keeps ${percent(kept)}, covers ${percent(one)} of a cut (by chance ${percent(chance.one)})`,
    why: `How much of a person's cut at 15 % a sample keeps. Each person's best sample: ${percent(people)} (by chance ${percent(chance.people)}); each sample's best person: ${percent(best)} (by chance ${percent(chance.best_person)}). Chance: random samples that keep as much.`,
  };
}

/** Where a model's tau stands between people's pairwise and oracle agreement, as a small picture. */
function bandPicture(tau, band) {
  if (!band || tau === null || tau === undefined) return '';
  const marks = [band.pairwise, band.leave_one_out, band.oracle].map((level) => level?.kendall);
  if (marks.some((value) => value === null || value === undefined)) return '';
  const [low, high] = [Math.min(0, ...marks, tau), Math.max(...marks, tau) * 1.05];
  const x = (value) => (38 * (value - low)) / (high - low || 1) + 1;
  return `<svg class="mc-bandpic" viewBox="0 0 40 10" width="40" height="10" role="img" aria-label="within the human band">` +
    `<title>Bar: people from pairwise (${number(marks[0])}) to oracle (${number(marks[2])}), tick: leave-one-out. Dot: this model's τ (${number(tau)}).</title>` +
    `<rect x="${x(marks[0])}" y="3" width="${Math.max(1, x(marks[2]) - x(marks[0]))}" height="4" class="range"/>` +
    `<rect x="${x(marks[1]) - 0.5}" y="1" width="1" height="8" class="tick"/><circle cx="${x(tau)}" cy="5" r="2.6"/></svg>`;
}

/** Name of the protocol that the server's figures follow. */
export function protocolOf(numbers) {
  return Object.values(numbers?.runs ?? {})[0]?.protocol ?? '';
}

/**
 * @param {Record<string, HTMLElement>} slot
 * @param {NumberRow[]} rows
 * @param {{band: object|null, runs: Record<string, any>}|null} numbers null while they are computed
 * @param {string} cuts how the cuts that are compared are made now, in words
 */
export function fillNumbers(slot, rows, numbers, cuts) {
  const protocol = protocolOf(numbers);
  slot.protocol.textContent = protocol ? `protocol ${protocol}` : '';
  slot.protocol.title = PROTOCOLS[protocol] ?? 'Numbers compare only under the same protocol.';
  if (!rows.length) {
    const why = numbers ? numbers.error || 'No numbers: they need people who judged this entry.' : 'Computing …';
    slot.numbers.innerHTML = `<p class="mc-quiet">${escape(why)}</p>`;
    return;
  }
  let group = '';
  const lines = rows.map((row) => {
    const head = row.group !== group && row.kind === 'human' ? '<tr class="head"><th scope="rowgroup" colspan="5"><i style="background:var(--mc-people)"></i>People</th></tr>' : '';
    group = row.group;
    const dot = row.kind === 'model' ? `<i style="background:var(--mc-${row.colour})"></i>` : '';
    const picture = row.kind === 'model' ? bandPicture(row.tau, numbers.band) : '';
    return `${head}<tr class="${row.kind}"><th scope="row" title="${escape(row.why)}">${dot}${escape(row.label)}</th>` +
      `<td>${number(row.tau)}</td><td>${row.label === 'two differ by' ? '' : number(row.rho)}</td><td data-live>${number(percentage(row.f1), 1)}</td><td>${picture}</td></tr>`;
  });
  slot.numbers.innerHTML =
    '<table><thead><tr><th></th><th title="Kendall\'s tau-b: agreement of the order of scores, −1 to 1">τ</th>' +
    '<th title="Spearman\'s rho: correlation of ranks, −1 to 1">ρ</th>' +
    `<th title="Overlap of the cuts as they are now (${escape(cuts)}), in percent. It follows the budget and the shots, and never the viewing rule.">F1 %</th>` +
    '<th title="Bar: where people\'s own agreement lies (τ, pairwise to oracle). Dot: the model.">band</th></tr></thead>' +
    `<tbody>${lines.join('')}</tbody></table>`;
}

function percentage(share) {
  return share === null || share === undefined ? null : share * 100;
}

/** The figures as CSV, with what they are called and under which protocol. */
export function numbersCsv(entry, rows, numbers, cuts) {
  const cell = (value) => (value === null || value === undefined || value !== value ? '' : String(value));
  const text = (value) => `"${String(value).replaceAll('"', '""')}"`;
  const lines = rows.map((row) => [text(entry.id), text(row.group), text(row.label), text(protocolOf(numbers)), text(cuts), cell(row.tau), cell(row.rho), cell(row.f1)].join(','));
  return ['entry,who,figure,protocol,cuts,kendall_tau,spearman_rho,f1', ...lines].join('\n') + '\n';
}
