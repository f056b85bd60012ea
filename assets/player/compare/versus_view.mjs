/** Two cuts above each other, what only one of them takes, and which is better. */

import { clock as mss, percent } from '../shared/format.mjs';
import { h, replace } from '../shared/dom.mjs';
import { divided } from './versus_cuts.mjs';

/** @typedef {import('./versus.mjs').Letter} Letter */

const LETTERS = /** @type {Letter[]} */ (['a', 'b']);
/** @type {[string, string][]} as `core.labelling.preferences.Reason` */
const REASONS = [
  ['misses-key-moment', 'misses the key moment'], ['too-jumpy', 'too jumpy'], ['repeats-itself', 'repeats itself'],
  ['dull', 'dull'], ['better-flow', 'better order and flow'],
];
/** @type {[string, import('./versus.mjs').Verdict, string][]} */
const VERDICTS = [
  ['better-a', 'a', 'A is better'], ['better-b', 'b', 'B is better'], ['both-good', 'both', 'Both are good'],
  ['neither-good', 'neither', 'Neither'],
];

export class VersusView {
  /**
   * @param {import('./versus.mjs').Versus} versus
   * @param {import('../shared/commands.mjs').Commands} commands
   * @param {() => number} duration of the video, seconds
   */
  constructor(versus, commands, duration) {
    this.versus = versus;
    this.commands = commands;
    this.duration = duration;
    this.lanes = Object.fromEntries(LETTERS.map((letter) => [letter, this.#lane(letter)]));
    this.verdicts = VERDICTS.map(([name, verdict, text]) => (
      commands.button(name, { 'data-verdict': verdict, 'aria-pressed': 'false' }, text)
    ));
    this.reasons = REASONS.map(([reason, text]) => h('button', {
      type: 'button', class: 'mc-chip', 'data-reason': reason, 'aria-pressed': 'false', onclick: () => versus.because(reason),
    }, text));
    this.vote = commands.button('vote', { class: 'mc-primary' }, 'Save vote');
    this.turn = commands.button('versus', {}, 'The other one (X)');
    this.said = h('span', { class: 'mc-versus-said', role: 'status', 'data-slot': 'versus-said' });
    const legend = h(
      'p', { class: 'mc-versus-legend' },
      h('i', { class: 'only-a' }), 'only A', h('i', { class: 'only-b' }), 'only B', h('i', { class: 'both' }), 'both',
    );
    this.element = h(
      'div', { class: 'mc-versus-view' },
      ...LETTERS.map((letter) => this.lanes[letter].element),
      h('div', { class: 'mc-versus-line' }, this.turn, legend, this.said),
      h(
        'div', { class: 'mc-versus-line' },
        h(
          'div', { class: 'mc-versus-ballot', role: 'group', 'aria-label': 'Which is better?' },
          h('b', {}, 'Which is better?'), this.verdicts,
        ),
        h('div', { class: 'mc-versus-ballot', role: 'group', 'aria-label': 'Why' }, h('span', {}, 'Why?'), this.reasons),
        this.vote,
      ),
    );
    versus.on('opened', () => this.#open());
    for (const news of ['changed', 'watched']) versus.on(news, () => this.#show());
  }

  /** @param {Letter} letter */
  #lane(letter) {
    const name = letter.toUpperCase();
    const start = () => this.versus.play(letter);
    const play = h('button', { type: 'button', 'data-play': letter, 'aria-label': `Play ${name}`, onclick: start }, name);
    const cursor = h('i', { class: 'mc-versus-cursor' });
    const track = h('div', { class: 'mc-versus-track', 'data-side': letter, onclick: (event) => this.#seek(letter, event) });
    const facts = h('p', { class: 'mc-versus-facts', 'data-facts': letter });
    const watched = h('progress', { max: 1, value: 0, 'aria-label': `How much of ${name} was watched` });
    const element = h('div', { class: 'mc-versus-lane' }, play, h('div', {}, track, facts), watched);
    return { element, play, track, facts, watched, cursor };
  }

  /** @param {Letter} letter @param {MouseEvent} event */
  #seek(letter, event) {
    const { left, width } = this.lanes[letter].track.getBoundingClientRect();
    this.versus.play(letter, ((event.clientX - left) / width) * this.duration());
  }

  #open() {
    const { sides } = this.versus;
    if (!sides) return;
    const at = (time) => `${(time / this.duration()) * 100}%`;
    for (const letter of LETTERS) {
      const own = sides[letter];
      const other = sides[letter === 'a' ? 'b' : 'a'];
      const { track, facts, cursor, watched } = this.lanes[letter];
      const clips = divided(own.seconds, other.seconds).map(({ start, end, both }) => h(
        'span', { class: both ? 'both' : `only-${letter}`, style: `left:${at(start)};width:${at(end - start)}` },
      ));
      replace(track, clips, cursor);
      const empty = own.empty === null || own.empty < 0.005 ? '' : `${percent(own.empty, 0)} shows nothing`;
      const said = [own.label, mss(own.length), `${percent(own.alone, 0)} of it alone`, empty, own.agreement];
      replace(facts, said.filter(Boolean).join(' · '));
      watched.hidden = !this.versus.blind;
    }
  }

  #show() {
    const { versus } = this;
    if (!versus.sides) return;
    const { missing } = versus;
    for (const letter of LETTERS) {
      const { play, cursor, watched } = this.lanes[letter];
      play.setAttribute('aria-pressed', String(versus.playing === letter));
      cursor.style.left = `${(versus.clock.time() / this.duration()) * 100}%`;
      if (versus.blind) watched.value = Math.min(1, versus.watched(letter) / versus.sides[letter].enough);
    }
    const press = (button, on) => button.setAttribute('aria-pressed', String(on));
    for (const button of this.verdicts) press(button, button.dataset.verdict === versus.verdict);
    for (const button of this.reasons) press(button, versus.reasons.has(button.dataset.reason));
    const names = missing.map((letter) => letter.toUpperCase()).join(' and ');
    const said = missing.length ? `Watch ${names} before you vote.` : '';
    if (this.said.textContent !== said) this.said.textContent = said;
    this.commands.refresh(this.element);
  }
}
