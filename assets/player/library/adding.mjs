/** Taking in films and data sets: chosen, or dropped anywhere on the page; a card for each, from its first byte to its entry. */

import { h, replace, stylesheets } from '../shared/dom.mjs';
import { count, percent } from '../shared/format.mjs';
import { get, remove, sentence } from '../shared/http.mjs';
import { button, failure, link, primary, query } from '../shared/parts.mjs';
import { DataCard } from './data.mjs';
import { chosen, dropped, sorted } from './files.mjs';
import { FilmCard } from './film.mjs';
import { How } from './how.mjs';
import { Line } from './line.mjs';
import { Sending } from './sending.mjs';
import * as memory from './unfinished.mjs';

/** @typedef {import('../shared/wire').AddingChoices} Choices */
/** @typedef {import('./files.mjs').Found} Found */
/** @typedef {FilmCard|DataCard} AnyCard */

const NAMED = 3;
const ALSO = 'Data sets, labels, captions, split files and models, too. What is here already is not taken in twice.';
const WHAT = 'Drop films, folders or data sets';

/** Called by the Gradio component once its element exists. @param {{element: HTMLElement}} gradio */
export async function mount({ element }) {
  await stylesheets(import.meta.url, '../shared/desk.css', 'adding.css');
  await new Adding(element.querySelector('#adding')).start();
}

export class Adding {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.line = new Line();
    this.how = new How();
    /** @type {AnyCard[]} */
    this._cards = [];
    this._files = this._input({ multiple: true, 'aria-label': 'Files' });
    this._folder = this._input({ webkitdirectory: true, 'aria-label': 'A folder' });
    this._said = h('p', { class: 'mc-adding-said', role: 'status', 'aria-live': 'polite' });
    this._unfinished = h('div', { class: 'mc-unfinished' });
    this._import = h('form', { class: 'mc-row mc-import', hidden: true });
    this._list = h('ol', { class: 'mc-cards', 'aria-label': 'Being taken in' });
    this._clear = h('div', { class: 'mc-cards-foot' });
    this._over = h('div', { class: 'mc-adding-over', hidden: true, 'aria-hidden': 'true' }, h('b', {}, WHAT));
  }

  /** @param {Record<string, any>} attributes */
  _input(attributes) {
    const input = h('input', { type: 'file', hidden: true, onchange: () => this._chosen(input), ...attributes });
    return input;
  }

  async start() {
    this.root.classList.add('mc-desk', 'mc-adding');
    const open = (/** @type {HTMLInputElement} */ input) => () => input.click();
    const area = h(
      'div', { class: 'mc-adding-area' },
      h('div', {}, h('p', { class: 'mc-adding-title' }, 'Drop films or folders anywhere on this page'),
        h('p', { class: 'mc-quietly' }, ALSO)),
      h('div', { class: 'mc-row' }, primary('Choose files', open(this._files)), button('Choose a folder', open(this._folder))),
      this._files, this._folder,
      this._import,
    );
    replace(this.root, area, this.how.element, this._said, this._unfinished, this._list, this._clear, this._over);
    try {
      /** @type {Choices} */
      this.choices = await get('/api/library/adding');
    } catch (error) {
      replace(this.root, failure(error, () => this.start()));
      return;
    }
    this.how.draw(this.choices);
    this._offerImport();
    this._takeDrops();
    addEventListener('beforeunload', (event) => {
      if (this.line.busy) event.preventDefault();
    });
    await this._goOn();
    this.root.dataset.ready = 'true';
  }

  /** One line about what happened; it stays until the next. @param {string} text */
  say(text) {
    this._said.textContent = text;
  }

  /** A card is not to be shown any more. @param {AnyCard} card */
  drop(card) {
    this._cards = this._cards.filter((one) => one !== card);
    card.element.remove();
    this.changed();
  }

  /** How many cards are over has changed. */
  changed() {
    const over = this._cards.filter((one) => one.over);
    const clear = () => over.forEach((one) => one.dismiss());
    replace(this._clear, over.length > 1 && link(`Dismiss the ${over.length} that are through`, clear));
  }

  /** @param {HTMLInputElement} input */
  _chosen(input) {
    const found = chosen(input.files);
    input.value = '';
    this._take(found);
  }

  /** @param {Found[]} found */
  async _take(found) {
    if (this.how.wrong) {
      this.how.open();
      this.say(this.how.wrong);
      return;
    }
    const { videos, data, others } = await sorted(found, this.choices);
    const { video_bytes: film, data_bytes: other } = this.choices;
    const large = [...videos.filter(({ size }) => size > film), ...data.filter(({ size }) => size > other)];
    const empty = [...videos, ...data].filter(({ size }) => !size);
    const good = (/** @type {number} */ most) => (/** @type {File} */ one) => one.size > 0 && one.size <= most;
    for (const file of videos.filter(good(film))) this._send(file, 'video');
    for (const file of data.filter(good(other))) this._send(file, 'data');
    this.say([
      are(others, 'neither a video nor a data set, and left out.'),
      are(empty.map(({ name }) => name), 'empty.'),
      are(large.map(({ name }) => name), 'larger than this page takes. The command line takes larger files.'),
      found.length ? '' : 'There are no files in it.',
    ].filter(Boolean).join(' '));
  }

  /** @param {File} file @param {'video'|'data'} kind */
  _send(file, kind) {
    const before = memory.before(file, kind);
    if (before && this._cards.some(({ sending }) => sending?.id === before.id)) return; // it is on its way
    const sending = new Sending(file, kind, before?.id ?? null);
    this._add(new (kind === 'video' ? FilmCard : DataCard)(this, file.name, { sending }));
    this.line.add(sending);
    if (before) this._offerRest();
  }

  /** @param {AnyCard} card */
  _add(card) {
    this._cards.push(card);
    this._list.append(card.element);
  }

  /** What was begun before the page was closed. */
  async _goOn() {
    for (const one of memory.all()) {
      const Kind = one.kind === 'video' ? FilmCard : DataCard;
      if (one.job) {
        this._add(new Kind(this, one.name, { id: one.id.startsWith('job-') ? undefined : one.id, job: one.job }));
        continue;
      }
      /** @type {import('../shared/wire').Sending|null} */
      const found = await get(`/api/sending${query({ id: one.id })}`, { quiet: true }).catch((error) => {
        if (error.status === 404) memory.forget(one.id);
        return null;
      });
      if (found && found.here === found.size) this._add(new Kind(this, one.name, { id: one.id }));
      else if (found) this._halves.set(one.id, found.here);
    }
    this._offerRest();
  }

  /** Bytes that are there of files that were not sent whole. @type {Map<string, number>} */
  _halves = new Map();

  _offerRest() {
    const underway = new Set(this._cards.map((card) => card.sending?.id));
    const rest = memory.all().filter((one) => this._halves.has(one.id) && !underway.has(one.id));
    const parts = rest.map((one) => `${one.name} (${percent(this._halves.get(one.id) / one.size, 0)})`);
    const forget = async () => {
      for (const { id } of rest) {
        memory.forget(id);
        await remove(`/api/sending${query({ id })}`, { quiet: true }).catch(() => {}); // it goes by itself some day
      }
      this._offerRest();
    };
    const them = rest.length === 1 ? 'it' : 'them';
    const told = `${count(rest.length, 'file was', 'files were')} not sent whole: ${named(parts)}.`;
    const what = `Choose or drop ${them} again to go on from there.`;
    replace(this._unfinished, rest.length > 0 && h('p', { class: 'mc-notice' }, `${told} ${what} `, link(`Forget ${them}`, forget)));
  }

  /** Files of the server, by their names in its import folder. */
  _offerImport() {
    const { names } = this.choices;
    const label = 'A file or folder of the server’s import folder';
    const name = h('input', { type: 'text', list: 'mc-import-names', placeholder: `such as ${names[0]}`, 'aria-label': label });
    const onsubmit = (event) => {
      event.preventDefault();
      this._takeNamed(name);
    };
    this._import.onsubmit = onsubmit;
    this._import.hidden = !names.length;
    replace(
      this._import,
      h('span', { class: 'mc-quietly' }, 'or of the server’s import folder:'), name,
      h('datalist', { id: 'mc-import-names' }, names.map((value) => h('option', { value }))),
      h('button', { type: 'submit', class: 'mc-button' }, 'Take in'),
    );
  }

  /** @param {HTMLInputElement} input */
  _takeNamed(input) {
    const path = input.value.trim();
    if (!path || this.how.wrong) {
      if (this.how.wrong) this.how.open();
      this.say(path ? this.how.wrong : 'Choose a file or a folder first.');
      return;
    }
    this.say('');
    input.value = '';
    this._add(new FilmCard(this, path, { path }));
  }

  /** Drops are taken anywhere on the page. */
  _takeDrops() {
    const carries = (event) => event.dataTransfer?.types.includes('Files') && this.root.isConnected;
    let over = 0; // elements that the files are over, one within another
    const mark = (more) => {
      over = more === 0 ? 0 : Math.max(0, over + more);
      this._over.hidden = over === 0;
    };
    const on = (name, then) => document.addEventListener(name, (event) => carries(event) && then(event), true);
    on('dragenter', () => mark(1));
    on('dragleave', () => mark(-1));
    on('dragover', (event) => event.preventDefault());
    on('drop', async (event) => {
      event.preventDefault();
      event.stopPropagation();
      mark(0);
      this._take(await dropped(event.dataTransfer).catch((error) => {
        this.say(sentence(error));
        return [];
      }));
    });
  }
}

/** "a.txt is empty.", "a.txt and b.txt are empty."; "" for none @param {string[]} names @param {string} what */
function are(names, what) {
  return names.length ? `${named(names)} ${names.length === 1 ? 'is' : 'are'} ${what}` : '';
}

/** "a.txt, b.txt, c.txt and 4 more" @param {string[]} names */
function named(names) {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
