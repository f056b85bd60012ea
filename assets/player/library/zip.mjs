/** A zip archive of a few files, as they are: for folders that mean one thing together. */

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
/** Names are UTF-8. */
const FLAGS = 0x0800;
const VERSION = 20;
/** 1 January 1980, the first day that archives know. */
const DAY = 0x21;

/**
 * @param {string} name of the folder; the archive is called so
 * @param {File[]} files of different names
 * @returns {Promise<File>}
 */
export async function zipped(name, files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const file of files) {
    const content = new Uint8Array(await file.arrayBuffer());
    const path = new TextEncoder().encode(`${name}/${file.name}`);
    const facts = [VERSION, FLAGS, 0, 0, DAY];
    const sizes = [crc(content), content.length, content.length];
    const head = fields([[0x04034b50, 4], ...facts.map(two), ...sizes.map(four), two(path.length), two(0)]);
    directory.push(
      fields([
        [0x02014b50, 4], two(VERSION), ...facts.map(two), ...sizes.map(four), two(path.length), ...[0, 0, 0, 0].map(two),
        four(0), four(offset),
      ]),
      path,
    );
    parts.push(head, path, content);
    offset += head.length + path.length + content.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = fields([[0x06054b50, 4], two(0), two(0), two(files.length), two(files.length), four(length), four(offset), two(0)]);
  const changed = Math.max(...files.map(({ lastModified }) => lastModified));
  return new File([...parts, ...directory, end], `${name}.zip`, { lastModified: changed });
}

const two = (/** @type {number} */ value) => /** @type {[number, number]} */ ([value, 2]);
const four = (/** @type {number} */ value) => /** @type {[number, number]} */ ([value, 4]);

/** Numbers one after the other, the least byte first. @param {[number, number][]} values each with its bytes */
function fields(values) {
  const bytes = new Uint8Array(values.reduce((sum, [, width]) => sum + width, 0));
  let place = 0;
  for (const [value, width] of values) {
    for (let index = 0; index < width; index += 1) bytes[place + index] = (value >>> (8 * index)) & 0xff;
    place += width;
  }
  return bytes;
}

/** @param {Uint8Array} content */
function crc(content) {
  let value = 0xffffffff;
  for (let index = 0; index < content.length; index += 1) value = TABLE[(value ^ content[index]) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
