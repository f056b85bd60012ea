/** What is said about a background job: what it is about, how far it is, what came of it. Pure: no DOM. */

/**
 * A job as the server lists it. What it was asked and what came of it depends on its kind.
 * @typedef {Omit<import('./wire').JobFacts, 'args'|'result'>
 *   & {args: Record<string, any>, result: Record<string, any>|null}} Job
 */

export const NAMES = {
  train: 'Training', pretrain: 'Pretraining', sample: 'Sampling', ingest: 'Taking in',
  export: 'Export', agreement: 'Agreement', join: 'Joining',
};
const FORMATS = { eccv16: 'eccv16 HDF5', tvsum: 'TVSum TSV', summe: 'SumMe .mat', csv: 'CSV', events: 'events' };

const whole = (share) => `${Math.round(100 * share)} %`;

/** By the kind of job. @type {Record<string, (args: Record<string, any>, models: Record<string, string>) => string>} */
const SUBJECTS = {
  // Older jobs say `model` for the kind.
  train: ({ kind, model, dataset }, models) => `${models[kind ?? model] ?? kind ?? model} on ${dataset}`,
  ingest: (args) => files([args.path ?? ''].flat()),
  pretrain: (args) => `on ${args.dataset ?? `all videos with ${args.space} features`}`,
  join: (args) => args.name,
  export: (args) => `${FORMATS[args.format] ?? args.format} ${args.entry ?? args.dataset ?? ''}`,
};

/**
 * "Training SummDiff on demo".
 * @param {Job} job
 * @param {Record<string, string>} models what kinds of models are called
 */
export function title(job, models) {
  const args = job.args ?? {};
  const subject = SUBJECTS[job.kind]?.(args, models) ?? args.entry ?? args.dataset ?? '';
  return `${NAMES[job.kind] ?? job.kind} ${subject}`;
}

/** How a job stands. @param {Job} job */
export function sentence(job) {
  switch (job.state) {
    case 'queued':
      return job.waits_for ? `Waits for: ${job.waits_for}.` : 'Waiting for the worker.';
    case 'running':
      return `${whole(job.progress)}  ${job.message}`;
    case 'failed':
      return `${job.error?.message ?? 'Failed.'} ${job.error?.hint ?? ''}`;
    case 'cancelled':
      return 'Cancelled.';
    default:
      return OUTCOMES[job.kind]?.(job.result ?? {}) ?? 'Done.';
  }
}

/** @type {Record<string, (result: Record<string, any>) => string|null>} by the kind of job */
const OUTCOMES = {
  export: (result) => `${result.entries} entries, ${result.annotators} people, ${result.labels} labels.`,
  join: joined,
  ingest: (result) => (result.entries ? takenIn(result) : null),
  train: ({ epochs, seconds, loss }) =>
    `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} in ${Math.round(seconds)} s, loss ${Number(loss).toFixed(4)}.`,
  pretrain: discovered,
};

/** "trip.mp4", "trip.mp4 and 3 more" */
function files(paths) {
  const [first, ...others] = paths.map((path) => String(path).replace(/\/+$/, '').split('/').at(-1));
  return others.length ? `${first} and ${others.length} more` : first;
}

/** @param {Record<string, any>} result */
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

/** What pretraining without labels came to: shares in percent, beside chance. */
function discovered({ videos, seconds, kept, coverage, judged }) {
  const made = `${videos} videos in ${Math.round(seconds)} s.`;
  if (kept === null || kept === undefined) return made;
  const chance = coverage && `by chance ${whole(coverage.chance.one)}`;
  const people = coverage ? ` Of people's cuts (${judged} videos) a sample covers ${whole(coverage.one)}, ${chance}.` : '';
  return `${made} A sample keeps ${whole(kept)} of a video.${people}`;
}
