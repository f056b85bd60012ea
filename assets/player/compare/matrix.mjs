/** Who agrees with whom: samples (and other models) down, people across. */

import { escape, number } from '../shared/format.mjs';

// Cividis at equal steps: the colours of the heatmap, so that yellow means more everywhere.
const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

/** Colour of a share 0..1 and the ink that can be read on it. */
function shade(share) {
  const at = Math.min(CIVIDIS.length - 1, Math.max(0, Math.round(share * (CIVIDIS.length - 1))));
  return `background:${CIVIDIS[at]};color:${at > 4 ? '#1c1d1f' : '#fff'}`;
}

/**
 * @typedef {object} MatrixRow
 * @property {string} strip id of the cut that a click selects
 * @property {string} name in full
 * @property {string} short in the row's head
 * @property {string} colour name of a theme variable
 * @property {number[]} f1 (U) 0..1
 * @property {(number|null)[]} tau (U)
 */

/**
 * @param {object} model of the player
 * @param {object} live agreement.mjs's figures by track id
 * @param {{runs: Record<string, any>}|null} numbers from the server
 * @returns {MatrixRow[]}
 */
export function matrixRows(model, live, numbers) {
  const rows = [];
  for (const track of model.tracks) {
    const f1 = live?.models.get(track.id)?.matrix ?? [];
    const tau = numbers?.runs?.[track.id]?.matrix ?? [];
    const many = track.run.kind === 'samples';
    track.raw.forEach((_, k) => rows.push({
      strip: many ? `${track.id}:${k}` : track.id,
      name: many ? `${track.label}, sample ${k + 1}` : track.label,
      short: many ? String(k + 1) : track.label,
      colour: track.colour,
      first: k === 0,
      f1: f1[k] ?? [],
      tau: tau[k] ?? [],
    }));
  }
  return rows;
}

/**
 * The table. Each person's best row is outlined: that is what coverage averages.
 * @param {MatrixRow[]} rows
 * @param {object} people of the model
 * @param {'f1'|'tau'} measure
 * @param {number|null} pinned person
 * @param {number} width pixels there are
 * @param {string} none what is said where there is no value yet, or none at all
 */
export function matrixMarkup(rows, people, measure, pinned, width, none) {
  if (!rows.length || !people.raw.length) {
    return '<p class="mc-quiet">The matrix compares models with people; this entry has only one of them.</p>';
  }
  const values = rows.flatMap((row) => people.order.map((u) => row[measure][u])).filter(known);
  if (!values.length) return `<p class="mc-quiet">${escape(none)}</p>`;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const best = people.order.map((u) => Math.max(...rows.map((row) => (known(row[measure][u]) ? row[measure][u] : -Infinity))));
  const shown = (value) => (measure === 'f1' ? number(value * 100, 0) : number(value, 2).replace(/^(−?)0\./, '$1.'));
  const cell = Math.max(8, Math.min(26, Math.floor((width - 76) / people.order.length) - 1));
  const tall = Math.min(84, Math.max(...people.names.map(({ length }) => length)) * 5.6 + 4);
  const written = (value) => (cell >= 18 && known(value) ? shown(value) : '');
  const head = people.order.map((u) => `<th scope="col" title="${escape(people.names[u])}" class="${u === pinned ? 'pinned' : ''}"><span>${escape(people.names[u])}</span></th>`).join('');
  const body = rows.map((row) => {
    const cells = people.order.map((u, column) => {
      const value = row[measure][u];
      const style = known(value) ? shade(high > low ? (value - low) / (high - low) : 1) : '';
      const mark = known(value) && value === best[column] ? ' class="best"' : '';
      return `<td${mark}><button data-cell="${escape(row.strip)}" data-with="${u}" style="${style}" title="${escape(row.name)} and ${escape(people.names[u])}: ${measure === 'f1' ? 'F1 ' : 'τ '}${known(value) ? shown(value) : 'undefined'}${measure === 'f1' ? ' %' : ''}">${written(value)}</button></td>`;
    });
    return `<tr class="${row.first ? 'first' : ''}"><th scope="row" title="${escape(row.name)}"><i style="background:var(--mc-${row.colour})"></i><span>${escape(row.short)}</span></th>${cells.join('')}</tr>`;
  });
  return `<table class="mc-matrix" style="--cell:${cell}px;--head:${tall}px"><thead><tr><th></th>${head}</tr></thead><tbody>${body.join('')}</tbody></table>` +
    `<p class="mc-quiet">${shown(low)} (dark) to ${shown(high)} (light); outlined: each person's best. Click: select the cut, pin the person.</p>`;
}

function known(value) {
  return value !== null && value !== undefined && value === value;
}
