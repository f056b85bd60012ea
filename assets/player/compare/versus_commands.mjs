/** What can be done with two cuts that are compared. */

/**
 * @param {import('./versus.mjs').Versus} versus
 * @param {() => void} send the vote
 * @param {() => any} [begin] what X does where nothing is compared yet
 * @returns {import('../shared/commands.mjs').Command[]} in the order of the sheet
 */
export function versusCommands(versus, send, begin) {
  const open = () => Boolean(versus.sides);
  /** @param {string} name @param {string} key @param {import('./versus.mjs').Verdict} verdict @param {string} label */
  const say = (name, key, verdict, label) => (
    { name, keys: [key], label: `comparing: ${label}`, enabled: open, changes: true, run: () => versus.say(verdict) }
  );
  return [
    {
      name: 'versus', keys: ['X'], label: 'compare two cuts; then the other one from the same place', once: true,
      enabled: () => open() || Boolean(begin), run: () => (open() ? versus.turn() : begin()),
    },
    say('better-a', '1', 'a', 'A is better'),
    say('better-b', '2', 'b', 'B is better'),
    say('both-good', '3', 'both', 'both are good'),
    say('neither-good', '4', 'neither', 'neither is'),
    { name: 'vote', keys: ['Enter'], label: 'comparing: save the vote', enabled: () => versus.ready, run: send, once: true, changes: true },
  ];
}
