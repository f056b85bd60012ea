"""The command line lists, shows, names, removes and brings back what is in a library, and leads an annotation."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cli.completion import VARIABLE
from cli.main import app
from core.errors import ManycutError
from core.labelling.events import Event
from storage.library import Library
from tests.conftest import ROOT
from tests.storage.test_library import track_of

FIRST, SECOND = "talks/first", "talks/second"


@pytest.fixture
def data(tmp_path, make_entry):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"a film")
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry(FIRST), make_entry(SECOND)], licence="CC0 1.0")
        library.entries.store_media(FIRST, video=film)
        library.runs.add(FIRST, track_of(make_entry()), label="calm")
        task = library.annotations.open_task(library.annotations.get_or_create_annotator("Ada"), SECOND)
        library.annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "submit")])
    return tmp_path / "data"


def asked(data, *arguments):
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(data)])


def said(data, *arguments):
    done = asked(data, *arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def refused(data, *arguments):
    error = asked(data, *arguments).exception
    assert isinstance(error, ManycutError), error
    return str(error), error.hint


def lines(data, *arguments):
    return json.loads(said(data, "ls", *arguments, "--json"))["lines"]


def ids(data, *arguments):
    return [line["id"] for line in lines(data, *arguments)]


def test_everything_there_is_has_a_list_with_the_same_fields_in_every_line(data):
    said(data, "tag", FIRST, "--add", "night")
    said(data, "collect", "For the paper", FIRST)
    said(data, "review", "assign", "Round one", "--entry", FIRST)
    for kind in ("entries", "datasets", "runs", "people", "assignments", "collections", "tags"):
        found = lines(data, kind)
        assert found, kind
        assert len({tuple(line) for line in found}) == 1, kind
        table = said(data, "ls", kind).splitlines()
        assert len(table) == len(found) + 1, kind
    assert lines(data, "jobs") == lines(data, "checkpoints") == lines(data, "trash") == []
    assert said(data, "ls", "jobs").strip() == "No jobs."


def test_entries_are_filtered_and_paged_as_on_the_page(data):
    said(data, "tag", SECOND, "--add", "Night")
    said(data, "collect", "Mine", SECOND)
    assert ids(data) == [FIRST, SECOND]
    assert ids(data, "--video", "yes") == [FIRST]
    assert (
        ids(data, "--tag", "night") == ids(data, "--collection", "mine") == ids(data, "--search", "SECOND") == [SECOND]
    )
    assert ids(data, "--sort", "-title") == [SECOND, FIRST]
    page = json.loads(said(data, "ls", "--limit", "1", "--offset", "1", "--json"))
    assert (page["total"], [line["id"] for line in page["lines"]]) == (2, [SECOND])
    assert "1 more" in said(data, "ls", "--limit", "1")


def test_one_thing_is_shown_in_full(data):
    said(data, "note", FIRST, "shaky after 3:00")
    told = said(data, "show", FIRST)
    for part in ("licence: CC0 1.0", "note: shaky after 3:00", "run:1 calm", "features: test-6"):
        assert part in told, part
    assert json.loads(said(data, "show", "run:1", "--json"))["facts"]["settings"] == {"steps": 10.0}
    assert json.loads(said(data, "show", "talks", "--json"))["facts"]["entries"] == 2


def test_what_is_renamed_keeps_its_id(data):
    said(data, "rename", FIRST, "The harbour")
    said(data, "rename", "talks", "My talks")
    said(data, "rename", "run:1", "wild")
    assert [line["title"] for line in lines(data, "--search", "harbour")] == ["The harbour"]
    assert [(line["id"], line["label"]) for line in lines(data, "datasets")] == [("talks", "My talks")]
    assert [line["label"] for line in lines(data, "runs", "--entry", FIRST)] == ["wild"]


def test_what_is_removed_comes_back_or_goes_for_good(data):
    told = said(data, "rm", "talks", "run:1")
    assert "dataset:talks, run:1 with 2 entries" in told
    assert "trash restore dataset:talks run:1" in told
    assert ids(data) == []
    assert {line["kind"] for line in lines(data, "trash")} == {"dataset", "run"}
    assert "with 2 entries" in said(data, "trash", "restore", "talks", "run:1")
    assert ids(data) == [FIRST, SECOND]
    said(data, "rm", FIRST, SECOND)
    assert said(data, "trash", "empty", "--days", "1").startswith("Nothing was deleted.")
    emptied = said(data, "trash", "empty")
    assert f"Deleted: entry:{FIRST}." in emptied
    assert f"Kept: entry:{SECOND}, people labelled it" in emptied
    assert ids(data) == []
    assert "Back again" in said(data, "trash", "restore", SECOND)


def test_either_all_of_what_is_named_is_removed_or_nothing(data):
    assert refused(data, "rm", FIRST, "talks/secnd") == (
        "There is no 'talks/secnd' here.", "Did you mean 'talks/second'?",
    )  # fmt: skip
    assert ids(data) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "what", ["run:9", "run:x", "assignment:9", "collection:none", "checkpoint:none", "nothing", "a/b", ""]
)
def test_what_does_not_exist_is_said(data, what):
    for command in (["show", what], ["rm", what], ["rename", what, "x"]):
        message, hint = refused(data, *command)
        assert "There is no" in message or "is no number" in message
        assert hint


def test_a_lead_leads_without_a_browser(data):
    board = json.loads(said(data, "review", "board", "--json"))["tasks"]
    assert [(one["person"], one["entry"], one["state"]) for one in board] == [("Ada", SECOND, "submitted")]
    task = str(board[0]["task"])
    said(data, "review", "exclude", task, "--reason", "asleep")
    assert json.loads(said(data, "review", "board", "--state", "excluded", "--json"))["tasks"][0]["excluded"]
    said(data, "review", "restore", task, "--reason", "was not")
    said(data, "review", "reopen", task, "--reason", "once more", "--by", "Lea")
    assert json.loads(said(data, "review", "board", "--json"))["tasks"][0]["state"] == "open"
    trail = said(data, "review", "trail").splitlines()
    assert len(trail) == 3
    assert "reopen  Lea: once more" in trail[0]
    said(data, "review", "assign", "Round one", "--dataset", "talks", "--people", "2")
    said(data, "review", "want", "1", FIRST, "5")
    said(data, "review", "close", "1")
    assert lines(data, "assignments")[0]["closed"]
    said(data, "review", "open", "1")
    assert lines(data, "assignments")[0]["closed"] is None


def test_scores_are_a_table_with_a_line_a_pick(data):
    table = list(csv.reader(said(data, "score", FIRST).splitlines()))
    assert table[0][:3] == ["frame", "seconds", "mean"]
    assert len(table) == 121
    assert {len(row) for row in table} == {len(table[0])}
    only = json.loads(said(data, "score", FIRST, "--source", "run:1", "--json"))
    assert [one["source"] for one in only["curves"]] == ["run:1"]


def test_a_job_is_cancelled_and_preferred(data):
    with Library.open(data) as library:
        first = library.jobs.create_job("doctor", {})
        second = library.jobs.create_job("doctor", {})
    said(data, "job", "prefer", str(second))
    said(data, "job", "cancel", str(first))
    states = {line["id"]: (line["state"], line["priority"]) for line in lines(data, "jobs")}
    assert states == {first: ("cancelled", 0), second: ("queued", 1)}


def alone(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_a_shell_completes_commands_and_what_they_list():
    asks = {VARIABLE: "complete_bash", "COMP_WORDS": "manycut ls ", "COMP_CWORD": "2"}
    assert "datasets" in alone(**asks).stdout.split()
    script = alone("completion", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0
    done = subprocess.run(["bash", "-c", f"{script}\nmanycut --version"], capture_output=True, text=True)
    assert done.stdout.startswith("Manycut ")


def test_help_is_plain_text_and_an_error_says_that_it_is_one(tmp_path):
    told = alone("--help").stdout
    assert told.isascii()
    assert "shots and\n               scores." in told, "whole sentences"
    refused = alone("show", "none", "--data-dir", str(tmp_path))
    assert (refused.returncode, refused.stderr[:7]) == (2, "Error: ")


def test_a_split_file_is_kept_and_labels_of_another_tool_are_previewed(data, tmp_path):
    splits, table = tmp_path / "mine.json", tmp_path / "said.csv"
    splits.write_text(json.dumps([{"train_keys": ["first"], "test_keys": ["second"]}]))
    assert said(data, "import", str(splits)).startswith("1 split, kept as mine.json")
    table.write_text("video,label,start,end,person\nfirst,good,0,9,Zoe\n")
    assert "would come" in said(data, "import", str(table), "--into", "talks", "--preview")
    assert "Zoe" not in said(data, "score", FIRST)
