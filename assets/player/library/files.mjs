/** Files that somebody drops or chooses: folders are walked, and what is a film, a data set or neither is told apart. */

import { zipped } from './zip.mjs';

/** @typedef {{file: File, path: string}} Found  path: with the folders that were dropped, "trip/day 1/a.mov" */
/** @typedef {{videos: File[], data: File[], others: string[]}} Sorted */
/** @typedef {{video_endings: string[], data_endings: string[]}} Endings */

const DESCRIPTION = 'model.json';
const WEIGHTS = 'model.safetensors';

/** @param {DataTransfer} transfer @returns {Promise<Found[]>} */
export async function dropped(transfer) {
  // All entries have to be asked for before the first wait: afterwards the browser has forgotten them.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  const each = (/** @type {File|FileSystemEntry} */ one) => (one instanceof File ? [{ file: one, path: one.name }] : walked(one));
  return (await Promise.all(entries.map(each))).flat();
}

/** @param {FileList} list @returns {Found[]} */
export function chosen(list) {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** @param {FileSystemEntry} entry @returns {Promise<Found[]>} */
async function walked(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => {
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject);
    }).catch(() => null); // what may not be read is no file
    return file ? [{ file, path: entry.fullPath.replace(/^\//, '') }] : [];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) { // a hundred at a time
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => {
      reader.readEntries(resolve, reject);
    }).catch(() => []);
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(walked))).flat());
  }
}

/**
 * Films, data sets, and the names of what is neither. Models that are folders, and folders of SumMe's .mat or ELAN's .eaf files, become
 * archives; files of the system and manifests of exports are nobody's business.
 * @param {Found[]} found
 * @param {Endings} endings
 * @returns {Promise<Sorted>}
 */
export async function sorted(found, endings) {
  const seen = found.filter(({ path }) => !path.split('/').some(hidden) && !path.endsWith('.manifest.json'));
  const { together, alone } = grouped(seen);
  /** @type {Sorted} */
  const result = { videos: [], data: await Promise.all(together.map(({ name, files }) => zipped(name, files))), others: [] };
  for (const { file } of alone) {
    const ends = (/** @type {string[]} */ those) => those.some((ending) => file.name.toLowerCase().endsWith(ending));
    if (ends(endings.video_endings) || (file.type.startsWith('video/') && !ends(endings.data_endings))) result.videos.push(file);
    else if (ends(endings.data_endings)) result.data.push(file);
    else result.others.push(file.name);
  }
  return result;
}

/** @param {string} name */
function hidden(name) {
  return name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini' || name === '__MACOSX';
}

/** @param {Found[]} found */
function grouped(found) {
  /** @type {Map<string, Found[]>} */
  const folders = new Map();
  for (const one of found) {
    const folder = one.path.slice(0, Math.max(0, one.path.lastIndexOf('/')));
    folders.set(folder, [...(folders.get(folder) ?? []), one]);
  }
  const together = [];
  const alone = [];
  for (const [folder, inside] of folders) {
    const has = (/** @type {string} */ name) => inside.some(({ file }) => file.name === name);
    const ending = (/** @type {string} */ end) => inside.filter(({ file }) => file.name.toLowerCase().endsWith(end));
    const alike = ['.mat', '.eaf'].map(ending).find((some) => some.length > 1) ?? [];
    const model = folder !== '' && has(DESCRIPTION) && has(WEIGHTS);
    const several = folder !== '' && alike.length > 1;
    const taken = model ? inside : several ? alike : [];
    if (taken.length) together.push({ name: folder.split('/').at(-1), files: taken.map(({ file }) => file) });
    alone.push(...inside.filter((one) => !taken.includes(one)));
  }
  return { together, alone };
}
