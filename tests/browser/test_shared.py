"""What all pages stand on: the table of commands and its keys, and the one way to talk to the server."""

from __future__ import annotations

import pytest

from tests.browser.pages import empty_page

pytestmark = pytest.mark.browser

TABLE = """
  const done = [];
  const { Commands } = await import('/assets/player/test/shared/commands.mjs');
  const note = (name) => (amount) => { done.push(amount === undefined ? name : `${name} ${amount}`); };
  const commands = new Commands([
    { name: 'play', keys: ['Space', 'K'], label: 'play, pause', run: note('play') },
    { name: 'step', keys: { ArrowLeft: -1, ArrowRight: 1 }, label: 'a step back, on', run: note('step') },
    { name: 'leap', keys: { 'Shift+ArrowLeft': -1 }, label: 'a leap back', run: note('leap') },
    { name: 'undo', keys: ['Ctrl+Z'], label: 'undo', run: note('undo') },
    { name: 'rate', keys: ['5'], label: 'five', once: true, run: note('rate') },
    { name: 'zoom', keys: ['+'], alias: ['='], label: 'closer', run: note('zoom') },
    { name: 'never', keys: ['N'], label: 'never', enabled: () => false, run: note('never') },
    { name: 'first', keys: ['Escape'], label: 'nothing to close', run: () => false },
    { name: 'close', keys: ['Escape'], label: 'close', run: note('close') },
    { name: 'elsewhere', keys: ['/', 'Alt+ArrowUp'], label: 'of another part' },
  ]);
"""
PRESSES = """
async ([table, presses]) => {
  const { commands, done } = await eval(`(async () => { ${table}; return { commands, done }; })()`);
  const field = (html) => document.body.appendChild(document.createRange().createContextualFragment(html).firstChild);
  const places = {
    page: document.body, field: field('<input>'), area: field('<textarea></textarea>'),
    button: field('<button>x</button>'), slider: field('<input type="range">'),
    bar: field('<div role="separator" tabindex="0"></div>'),
    own: field('<div data-own-keys tabindex="0"></div>'),
  };
  const ending = new AbortController();
  commands.listen(ending.signal);
  const kept = presses.map(([where, options]) => {
    const before = done.length;
    const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...options });
    places[where].dispatchEvent(event);
    return [done.slice(before), event.defaultPrevented];
  });
  ending.abort();
  return kept;
}
"""
KEYS = [
    ("page", {"key": " "}, ["play"]),
    ("page", {"key": "K"}, ["play"]),  # caps lock
    ("page", {"key": "K", "shiftKey": True}, ["play"]),
    ("page", {"key": "ArrowLeft"}, ["step -1"]),
    ("page", {"key": "ArrowRight", "shiftKey": True}, ["step 1"]),
    ("page", {"key": "ArrowLeft", "shiftKey": True}, ["leap -1"]),
    ("page", {"key": "ArrowLeft", "altKey": True}, []),
    ("page", {"key": "z"}, []),
    ("page", {"key": "z", "metaKey": True}, ["undo"]),
    ("page", {"key": "я", "code": "KeyZ", "ctrlKey": True}, ["undo"]),
    ("page", {"key": "(", "code": "Digit5"}, ["rate"]),
    ("page", {"key": "%", "code": "Digit5", "shiftKey": True}, []),
    ("page", {"key": "+", "shiftKey": True}, ["zoom"]),
    ("page", {"key": "="}, ["zoom"]),
    ("page", {"key": "n"}, []),
    ("page", {"key": "Escape"}, ["close"]),
    ("page", {"key": "/"}, []),
    ("field", {"key": "k"}, []),
    ("area", {"key": "k"}, []),
    ("button", {"key": "k"}, ["play"]),
    ("button", {"key": " "}, []),
    ("slider", {"key": "ArrowLeft"}, []),
    ("slider", {"key": "k"}, ["play"]),
    ("bar", {"key": "ArrowLeft"}, []),
    ("own", {"key": "k"}, []),
    ("own", {"key": "Escape"}, ["close"]),
]


@pytest.fixture
def plain(page, server):
    """A page of the server with nothing in it."""
    empty_page(page, server.url)
    return page


def test_keys_do_what_the_table_says_and_fields_keep_theirs(plain):
    done = plain.evaluate(PRESSES, [TABLE, [[where, options] for where, options, _ in KEYS]])
    wanted = [[names, bool(names)] for _, _, names in KEYS]
    assert list(zip(KEYS, done, strict=True)) == list(zip(KEYS, wanted, strict=True))


def test_a_key_that_is_held_down_does_some_things_once(plain):
    held = [["page", {"key": "5"}], ["page", {"key": "5", "repeat": True}], ["page", {"key": "k", "repeat": True}]]
    assert plain.evaluate(PRESSES, [TABLE, held]) == [[["rate"], True], [[], True], [["play"], True]]


def test_an_open_dialog_keeps_all_keys(plain):
    opened = "document.body.appendChild(document.createElement('dialog')).showModal()"
    plain.evaluate(opened)
    assert plain.evaluate(PRESSES, [TABLE, [["page", {"key": "k"}], ["page", {"key": "Escape"}]]]) == [[[], False]] * 2


def test_buttons_and_the_sheet_come_from_the_table(plain):
    said = plain.evaluate(
        """async (table) => {
          const { commands, done } = await eval(`(async () => { ${table}; return { commands, done }; })()`);
          document.body.append(...['play', 'never', 'step'].map((name) => commands.button(name, {}, name)));
          commands.refresh(document.body);
          const buttons = [...document.querySelectorAll('button')];
          buttons.forEach((button) => button.click());
          const facts = buttons.map(({ title, disabled, dataset }) => [dataset.act, title, disabled]);
          return { facts, done, sheet: commands.sheet().map(({ keys, label }) => `${keys.join(' ')}: ${label}`) };
        }""",
        TABLE,
    )
    assert said["facts"] == [
        ["play", "Play, pause (Space, K)", False],
        ["never", "Never (N)", True],
        ["step", "A step back, on (←, →)", False],
    ]
    assert said["done"] == ["play", "step"]
    assert said["sheet"][:4] == ["Space K: play, pause", "← →: a step back, on", "Shift+←: a leap back", "Ctrl+Z: undo"]
    assert said["sheet"][-1] == "/ Alt+↑: of another part"


ASKED = """
async ([how, ...given]) => {
  const http = await import('/assets/player/test/shared/http.mjs');
  try {
    return await http[how](...given);
  } catch (error) {
    const { message, hint, code, status, offline, name } = error;
    return { message, hint, code, status, offline, known: error instanceof http.HttpError, name };
  }
}
"""


def test_what_the_server_refuses_arrives_with_its_sentence(plain):
    said = plain.evaluate(ASKED, ["get", "/api/entry?id=zz/none"])
    assert said["known"]
    assert (said["status"], said["code"], said["offline"]) == (404, "not_found", False)
    assert "zz/none" in said["message"]


def test_where_no_answer_comes_in_time_the_server_counts_as_away(plain):
    plain.route("**/api/slow", lambda route: None)
    said = plain.evaluate(ASKED, ["get", "/api/slow", {"timeout": 50}])
    assert (said["offline"], said["status"], said["message"]) == (True, 0, "The server does not answer.")


def test_an_answer_that_is_no_json_is_said_to_be_unreadable(plain):
    plain.route("**/api/odd", lambda route: route.fulfill(body="<html>", content_type="text/html"))
    assert plain.evaluate(ASKED, ["get", "/api/odd"])["code"] == "unreadable"


def test_whoever_ends_a_request_gets_an_abort_and_no_error_of_ours(plain):
    plain.route("**/api/slow", lambda route: None)
    ended = """async () => {
      const { get } = await import('/assets/player/test/shared/http.mjs');
      const ending = new AbortController();
      setTimeout(() => ending.abort(), 20);
      return get('/api/slow', { signal: ending.signal }).catch(({ name }) => name);
    }"""
    assert plain.evaluate(ended) == "AbortError"
