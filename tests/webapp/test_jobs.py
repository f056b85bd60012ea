"""Background jobs: asked for, done, watched through the table, stopped on request."""

from __future__ import annotations

import os
import threading
import time
from typing import get_type_hints

import pytest

from core.errors import Cancelled, InputError
from core.progress import check
from core.training.epochs import EPOCHS, Epoch, append_epoch
from storage.library import Library
from tests.faults import held_by_another_process
from verbs.contract import Result
from verbs.export import ExportRequest
from verbs.jobs import VERBS, from_row
from verbs.judge import JudgeRequest
from verbs.pretrain import PretrainRequest
from verbs.sample import SampleRequest
from verbs.train import TrainRequest
from webapp import jobs
from webapp.jobs import enqueue, work_on
from webapp.views.curves import of_job


@pytest.fixture
def work(monkeypatch):
    """Puts a function in the place of all verbs."""

    def put(function):
        monkeypatch.setattr(jobs, "do", function)

    return put


class Size(Result):
    size: int
    nothing: float = float("nan")


ASKED = ExportRequest(out="labels.h5", dataset="talks")


def test_a_job_ends_with_its_result(library, work):
    work(lambda library, request, *, progress, should_stop: Size(size=len(request.dataset)))
    job = jobs.enqueue(library, ASKED)
    jobs.perform(library, job)
    done = library.jobs.get(job)
    assert (done.state, done.progress, done.result) == ("done", 1.0, {"size": 5, "nothing": None})


def test_a_mistake_is_kept_as_its_sentence(library, work):
    def done(library, request, *, progress, should_stop):
        raise InputError("The budget is 0.", "Use more.")

    work(done)
    job = jobs.enqueue(library, ASKED)
    jobs.perform(library, job)
    failed = library.jobs.get(job)
    assert (failed.state, failed.error["message"], failed.error["hint"]) == ("failed", "The budget is 0.", "Use more.")


def test_a_bug_is_told_without_its_traceback(library, work):
    work(lambda library, request, *, progress, should_stop: 1 / 0)
    job = jobs.enqueue(library, ASKED)
    jobs.perform(library, job)
    error = library.jobs.get(job).error
    assert error["code"] == "unexpected"
    assert "ZeroDivision" not in error["message"]


def test_a_running_job_stops_when_asked_to(library, work):
    def done(library, request, *, progress, should_stop):
        library.jobs.request_cancel(job)
        deadline = time.monotonic() + 5
        while not should_stop():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        check(should_stop, "Working", "Half of it is kept.")

    work(done)
    job = jobs.enqueue(library, ASKED)
    jobs.perform(library, job)
    ended = library.jobs.get(job)
    assert (ended.state, ended.error["hint"]) == ("cancelled", "Half of it is kept.")


def test_a_job_that_fails_after_it_was_asked_to_stop_has_failed(library, work):
    def done(library, request, *, progress, should_stop):
        library.jobs.request_cancel(job)
        raise InputError("The file is broken.")

    work(done)
    job = jobs.enqueue(library, ASKED)
    jobs.perform(library, job)
    assert library.jobs.get(job).state == "failed"


def test_a_job_whose_claim_was_ended_stops(library, work):
    def done(library, request, *, progress, should_stop):
        library.jobs.interrupt("The worker was not heard of any more.", worker="this process")
        check(should_stop, "Working")
        return Size(size=1)

    work(done)
    job = jobs.enqueue(library, ASKED)
    jobs.perform(library, job)
    ended = library.jobs.get(job)
    assert (ended.state, ended.result, ended.claimed_by) == ("queued", None, None), "and another worker begins it again"


def test_a_job_cancelled_while_it_waits_is_never_begun(library, work):
    begun = []
    work(lambda library, request, *, progress, should_stop: begun.append(1))
    job = jobs.enqueue(library, ASKED)
    library.jobs.request_cancel(job)
    jobs.perform(library, job)
    assert not begun


def test_progress_is_written_with_its_figures(library, work):
    def done(library, request, *, progress, should_stop):
        progress(0.5, "Epoch 3", {"epoch": 3, "loss": 0.25})
        seen.append(library.jobs.get(job))
        return Size(size=0)

    seen = []
    work(done)
    job = jobs.enqueue(library, ASKED)
    jobs.perform(library, job)
    assert (seen[0].progress, seen[0].message, seen[0].figures) == (0.5, "Epoch 3", {"epoch": 3, "loss": 0.25})


def test_every_job_is_done_by_the_verb_of_its_request():
    for request, (verb, result) in VERBS.items():
        hints = get_type_hints(verb, localns={"Library": object})
        assert hints["request"] is request
        assert hints["return"] is result
        assert request.model_fields["verb"].default == verb.__name__


def test_a_request_comes_back_from_its_row_as_it_was(library, tmp_path):
    asked = ExportRequest(out=tmp_path / "labels.h5", people="own", lag=0.5)
    row = library.jobs.get(jobs.enqueue(library, asked))
    assert row.kind == "export"
    assert from_row(row.kind, row.args) == asked


def test_rows_of_earlier_versions_are_listed_and_never_done(library):
    old = library.jobs.create_job("train", {"dataset": "talks", "model": "summdiff"}, lane="long")
    gone = library.jobs.create_job("juggle", {}, lane="long")
    for job in (old, gone):
        jobs.perform(library, job)
        assert "other words" in library.jobs.get(job).error["message"]
    assert [job.args.get("model") for job in library.jobs.list()] == [None, "summdiff"]


def test_what_a_person_waits_for_has_a_lane_of_its_own():
    assert {verb.__name__ for verb, _ in VERBS.values() if jobs.lane_of(verb.__name__) == "quick"} == {
        "sample", "export", "render", "agreement", "reliability", "join", "rescore", "personal",
        "import_checkpoint", "import_file", "import_preview", "query",
    }  # fmt: skip


def test_a_job_carries_what_it_is_about(library, make_entry):
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])

    def about(request):
        job = library.jobs.get(jobs.enqueue(library, request))
        return job.lane, job.entries, job.dataset

    assert about(SampleRequest(entry="talks/first")) == ("quick", ["talks/first"], None)
    assert about(TrainRequest(dataset="talks")) == ("long", None, "talks")
    assert about(PretrainRequest(space="test-6")) == ("long", None, None)
    assert about(JudgeRequest(judge="m", entries=("talks/first", "talks/second"))) == (
        "long",
        ["talks/first", "talks/second"],
        None,
    )


def test_what_an_ended_job_kept_goes_with_it_or_when_the_next_worker_comes(library, work):
    work(lambda library, request, *, progress, should_stop: Size(size=1))
    done, waiting = (jobs.enqueue(library, ASKED) for _ in range(2))
    for job in (done, waiting):
        (jobs.job_folder(library, job) / "seed-0").mkdir(parents=True)
    jobs.perform(library, done)
    assert not jobs.job_folder(library, done).exists()
    jobs.job_folder(library, done).mkdir()
    jobs.remove_leftovers(library)
    assert not jobs.job_folder(library, done).exists()
    assert jobs.job_folder(library, waiting).is_dir()


@pytest.mark.parametrize("ending", ["cancelled", "failed", "interrupted"])
def test_how_the_epochs_of_a_training_went_stays_readable_however_it_ended(library, work, ending):
    def done(library, request, *, progress, should_stop, underway):
        folder = underway.inside("seed-0").folder
        folder.mkdir(parents=True)
        append_epoch(folder / EPOCHS, Epoch(1, 0.5, None, 2.0, 1e-3))
        (folder / "training.pt").write_bytes(b"large")
        (underway.folder / "seed-1").mkdir()
        if ending == "cancelled":
            raise Cancelled("The training was cancelled.")
        if ending == "interrupted":
            library.jobs.request_cancel(job)
            library.jobs.interrupt("The worker died.")
        raise InputError("The disk is full.")

    work(done)
    job = jobs.enqueue(library, TrainRequest(dataset="talks"))
    jobs.perform(library, job)
    jobs.remove_leftovers(library)
    assert library.jobs.get(job).state == ("cancelled" if ending == "cancelled" else "failed")
    (curve,) = of_job(library, library.jobs.get(job)).curves
    assert (curve.name, [one.loss for one in curve.epochs]) == ("seed-0", [0.5])
    left = [file.name for file in jobs.job_folder(library, job).rglob("*") if file.is_file()]
    assert left == [EPOCHS], "and nothing else"


def test_a_job_does_without_the_gpu_where_others_have_it(library, work, monkeypatch):
    seen = []

    def done(library, request, *, progress, should_stop):
        seen.append(os.environ.get("MANYCUT_DEVICE"))
        return Size(size=1)

    work(done)
    monkeypatch.delenv("MANYCUT_DEVICE", raising=False)
    for gpus in (1, 0, None):
        jobs.enqueue(library, SampleRequest(entry="talks/a"))
        jobs.work_on(library, library.jobs.claim("here/quick/1", gpus=lambda gpus=gpus: gpus))
    assert seen == [None, "cpu", None]
    assert "MANYCUT_DEVICE" not in os.environ


@pytest.mark.sqlite
def test_what_came_of_a_job_is_written_down_as_soon_as_the_database_can_be_written(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry()])
    job = enqueue(library, ExportRequest(dataset="talks", out=tmp_path / "labels.h5"))
    with Library.open(library.data_dir, patience=0.1) as impatient:
        claimed = impatient.jobs.claim("a worker")
        with held_by_another_process(library.data_dir):
            working = threading.Thread(target=work_on, args=(impatient, claimed))
            working.start()
            deadline = time.monotonic() + 60
            while not (tmp_path / "labels.h5.manifest.json").exists():
                assert time.monotonic() < deadline
                time.sleep(0.05)
            time.sleep(0.3)
            assert library.jobs.get(job).state == "running"
        working.join()
    assert library.jobs.get(job).state == "done"
