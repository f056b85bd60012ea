"""Workers that belong to no server: several at once, one killed, each with its lanes; on either database."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from core.errors import InputError
from core.training.snapshots import FILE
from storage.workers import Workers
from verbs.export import ExportRequest
from verbs.installation import examine
from verbs.train import TrainRequest
from webapp.jobs import enqueue, job_folder
from webapp.lanes import in_table, kinds_of, lanes_of
from webapp.views.jobs import listed

ROOT = Path(__file__).resolve().parents[2]
BEAT_S = 0.3  # a worker that says nothing for ten of them is gone
ENDLESS = TrainRequest(dataset="talks", kind="mlp", epochs=10_000, settings={"hidden": 64}, held_out=0)


@pytest.fixture
def talks(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}") for n in range(3)])
    return library


@contextmanager
def worker(library, lanes, *more):
    command = [sys.executable, "-m", "webapp.worker", "--data-dir", library.data_dir, "--lanes", lanes]
    process = subprocess.Popen([*command, "--beat", str(BEAT_S), *more], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(what, seconds=150):
    give_up = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    return found


@pytest.mark.slow
def test_a_killed_worker_s_training_goes_on_with_another_and_others_do_what_is_left(talks, tmp_path):
    training, jobs = enqueue(talks, ENDLESS), talks.jobs
    with ExitStack() as stack:
        two = [stack.enter_context(worker(talks, lanes, "--gpu", "7")) for lanes in ("interactive,train", "train")]
        first = until(lambda: jobs.get(training).claimed_by)
        until(lambda: (job_folder(talks, training) / "seed-0" / FILE).is_file())
        until(lambda: len(talks.workers.list()) == 2)
        reached = jobs.get(training).figures["epoch"]
        export = enqueue(talks, ExportRequest(dataset="talks", out=tmp_path / "labels.h5"))
        shown = listed(talks).workers
        assert sorted((one.lanes, one.gpu) for one in shown) == [(["interactive", "train"], "7"), (["train"], "7")]
        (busy,) = [one for one in shown if one.does]
        assert busy.does.startswith("training on talks")
        (said,) = [one for one in examine(talks.data_dir) if f"job {training} (train)" in one.said]
        assert (said.part, said.state) == ("workers", "fine")

        busy_one = two[0] if "interactive" in first else two[1]
        busy_one.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        second = until(lambda: (now := jobs.get(training)).state == "running" and now.claimed_by != first and now)
        assert time.monotonic() - killed < 20 * BEAT_S + 5, "a minute, at the pace of ordinary beats"
        until(lambda: jobs.get(training).figures["epoch"] > reached)
        assert second.figures["epoch"] >= 1, "it goes on from its snapshot and begins nothing anew"
        jobs.request_cancel(training)
        until(lambda: jobs.get(training).state == "cancelled")
        if busy_one is two[1]:
            until(lambda: jobs.get(export).state == "done")


def test_each_worker_does_its_lanes_only(talks, tmp_path):
    export = enqueue(talks, ExportRequest(dataset="talks", out=tmp_path / "labels.h5"))
    ingest, training = (talks.jobs.create_job(kind, {}, lane="long") for kind in ("ingest", "train"))
    claims = [(lanes, talks.jobs.claim("w", kinds=kinds_of(lanes))) for lanes in (("train",), ("ingest",))]
    assert [(lanes, job.id) for lanes, job in claims] == [(("train",), training), (("ingest",), ingest)]
    assert talks.jobs.claim("w", kinds=kinds_of(("ingest", "train"))) is None
    assert talks.jobs.claim("w", kinds=kinds_of(("interactive", "train"))).id == export


def test_lanes_are_named_and_belong_to_those_of_the_table():
    assert lanes_of("train, interactive") == ("interactive", "train")
    assert (in_table(("train",)), in_table(("interactive", "ingest"))) == (("long",), ("quick", "long"))
    for wrong in ("", "training"):
        with pytest.raises(InputError, match="lane"):
            lanes_of(wrong)


def test_a_worker_is_there_until_it_leaves_or_is_not_heard_of(library, monkeypatch):
    for name in ("a/train/1", "b:0/train/2", "b:0/train/2"):
        library.workers.beat(name, ["train"], "0" if name > "b" else None)
    assert [(one.name, one.machine, one.gpu) for one in library.workers.list()] == [
        ("a/train/1", "a", None),
        ("b:0/train/2", "b", "0"),
    ]
    library.workers.leave("a/train/1")
    assert [one.machine for one in library.workers.list()] == ["b"]
    monkeypatch.setattr("storage.workers.GONE_S", -1.0)
    assert Workers(library.engine).list() == []


@pytest.mark.slow
def test_a_worker_that_waits_takes_a_new_job_at_once(talks, tmp_path):
    with worker(talks, "interactive"):
        first = enqueue(talks, ExportRequest(dataset="talks", out=tmp_path / "first.h5"))
        until(lambda: talks.jobs.get(first).state == "done")
        time.sleep(0.3)
        asked = time.monotonic()
        second = enqueue(talks, ExportRequest(dataset="talks", out=tmp_path / "second.h5"))
        until(lambda: talks.jobs.get(second).state != "queued")
        assert time.monotonic() - asked < 2.0, "less than it would wait for a call that does not come"
