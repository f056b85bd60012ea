"""What people do in a task is state without DOM, and one table says what can be done: in a worker, and on the page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.pages import empty_page
from tests.browser.rater import Rater

pytestmark = pytest.mark.browser

# Runs a script in a worker, where there is no document: `load` imports a module of the player.
IN_A_WORKER = """([script, modules]) => new Promise((resolve, reject) => {
  const source = `
    const load = (name) => import('${modules}' + name);
    (async () => { ${script} })().then(
      (found) => postMessage({ found, document: typeof document }),
      (error) => postMessage({ error: String(error.stack ?? error) }),
    );`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
  worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
  worker.onerror = (event) => reject(new Error(event.message));
})"""

# A task of 100 frames at 10 a second, over a video that does what it is told and an outbox that keeps what it is given.
TASK = """
    const [{ Task }, { Frames }, { Observable }] = await Promise.all(
      ['annotate/task.mjs', 'annotate/frames.mjs', 'shared/observable.mjs'].map(load),
    );
    const frames = new Frames([[0, 50, 0, 5], [50, 100, 5, 10]], '10', 100);
    class Playback extends Observable {
      frames = frames;
      time = 0;
      route = null;
      get frame() { return frames.at(this.time); }
      moveTo(seconds) { this.time = seconds; }
      showFrame(frame) { this.time = frames.middle(frame); }
      pause() {}
      notePlace() {}
    }
    const playback = new Playback();
    const habits = Object.assign(new Observable(), { values: { loop: true, repeat: false, advance: true } });
    habits.prefer = (changes) => Object.assign(habits.values, changes);
    const events = [];
    const outbox = { owner: 'x', records: [], append(task, parts) {
      events.push([parts.kind, parts.shot ?? null, parts.value ?? parts.data ?? null]);
      return { client: 'c', seq: events.length, at: 0, ...parts };
    } };
    const answers = [];
    const questions = { askWhatIsMissing: async (missing) => (answers.push(missing.map(([text]) => text)), '') };
    const begin = (protocol) => {
      const data = { task: 1, practice: false, events: [], entry: { duration: 10 } };
      data.protocol = { shots: frames.shots, scale: [1, 2, 3], budget: [0.1, 0.2], hz: 10, watch: 0, ...protocol };
      return new Task(data, [], outbox, playback, habits, questions);
    };
    const said = [];
"""


def in_a_worker(page: Any, server: Any, script: str) -> Any:
    empty_page(page, server.url)
    answer = page.evaluate(IN_A_WORKER, [TASK + script, f"{server.url}/assets/player/any/"])
    assert answer["document"] == "undefined"
    return answer["found"]


def test_parts_are_marked_moved_and_taken_back_without_a_document(page, server):
    script = """
        const { Keyshots } = await load('annotate/keyshots.mjs');
        const task = begin({ kind: 'keyshots' });
        const keyshots = new Keyshots(task);
        task.on('said', (text) => said.push(text));
        task.begin(keyshots);
        playback.showFrame(20);
        keyshots.markOut();
        keyshots.markIn();
        playback.showFrame(29);
        keyshots.markOut();
        keyshots.nudge('in', -1, true);  // a held key is kept at its release
        keyshots.nudge('in', -1, true);
        const held = [events.length, keyshots.progress, keyshots.draft.part];
        keyshots.rest();
        await task.submit();
        task.undo();
        const [part] = task.state.marks.values();
        return { held, events, said: said[0], part, asked: answers, done: task.complete };
    """
    found = in_a_worker(page, server, script)
    assert found["held"] == [1, "1 part, 12.0 % of the video marked", [18, 30]]
    assert found["events"] == [
        ["mark", 0, {"start": 20, "end": 30}],
        ["mark", 0, {"start": 18, "end": 30}],
        ["submit", None, None],
    ]
    assert found["asked"] == []
    assert found["said"] == "First press I where the part begins."
    assert found["part"] == [18, 30]  # a submitted task is not changed any more
    assert found["done"]


def test_a_rating_goes_to_the_next_shot_and_what_is_missing_is_asked_about(page, server):
    script = """
        const { Ratings } = await load('annotate/ratings.mjs');
        const task = begin({ kind: 'shot-ratings', watch: 0.5 });
        const ratings = new Ratings(task);
        task.on('flashed', (where, value) => said.push([where, value]));
        task.begin(ratings);
        ratings.rate(3);
        const next = ratings.shot;
        await task.submit();
        task.undo();
        return { next, events, asked: answers, said, back: ratings.shot, route: playback.route };
    """
    found = in_a_worker(page, server, script)
    assert found["next"] == 1
    assert found["events"] == [["rate", 0, 3], ["undo", None, None]]
    assert found["asked"] == [["1 of 2 shots is not rated", "You have watched 0 % of the video; 50 % is asked for"]]
    assert found["said"] == [["Shot 1", 3], ["Shot 1", "–"]]
    assert found["back"] == 0
    assert found["route"] == {"parts": [[0, 5]], "loop": True}


@pytest.mark.parametrize("protocol", ["shot-ratings", "keyshots", "continuous"])
def test_buttons_and_the_list_of_keys_name_the_same_keys(page, server, protocol):
    rater = Rater(page, server.url)
    rater.open(protocol=protocol)
    titles = page.eval_on_selector_all("#annotator button[data-act][title]", "all => all.map((one) => one.title)")
    assert len(titles) > 8
    rater.press("?")
    listed = set(page.locator("dialog[open] kbd").all_inner_texts())
    for title in titles:
        label, _, keys = title.rpartition(" (")
        assert label, title
        assert set(keys.removesuffix(")").split(" or ")) <= listed, title
    assert {"U", "Ctrl+Z", "Ctrl+Enter", "Space", "K"} <= listed
    rater.press("?")
    page.locator("dialog").wait_for(state="detached")
