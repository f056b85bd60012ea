/** Entries that somebody selected on the Library page and looks at one after the other: they stand in the address. */

const NAME = 'among';
/** Addresses should not become longer than servers and browsers take. */
export const MOST_AMONG = 100;

/** Those of the address, in the order of the selection. @returns {string[]} ids */
export function amongOf(search = location.search) {
  return new URLSearchParams(search).getAll(NAME).slice(0, MOST_AMONG);
}

/** The address of Compare for the first of several entries, with the others at hand. @param {string[]} ids */
export function comparePath(ids) {
  const asked = new URLSearchParams({ entry: ids[0] });
  if (ids.length > 1) for (const id of ids.slice(0, MOST_AMONG)) asked.append(NAME, id);
  return `/compare?${asked}`.replaceAll('%2F', '/');
}

/** The address without them. */
export function withoutAmong() {
  const address = new URL(location.href);
  address.searchParams.delete(NAME);
  return address.href;
}
