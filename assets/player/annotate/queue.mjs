/** What there is to judge: what was begun, what is handed out or can be chosen, training first. */

import { h } from '../shared/dom.mjs';
import { count, lasting } from '../shared/format.mjs';
import { sentence } from '../shared/http.mjs';
import { thumbnail } from '../shared/thumbnail.mjs';
import { choice, plainButton } from './controls.mjs';

const FIRST = 60; // rows shown at once; more on request
const MANY = 8; // from here on there is a search field
const ACTIONS = { new: 'Start', open: 'Continue', skipped: 'Take up', submitted: 'View' };
/** @type {Kind[]} */
const KINDS = ['shot-ratings', 'keyshots', 'continuous'];
export const KIND_NAMES = { 'shot-ratings': 'Shot ratings', keyshots: 'Keyshots', continuous: 'Continuous' };

/** @typedef {import('../shared/wire').QueueRow['kind']} Kind */
/** @typedef {import('../shared/wire').QueueRow} TaskRow */
/** @typedef {import('../shared/wire').Queue} TasksAnswer  of GET /api/tasks */
/**
 * @typedef {object} Ways  where the queue leads to
 * @property {(row: TaskRow) => unknown} open
 * @property {() => Promise<unknown>} next
 * @property {(assignment: number) => Promise<unknown>} train
 * @property {(study: number) => unknown} compare
 * @property {(kind: Kind) => void} choose
 * @property {() => void} back
 */

/**
 * The queue of the signed-in person.
 * @param {TasksAnswer} answer
 * @param {Ways & {recent: number|null}} ways  recent: id of the task opened last
 */
export function queueView({ assigned, protocol, tasks, waiting, more, training, studies, suggested }, ways) {
  if (!assigned && tasks.length === 0 && studies.length === 0) return nothing();
  const open = tasks.filter((task) => task.state === 'open' && !task.practice);
  const latest = open.find((task) => task.task === ways.recent) ?? open[0];
  const view = h('div', { class: 'mc-queue' });
  view.append(...training.map((one) => trainingCard(one, ways)));
  view.append(...studies.map((one) => studyCard(one, ways)));
  if (latest) view.append(hero(latest, ways.open));
  if (assigned) view.append(nextCard({ waiting, more, open: open.length, training: training.length }, ways));
  if (suggested) view.append(suggestion(suggested, tasks, ways));
  view.append(...list(tasks, assigned ? null : protocol, ways));
  return view;
}

/**
 * What to do after a submission: the next video, or a thank-you.
 * @param {TasksAnswer & {kind: Kind, practice: boolean}} facts
 * @param {Ways} ways
 */
export function nextView({ assigned, tasks, waiting, training, studies, kind, practice }, ways) {
  const view = h('div', { class: 'mc-nexts' });
  const mine = tasks.find((task) => task.state === 'open') ?? tasks.find((task) => task.state === 'new' && task.kind === kind);
  if (practice && !assigned) {
    // Nothing is handed out: the queue is where videos are.
  } else if (training.length > 0 && !practice) {
    view.append(asking('Begin training', () => ways.train(training[0].assignment)));
  } else if (mine && !practice) {
    view.append(asking(`Next: ${mine.title}`, () => ways.open(mine)));
  } else if (assigned && (waiting > 0 || mine)) {
    view.append(asking(practice ? 'Go on to the videos' : 'Next video', ways.next));
  } else if (studies.length > 0) {
    view.append(asking(`Compare pairs: ${studies[0].title}`, async () => ways.compare(studies[0].study)));
  } else {
    view.append(h('p', { class: 'mc-faint' }, 'That was the last one of your queue.'));
  }
  const text = practice && !assigned ? 'Go on to the videos' : 'Back to the queue';
  view.append(plainButton(text, ways.back));
  return view;
}

function nothing() {
  const text = 'The library holds no video. Whoever looks after it adds one on the Library page; it appears here at once.';
  return h('div', { class: 'mc-center' }, h('div', { class: 'mc-card' }, h('h2', {}, 'Nothing to judge yet'), h('p', {}, text)));
}

// A primary button whose action asks the server; what it answers instead is said below.
function asking(text, action, style = 'mc-primary') {
  const problem = h('p', { class: 'mc-error', role: 'alert', hidden: true });
  const button = h('button', { type: 'button', class: `mc-button ${style} mc-large` }, text);
  button.addEventListener('click', async () => {
    button.disabled = true;
    problem.hidden = true;
    try {
      await action();
    } catch (error) {
      problem.textContent = sentence(error);
      problem.hidden = false;
    }
    button.disabled = false;
  });
  return h('div', { class: 'mc-asking' }, button, problem);
}

function trainingCard({ assignment, title, kind }, { train }) {
  return h(
    'section',
    { class: 'mc-hero', 'aria-label': 'Training' },
    h(
      'div',
      {},
      h('p', {}, h('span', { class: 'mc-badge' }, 'Training'), ' comes first'),
      h('h2', {}, title),
      h('p', { class: 'mc-faint' }, `${KIND_NAMES[kind]}. One video to learn how it works; it is not part of the results.`),
    ),
    asking('Begin training', () => train(assignment)),
  );
}

/** @param {import('../shared/wire').AskedStudy} asked @param {Ways} ways */
function studyCard({ study, title, pairs, left }, { compare }) {
  return h(
    'section', { class: 'mc-hero', 'aria-label': 'Compare pairs', 'data-study': study },
    h('div', {}, h('h2', {}, `Compare pairs: ${title}`), h('p', { class: 'mc-faint' }, `${left} of ${count(pairs, 'pair')} left`)),
    asking('Compare', async () => compare(study), ''),
  );
}

function nextCard({ waiting, more, open, training }, { next }) {
  const many = more ? `More than ${waiting}` : waiting;
  const waits = waiting === 1 ? '1 video is waiting' : `${many} videos are waiting`;
  const text = waiting > 0 ? waits : open > 0 ? 'Finish what you have begun' : 'Nothing is waiting for you now';
  const none = waiting + open === 0;
  const thanks = none ? h('p', { class: 'mc-faint' }, 'New videos appear here. Thank you!') : null;
  // While training is to be done first, that is the button to press.
  const button = none ? null : asking('Next video', next, training > 0 ? '' : 'mc-primary');
  return h('section', { class: 'mc-hero', 'aria-label': 'Next video' }, h('div', {}, h('h2', {}, text), thanks), button);
}

/** The video that would teach their model most. @param {import('../shared/wire').Suggested} one @param {TaskRow[]} tasks */
function suggestion({ entry, title, teaches }, tasks, { open }) {
  const share = `${Math.round(100 * teaches)} %`;
  const text = ` would teach your model most: ${share} of what it does not know of you yet.`;
  const task = tasks.find((one) => one.entry === entry && one.state === 'new');
  const button = h('button', { type: 'button', class: 'mc-button mc-quiet', onclick: () => task && open(task) }, title);
  return h('p', { class: 'mc-faint', 'data-suggested': entry }, button, text);
}

function list(tasks, protocol, { open, choose }) {
  const rows = h('ul', { class: 'mc-list' });
  const more = h('button', { type: 'button', class: 'mc-button', hidden: true });
  const none = h('p', { class: 'mc-faint', hidden: true }, 'No video matches.');
  let shown = FIRST;
  const search = h('input', {
    type: 'search',
    placeholder: 'Find a video',
    'aria-label': 'Find a video',
    oninput: () => {
      shown = FIRST;
      draw();
    },
  });
  more.addEventListener('click', () => {
    shown += FIRST;
    draw();
  });

  function draw() {
    const wanted = search.value.trim().toLowerCase();
    const found = tasks.filter((task) => `${task.title} ${task.entry}`.toLowerCase().includes(wanted));
    rows.replaceChildren(...found.slice(0, shown).map((task) => row(task, protocol, open)));
    rows.hidden = found.length === 0;
    more.hidden = found.length <= shown;
    more.textContent = `Show ${Math.min(FIRST, found.length - shown)} more of ${found.length}`;
    none.hidden = found.length > 0 || tasks.length === 0;
  }
  draw();
  const real = tasks.filter((task) => !task.practice);
  const finished = real.filter((task) => task.state === 'submitted').length;
  const head = h(
    'div',
    { class: 'mc-queue-head' },
    h('h2', {}, protocol ? 'All videos' : 'Your videos'),
    h('span', { class: 'mc-faint' }, real.length ? `${finished} of ${count(real.length, 'video')} submitted` : 'None yet'),
  );
  if (protocol) {
    /** @type {[string, Kind][]} */
    const kinds = KINDS.map((kind) => [KIND_NAMES[kind], kind]);
    const how = choice('How to judge', [], kinds, choose);
    how.show(protocol);
    head.append(how.element);
  }
  if (tasks.length >= MANY) head.append(search);
  return [head, rows, none, more];
}

function hero(task, open) {
  return h(
    'section',
    { class: 'mc-hero', 'aria-label': 'Where you stopped' },
    thumbnail(task.thumbnail, 176, 99),
    h(
      'div',
      {},
      h('p', { class: 'mc-faint' }, 'Where you stopped'),
      h('h2', {}, task.title),
      h('p', {}, `${KIND_NAMES[task.kind]} · ${progressText(task)}`),
      bar(task),
    ),
    h('button', { type: 'button', class: 'mc-button mc-primary mc-large', onclick: () => open(task) }, 'Continue'),
  );
}

function row(task, protocol, open) {
  const action = ACTIONS[task.state];
  const facts = [lasting(task)];
  if (task.kind === 'shot-ratings') facts.push(count(task.shots, 'shot'));
  if (task.kind !== protocol) facts.push(KIND_NAMES[task.kind]);
  return h(
    'li',
    { class: 'mc-item', 'data-entry': task.entry, 'data-state': task.state, 'data-kind': task.kind },
    thumbnail(task.thumbnail, 96, 54),
    h(
      'div',
      { class: 'mc-title' },
      h('strong', {}, task.title),
      h('span', { class: 'mc-faint' }, facts.join(' · '), task.practice ? h('span', { class: 'mc-badge' }, 'Training') : null),
    ),
    h('div', { class: 'mc-state' }, h('span', {}, progressText(task)), task.state === 'open' ? bar(task) : null),
    h(
      'button',
      {
        type: 'button',
        class: 'mc-button' + (task.state === 'submitted' ? ' mc-quiet' : ''),
        onclick: () => open(task),
        'aria-label': `${action}: ${task.title}`,
      },
      action,
    ),
  );
}

// Only of shots it is known how many there are to judge.
function bar({ kind, shots, judged }) {
  if (kind !== 'shot-ratings') return null;
  return h('progress', { class: 'mc-bar', max: shots, value: judged, 'aria-hidden': 'true' });
}

function progressText(task) {
  if (task.state === 'new') return 'New';
  const done = {
    'shot-ratings': `${task.judged} of ${task.shots} rated`,
    keyshots: `${count(task.judged, 'part')} marked`,
    continuous: `${count(task.judged, 'take')} recorded`,
  }[task.kind];
  if (task.state === 'submitted') return `Submitted, ${done}`;
  return task.state === 'skipped' ? `Put aside, ${done}` : done;
}
