"""The table of the speed benchmarks: what it says, and what it leaves alone."""

from __future__ import annotations

import pytest

from benchmarks.measuring import Result
from benchmarks.table import BEGIN, END, rewritten, table
from core.errors import InputError

PAGE = f"# Results\n\nbefore\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n"


def result(**changes: object) -> dict[str, object]:
    made = Result("kts-1000", 0.0077, 1.271, 168.2, True, True, "100x", {"changes": 25}).as_dict()
    return {**made, "machine": "2 cores, 8 GB, no GPU, torch 2.13.0", "date": "2026-11-21", **changes}


def test_a_row_has_both_times_their_ratio_and_where_and_when_they_were_measured():
    lines = table({"kts-1000": result()}).splitlines()
    assert "| `kts-1000` | 7.7 ms | 1.27 s | 165 | yes | 168 MB | 100x | yes | 2026-11-21 | A |" in lines
    assert "A: 2 cores, 8 GB, no GPU, torch 2.13.0." in lines


def test_a_benchmark_that_failed_has_a_row_that_says_why():
    failed = {"name": "gpu", "why": "This machine has no GPU.", "machine": "a laptop", "date": "2026-11-21"}
    assert "| `kts-1000` | This machine has no GPU. |" in table({"kts-1000": {**failed, "name": "kts-1000"}})


def test_every_machine_has_a_letter():
    found = table({"kts-1000": result(), "kts-7200": result(name="kts-7200", machine="another")})
    assert "| A |" in found
    assert "| B |" in found
    assert "B: another." in found


def test_every_row_has_as_many_cells_as_the_head():
    failed = {"name": "kts-7200", "why": "No.", "machine": "a laptop", "date": "2026-11-21"}
    naive = result(name="kts-90000", seconds=None, ratio=None, equal=None, reached=None)
    rows = table({"kts-1000": result(), "kts-7200": failed, "kts-90000": naive}).splitlines()[:5]
    assert len({row.count("|") for row in rows}) == 1


def test_only_what_stands_between_the_marks_is_written():
    page = rewritten(PAGE, "new")
    assert page.startswith("# Results\n\nbefore\n\n")
    assert page.endswith("\n\nafter\n")
    assert "old" not in page
    assert "new" in page


def test_writing_again_changes_nothing():
    once = rewritten(PAGE, "new")
    assert rewritten(once, "new") == once


@pytest.mark.parametrize("page", ["nothing", BEGIN, f"{END} {BEGIN}", PAGE + PAGE])
def test_a_page_without_its_marks_is_refused(page):
    with pytest.raises(InputError, match="marks"):
        rewritten(page, "new")
