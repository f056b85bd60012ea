/** Cividis at equal steps, as in every heatmap of Manycut: yellow means more. */

export const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

/** The colour of a share 0..1. */
export function shade(share) {
  return CIVIDIS[Math.min(CIVIDIS.length - 1, Math.max(0, Math.round(share * (CIVIDIS.length - 1))))];
}

/** The ink that can be read on it. */
export function ink(share) {
  return share * (CIVIDIS.length - 1) > 4.5 ? '#1c1d1f' : '#ffffff';
}
