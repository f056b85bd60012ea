"""Background jobs: asked for, done, watched through the table, stopped on request."""

from __future__ import annotations

import time

import pytest

from core.errors import ConflictError, InputError
from core.progress import check
from webapp import jobs


@pytest.fixture
def action(monkeypatch):
    """Puts a function in the place of all actions."""

    def put(function):
        monkeypatch.setattr(jobs, "_actions", lambda: {"work": function})

    return put


def test_a_job_ends_with_its_result(library, action):
    action(lambda library, *, progress, should_stop, size: {"size": size, "nothing": float("nan")})
    job = jobs.enqueue(library, "work", {"size": 3})
    jobs.perform(library, job)
    done = library.jobs.get(job)
    assert (done.state, done.progress, done.result) == ("done", 1.0, {"size": 3, "nothing": None})


def test_a_mistake_is_kept_as_its_sentence(library, action):
    def work(library, *, progress, should_stop):
        raise InputError("The budget is 0.", "Use more.")

    action(work)
    job = jobs.enqueue(library, "work", {})
    jobs.perform(library, job)
    failed = library.jobs.get(job)
    assert (failed.state, failed.error["message"], failed.error["hint"]) == ("failed", "The budget is 0.", "Use more.")


def test_a_bug_is_told_without_its_traceback(library, action):
    action(lambda library, *, progress, should_stop: 1 / 0)
    job = jobs.enqueue(library, "work", {})
    jobs.perform(library, job)
    error = library.jobs.get(job).error
    assert error["code"] == "unexpected"
    assert "ZeroDivision" not in error["message"]


def test_a_running_job_stops_when_asked_to(library, action):
    def work(library, *, progress, should_stop):
        library.jobs.request_cancel(job)
        deadline = time.monotonic() + 5
        while not should_stop():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        check(should_stop, "Working", "Half of it is kept.")

    action(work)
    job = jobs.enqueue(library, "work", {})
    jobs.perform(library, job)
    ended = library.jobs.get(job)
    assert (ended.state, ended.error["hint"]) == ("cancelled", "Half of it is kept.")


def test_a_job_that_fails_after_it_was_asked_to_stop_has_failed(library, action):
    def work(library, *, progress, should_stop):
        library.jobs.request_cancel(job)
        raise InputError("The file is broken.")

    action(work)
    job = jobs.enqueue(library, "work", {})
    jobs.perform(library, job)
    assert library.jobs.get(job).state == "failed"


def test_a_job_whose_claim_was_ended_stops(library, action):
    def work(library, *, progress, should_stop):
        library.jobs.interrupt("The worker was not heard of any more.", worker="this process")
        check(should_stop, "Working")
        return {"too": "late"}

    action(work)
    job = jobs.enqueue(library, "work", {})
    jobs.perform(library, job)
    ended = library.jobs.get(job)
    assert (ended.state, ended.result, ended.error["code"]) == ("failed", None, "interrupted")


def test_a_job_cancelled_while_it_waits_is_never_begun(library, action):
    begun = []
    action(lambda library, *, progress, should_stop: begun.append(1))
    job = jobs.enqueue(library, "work", {})
    library.jobs.request_cancel(job)
    jobs.perform(library, job)
    assert not begun


def test_progress_is_written_with_its_figures(library, action):
    def work(library, *, progress, should_stop):
        progress(0.5, "Epoch 3", {"epoch": 3, "loss": 0.25})
        seen.append(library.jobs.get(job))
        return {}

    seen = []
    action(work)
    job = jobs.enqueue(library, "work", {})
    jobs.perform(library, job)
    assert (seen[0].progress, seen[0].message, seen[0].figures) == (0.5, "Epoch 3", {"epoch": 3, "loss": 0.25})


def test_work_of_an_unknown_kind_is_refused(library):
    with pytest.raises(ConflictError, match="juggle"):
        jobs.enqueue(library, "juggle", {})


def test_what_a_person_waits_for_has_a_lane_of_its_own():
    assert {kind for kind in jobs._actions() if jobs.lane_of(kind) == "quick"} == {
        "sample", "export", "render", "agreement", "reliability", "join", "rescore",
    }  # fmt: skip


def test_a_job_carries_what_it_is_about(library, make_entry):
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])

    def about(kind, **args):
        job = library.jobs.get(jobs.enqueue(library, kind, args))
        return job.lane, job.entries, job.dataset

    assert about("sample", entry="talks/first") == ("quick", ["talks/first"], None)
    assert about("train", dataset="talks") == ("long", None, "talks")
    assert about("pretrain", space="test-6") == ("long", None, None)
    assert about("judge", entries=["talks/first", "talks/second"]) == ("long", ["talks/first", "talks/second"], None)
