/** Before anything else: who is it? */

import { h } from '../shared/dom.mjs';

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
    h('h2', {}, 'Judge videos'),
    h('p', {}, 'You watch videos and say what in them matters for a summary.'),
    reason ? h('p', { class: 'mca-notice' }, reason) : null,
    waiting ? h('p', { class: 'mca-notice' }, waiting) : null,
    h('label', { for: 'mca-name' }, 'Your name'),
    h('div', { class: 'mca-field' }, field, button),
    problem,
    h(
      'p',
      { class: 'mca-faint', id: 'mca-why' },
      'Your labels are kept under this name, and with the same name you find them again, here or at another computer. ',
      'It appears in Review and in exported files; a pseudonym is fine. There is no password.',
    ),
  );
  queueMicrotask(() => field.focus());
  return h('div', { class: 'mca-center' }, form);
}

/** Where a name alone is not enough: people come by their personal link. */
export function closedView({ reason = '', waiting = '' }) {
  return h(
    'div',
    { class: 'mca-center' },
    h(
      'div',
      { class: 'mca-card' },
      h('h2', {}, 'Judge videos'),
      reason ? h('p', { class: 'mca-notice', role: 'alert' }, reason) : null,
      h('p', {}, 'Open the personal link that you were given.'),
      h('p', { class: 'mca-faint' }, 'It signs you in, here and at any other computer. Keep it to yourself.'),
      waiting ? h('p', { class: 'mca-notice' }, waiting) : null,
    ),
  );
}
