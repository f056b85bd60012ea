/** The video's place: the picture, what is said where there is none, and how much room it takes. */

import { h, replace } from '../shared/dom.mjs';
import { url } from '../shared/http.mjs';

/** Shape of a picture that is not known yet. */
const USUAL = 16 / 9;
/** Least width, CSS pixels; with hours in the times of the controls below. */
const LEAST = 414;
const LEAST_WITH_HOURS = 444;

export class Stage {
  /**
   * @param {import('./page.mjs').Page} page
   * @param {HTMLElement} mode what is played, written over the picture
   */
  constructor({ store, clock, commands, signal }, mode) {
    this.store = store;
    this.clock = clock;
    this.commands = commands;
    this.ratio = USUAL;
    this.reason = h('div', { class: 'mc-novideo', hidden: true });
    this.screen = h('div', { class: 'mc-screen', onclick: (event) => this.#clicked(event) }, clock.video, this.reason, mode);
    this.element = h('div', { class: 'mc-stage' }, this.screen);
    store.on('opened', () => this.#open());
    clock.video.addEventListener('error', () => this.#failed(), { signal });
    clock.video.addEventListener('loadedmetadata', () => this.#loaded(), { signal });
  }

  #open() {
    const { entry } = this.store;
    this.clock.open(entry.video ? url(entry.video.url) : null, entry.duration);
    this.#say(entry.video ? '' : entry.video_reason || 'This entry has no video.', entry.video ? null : attachLink(entry));
    document.title = `${entry.title} · Manycut`;
  }

  /** Load the video again, from the same time. */
  again() {
    const now = this.clock.time();
    this.clock.open(url(this.store.entry.video.url), this.store.entry.duration);
    this.#say('');
    this.clock.seek(now);
  }

  #clicked({ target }) {
    if (!target.closest('a, button')) this.commands.run('toggle');
  }

  /** @param {string} reason "" shows the video again @param {HTMLElement|null} [way] out of it */
  #say(reason, way = null) {
    this.reason.hidden = !reason;
    this.clock.video.hidden = Boolean(reason);
    replace(this.reason, reason ? [
      h('b', {}, 'No video'),
      h('p', {}, reason),
      h('p', {}, 'The timelines work all the same; play moves the cursor.'),
      way,
    ] : []);
    this.ratio = USUAL;
    this.fit();
  }

  #failed() {
    const { clock } = this;
    if (!clock.useVideo || !clock.video.getAttribute('src')) return;
    clock.dropVideo();
    const lost = clock.video.error?.code === MediaError.MEDIA_ERR_NETWORK;
    const broken = 'The video could not be loaded, or this browser cannot play it.';
    const again = this.commands.button('video', {}, 'Try again');
    this.#say(lost ? 'The connection to the server was lost while the video was loading.' : broken, again);
  }

  #loaded() {
    const { videoWidth, videoHeight } = this.clock.video;
    if (videoWidth) {
      this.ratio = videoWidth / videoHeight;
      this.fit();
    } else {
      this.clock.dropVideo();
      this.#say('This browser cannot show the pictures of this video (its codec is not supported).');
    }
  }

  /** The place is as wide as its picture needs, within what the panel can spare. */
  fit() {
    const least = this.store.entry?.duration >= 3600 ? LEAST_WITH_HOURS : LEAST;
    const most = this.element.parentElement.clientWidth * 0.5;
    const width = Math.min(Math.max(this.screen.clientHeight * this.ratio, least), most);
    this.element.style.setProperty('--mc-stage', `${Math.round(width)}px`);
  }
}

/** Where an entry gets its video. @param {import('./server.mjs').Entry} entry */
function attachLink({ id }) {
  return h('a', { href: url(`/library?attach=${encodeURIComponent(id)}`) }, 'Attach its video');
}
