/**
 * What is judged, and how: one small class for each kind of protocol, made with the TaskView it works for.
 *
 * A tool has
 *   panel, below, remove, option, beside, above, way   elements, some of them null: judging; the timeline; the button
 *       beside undo; a choice under it; right of the picture; over the picture; how it is played
 *   steps [[label, keys, action], [label, keys, action]]   the buttons on both sides of play
 *   keys [[keys, what they do]], playKey, hint   for people
 *   start()   once the task has its playback
 *   show(changed)   the labels, and what can be done now; `changed` is the number of a label to flash
 *   showTime()   the place moved
 *   progress, complete   "3 of 30 shots rated"; nothing is left to do
 *   missing()   before submitting: [sentence, text of a button, its action] of what is not as wanted
 *   key(name, event)   true when it meant something
 *   undone(number)   shows what an undo or redo changed; returns the sentence that says it
 * and may have
 *   place()   number of the shot for position events
 *   touch()   the picture was clicked; else it plays or pauses
 *   forget()   drops what is begun and no event yet
 *   moved()   somebody jumps to another moment
 *   played(now), broke(why)   see Playback
 *   rest()   nothing more may be kept back: the page is left, or another tab takes over
 *   close()
 */

import { KeyshotsTool } from './keyshots.mjs';
import { RatingsTool } from './ratings.mjs';
import { TraceTool } from './trace.mjs';

export const TOOLS = { 'shot-ratings': RatingsTool, keyshots: KeyshotsTool, continuous: TraceTool };
