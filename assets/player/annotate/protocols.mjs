/**
 * The kinds of protocol: what is judged, and how. Each is a tool (state without DOM, made with the Task it works for),
 * its commands, and its view.
 */

import { Keyshots } from './keyshots.mjs';
import { keyshotsCommands } from './keyshots_commands.mjs';
import { KeyshotsView } from './keyshots_view.mjs';
import { Ratings } from './ratings.mjs';
import { ratingsCommands } from './ratings_commands.mjs';
import { RatingsView } from './ratings_view.mjs';
import { Trace } from './trace.mjs';
import { traceCommands } from './trace_commands.mjs';
import { TraceView } from './trace_view.mjs';

/**
 * @typedef {object} Tool
 * @property {string} progress  "3 of 30 shots rated"
 * @property {boolean} complete  nothing is left to do
 * @property {() => void} start  once, before anything is shown
 * @property {() => import('./task.mjs').Missing[]} missing  before submitting: what is not as wanted
 * @property {(number: number) => string} undone  shows what an undo or redo changed; returns the sentence that says it
 * @property {() => number} [place]  number of the shot for position events
 * @property {(shot: number) => void} [goTo]  that shot
 * @property {() => void} [touch]  the picture was clicked; else it plays or pauses
 * @property {() => void} [forget]  drops what is begun and no event yet
 * @property {() => void} [moved]  somebody jumps to another moment
 * @property {(now: number) => void} [played]  see Playback
 * @property {(why: string) => void} [broke]  see Playback
 * @property {() => void} [rest]  nothing more may be kept back: the page is left, or another tab takes over
 * @property {() => void} [close]
 */
/**
 * @typedef {object} ToolView
 * @property {HTMLElement} panel  judging
 * @property {HTMLElement} below  the timeline
 * @property {string} hint  the most important keys in a sentence
 * @property {HTMLElement} back  the button left of play
 * @property {HTMLElement} on  the button right of play
 * @property {HTMLElement} [remove]  the button beside undo
 * @property {HTMLElement} [option]  a choice under it
 * @property {HTMLElement} [beside]  right of the picture
 * @property {HTMLElement} [above]  over the picture
 * @property {HTMLElement} [way]  how it is played
 * @property {(stage: HTMLElement) => void} [start]  once the picture's row is there
 * @property {() => void} close
 */

export const PROTOCOLS = {
  'shot-ratings': { Tool: Ratings, commandsOf: ratingsCommands, View: RatingsView },
  keyshots: { Tool: Keyshots, commandsOf: keyshotsCommands, View: KeyshotsView },
  continuous: { Tool: Trace, commandsOf: traceCommands, View: TraceView },
};
