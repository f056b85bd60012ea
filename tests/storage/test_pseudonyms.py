"""Names in texts become pseudonyms where they are words of their own, written just so."""

from __future__ import annotations

import pytest

from storage.pseudonyms import Pseudonyms, differ_in_names_alone

SAID = Pseudonyms({"Ada": "annotator-00000001", "Ada Lund": "annotator-00000002", "X": "annotator-00000003"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ada", "annotator-00000001"),
        ("X", "annotator-00000003"),
        ("Ask Ada, or Ada Lund.", "Ask annotator-00000001, or annotator-00000002."),
        ("Adamant, adapt, Canada, ada", "Adamant, adapt, Canada, ada"),
        ("person:Ada", "person:annotator-00000001"),
        ("factor X", "factor X"),
        ("", ""),
    ],
)
def test_a_name_is_a_whole_word_and_of_two_that_begin_alike_the_longer_one(text, told):
    assert SAID.text(text) == told


def test_all_texts_of_plain_data_are_looked_at_and_nothing_else():
    assert SAID.value({"Ada": [1, "of Ada", {"a": None}]}) == {"Ada": [1, "of annotator-00000001", {"a": None}]}


def test_who_is_called_as_their_pseudonym_stays_so_and_nobody_is_no_name():
    assert Pseudonyms({"p-1": "p-1"}).text("p-1") == "p-1"
    assert Pseudonyms({}).text("Ada") == "Ada"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("same", "same", True),
        ("of annotator-00000001!", "of Ada!", True),
        ("of Ada!", "of annotator-00000001!", True),
        ("of annotator-00000001!", "by Ada!", False),
        ("of Ada", "of Ben", False),
        ("of annotator-1", "of Ada", False),
    ],
)
def test_texts_are_alike_where_only_names_became_pseudonyms(one, other, alike):
    assert differ_in_names_alone(one, other) == alike
