"""What the benchmarks of the served app ask, of small libraries in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from benchmarks import library as benchmark
from benchmarks import series
from storage.library import Library
from verbs.import_dataset import ImportDatasetRequest, import_dataset
from webapp.server import build_app

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate Operation ID")


def imported(folder: Path, entries: int) -> Library:
    folder.mkdir()
    benchmark.write_mrhisum(folder / "mr_hisum.h5", entries)
    library = Library.open(folder / "data")
    import_dataset(library, ImportDatasetRequest(path=folder / "mr_hisum.h5"))
    return library


@pytest.mark.slow
def test_a_library_answers_what_the_pages_ask_and_no_page_grows_with_it(tmp_path):
    pages = []
    for entries in (2, 300):
        with imported(tmp_path / str(entries), entries) as library, TestClient(build_app(library)) as http:
            assert len(benchmark.answers(http, entries)) == 8
            pages.append(benchmark.page_bytes(http))
    small, large = pages
    # Gradio counts its components through, so that a later page has longer numbers; 300 ids would be thousands.
    assert all(abs(large[page] - small[page]) < 500 for page in benchmark.PAGES)


def test_answers_that_are_not_what_was_asked_for_are_no_measurement(tmp_path):
    wrong = pytest.raises(RuntimeError, match="3 entries instead of 4")
    with imported(tmp_path / "few", 3) as library, TestClient(build_app(library)) as http, wrong:
        benchmark.answers(http, 4)


def test_an_entry_goes_over_the_wire_compressed(library):
    entry_id = series.add(library, "minute", 1)
    with TestClient(build_app(library), headers=series.HEADERS) as http:
        _, sent = series.opened(http, entry_id)
    raw = 4 * (series.PEOPLE + series.SAMPLES) * 120
    assert 0.5 * raw < sent < 1.1 * raw  # beside the arrays: the pieces of its shots
