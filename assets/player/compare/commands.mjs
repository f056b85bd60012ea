/** What Compare can do: its keys, its buttons and its sheet of keys come from here. */

import { SHAPES } from './cuts.mjs';
import { frameStep } from './frame_clock.mjs';
import { indexAt } from './series.mjs';
import { nextSound } from './sounds.mjs';
import { mendCommands } from './mend_commands.mjs';
import { versusCommands } from './versus_commands.mjs';

/** @typedef {import('../shared/commands.mjs').Command} Command */

/** Seconds by which a picture or a shot has to be passed, so that going back does not stay where it is. */
const BEHIND = 0.02;
const HAIR = 1e-3;

/**
 * @param {object} parts of the page
 * @param {import('./store.mjs').Store} parts.store
 * @param {import('./clock.mjs').Clock} parts.clock
 * @param {(time: number) => void} parts.seek
 * @param {() => void} parts.playCut play the selected cut, or stop it
 * @param {() => void} parts.reloadVideo
 * @param {import('./mender.mjs').Mender} parts.mender
 * @param {{versus: import('./versus.mjs').Versus, begin: () => boolean, send: () => void, close: () => boolean}} parts.against
 * @param {() => void} parts.focusRows
 * @returns {Command[]} in the order of the sheet
 */
export function compareCommands({ store, clock, seek, playCut, reloadVideo, mender, against, focusRows }) {
  const { axis, cuts, figures } = store;
  const there = () => Boolean(store.model);

  const pick = (amount) => {
    const { times } = store.model;
    const now = clock.time();
    const at = indexAt(times, now + HAIR);
    const back = amount < 0 && now - times[at] > BEHIND ? 0 : amount;
    seek(times[Math.min(Math.max(0, at + back), times.length - 1)]);
  };
  const shot = (amount) => {
    const { starts } = cuts;
    const now = clock.time();
    if (amount > 0) seek(starts.find((start) => start > now + HAIR) ?? store.entry.duration);
    else seek(starts.findLast((start) => start < now - HAIR) ?? 0);
  };
  const frame = (amount) => {
    const now = clock.time();
    clock.pause();
    seek(frameStep(store.entry, store.model.frames, now, amount));
  };
  const differ = () => {
    const usable = store.usablePeaks;
    store.setDiffer(usable[(usable.indexOf(store.differ) + 1) % usable.length]);
  };
  const nextShape = () => {
    const at = SHAPES.findIndex(({ name }) => name === cuts.shape);
    const { name, label } = SHAPES[(at + 1) % SHAPES.length];
    store.setShape(name);
    store.toast(`Shape of the cuts: ${label.toLowerCase()}.`);
  };
  const select = (amount) => {
    const shown = store.strips.filter(({ top }) => top !== null);
    const at = shown.findIndex(({ id }) => id === store.selectedId);
    const next = shown[Math.min(Math.max(0, at + amount), shown.length - 1)];
    if (next) store.choose(next.id, true);
  };
  const zoom = (amount) => axis.zoomBy(amount > 0 ? 0.5 : 2, axis.clamp(clock.time()));
  const escape = () => {
    if (store.overlay) store.show(null);
    else if (against.close()) clock.leaveCut();
    else if (clock.cut) clock.leaveCut();
    else return false;
    focusRows();
    return true;
  };

  /** @type {Command[]} */
  const list = [
    { name: 'toggle', keys: ['Space', 'K'], label: 'play, pause', run: () => (clock.playing ? clock.pause() : clock.play()) },
    {
      name: 'slower', keys: ['J'], label: 'slower; while paused one second back',
      run: () => (clock.playing ? clock.faster(-1) : seek(clock.time() - 1)),
    },
    { name: 'faster', keys: ['L'], label: 'play; faster', run: () => (clock.playing ? clock.faster(1) : clock.play()) },
    { name: 'rate', label: 'normal speed', run: () => clock.setRate(1) },
    { name: 'pick', keys: { ArrowLeft: -1, ArrowRight: 1 }, label: 'one pick (sampled picture) back, on', run: pick },
    {
      name: 'shot', keys: { 'Shift+ArrowLeft': -1, 'Shift+ArrowRight': 1 }, label: 'one shot back, on',
      enabled: () => there() && cuts.starts.length > 0, run: shot,
    },
    { name: 'frame', keys: { ',': -1, '.': 1 }, label: 'one frame back, on', run: frame },
    {
      name: 'disagreement', keys: ['N'], label: 'next place where they differ most', enabled: () => store.peaks.length > 0,
      run: () => seek(store.peaks.find((peak) => peak > clock.time() + HAIR) ?? store.peaks[0]),
    },
    {
      name: 'differ', keys: ['Shift+N'], label: 'whose disagreement: people, samples, models and people',
      enabled: () => store.usablePeaks.length > 1, run: differ,
    },
    { name: 'row', keys: { '[': -1, ']': 1 }, label: 'select the cut above, below', run: select },
    {
      name: 'cut', keys: ['P'], label: 'play the selected cut, skipping the rest',
      enabled: () => Boolean(store.selected?.seconds?.length), run: playCut,
    },
    { name: 'length', keys: ['T'], label: 'how long the cut may be: 90 s, 1:30, 2 min, 15 %', run: () => store.ask('length') },
    {
      name: 'shape', keys: ['V'], label: 'shape of the cut: as scored, one clip, many short, whole story',
      enabled: () => there() && cuts.rule === 'viewing', run: nextShape,
    },
    {
      name: 'words', keys: ['A'], label: 'no clip begins or ends within a word, or it may',
      enabled: () => there() && cuts.rule === 'viewing' && store.entry.speech.length > 0, run: () => store.toggleWords(),
    },
    { name: 'loop', keys: ['O'], label: 'loop the cut, or not', run: () => clock.setLoop(!clock.loop) },
    { name: 'zoom', keys: { '+': 1, '-': -1 }, alias: { '=': 1 }, label: 'zoom in, out', run: zoom },
    { name: 'zoomout', keys: ['0'], label: 'show everything, as a double click does', run: () => axis.reset() },
    {
      name: 'matrix', keys: ['W'], label: 'who agrees with whom: the matrix, the figures',
      run: () => figures.choose({ view: figures.view === 'matrix' ? 'numbers' : 'matrix' }),
    },
    {
      name: 'rows', keys: ['R'], label: 'which rows are shown, and in which order',
      run: () => store.show(store.overlay === 'rows' ? null : 'rows'),
    },
    { name: 'fit', keys: ['F'], label: 'scale curves to their own range, or 0 to 1', run: () => store.toggleFit() },
    { name: 'caption', keys: ['E'], label: 'edit the caption at the cursor', changes: true, run: () => store.ask('caption') },
    { name: 'link', keys: ['C'], label: 'copy the link to this moment and view', run: () => store.ask('link') },
    { name: 'keep', keys: ['S'], label: 'save: video, cut list, figure, numbers', run: () => store.ask('keep') },
    { name: 'mute', keys: ['M'], label: 'sound on, off', run: () => clock.mute(!clock.video.muted) },
    { name: 'video', label: 'load the video again', run: reloadVideo },
    { name: 'find', keys: ['/'], label: 'find words in captions and transcript, or sounds: music', run: () => store.ask('find') },
    { name: 'hit', keys: ['I'], label: 'next place of these words', enabled: () => store.hits.length > 0, run: () => store.ask('hit') },
    {
      name: 'hit-back', keys: ['Shift+I'], label: 'previous place of these words',
      enabled: () => store.hits.length > 0, run: () => store.ask('hit-back'),
    },
    {
      name: 'sound', keys: { Z: 1, 'Shift+Z': -1 }, label: 'next, previous sound: a voice, music, silence, something loud',
      enabled: () => Boolean(store.entry?.sounds?.length),
      run: (by = 1) => seek(nextSound(store.entry.sounds, clock.time(), by)),
    },
    {
      name: 'query', keys: ['Q'], label: 'what is looked for as a row: how well each moment answers it, with its cut', changes: true,
      run: () => store.ask('query'),
    },
    {
      name: 'transcript', keys: ['Shift+T'], label: 'give the video what is said in it: a SubRip or WebVTT file', changes: true,
      run: () => store.ask('transcript'),
    },
    {
      name: 'transcribe', keys: ['Shift+L'], label: 'have what is said written down: faster-whisper listens', changes: true,
      run: () => store.ask('transcribe'),
    },
    { name: 'choose', keys: ['Ctrl+K'], label: 'choose another entry' },
    { name: 'next', keys: ['Alt+ArrowUp', 'Alt+ArrowDown'], label: 'previous, next entry' },
  ];
  return [
    ...list.map((command) => ({ enabled: there, ...command })),
    ...mendCommands(store, mender),
    ...versusCommands(against.versus, against.send, () => there() && against.begin()),
    { name: 'help', keys: ['?'], label: 'show, hide these keys', run: () => store.show(store.overlay === 'help' ? null : 'help') },
    { name: 'escape', keys: ['Escape'], label: 'close what is open; stop skipping', run: escape },
  ];
}
