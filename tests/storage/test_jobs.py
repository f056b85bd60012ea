"""The table of background jobs."""

from __future__ import annotations

import threading

import pytest

from core.errors import NotFoundError


@pytest.fixture
def jobs(library):
    return library.jobs


def test_a_job_runs_and_is_done(jobs):
    job_id = jobs.create_job("sample", {"entry": "demo/a", "n": 8})
    assert jobs.get(job_id).state == "queued"
    assert jobs.start(job_id)
    jobs.update(job_id, 0.4, "step 4 of 10", {"loss": 0.5})
    running = jobs.get(job_id)
    assert (running.state, running.progress, running.message) == ("running", 0.4, "step 4 of 10")
    assert running.figures == {"loss": 0.5}
    jobs.finish(job_id, {"run": 3})
    done = jobs.get(job_id)
    assert (done.state, done.progress, done.result, done.error) == ("done", 1.0, {"run": 3}, None)
    assert done.args == {"entry": "demo/a", "n": 8}


def test_a_failure_is_kept_for_the_person(jobs):
    job_id = jobs.create_job("train", {})
    jobs.start(job_id)
    jobs.fail(job_id, {"code": "bad_input", "message": "No entries.", "hint": "Import some."})
    assert jobs.get(job_id).state == "failed"
    assert jobs.get(job_id).error["message"] == "No entries."


def test_only_one_worker_gets_a_job(jobs):
    job_id = jobs.create_job("sample", {})
    won = []
    threads = [threading.Thread(target=lambda: won.append(jobs.start(job_id))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]


def test_a_queued_job_is_cancelled_at_once(jobs):
    job_id = jobs.create_job("sample", {})
    assert jobs.request_cancel(job_id).state == "cancelled"
    assert not jobs.start(job_id)


def test_a_running_job_is_asked_to_stop(jobs):
    job_id = jobs.create_job("train", {})
    jobs.start(job_id)
    assert not jobs.is_cancel_requested(job_id)
    assert jobs.request_cancel(job_id).state == "running"
    assert jobs.is_cancel_requested(job_id)
    jobs.cancelled(job_id)
    jobs.finish(job_id, {"too": "late"})
    assert (jobs.get(job_id).state, jobs.get(job_id).result) == ("cancelled", None)


def test_jobs_are_listed_newest_first(jobs):
    first, second = jobs.create_job("a", {}), jobs.create_job("b", {})
    jobs.start(first)
    assert [job.id for job in jobs.list()] == [second, first]
    assert [job.id for job in jobs.list(states=["running"])] == [first]
    assert [job.id for job in jobs.list(limit=1)] == [second]


def test_jobs_of_a_worker_that_died_are_failed(jobs):
    running, queued = jobs.create_job("a", {}), jobs.create_job("b", {})
    jobs.start(running)
    assert jobs.fail_unfinished("The worker stopped.") == 1
    assert jobs.get(running).state == "failed"
    assert jobs.get(queued).state == "queued"


def test_an_unknown_job_is_not_found(jobs):
    with pytest.raises(NotFoundError):
        jobs.get(1)
    with pytest.raises(NotFoundError):
        jobs.request_cancel(1)
