/** What the parts of Compare share. */

/**
 * @typedef {object} Page
 * @property {HTMLElement} root
 * @property {AbortSignal} signal ends all listening
 * @property {() => void} stop ends the page
 * @property {import('./store.mjs').Store} store
 * @property {import('./clock.mjs').Clock} clock
 * @property {import('../shared/commands.mjs').Commands} commands
 * @property {(name: string, opacity?: number) => string} colour of the theme
 * @property {() => void} focusRows the keys belong to the timelines again
 */

export {};
