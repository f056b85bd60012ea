/** A model that writes down what is said: asks for it, follows the job, and shows the transcript. */

import { EntryJob } from './entry_job.mjs';
import { count } from '../shared/format.mjs';

export class Listening {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {() => Promise<void>} finished called when the shown entry has another transcript
   */
  constructor({ store, ...page }, finished) {
    this.store = store;
    this.button = page.commands.button('transcribe', {}, 'Write down');
    this.work = new EntryJob({ store, ...page }, {
      button: this.button, label: 'Progress of writing down what is said', slot: 'transcribe-error', kept: 'mc-transcribe-job',
      done: async (/** @type {import('../shared/wire').TranscriptResult} */ { cues, words }) => {
        await finished();
        store.toast(`Written down: ${count(cues, 'cue')} with ${count(words, 'word')}.`);
      },
    });
    store.on('model', () => this.work.entry !== store.entry.id && this.work.open(store.entry.id));
  }

  async start() {
    if (!this.work.busy) await this.work.start('/api/transcribe', { entry: this.work.entry });
  }
}
