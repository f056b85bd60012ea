/** A preference study: pairs of cuts one after the other, until all were compared. It asks the server for nothing else. */

import { Clock } from './clock.mjs';
import { Commands } from '../shared/commands.mjs';
import { Versus, sideOf } from './versus.mjs';
import { VersusView } from './versus_view.mjs';
import { clock as mss, count } from '../shared/format.mjs';
import { get, post, sentence, url } from '../shared/http.mjs';
import { h, replace } from '../shared/dom.mjs';
import { versusCommands } from './versus_commands.mjs';

/** @typedef {import('../shared/wire').Place} Place */

const BETTER = { a: 'A', b: 'B', both: 'both', neither: 'neither' };

export class StudyPage {
  /** @param {number} study */
  constructor(study) {
    this.study = study;
    this.ending = new AbortController();
    this.clock = new Clock(h('video', { playsinline: true, preload: 'auto', tabindex: -1 }));
    this.versus = new Versus(this.clock);
    this.commands = new Commands([
      { name: 'toggle', keys: ['Space', 'K'], label: 'play, pause', run: () => this.versus.toggle() },
      ...versusCommands(this.versus, () => this.#send()),
    ]);
    this.title = h('h2', {});
    this.progress = h('progress', { max: 1, value: 0, 'aria-label': 'Pairs compared' });
    this.how = h('span', { 'data-slot': 'study-progress' });
    this.problem = h('p', { class: 'mc-error', role: 'alert', hidden: true });
    this.time = h('output', {});
    this.play = this.commands.button('toggle', {}, 'Play');
    this.view = new VersusView(this.versus, this.commands, () => this.place?.next?.cuts.duration ?? 1);
    this.work = h(
      'div', { class: 'mc-versus' },
      h('div', { class: 'mc-versus-screen' }, this.clock.video),
      h('div', { class: 'mc-versus-line' }, this.play, this.time, this.problem),
      this.view.element,
    );
    this.over = h('div', { class: 'mc-versus-over', hidden: true });
    this.element = h(
      'div', { class: 'mc-study' }, h('header', { class: 'mc-versus-line' }, this.title, this.progress, this.how), this.work, this.over,
    );
    this.commands.listen(this.ending.signal, () => this.element.isConnected);
    this.versus.on('changed', () => this.#showClock());
    this.#frame();
  }

  /** @returns {Promise<void>} rejects where there is no such study */
  async open() {
    this.#show(await get(`/api/preferences/study?id=${this.study}`));
  }

  close() {
    this.ending.abort();
    this.clock.stop();
  }

  #frame() {
    if (this.ending.signal.aborted) return;
    this.versus.tick(); // before the clock skips: what was shown until here was watched
    this.clock.tick();
    if (this.clock.playing) this.#showClock();
    requestAnimationFrame(() => this.#frame());
  }

  #showClock() {
    this.play.textContent = this.clock.playing ? 'Pause' : 'Play';
    const within = this.clock.inCut();
    this.time.textContent = within ? `${(this.versus.playing ?? '').toUpperCase()} ${mss(within.at)} / ${mss(within.of)}` : '';
  }

  /** @param {Place} place */
  #show(place) {
    this.place = place;
    const { title, done, pairs, next } = place;
    this.title.textContent = title;
    this.progress.value = pairs ? done / pairs : 1;
    this.how.textContent = `${done} of ${count(pairs, 'pair')}`;
    this.element.dataset.done = String(done);
    this.work.hidden = !next;
    this.over.hidden = Boolean(next);
    if (!next) {
      this.versus.close();
      this.clock.stop();
      this.#showEnd(place);
      return;
    }
    this.clock.open(next.video ? url(next.video.url) : null, next.cuts.duration);
    this.versus.open({ a: sideOf(next.cuts.a), b: sideOf(next.cuts.b) }, next.cuts.blind);
  }

  /** @param {Place} place */
  #showEnd({ closed, waiting, said, pairs, done }) {
    const text = waiting ? `${count(waiting, 'pair')} of videos that you are judging now come when you have submitted them.`
      : closed && done < pairs ? 'This study is closed: it takes no more votes.' : 'You have compared all of them.';
    const told = said.filter(({ a_label: label }) => label !== null);
    replace(
      this.over, h('h3', {}, 'Thank you'), h('p', {}, text),
      told.length > 0 && h('ul', {}, told.map((one) => h(
        'li', {}, `${one.entry}: A was ${one.a_label}, B was ${one.b_label}; you said ${BETTER[one.verdict]}`,
      ))),
    );
  }

  async #send() {
    if (!this.versus.ready || this.sending) return;
    this.sending = true;
    this.problem.hidden = true;
    try {
      await post('/api/preferences/vote', (this.ballot ??= this.versus.vote(this.place.next.cuts.pair)));
      this.ballot = null;
      await this.open();
    } catch (error) {
      if (!error.offline) this.ballot = null; // sent again it is the same vote
      this.problem.textContent = sentence(error);
      this.problem.hidden = false;
    }
    this.sending = false;
  }
}
