/** The offer to learn from videos that nobody has judged, where enough of them share a feature space. */

import { act, tell } from '../shared/asking.mjs';
import { h } from '../shared/dom.mjs';
import { choice } from '../shared/form.mjs';
import { count } from '../shared/format.mjs';
import { part, primary, quietly, row } from '../shared/parts.mjs';

const WHAT =
  'Nobody’s labels are needed: a small summarizer learns which pictures tell your videos from one another (ViSP). Afterwards each '
  + 'of them has a row of several self-discovered cuts, and so has every video that you add.';
const TOO_FEW = 'With eight or more videos in one feature space, pretraining without labels is offered here.';

export class Pretraining {
  /** @param {import('./models.mjs').Models} app */
  constructor(app) {
    const offers = app.store.data?.offers ?? [];
    this.element = part('Without labels', offers.length ? quietly(WHAT) : quietly(TOO_FEW), offers.length > 0 && this._offer(app, offers));
  }

  /** @param {import('./models.mjs').Models} app @param {import('../shared/wire').PretrainingOffer[]} offers */
  _offer(app, offers) {
    /** @type {[string, string][]} */
    const options = offers.map(({ space, videos, learned }) => {
      const before = learned ? `, ${learned} the last time` : '';
      return [space, `${space}: ${count(videos, 'video')}${before}`];
    });
    const space = choice(options, options[0][0], null, { 'aria-label': 'Videos with these features', id: 'offer-space' });
    const begin = primary('Pretrain on them', async () => {
      begin.disabled = true;
      if (await act('/api/models/pretrain', { space: space.value })) {
        tell('Pretraining has been queued.');
        await app.follow();
      }
      begin.disabled = false;
    }, { id: 'offer-begin' });
    return h('div', { 'data-work': '' }, row(space, begin));
  }
}
