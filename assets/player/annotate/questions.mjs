/** What a task asks its annotator: is that all, what is the note, why is the video put aside? */

import { ask, askText } from './dialogs.mjs';

const REASONS = [
  'The video does not play well',
  'I know this video',
  'I would rather not watch this',
  'I cannot judge this',
];

/**
 * Before submitting. It is told, never enforced; Enter goes back.
 * @param {import('./task.mjs').Missing[]} missing
 * @returns {Promise<string>} "submit", "go" (to what the first button says) or ""
 */
export function askWhatIsMissing(missing) {
  const go = missing.find(([, text]) => text);
  const [title, ...rest] = missing.map(([text]) => text);
  const sentences = rest.map((text) => `${text}.`);
  /** @type {[string, string, string?][]} */
  const buttons = [['submit', 'Submit as it is'], ['', 'Back', 'quiet']];
  if (go) buttons.unshift(['go', go[1], 'primary']);
  return ask({ title, text: [...sentences, 'You can submit it nevertheless.'], buttons, first: '' });
}

/** The text of a note, or null. */
export function askNote() {
  return askText({ title: 'Note', text: 'For whoever leads the annotation. Enter saves it.', action: 'Save' });
}

/** Why a video is put aside, or null. */
export function askReason() {
  return askText({
    title: 'Put this video aside',
    text: 'Why? What you did so far is kept, and you can take the video up again from your queue.',
    choices: REASONS,
    action: 'Put aside',
  });
}
