"""What was computed about how people agree."""

from __future__ import annotations


def test_the_newest_answer_to_a_question_is_found(library):
    kept = library.agreements
    assert kept.newest(people="own") is None
    kept.add({"figures": 1}, people="own")
    kept.add({"figures": 2}, people="own")
    kept.add({"figures": 3}, people="own", dataset="talks")
    kept.add({"figures": 4}, people="own", entry="talks/a")
    kept.add({"figures": 5}, people="own", assignment=7)
    kept.add({"figures": 6}, people="all")
    assert kept.newest(people="own").result == {"figures": 2}
    assert kept.newest(people="own", dataset="talks").result == {"figures": 3}
    assert kept.newest(people="own", entry="talks/a").result == {"figures": 4}
    assert kept.newest(people="own", assignment=7).result == {"figures": 5}
    assert kept.newest(people="own", assignment=8) is None
