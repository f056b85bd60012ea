"""How long work says how far it is, and how it ends when nobody wants it any more."""

from __future__ import annotations

import pytest

from core.errors import Cancelled
from core.progress import check, never, part


def test_a_part_of_a_longer_work_reports_its_share_of_the_whole():
    told = []
    part(lambda fraction, message, figures=None: told.append(fraction), 0.2, 0.6)(0.5, "half")
    assert told == [0.4]


def test_wanted_work_goes_on():
    check(never, "Reading")


def test_work_that_nobody_wants_ends_with_what_was_cancelled_and_what_is_kept():
    with pytest.raises(Cancelled) as cancelled:
        check(lambda: True, "Reading", "The first half is kept.")
    assert cancelled.value.as_dict() == {
        "code": "cancelled",
        "message": "Reading was cancelled.",
        "hint": "The first half is kept.",
    }
