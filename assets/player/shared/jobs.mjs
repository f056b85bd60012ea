/** The list of background jobs: what, how far, cancel, and where the result is. Polls while something runs. */

const NAMES = { train: 'Training', pretrain: 'Pretraining', sample: 'Sampling', ingest: 'Taking in', export: 'Export', agreement: 'Agreement', join: 'Joining' };
const MODELS = { summdiff: 'SummDiff', llmvs: 'LLMVS head', csta: 'CSTA', vasnet: 'VASNet', mlp: 'MLP' };
const FORMATS = { eccv16: 'eccv16 HDF5', tvsum: 'TVSum TSV', summe: 'SumMe .mat', csv: 'CSV', events: 'events' };
const BUSY_MS = 700;
const IDLE_MS = 4000;
const SHOWN = 8;

export function mount({ element, props, root }) {
  const host = element.querySelector('.mc-widget');
  const kinds = new Set(props.value?.kinds ?? Object.keys(NAMES));
  const list = document.createElement('ol');
  list.className = 'mc-jobs';
  list.setAttribute('aria-label', 'Background work');
  list.setAttribute('aria-live', 'polite');
  host.replaceChildren(list);
  const losses = new Map();
  let timer = 0;

  async function refresh() {
    clearTimeout(timer);
    if (!element.isConnected) return;
    let busy = false;
    try {
      const answer = await fetch(`${root}/api/jobs`);
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const jobs = (await answer.json()).jobs.filter((job) => kinds.has(job.kind)).slice(0, SHOWN);
      busy = jobs.some((job) => job.state === 'running' || job.state === 'queued');
      draw(jobs);
    } catch {
      list.replaceChildren(line('mc-empty', 'The server does not answer; trying again.'));
    }
    timer = setTimeout(refresh, busy ? BUSY_MS : IDLE_MS);
  }

  function draw(jobs) {
    if (!jobs.length) {
      list.replaceChildren(line('mc-empty', 'Nothing has been run yet.'));
      return;
    }
    list.replaceChildren(...jobs.map(item));
  }

  function item(job) {
    const row = line('mc-job', '');
    row.dataset.job = job.id;
    row.dataset.state = job.state;
    const head = span('mc-job-name', `${NAMES[job.kind] ?? job.kind} ${subject(job)}`);
    const said = span('mc-job-said', sentence(job));
    row.append(head, said);
    if (job.state === 'running' || job.state === 'queued') {
      const bar = document.createElement('progress');
      bar.max = 1;
      if (job.state === 'running') bar.value = job.progress;
      bar.setAttribute('aria-label', `${Math.round(100 * job.progress)} % done`);
      const stop = document.createElement('button');
      stop.type = 'button';
      stop.textContent = 'Cancel';
      stop.onclick = () => cancel(job.id);
      row.append(bar, stop);
    }
    const curve = lossCurve(job);
    if (curve) row.append(curve);
    const link = outcome(job);
    if (link) row.append(link);
    if (job.kind === 'export' && link && job.result?.manifest) row.append(manifest(job));
    if (job.kind === 'ingest' && job.result?.failed?.length) row.append(failures(job.result.failed));
    return row;
  }

  /** A small line of the loss so far: shape matters here, the last value is written beside it. */
  function lossCurve(job) {
    if (job.kind !== 'train' && job.kind !== 'pretrain') return null;
    const seen = losses.get(job.id) ?? [];
    const loss = job.figures?.loss;
    if (job.state === 'running' && Number.isFinite(loss) && seen.at(-1) !== loss) seen.push(loss);
    losses.set(job.id, seen);
    if (seen.length < 2) return null;
    const top = Math.max(...seen);
    const bottom = Math.min(...seen);
    const points = seen.map((value, index) => {
      const x = (118 * index) / (seen.length - 1) + 1;
      const y = 23 - (22 * (value - bottom)) / (top - bottom || 1);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    const holder = span('mc-job-loss', '');
    holder.innerHTML =
      `<svg viewBox="0 0 120 24" width="120" height="24" role="img" aria-label="Training loss so far">` +
      `<polyline points="${points.join(' ')}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>`;
    return holder;
  }

  function failures(failed) {
    const lines = document.createElement('ul');
    lines.className = 'mc-job-failed';
    for (const { path, message, hint } of failed) {
      const one = line('', `${message} ${hint}`.trim());
      one.title = path;
      lines.append(one);
    }
    return lines;
  }

  function manifest(job) {
    const link = document.createElement('a');
    link.href = `${root}/api/download?job=${job.id}&manifest=true`;
    link.textContent = 'Manifest';
    link.title = 'Who, which protocols, when, and the checksum of the file';
    link.setAttribute('download', '');
    return link;
  }

  async function cancel(id) {
    await fetch(`${root}/api/job/cancel`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ id }),
    });
    refresh();
  }

  function outcome(job) {
    if (job.state !== 'done' || ['agreement', 'join'].includes(job.kind)) return null;
    const link = document.createElement('a');
    if (job.kind === 'export') {
      link.href = `${root}/api/download?job=${job.id}`;
      link.textContent = 'Download';
      link.setAttribute('download', '');
    } else {
      const entry = job.result?.entry ?? job.args?.entry ?? job.result?.entries?.[0]?.entry;
      if (job.kind === 'ingest' && !entry) return null;
      link.href = `${root}/compare${entry ? `?entry=${encodeURIComponent(entry)}` : ''}`;
      link.textContent = job.kind === 'train' ? 'See the new curves' : 'Open';
    }
    return link;
  }

  document.addEventListener('manycut:job', refresh);
  refresh();
}

function subject(job) {
  const args = job.args ?? {};
  if (job.kind === 'train') return `${MODELS[args.model] ?? args.model} on ${args.dataset}`;
  if (job.kind === 'ingest') return files([args.path ?? ''].flat());
  if (job.kind === 'pretrain') return `on ${args.dataset ?? `all videos with ${args.space} features`}`;
  if (job.kind === 'join') return args.name;
  if (job.kind === 'export') return `${FORMATS[args.format] ?? args.format} ${args.entry ?? args.dataset ?? ''}`;
  return args.entry ?? args.dataset ?? '';
}

/** "trip.mp4", "trip.mp4 and 3 more" */
function files(paths) {
  const [first, ...others] = paths.map((path) => String(path).replace(/\/+$/, '').split('/').at(-1));
  return others.length ? `${first} and ${others.length} more` : first;
}

function takenIn({ entries, skipped, failed, captioned, judged }) {
  const parts = [`${entries.length} taken in`];
  if (skipped.length) parts.push(`${skipped.length} here before`);
  if (failed.length) parts.push(`${failed.length} failed`);
  const notes = [...new Set([...entries, ...skipped].flatMap((one) => one.notes))];
  const language = [];
  if (captioned) language.push(`Described by ${captioned.captioner}${judged ? `, judged by ${judged.judge}` : ''}.`);
  return [`${parts.join(', ')}.`, ...language, ...(notes.length <= 2 ? notes : [])].join(' ');
}

function joined({ new_events: fresh, tasks, people, skipped, parted }) {
  const missing = skipped?.length ? ` Left out, not in this library: ${skipped.join(', ')}.` : '';
  const both = parted ? ` ${parted} had gone on in both places; look at them.` : '';
  return `${fresh} new events in ${tasks} tasks of ${people} people.${both}${missing}`;
}

function sentence(job) {
  const percent = `${Math.round(100 * job.progress)} %`;
  switch (job.state) {
    case 'queued':
      return 'Waiting for the worker.';
    case 'running':
      return `${percent}  ${job.message}`;
    case 'failed':
      return `${job.error?.message ?? 'Failed.'} ${job.error?.hint ?? ''}`;
    case 'cancelled':
      return 'Cancelled.';
    default:
      return finished(job);
  }
}

function finished(job) {
  const result = job.result ?? {};
  if (job.kind === 'export') {
    return `${result.entries} entries, ${result.annotators} people, ${result.labels} labels.`;
  }
  if (job.kind === 'join') return joined(result);
  if (job.kind === 'ingest' && result.entries) return takenIn(result);
  if (job.kind === 'train') {
    return `${result.epochs} ${result.epochs === 1 ? 'epoch' : 'epochs'} in ${Math.round(result.seconds)} s, loss ${Number(result.loss).toFixed(4)}.`;
  }
  if (job.kind === 'pretrain') return discovered(result);
  return 'Done.';
}

/** What pretraining without labels came to: shares in percent, beside chance. */
function discovered({ videos, seconds, kept, coverage, judged }) {
  const percent = (share) => `${Math.round(100 * share)} %`;
  const made = `${videos} videos in ${Math.round(seconds)} s.`;
  if (kept === null || kept === undefined) return made;
  const people = coverage
    ? ` Of people's cuts (${judged} videos) a sample covers ${percent(coverage.one)}, by chance ${percent(coverage.chance.one)}.`
    : '';
  return `${made} A sample keeps ${percent(kept)} of a video.${people}`;
}

function line(kind, text) {
  const element = document.createElement('li');
  element.className = kind;
  element.textContent = text;
  return element;
}

function span(kind, text) {
  const element = document.createElement('span');
  element.className = kind;
  element.textContent = text;
  return element;
}
