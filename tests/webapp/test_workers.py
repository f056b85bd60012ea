"""Worker processes: two lanes, killed at any moment, with no job that is queued or running for ever."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.training.epochs import EPOCHS, read_epochs
from core.training.snapshots import FILE
from storage.backup import back_up, restore
from storage.library import Library
from storage.server_lock import worker_is_alive
from verbs.export import ExportRequest
from verbs.ingest import IngestRequest
from verbs.jobs import as_row
from verbs.train import TrainRequest, train
from webapp.import_folder import import_folder
from webapp.jobs import enqueue, job_folder
from webapp.worker import DEAD_AFTER_BEATS, DeadClaims
from webapp.workers import workers

ROOT = Path(__file__).resolve().parents[2]
# A process that keeps workers as a server does, and can be killed.
KEEPER = (
    "import sys, time; from pathlib import Path\n"
    "from storage.library import Library; from webapp.workers import workers\n"
    "with workers(Library.open(Path(sys.argv[1]))): time.sleep(600)"
)
ENDLESS = TrainRequest(dataset="talks", kind="mlp", epochs=10_000)


@pytest.fixture
def talks(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}") for n in range(3)])
    return library


def wait_for(library, job, *states, seconds=240):
    deadline = time.monotonic() + seconds
    while (found := library.jobs.get(job)).state not in states:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def until(what, seconds=60):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def pid_of(lane, library):
    """The worker of a lane and a library that is there now; None where there is none."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            words = (folder / "cmdline").read_text().split("\0")
            if "webapp.worker" in words and lane in words and str(library.data_dir) in words:
                return int(folder.name)
    return None


@pytest.mark.slow
def test_a_training_does_not_stand_before_an_export_and_goes_on_when_its_worker_dies(talks, tmp_path):
    with workers(talks):
        training = enqueue(talks, ENDLESS)
        wait_for(talks, training, "running")
        export = enqueue(talks, ExportRequest(dataset="talks", out=tmp_path / "labels.h5"))
        assert wait_for(talks, export, "done").result["annotators"] == 3
        assert talks.jobs.get(training).state == "running"

        killed = pid_of("long", talks)
        os.kill(killed, signal.SIGKILL)
        wait_for(talks, training, "queued", seconds=40)
        assert talks.jobs.get(training).message == (
            "The worker died while this was running (signal 9). It goes on where it was."
        )
        wait_for(talks, training, "running")
        assert pid_of("long", talks) not in (None, killed)
    assert talks.jobs.get(training).message == "The server stopped while this was running. It goes on where it was."
    assert talks.jobs.get(training).state == "queued"
    assert (pid_of("long", talks), pid_of("quick", talks)) == (None, None)


@pytest.mark.slow
@pytest.mark.long
def test_a_film_whose_worker_is_killed_while_it_is_looked_at_is_taken_in_once_by_the_next(talks):
    films = import_folder(talks.data_dir)
    films.mkdir()
    for film in sorted((ROOT / "assets/demo/videos").glob("*.mp4"))[:3]:
        shutil.copy(film, films)
    asked = IngestRequest(path=(films,), dataset="films", space="colour-motion-v1")
    with workers(talks):
        job = enqueue(talks, asked)
        until(lambda: talks.entries.count(dataset="films") >= 1, seconds=120)
        os.kill(pid_of("long", talks), signal.SIGKILL)
        until(lambda: talks.jobs.get(job).message.endswith("It is begun again.") or talks.jobs.get(job).progress < 0.3)
        done = wait_for(talks, job, "done").result
    assert done["skipped"], "what was taken in is known"
    assert len(done["entries"]) + len(done["skipped"]) == talks.entries.count(dataset="films") == 3


@pytest.mark.slow
def test_a_training_that_was_killed_in_the_middle_of_an_epoch_ends_with_the_same_weights(talks):
    """In whatever epoch it dies, and whatever was kept by then."""
    asked = TrainRequest(dataset="talks", kind="mlp", epochs=4000, settings={"hidden": 64}, held_out=0)
    job = enqueue(talks, asked)
    with worker(talks, "long") as process:
        kept = job_folder(talks, job) / "seed-0" / FILE
        deadline = time.monotonic() + 240
        while not kept.is_file():
            assert time.monotonic() < deadline
            assert talks.jobs.get(job).state in ("queued", "running"), talks.jobs.get(job)
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = len(read_epochs(kept.with_name(EPOCHS)))
    assert 0 < before < 4000
    talks.jobs.interrupt("The worker died.", worker=talks.jobs.get(job).claimed_by)
    with worker(talks, "long"):
        made = wait_for(talks, job, "done").result
    whole = train(talks, asked)
    folders = (Path(made["checkpoint"]), whole.checkpoint)
    resumed, uninterrupted = (load_file(folder / "model.safetensors") for folder in folders)
    assert all(np.abs(resumed[name] - uninterrupted[name]).max() <= 1e-6 for name in uninterrupted)
    assert [one.epoch for one in read_epochs(Path(made["checkpoint"]) / EPOCHS)] == list(range(1, 4001))


def test_a_running_training_is_asked_to_keep_the_best_it_has(talks):
    job = enqueue(talks, ENDLESS)
    with worker(talks, "long"):
        wait_for(talks, job, "running")
        while talks.jobs.get(job).figures.get("epoch", 0) < 3:
            time.sleep(0.05)
        talks.jobs.request_cancel(job, keep=True)
        made = wait_for(talks, job, "done").result
    assert made["stopped_early"]
    assert talks.checkpoints.find(made["id"]).training["epochs"] == made["epochs"] < ENDLESS.epochs


def test_workers_of_a_killed_server_end_and_leave_no_running_job(talks):
    server = subprocess.Popen([sys.executable, "-c", KEEPER, str(talks.data_dir)], cwd=ROOT)
    training = enqueue(talks, ENDLESS)
    wait_for(talks, training, "running")
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert "The server stopped" in wait_for(talks, training, "queued", seconds=40).message
    deadline = time.monotonic() + 60
    while pid_of("long", talks) or pid_of("quick", talks):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_job_of_a_process_that_died_right_after_asking_is_done(talks, tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from storage.library import Library\n"
        "from verbs.export import ExportRequest; from webapp.jobs import enqueue\n"
        "library = Library.open(Path(sys.argv[1]))\n"
        "print(enqueue(library, ExportRequest(dataset='talks', out=sys.argv[2])), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", code, str(talks.data_dir), str(tmp_path / "labels.h5")]
    job = int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout)
    with workers(talks):
        wait_for(talks, job, "done")


def test_a_worker_that_cannot_start_is_tried_again_with_pauses(talks, monkeypatch, caplog):
    starts = []

    def start(*_):
        starts.append(time.monotonic())
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])

    monkeypatch.setattr("webapp.workers._start", start)
    monkeypatch.setattr("webapp.workers.FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr("webapp.workers.get_args", lambda _: ("long",))
    talks.jobs.create_job(*as_row(ENDLESS), lane="long")
    with workers(talks):
        deadline = time.monotonic() + 60
        while len(starts) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    pauses = [after - before for before, after in pairwise(starts)]
    assert pauses[2] > pauses[0] > 0.1, "each longer than the one before"
    assert "The long worker died (code 3)" in caplog.text


def test_a_worker_is_a_process_only_while_there_is_something_to_do(talks, tmp_path, monkeypatch):
    monkeypatch.setattr("webapp.workers.REST_S", 0.3)
    with workers(talks):
        for name in ("first.h5", "second.h5"):
            until(lambda: len(talks.workers.list()) == 2)
            assert worker_is_alive(talks.data_dir, "quick")
            assert worker_is_alive(talks.data_dir, "long")
            assert (pid_of("quick", talks), pid_of("long", talks)) == (None, None)
            export = enqueue(talks, ExportRequest(dataset="talks", out=tmp_path / name))
            until(lambda: pid_of("quick", talks))
            wait_for(talks, export, "done")
            until(lambda: pid_of("quick", talks) is None)
    assert talks.workers.list() == []


def test_claims_of_workers_that_are_not_heard_of_end(library):
    silent, alive = (library.jobs.create_job("train", {}) for _ in range(2))
    library.jobs.claim("silent", job_id=silent)
    library.jobs.claim("alive", job_id=alive)
    dead = DeadClaims(library.jobs)
    for _ in range(DEAD_AFTER_BEATS):
        dead.look()
        library.jobs.beat("alive")
    assert library.jobs.get(silent).state == "running"
    dead.look()
    assert library.jobs.get(silent).error["code"] == "interrupted"
    assert library.jobs.get(alive).state == "running"


def test_what_ran_when_a_backup_was_made_does_not_run_for_ever_where_it_is_restored(talks, tmp_path):
    job = talks.jobs.create_job(*as_row(ENDLESS), lane="long")
    talks.jobs.claim("of the other machine", job_id=job)
    back_up(talks.data_dir, tmp_path / "backup.tar.gz")
    restore(tmp_path / "backup.tar.gz", tmp_path / "elsewhere")
    with Library.open(tmp_path / "elsewhere") as restored:
        dead = DeadClaims(restored.jobs)
        for _ in range(DEAD_AFTER_BEATS + 1):
            dead.look()
        assert restored.jobs.get(job).state == "failed"


@contextmanager
def worker(library, lane):
    command = [sys.executable, "-m", "webapp.worker", "--data-dir", str(library.data_dir), "--lane", lane]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_worker_ends_when_told_and_says_what_it_left(talks):
    training = enqueue(talks, ENDLESS)
    with worker(talks, "long") as process:
        wait_for(talks, training, "running")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert talks.jobs.get(training).message == "Its worker stopped while this was running. It goes on where it was."
