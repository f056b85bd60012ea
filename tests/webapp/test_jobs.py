"""Background jobs: done by the worker, watched through the table, stopped on request, never lost silently."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import ConflictError, InputError
from webapp import jobs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def queue(library):
    return jobs.open_queue(library.data_dir)


@pytest.fixture
def action(monkeypatch):
    """Puts a function in the place of all actions."""

    def put(function):
        monkeypatch.setattr(jobs, "_actions", lambda: {"work": function})

    return put


def test_a_job_ends_with_its_result(library, queue, action):
    action(lambda library, *, progress, should_stop, size: {"size": size, "nothing": float("nan")})
    job = jobs.enqueue(library, queue, "work", {"size": 3})
    jobs.perform(library, job)
    done = library.jobs.get(job)
    assert (done.state, done.progress, done.result) == ("done", 1.0, {"size": 3, "nothing": None})


def test_a_mistake_is_kept_as_its_sentence(library, queue, action):
    def work(library, *, progress, should_stop):
        raise InputError("The budget is 0.", "Use more.")

    action(work)
    job = jobs.enqueue(library, queue, "work", {})
    jobs.perform(library, job)
    failed = library.jobs.get(job)
    assert (failed.state, failed.error["message"], failed.error["hint"]) == ("failed", "The budget is 0.", "Use more.")


def test_a_bug_is_told_without_its_traceback(library, queue, action):
    action(lambda library, *, progress, should_stop: 1 / 0)
    job = jobs.enqueue(library, queue, "work", {})
    jobs.perform(library, job)
    error = library.jobs.get(job).error
    assert error["code"] == "unexpected"
    assert "ZeroDivision" not in error["message"]


def test_a_running_job_stops_when_asked_to(library, queue, action):
    def work(library, *, progress, should_stop):
        library.jobs.request_cancel(job)
        deadline = time.monotonic() + 5
        while not should_stop():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        raise ConflictError("Stopped.")

    action(work)
    job = jobs.enqueue(library, queue, "work", {})
    jobs.perform(library, job)
    assert library.jobs.get(job).state == "cancelled"


def test_a_job_cancelled_while_it_waits_is_never_begun(library, queue, action):
    begun = []
    action(lambda library, *, progress, should_stop: begun.append(1))
    job = jobs.enqueue(library, queue, "work", {})
    library.jobs.request_cancel(job)
    jobs.perform(library, job)
    assert not begun


def test_progress_is_written_with_its_figures(library, queue, action):
    def work(library, *, progress, should_stop):
        progress(0.5, "Epoch 3", {"epoch": 3, "loss": 0.25})
        seen.append(library.jobs.get(job))
        return {}

    seen = []
    action(work)
    job = jobs.enqueue(library, queue, "work", {})
    jobs.perform(library, job)
    assert (seen[0].progress, seen[0].message, seen[0].figures) == (0.5, "Epoch 3", {"epoch": 3, "loss": 0.25})


def test_work_of_an_unknown_kind_is_refused(library, queue):
    with pytest.raises(ConflictError, match="juggle"):
        jobs.enqueue(library, queue, "juggle", {})


@pytest.fixture
def start_worker(library):
    running = []

    def start(*arguments):
        command = [sys.executable, "-m", "webapp.worker", "--data-dir", str(library.data_dir), *arguments]
        running.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def wait_for(library, job, state, seconds=60):
    deadline = time.monotonic() + seconds
    while (found := library.jobs.get(job)).state != state:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_the_worker_process_does_what_is_queued(library, queue, make_entry, tmp_path, start_worker):
    library.entries.add("talks", [make_entry()])
    out = tmp_path / "labels.h5"
    job = jobs.enqueue(library, queue, "export", {"dataset": "talks", "out": str(out)})
    start_worker("--parent", str(os.getpid()))
    done = wait_for(library, job, "done")
    assert out.is_file()
    assert done.result["annotators"] == 3


def test_a_job_that_a_killed_worker_left_is_reported_by_the_next(library, queue, start_worker):
    job = library.jobs.create_job("train", {"dataset": "talks"})
    library.jobs.start(job)
    start_worker()
    failed = wait_for(library, job, "failed")
    assert failed.error["code"] == "interrupted"
    assert "stopped" in failed.error["message"]


def test_the_worker_ends_when_told(start_worker, library, queue):
    worker = start_worker()
    job = library.jobs.create_job("train", {})
    library.jobs.start(job)
    wait_for(library, job, "failed")  # it is up
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) is not None
