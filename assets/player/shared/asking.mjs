/** What passes between Review or Models and the person: sentences that come and go, dialogs, requests that may fail. */

import { askDialog } from './dialog.mjs';
import { h } from './dom.mjs';
import { field } from './form.mjs';
import { post, sentence } from './http.mjs';
import { REASON_CHARS } from './limits.mjs';
import { button, primary, row, sender } from './parts.mjs';

const SAID_MS = 6000;
const BAD_MS = 12000;
/** @type {ReturnType<typeof setTimeout>} */
let silence;

/** Ask over the page; see askDialog. @template T @param {string} title @param {Parameters<typeof askDialog<T>>[2]} build */
export function dialog(title, build) {
  return askDialog(document.querySelector('.mc-desk'), title, build);
}

/** Ask whether to do it. @param {string} title @param {string} text @param {string} yes @param {string} no */
export function confirm(title, text, yes, no) {
  /** @type {Parameters<typeof askDialog<boolean>>[2]} */
  const build = (done) => [h('p', {}, text), row(primary(yes, () => done(true)), button(no, () => done(null)))];
  return dialog(title, build);
}

/** Ask for a reason; it is kept for those who look at the decision later. @returns {Promise<string|null>} */
export function askReason(title, text, verb) {
  return dialog(title, (done) => {
    const reason = h('textarea', { rows: 3, maxlength: REASON_CHARS, required: true, name: 'reason' });
    const said = h('p', { class: 'mc-bad', role: 'alert' });
    const onsubmit = (event) => {
      event.preventDefault();
      if (reason.value.trim()) done(reason.value.trim());
      else said.textContent = 'Say in a few words why.';
    };
    return [
      h(
        'form',
        { onsubmit },
        h('p', {}, text),
        field('Reason', reason, 'Stays with the task, together with your name.', true),
        said,
        row(sender(verb), button('Cancel', () => done(null))),
      ),
    ];
  });
}

/**
 * A sentence that passes: what was done, or what went wrong.
 * @param {string} text
 * @param {boolean} [bad]
 * @param {HTMLElement|null} [way]  what can be done about it, such as a button that takes it back
 */
export function tell(text, bad = false, way = null) {
  const place = document.querySelector('.mc-desk .mc-told');
  place.replaceChildren(text, ...(way ? [way] : []));
  place.classList.toggle('mc-bad', bad);
  clearTimeout(silence);
  silence = setTimeout(() => (place.textContent = ''), bad || way ? BAD_MS : SAID_MS);
}

/** POST, and say what went wrong; null then. @param {string} path @param {object} body */
export async function act(path, body) {
  try {
    return await post(path, body);
  } catch (error) {
    tell(sentence(error), true);
    return null;
  }
}
