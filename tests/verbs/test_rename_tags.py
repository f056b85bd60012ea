"""Tags and collections get other names; where there is one of that name, it is said before both become one."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import ConflictError, NotFoundError
from verbs.tidy import CollectRequest, RenameRequest, TagRequest, collect, rename, tag


@pytest.fixture
def talks(library, make_entry):
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])
    tag(library, TagRequest(entry=("talks/first", "talks/second"), add=("nite",)))
    tag(library, TagRequest(entry=("talks/first",), add=("night",)))
    return library


def tags(library):
    return {one.id: one.entries for one in library.tags.list()}


def test_a_tag_is_renamed_wherever_it_is(talks):
    assert rename(talks, RenameRequest(what="tag:nite", name="Late  Show")).what == "tag:late show"
    assert tags(talks) == {"late show": 2, "night": 1}
    with pytest.raises(NotFoundError, match="No entry has the tag 'nite'"):
        rename(talks, RenameRequest(what="tag:nite", name="other"))


def test_a_tag_that_there_is_already_takes_in_the_other_only_when_that_is_asked_for(talks):
    with pytest.raises(ConflictError, match="There is a tag 'night' already, of 1 entry"):
        rename(talks, RenameRequest(what="tag:nite", name="Night"))
    assert tags(talks) == {"night": 1, "nite": 2}
    rename(talks, RenameRequest(what="tag:nite", name="Night", merge=True))
    assert tags(talks) == {"night": 2}


def test_collections_of_one_name_are_put_together_only_when_that_is_asked_for(talks):
    collect(talks, CollectRequest(collection="Best", entry=("talks/first",)))
    other = collect(talks, CollectRequest(collection="Good", entry=("talks/second", "talks/first")))
    with pytest.raises(ConflictError, match="There is a collection 'Good' already, of 2 entries"):
        rename(talks, RenameRequest(what="collection:Best", name="good"))
    done = rename(talks, RenameRequest(what="collection:Best", name="good", merge=True))
    assert (done.what, done.name) == (f"collection:{other.collection}", "Good")
    assert [(one.name, one.entries) for one in talks.collections.list()] == [("Good", 2)]


def test_the_command_renames_a_tag(talks):
    place = ["--data-dir", str(talks.data_dir)]
    refused = CliRunner().invoke(app, ["rename", "tag:nite", "night", *place])
    assert refused.exit_code != 0
    assert CliRunner().invoke(app, ["rename", "tag:nite", "night", "--merge", *place]).exit_code == 0
    assert tags(talks) == {"night": 2}
