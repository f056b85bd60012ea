/** What is said about a background job: what it is about, how far it is, what came of it. Pure: no DOM. */

import { clock, count, frameRate, number } from './format.mjs';

/** @typedef {import('./wire').JobFacts} Job */

export const NAMES = {
  train: 'Training', train_splits: 'Training', pretrain: 'Pretraining', sample: 'Sampling', ingest: 'Taking in',
  export: 'Export', agreement: 'Agreement', join: 'Joining', attach: 'Attaching', doctor: 'Looking after',
  measure: 'Measuring', transcribe: 'Writing down', import_checkpoint: 'Importing', import_file: 'Importing',
  import_preview: 'Looking at', report: 'Before and after of',
};
const FORMATS = {
  eccv16: 'eccv16 HDF5',
  tvsum: 'TVSum TSV',
  summe: 'SumMe .mat',
  csv: 'CSV',
  events: 'events',
  'label-studio': 'Label Studio',
  activitynet: 'ActivityNet',
  fiftyone: 'FiftyOne',
  elan: 'ELAN',
  'csv-seconds': 'CSV in seconds',
};

const DIVERGED = 'undefined: the training left all numbers. Train again with other settings.';

const whole = (share) => `${Math.round(100 * share)} %`;

/**
 * What a job is about, where it is not just its entry or data set.
 * @type {Record<string, (args: any, about: string, models: Record<string, string>) => string>}
 */
const SUBJECTS = {
  train: ({ kind, dataset }, _, models) => `${models[kind] ?? kind} on ${dataset}`,
  train_splits: ({ kind, dataset }, _, models) => `${models[kind] ?? kind} on ${dataset}, every split`,
  ingest: ({ path }) => files(path),
  attach: ({ path }, about) => `${files(path)} to ${about}`,
  doctor: (_, about) => about || 'the library',
  pretrain: pretrained,
  join: ({ name }) => name,
  report: ({ checkpoint }) => checkpoint,
  measure: ({ checkpoint, dataset }) => `${checkpoint} on ${dataset}`,
  import_checkpoint: ({ path }) => files([path]),
  import_file: ({ path }) => files([path]),
  import_preview: ({ path }) => files([path]),
  export: ({ format }, about) => `${FORMATS[format] ?? format} ${about}`,
};

/** What a job is about. @param {Job} job @param {Record<string, string>} models */
function subject({ args, entries, dataset }, models) {
  const about = (entries?.length === 1 ? entries[0] : dataset) ?? '';
  return (args && SUBJECTS[args.verb]?.(args, about, models)) ?? about;
}

/** @param {import('./wire').PretrainRequest} args */
function pretrained({ dataset, space }) {
  return `on ${dataset ?? `all videos with ${space} features`}`;
}

/**
 * "Training SummDiff on demo".
 * @param {Job} job
 * @param {Record<string, string>} models what kinds of models are called
 */
export function title(job, models) {
  return `${NAMES[job.kind] ?? job.kind} ${subject(job, models)}`;
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
      return job.unread || ((job.result && OUTCOMES[job.kind]?.(job.result)) ?? 'Done.');
  }
}

/** Which of those that wait is done sooner. @type {Job['priority'][]} */
const SOONER = ['first', 'normal', 'idle'];

/** Whether a job waits behind another that waits, so that it can be done before it. @param {Job} job @param {Job[]} jobs all */
export function overtakes(job, jobs) {
  const place = ({ priority, id }) => [SOONER.indexOf(priority), id];
  const [rank, number] = place(job);
  if (job.state !== 'queued' || rank === 0) return false;
  return jobs.some((one) => {
    const [other, id] = place(one);
    return one.state === 'queued' && one.lane === job.lane && (other < rank || (other === rank && id < number));
  });
}

/** By the kind of job: what is said of its result. @type {Record<string, (result: any) => string>} */
const OUTCOMES = {
  export: exported, join: joined, ingest: takenIn, train: trained, train_splits: trainedEach, pretrain: discovered,
  attach: attached, doctor: lookedAfter, measure: measured,
  transcribe: writtenDown,
};

/** @typedef {{text: string, title?: string, bad?: boolean}} Particular  a sentence about one file or entry of a job */

/** What came of single files or entries, where that is worth a line. @param {Job} job @returns {Particular[]} */
export function particulars({ kind, result }) {
  return (result && PARTICULARS[kind]?.(result)) ?? [];
}

/** How many of the entries with which something is wrong can be mended now. @param {Job} job */
export function mendable({ kind, state, result }) {
  if (kind !== 'doctor' || state !== 'done' || !result) return 0;
  const { findings } = /** @type {import('./wire').DoctorResult} */ (result);
  return findings.filter(({ original, mended }) => original !== null && !mended).length;
}

/** By the kind of job. @type {Record<string, (result: any) => Particular[]>} */
const PARTICULARS = {
  ingest: ({ failed }) => failed.map(refusal),
  attach: (result) => [...result.attached.map(attachedLine), ...result.refused.map(refusal)],
  doctor: ({ findings }) => findings.map(finding),
};

function refusal({ path, message, hint }) {
  return { text: `${message} ${hint}`.trim(), title: path, bad: true };
}

/** @param {import('./wire').AttachedVideo} one @returns {Particular} */
function attachedLine({ entry, path, fps, rate_was: was, duration, notes }) {
  const rate = `${frameRate(fps)} frames/s${fps === was ? '' : ` instead of ${frameRate(was)}`}`;
  return { text: [`${entry}: ${clock(duration)} at ${rate}.`, ...notes].join(' '), title: path };
}

/** @param {import('./wire').Finding} one @returns {Particular} */
function finding({ entry, problem, advice, original, mended }) {
  return { text: `${entry}: ${problem} ${mended ? 'Mended.' : advice}`.trim(), title: original ?? '', bad: !mended };
}

/** @param {import('./wire').AttachResult} result */
function attached({ attached: taken, refused }) {
  return `${taken.length} attached${refused.length ? `, ${refused.length} refused` : ''}.`;
}

/** @param {import('./wire').DoctorResult} result */
function lookedAfter({ looked_at: n, findings }) {
  const looked = `${count(n, 'entry', 'entries')} looked at`;
  if (!findings.length) return `${looked}: nothing is wrong.`;
  const mended = findings.filter((one) => one.mended).length;
  return `${looked}, ${findings.length} with faults${mended ? `, ${mended} mended` : ''}.`;
}

/** @param {import('./wire').ExportResult} result */
function exported({ entries, annotators, labels }) {
  return `${entries} entries, ${annotators} people, ${labels} labels.`;
}

/** @param {import('./wire').TrainResult} result */
function trained({ epochs, seconds, loss, notes }) {
  const ended = loss === null ? DIVERGED : `${loss.toFixed(4)}.`;
  const made = `${count(epochs, 'epoch')} in ${Math.round(seconds)} s, loss ${ended}`;
  return [made, ...(notes ?? [])].join(' ');
}

/** @param {import('./wire').TrainedSplits} result */
function trainedEach({ splits, figures }) {
  const made = `${count(splits.length, 'model')}.`;
  if (!figures) return made;
  const { kendall, std, protocol } = figures;
  const tau = kendall === null ? 'undefined' : `${number(kendall, 2)} ± ${number(std.kendall, 2)}`;
  return `${made} On the test videos of ${count(figures.splits.length, 'split')} (${protocol}): τ ${tau}.`;
}

/** @param {import('./wire').TranscriptResult} result */
function writtenDown({ cues, words, source }) {
  return `${count(cues, 'cue')}, ${count(words, 'word')} with times, by ${source}.`;
}

/** @param {import('./wire').MeasureResult} result */
function measured({ videos, protocol }) {
  return `On ${videos === 1 ? '1 video' : `${videos} videos`} that it has not learned from, protocol ${protocol}.`;
}

/** "trip.mp4", "trip.mp4 and 3 more" */
function files(paths) {
  const [first, ...others] = paths.map((path) => String(path).replace(/\/+$/, '').split('/').at(-1));
  return others.length ? `${first} and ${others.length} more` : first;
}

/** @param {import('./wire').IngestResult} result */
function takenIn({ entries, skipped, failed, captioned, judged }) {
  const parts = [`${entries.length} taken in`];
  if (skipped.length) parts.push(`${skipped.length} here before`);
  if (failed.length) parts.push(`${failed.length} failed`);
  const notes = [...new Set([...entries, ...skipped].flatMap((one) => one.notes))];
  const language = [];
  if (captioned) language.push(`Described by ${captioned.captioner}${judged ? `, judged by ${judged.judge}` : ''}.`);
  return [`${parts.join(', ')}.`, ...language, ...(notes.length <= 2 ? notes : [])].join(' ');
}

/** @param {import('./wire').JoinResult} result */
function joined({ new_events: fresh, tasks, people, skipped, parted }) {
  const missing = skipped.length ? ` Left out, not in this library: ${skipped.join(', ')}.` : '';
  const both = parted ? ` ${parted} had gone on in both places; look at them.` : '';
  return `${fresh} new events in ${tasks} tasks of ${people} people.${both}${missing}`;
}

/**
 * What pretraining without labels came to: shares in percent, beside chance.
 * @param {import('./wire').PretrainResult} result
 */
function discovered({ videos, seconds, kept, coverage, judged, notes }) {
  const made = [`${videos} videos in ${Math.round(seconds)} s.`, ...(notes ?? [])].join(' ');
  if (kept === null) return made;
  const chance = coverage && `by chance ${whole(coverage.chance.one)}`;
  const people = coverage ? ` Of people's cuts (${judged} videos) a sample covers ${whole(coverage.one)}, ${chance}.` : '';
  return `${made} A sample keeps ${whole(kept)} of a video.${people}`;
}
