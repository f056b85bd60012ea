/** Before the rating: who is it, and what is there to rate. */

import { h, thumbnail } from './annotate_dom.mjs';
import { clock, count } from './format.mjs';

const FIRST = 60; // rows shown at once; more on request
const MANY = 8; // from here on there is a search field
const ACTIONS = { new: 'Start', started: 'Continue', submitted: 'View' };

/** The sign-in form. `signIn(name)` returns a promise; its rejection is shown. */
export function signInView({ signIn, suggestion = '', reason = '', waiting = '' }) {
  const field = h('input', {
    type: 'text',
    id: 'mca-name',
    name: 'name',
    autocomplete: 'name',
    maxlength: '80',
    required: true,
    value: suggestion,
    'aria-describedby': 'mca-why',
  });
  const problem = h('p', { class: 'mca-error', role: 'alert', hidden: true });
  const button = h('button', { type: 'submit', class: 'mca-button mca-primary' }, 'Begin');
  const form = h(
    'form',
    {
      class: 'mca-card',
      onsubmit: async (event) => {
        event.preventDefault();
        const name = field.value.trim().replace(/\s+/g, ' ');
        if (!name) return;
        button.disabled = true;
        problem.hidden = true;
        try {
          await signIn(name);
        } catch (error) {
          problem.textContent = [error.message, error.hint].filter(Boolean).join(' ');
          problem.hidden = false;
          button.disabled = false;
        }
      },
    },
    h('h2', {}, 'Rate videos'),
    h('p', {}, 'You watch a video and say how important each two-second shot is for a summary of it, from 1 to 5.'),
    reason ? h('p', { class: 'mca-notice' }, reason) : null,
    waiting ? h('p', { class: 'mca-notice' }, waiting) : null,
    h('label', { for: 'mca-name' }, 'Your name'),
    h('div', { class: 'mca-field' }, field, button),
    problem,
    h(
      'p',
      { class: 'mca-faint', id: 'mca-why' },
      'Your ratings are kept under this name, and with the same name you find them again, here or at another computer. ',
      'It appears in Review and in exported files; a pseudonym is fine. There is no password.',
    ),
  );
  queueMicrotask(() => field.focus());
  return h('div', { class: 'mca-center' }, form);
}

/** The queue of the signed-in person. `open(task row)` starts or continues one. */
export function queueView({ tasks, open, recent }) {
  if (tasks.length === 0) {
    return h(
      'div',
      { class: 'mca-center' },
      h(
        'div',
        { class: 'mca-card' },
        h('h2', {}, 'Nothing to rate yet'),
        h(
          'p',
          {},
          'The library holds no video. Whoever looks after it adds one on the Library page; it appears here at once.',
        ),
      ),
    );
  }
  const latest = tasks.find((task) => task.entry === recent && task.state === 'started');
  const current = latest ?? tasks.find((task) => task.state === 'started');
  const list = h('ul', { class: 'mca-list' });
  const more = h('button', { type: 'button', class: 'mca-button', hidden: true });
  const none = h('p', { class: 'mca-faint', hidden: true }, 'No video matches.');
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
    list.replaceChildren(...found.slice(0, shown).map((task) => row(task, open)));
    more.hidden = found.length <= shown;
    more.textContent = `Show ${Math.min(FIRST, found.length - shown)} more of ${found.length}`;
    none.hidden = found.length > 0;
  }
  draw();
  const finished = tasks.filter((task) => task.state === 'submitted').length;
  return h(
    'div',
    { class: 'mca-queue' },
    current ? hero(current, open) : null,
    h(
      'div',
      { class: 'mca-queue-head' },
      h('h2', {}, 'All videos'),
      h('span', { class: 'mca-faint' }, `${finished} of ${count(tasks.length, 'video')} submitted`),
      tasks.length >= MANY ? search : null,
    ),
    list,
    none,
    more,
  );
}

/** What to do after a submission: the next video of the queue, or a thank-you. */
export function nextView({ tasks, open, back }) {
  const next = tasks.find((task) => task.state === 'started') ?? tasks.find((task) => task.state === 'new');
  return h(
    'div',
    { class: 'mca-nexts' },
    next
      ? h(
          'button',
          { type: 'button', class: 'mca-button mca-primary', onclick: () => open(next) },
          `Next: ${next.title}`,
        )
      : h('p', { class: 'mca-faint' }, 'That was the last one of your queue.'),
    h('button', { type: 'button', class: 'mca-button', onclick: back }, 'Back to the queue'),
  );
}

function hero(task, open) {
  return h(
    'section',
    { class: 'mca-hero', 'aria-label': 'Where you stopped' },
    thumbnail(task.thumbnail, 176, 99),
    h(
      'div',
      {},
      h('p', { class: 'mca-faint' }, 'Where you stopped'),
      h('h2', {}, task.title),
      h('p', {}, progressText(task)),
      h('progress', { class: 'mca-bar', max: task.shots, value: task.rated, 'aria-hidden': 'true' }),
    ),
    h('button', { type: 'button', class: 'mca-button mca-primary mca-large', onclick: () => open(task) }, 'Continue'),
  );
}

function row(task, open) {
  const action = ACTIONS[task.state];
  return h(
    'li',
    { class: 'mca-item', 'data-entry': task.entry, 'data-state': task.state },
    thumbnail(task.thumbnail, 96, 54),
    h(
      'div',
      { class: 'mca-title' },
      h('strong', {}, task.title),
      h('span', { class: 'mca-faint' }, `${clock(task.duration, 0)} · ${count(task.shots, 'shot')}`),
    ),
    h(
      'div',
      { class: 'mca-state' },
      h('span', {}, progressText(task)),
      task.state === 'started'
        ? h('progress', { class: 'mca-bar', max: task.shots, value: task.rated, 'aria-hidden': 'true' })
        : null,
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'mca-button' + (task.state === 'submitted' ? ' mca-quiet' : ''),
        onclick: () => open(task),
        'aria-label': `${action}: ${task.title}`,
      },
      action,
    ),
  );
}

function progressText(task) {
  if (task.state === 'submitted') return `Submitted, ${task.rated} of ${task.shots} rated`;
  if (task.state === 'new') return 'New';
  return `${task.rated} of ${task.shots} rated`;
}
