/** Before anything else: who is it? */

import { h } from '../shared/dom.mjs';
import { sentence, url } from '../shared/http.mjs';
import { PERSON_NAME_CHARS } from '../shared/limits.mjs';

/**
 * The sign-in form.
 * @param {object} about
 * @param {(name: string) => Promise<unknown>} about.signIn  its rejection is shown
 * @param {string} [about.suggestion]  a name
 * @param {string} [about.reason]  why one has to sign in
 * @param {string} [about.waiting]  what could not be sent yet
 */
export function signInView({ signIn, suggestion = '', reason = '', waiting = '' }) {
  const field = h('input', {
    type: 'text',
    id: 'mc-name',
    name: 'name',
    autocomplete: 'name',
    maxlength: PERSON_NAME_CHARS,
    required: true,
    value: suggestion,
    'aria-describedby': 'mc-why',
  });
  const problem = h('p', { class: 'mc-error', role: 'alert', hidden: true });
  const button = h('button', { type: 'submit', class: 'mc-button mc-primary' }, 'Begin');
  const form = h(
    'form',
    {
      class: 'mc-card',
      onsubmit: async (event) => {
        event.preventDefault();
        const name = field.value.trim().replace(/\s+/g, ' ');
        if (!name) return;
        button.disabled = true;
        problem.hidden = true;
        try {
          await signIn(name);
        } catch (error) {
          problem.textContent = sentence(error);
          problem.hidden = false;
          button.disabled = false;
        }
      },
    },
    h('h2', {}, 'Judge videos'),
    h('p', {}, 'You watch videos and say what in them matters for a summary.'),
    reason ? h('p', { class: 'mc-notice' }, reason) : null,
    waiting ? h('p', { class: 'mc-notice' }, waiting) : null,
    h('label', { for: 'mc-name' }, 'Your name'),
    h('div', { class: 'mc-field' }, field, button),
    problem,
    h(
      'p',
      { class: 'mc-faint', id: 'mc-why' },
      'Your labels are kept under this name, and with the same name you find them again, here or at another computer. ',
      'It appears in Review and in exported files; a pseudonym is fine. There is no password.',
    ),
    ownTab(),
  );
  queueMicrotask(() => field.focus());
  return h('div', { class: 'mc-center' }, form);
}

/** In a page of somebody else a browser may keep no cookies: then it takes a tab. */
function ownTab() {
  if (window === window.top) return null;
  const way = h('a', { href: location.href, target: '_blank', rel: 'noopener' }, 'Open it in a tab of its own');
  return h('p', { class: 'mc-faint' }, 'This page is shown within another one. ', way, ' if you are not signed in here.');
}

/** Where a name alone is not enough: people come by their personal link. @param {{reason?: string, waiting?: string}} about */
export function closedView({ reason = '', waiting = '' }) {
  return h(
    'div',
    { class: 'mc-center' },
    h(
      'div',
      { class: 'mc-card' },
      h('h2', {}, 'Judge videos'),
      reason ? h('p', { class: 'mc-notice', role: 'alert' }, reason) : null,
      h('p', {}, 'Open the personal link that you were given.'),
      h('p', { class: 'mc-faint' }, 'It signs you in, here and at any other computer. Keep it to yourself.'),
      waiting ? h('p', { class: 'mc-notice' }, waiting) : null,
      ownTab(),
    ),
  );
}

/** Viewers look at what came of it, and judge nothing. */
export function viewerView() {
  return h(
    'div',
    { class: 'mc-center' },
    h(
      'div',
      { class: 'mc-card' },
      h('h2', {}, 'You are here to look'),
      h('p', {}, 'Viewers judge no videos: they see what others and models made of them.'),
      h('p', {}, h('a', { class: 'mc-button mc-primary', href: url('/') }, 'Go to Compare')),
    ),
  );
}
