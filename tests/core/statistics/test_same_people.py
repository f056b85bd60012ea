"""Who is the same person from video to video: names are, numbers within one video are not."""

from __future__ import annotations

from dataclasses import replace

from core.statistics.same_people import people_known_by_name


def test_numbered_people_are_left_out_and_the_others_keep_their_scores(make_entry):
    entry = make_entry(people=3)
    people = replace(entry.people, annotators=("person 0", "Ada", "person 2"))
    known = people_known_by_name(replace(entry, annotations=people))
    assert known.people.annotators == ("Ada",)
    assert (known.people.scores == people.scores[1:2]).all()


def test_nobody_is_left_where_all_are_numbered(make_entry):
    assert people_known_by_name(make_entry(people=2)).annotations is None
