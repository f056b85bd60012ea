/** The arrays behind the rows: reading them from the server, and the small statistics that rows need. */

const TYPES = { F32: Float32Array, F64: Float64Array, I32: Int32Array };

/**
 * @typedef {{data: Float32Array|Float64Array|Int32Array, shape: number[]}} Series
 */

/**
 * Read the answer of /api/series, a safetensors file: uint64 length of a JSON header, the header, then the arrays, which
 * are seen where they lie.
 * @param {ArrayBuffer} buffer
 * @returns {Map<string, Series>}
 */
export function parseSeries(buffer) {
  const start = 8 + Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, start - 8)));
  const series = new Map();
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    const Type = TYPES[dtype];
    series.set(name, { data: new Type(buffer, start + from, (to - from) / Type.BYTES_PER_ELEMENT), shape });
  }
  return series;
}

/** Rows of an (R, T) series as views, without copying. */
export function rowsOf(series) {
  if (!series) return [];
  const [n, width] = series.shape.length === 2 ? series.shape : [1, series.shape[0]];
  return Array.from({ length: n }, (_, row) => series.data.subarray(row * width, (row + 1) * width));
}

/**
 * Mean and standard deviation per pick over rows, NaN skipped (NaN where nobody judged).
 * @param {Float32Array[]} rows R arrays of T values
 * @returns {{mean: Float32Array, spread: Float32Array, judged: Int32Array}}
 */
export function meanAndSpread(rows) {
  const width = rows[0]?.length ?? 0;
  const mean = new Float32Array(width);
  const spread = new Float32Array(width);
  const judged = new Int32Array(width);
  for (let t = 0; t < width; t += 1) {
    let n = 0;
    let sum = 0;
    for (const row of rows) {
      if (row[t] === row[t]) {
        n += 1;
        sum += row[t];
      }
    }
    const centre = n ? sum / n : NaN;
    let squares = 0;
    for (const row of rows) if (row[t] === row[t]) squares += (row[t] - centre) ** 2;
    mean[t] = centre;
    spread[t] = n ? Math.sqrt(squares / n) : NaN;
    judged[t] = n;
  }
  return { mean, spread, judged };
}

/**
 * Peaks of disagreement: picks where the spread between rows is a local maximum and clearly above usual.
 * @param {Float32Array} spread (T,) standard deviation per pick
 * @param {ArrayLike<number>} times (T,) seconds per pick
 * @param {number} [apart] seconds between two peaks at least
 * @returns {number[]} picks, ascending
 */
export function disagreements(spread, times, apart = 2) {
  const valid = spread.filter((value) => value === value);
  if (valid.length < 3) return [];
  const mean = valid.reduce((sum, value) => sum + value, 0) / valid.length;
  const sd = Math.sqrt(valid.reduce((sum, value) => sum + (value - mean) ** 2, 0) / valid.length);
  const found = [];
  const order = Array.from(spread.keys())
    .filter((t) => spread[t] >= mean + 0.5 * sd && spread[t] > 1e-6)
    .sort((a, b) => spread[b] - spread[a] || a - b);
  for (const t of order) {
    if (found.length >= 200) break;
    if (!(spread[t] < (spread[t - 1] ?? 0)) && found.every((other) => Math.abs(times[other] - times[t]) >= apart)) {
      found.push(t);
    }
  }
  return found.sort((a, b) => a - b);
}

/** Pearson correlation on jointly known picks; 0 where undefined. */
export function correlation(a, b) {
  let n = 0;
  let sumA = 0;
  let sumB = 0;
  for (let t = 0; t < a.length; t += 1) {
    if (a[t] === a[t] && b[t] === b[t]) {
      n += 1;
      sumA += a[t];
      sumB += b[t];
    }
  }
  if (n < 2) return 0;
  const meanA = sumA / n;
  const meanB = sumB / n;
  let cross = 0;
  let squareA = 0;
  let squareB = 0;
  for (let t = 0; t < a.length; t += 1) {
    if (a[t] === a[t] && b[t] === b[t]) {
      cross += (a[t] - meanA) * (b[t] - meanB);
      squareA += (a[t] - meanA) ** 2;
      squareB += (b[t] - meanB) ** 2;
    }
  }
  const scale = Math.sqrt(squareA * squareB);
  return scale > 0 ? cross / scale : 0;
}

/**
 * An order of rows in which alike ones are neighbours: average-linkage clustering on 1 - correlation; where two
 * clusters join, each is turned so that their nearest ends meet.
 * @param {Float32Array[]} rows
 * @returns {number[]}
 */
export function similarityOrder(rows) {
  const n = rows.length;
  const far = rows.map((a, i) => rows.map((b, j) => (i === j ? 0 : 1 - correlation(a, b))));
  let clusters = rows.map((_, i) => [i]);
  while (clusters.length > 1) {
    let best = [0, 1];
    let nearest = Infinity;
    for (let i = 0; i < clusters.length; i += 1) {
      for (let j = i + 1; j < clusters.length; j += 1) {
        let sum = 0;
        for (const a of clusters[i]) for (const b of clusters[j]) sum += far[a][b];
        const distance = sum / (clusters[i].length * clusters[j].length);
        if (distance < nearest - 1e-12) {
          nearest = distance;
          best = [i, j];
        }
      }
    }
    const [left, right] = best.map((k) => clusters[k]);
    const turns = [
      [left, right],
      [left, [...right].reverse()],
      [[...left].reverse(), right],
      [[...left].reverse(), [...right].reverse()],
    ];
    const gap = (/** @type {number[][]} */ [a, b]) => far[a[a.length - 1]][b[0]];
    const [a, b] = turns.reduce((chosen, turn) => (gap(turn) < gap(chosen) - 1e-12 ? turn : chosen));
    clusters = clusters.filter((_, k) => k !== best[0] && k !== best[1]);
    clusters.push([...a, ...b]);
  }
  return n ? clusters[0] : [];
}

/** Index of the last element <= value in an ascending array, at least 0. */
export function indexAt(ascending, value) {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ascending[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * A curve thinned to what the screen can show: smallest and largest value of each bucket, in order of time.
 * @param {ArrayLike<number>} times ascending seconds
 * @param {ArrayLike<number>} values
 * @param {number} start seconds shown from
 * @param {number} end seconds shown to
 * @param {number} buckets about one per pixel
 * @returns {{x: number[], y: number[]}} at most 2 * buckets + 2 points; unchanged where there are fewer
 */
export function thinCurve(times, values, start, end, buckets) {
  const first = Math.max(0, indexAt(times, start) - 1);
  const last = Math.min(times.length - 1, indexAt(times, end) + 1);
  const x = [];
  const y = [];
  const push = (t) => {
    x.push(times[t]);
    y.push(values[t] === values[t] ? values[t] : null);
  };
  const size = (last - first + 1) / buckets;
  if (!(size > 2)) {
    for (let t = first; t <= last; t += 1) push(t);
    return { x, y };
  }
  push(first);
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = first + Math.floor(bucket * size);
    const to = Math.min(last + 1, first + Math.floor((bucket + 1) * size));
    let low = from;
    let high = from;
    for (let t = from; t < to; t += 1) {
      if (values[t] < values[low] || values[low] !== values[low]) low = t;
      if (values[t] > values[high] || values[high] !== values[high]) high = t;
    }
    push(Math.min(low, high));
    if (low !== high) push(Math.max(low, high));
  }
  push(last);
  return { x, y };
}

/**
 * Lines of a heatmap thinned by averaging neighbouring picks into blocks.
 * @param {ArrayLike<number>} edges (T + 1,) seconds where each pick's span begins, and the end of the last
 * @param {Float32Array[]} rows
 * @param {number} start seconds
 * @param {number} end seconds
 * @param {number} columns at most so many blocks
 * @returns {{x: number[], z: (number|null)[][]}} x holds the blocks' edges
 */
export function thinRows(edges, rows, start, end, columns) {
  const width = edges.length - 1;
  const first = Math.min(width - 1, indexAt(edges, start));
  const last = Math.min(width - 1, indexAt(edges, end));
  const block = Math.max(1, Math.ceil((last - first + 1) / columns));
  const x = [];
  const z = rows.map(() => []);
  for (let from = first; from <= last; from += block) {
    const to = Math.min(from + block, last + 1);
    x.push(edges[from]);
    rows.forEach((row, k) => {
      let n = 0;
      let sum = 0;
      for (let t = from; t < to; t += 1) {
        if (row[t] === row[t]) {
          n += 1;
          sum += row[t];
        }
      }
      z[k].push(n ? sum / n : null);
    });
  }
  x.push(edges[last + 1]);
  return { x, z };
}
