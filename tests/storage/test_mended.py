"""Mended cuts are kept step by step, each once, whoever else mends the same cut."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest

from core import limits
from core.data.cut_scores import MeanScores, ModelScores, PersonScores
from core.errors import ConflictError, InputError, NotFoundError
from core.select.mending import Step
from storage.forgetting import forget
from storage.library import Library
from storage.mended import Base
from storage.nameless import nameless
from storage.tables import now
from storage.trash import MENDED
from tests.conftest import entry_of

ENTRY = "talks/first"
SCORES = np.linspace(0, 1, 120).astype(np.float32)
SCORES[7] = np.nan
MEAN = MeanScores(people=3, simulated=False, simulated_people=0)
BASE = Base("mean", "Average of 3 people", MEAN, SCORES, "kts", 0.15)
MODEL = ModelScores(
    model="Ada's liking", checkpoint="ada-ridge", feature_space="test-6", seed=1, settings={"l2": 1.0}, run=3,
    sample=None, samples=1, learned_from="It learned from Ada.", simulated=False,
)  # fmt: skip
PERSONAL = Base("run:3", "Ada's liking", MODEL, SCORES, "kts", 0.15, personal=True)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("shelf") / "data") as opened:
        opened.entries.add("talks", [entry_of(ENTRY)])
        yield opened


@pytest.fixture
def talks(shelf):
    """A library without any mended cut, the trash empty; most of these tests leave its entry as it is."""
    yield shelf
    if ENTRY not in [one.id for one in shelf.entries.list()]:
        shelf.entries.add("talks", [entry_of(ENTRY)])
    for cut in shelf.mended.of_entry(ENTRY):
        shelf.mended.remove(cut.id)
    shelf.trash.empty(now() + timedelta(minutes=1))


def keep(seq: int, start: int = 0, client: str = "tab") -> Step:
    return Step(client, seq, "paint", {"spans": [[start, start + 10, "keep"]]})


def test_a_cut_comes_back_as_it_was_begun(talks):
    ada = talks.annotations.get_or_create_annotator("Ada")
    made = talks.mended.add(ENTRY, PERSONAL, ada)
    found = talks.mended.get(made.id)
    assert (found.entry, found.author, found.name, found.steps) == (ENTRY, ada, "Mended 1", 0)
    assert found.base.facts == MODEL
    np.testing.assert_array_equal(found.base.scores, SCORES)
    assert talks.mended.state(made.id).budget == 0.15


def test_names_are_numbered_and_unique_in_an_entry(talks):
    names = [talks.mended.add(ENTRY, BASE).name for _ in range(2)]
    assert names == ["Mended 1", "Mended 2"]
    cut = talks.mended.add(ENTRY, BASE, name="  Trailer   one ")
    assert cut.name == "Trailer one"
    with pytest.raises(ConflictError, match="is called 'trailer ONE'"):
        talks.mended.add(ENTRY, BASE, name="trailer ONE")
    with pytest.raises(ConflictError):
        talks.mended.rename(cut.id, names[0])
    talks.mended.rename(cut.id, "Trailer One")
    assert talks.mended.get(cut.id).name == "Trailer One"
    talks.mended.rename(cut.id, "")
    assert talks.mended.get(cut.id).name == "Mended 3"
    assert [step.kind for _, step in talks.mended.steps(cut.id)] == ["name", "name"]


def test_steps_that_are_sent_again_are_not_stored_twice(talks):
    cut = talks.mended.add(ENTRY, BASE).id
    talks.mended.append(cut, [keep(1), keep(2, 50)])
    told = talks.mended.append(cut, [keep(2, 50), keep(3, 90), keep(3, 90)])
    assert [(n, step.seq) for n, step in told] == [(1, 1), (2, 2), (3, 3)]
    with pytest.raises(ConflictError, match="stored with other content"):
        talks.mended.append(cut, [keep(4), keep(3, 91)])
    assert talks.mended.get(cut).steps == 3


def test_two_tabs_see_each_others_steps_and_lose_none(talks):
    cut = talks.mended.add(ENTRY, BASE).id
    talks.mended.append(cut, [keep(1, client="one")], after=0)
    told = talks.mended.append(cut, [keep(1, 100, client="other")], after=0)
    assert [step.client for _, step in told] == ["one", "other"]
    assert [step.client for _, step in talks.mended.append(cut, [], after=1)] == ["other"]
    assert talks.mended.state(cut).kept == ((0, 10), (100, 110))

    def send(client: str) -> None:
        for seq in range(2, 6):
            talks.mended.append(cut, [keep(seq, client=client)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, ["one", "other", "one", "third"]))
    steps = talks.mended.steps(cut)
    assert [n for n, _ in steps] == list(range(1, 15))
    assert len({(step.client, step.seq) for _, step in steps}) == 14


def test_steps_are_appended_all_or_none(talks, monkeypatch):
    cut = talks.mended.add(ENTRY, BASE).id
    with pytest.raises(InputError, match="to a later one of the 1440"):
        talks.mended.append(cut, [keep(1), keep(2, 1435)])
    monkeypatch.setattr(limits, "STEPS_PER_CUT", 2)
    with pytest.raises(InputError, match="at most 2 steps"):
        talks.mended.append(cut, [keep(1), keep(2), keep(3)])
    assert talks.mended.steps(cut) == []
    with pytest.raises(NotFoundError):
        talks.mended.append(cut + 1, [keep(1)])


def test_scores_must_fit_the_entry(talks):
    other = Base("mean", "Average", MEAN, SCORES[:5], "kts", 0.15)
    with pytest.raises(InputError, match="has 120 picks"):
        talks.mended.add(ENTRY, other)
    with pytest.raises(NotFoundError):
        talks.mended.add("talks/none", BASE)


def test_a_removed_cut_comes_back_unless_its_name_was_taken(talks):
    first = talks.mended.add(ENTRY, BASE, name="Trailer").id
    talks.mended.append(first, [keep(1)])
    talks.mended.remove(first)
    assert talks.mended.of_entry(ENTRY) == []
    assert [(one.kind, one.id, one.label) for one in talks.trash.list()] == [
        ("mended", str(first), f"Trailer of {ENTRY}")
    ]
    second = talks.mended.add(ENTRY, BASE, name="Trailer").id
    with pytest.raises(ConflictError):
        talks.mended.restore(first)
    talks.mended.rename(second, "Other")
    talks.mended.restore(first)
    assert talks.mended.state(first).kept == ((0, 10),)
    talks.mended.remove(first)
    talks.trash.empty(now() + timedelta(seconds=1))
    assert talks.trash.list() == []
    with pytest.raises(NotFoundError):
        talks.mended.restore(first)
    assert talks.mended.add(ENTRY, BASE).id > second


def test_an_entry_stays_in_the_trash_while_somebody_mends_a_cut_of_it(talks):
    cut = talks.mended.add(ENTRY, BASE).id
    talks.mended.append(cut, [keep(1)])
    talks.entries.remove(ENTRY)
    later = now() + timedelta(minutes=1)
    assert talks.trash.empty(later) == []
    assert [one.kept for one in talks.trash.list()] == [MENDED]
    with pytest.raises(NotFoundError):
        talks.mended.append(cut, [keep(2)])
    talks.mended.remove(cut)
    assert {one.kind for one in talks.trash.empty(later)} == {"entry", "mended"}
    assert talks.trash.list() == []


def test_authors_are_told_apart(talks):
    people = [talks.annotations.get_or_create_annotator(name) for name in ("Ada", "Bob")]
    cuts = [talks.mended.add(ENTRY, BASE, person).id for person in (*people, None)]
    assert [cut.id for cut in talks.mended.of_entry(ENTRY, people[1])] == [cuts[1]]
    assert [cut.id for cut in talks.mended.of_entry(ENTRY)] == cuts
    assert talks.mended.entries() == talks.mended.entries("talks") == [ENTRY]


def test_who_is_forgotten_is_named_in_no_mended_cut(talks):
    ada = talks.annotations.get_or_create_annotator("Ada")
    facts = PersonScores(person="Ada", protocol="keyshots", simulated=False)
    own = talks.mended.add(ENTRY, Base("person:Ada", "Ada", facts, SCORES, "kts", 0.15), ada).id
    talks.mended.append(own, [Step("tab", 1, "name", {"name": "Trailer of Ada"})])
    learned = talks.mended.add(ENTRY, PERSONAL).id
    said = forget(talks.engine, talks.data_dir, "Ada").pseudonym
    found = talks.mended.get(own)
    assert (found.name, found.base.source, found.base.label) == (f"Trailer of {said}", f"person:{said}", said)
    assert found.base.facts == PersonScores(person=said, protocol="keyshots", simulated=False)
    assert found.author is not None
    assert found.author.name == said
    assert "Ada" not in str(talks.mended.steps(own)) + str(talks.mended.get(learned))


def test_viewers_see_pseudonyms_and_no_row_of_one_persons_liking(talks):
    ada = talks.annotations.get_or_create_annotator("Ada")
    own = talks.mended.add(ENTRY, BASE, ada, name="Trailer of Ada").id
    learned = talks.mended.add(ENTRY, PERSONAL, name="Other").id
    talks.mended.rename(own, "Ada again")
    seen = nameless(talks)
    assert [cut.id for cut in seen.mended.of_entry(ENTRY)] == [own]
    assert "Ada" not in str([seen.mended.of_entry(ENTRY), seen.mended.get(own), seen.mended.steps(own)])
    for ask in (seen.mended.get, seen.mended.steps):
        with pytest.raises(NotFoundError):
            ask(learned)
