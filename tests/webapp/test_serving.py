"""`app.py serve`: one server over a data directory, and what a killed one leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.server import free_port, start
from storage.library import Library
from verbs.train import TrainRequest
from webapp.jobs import enqueue

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = TrainRequest(dataset="talks", kind="mlp", epochs=10_000)


@pytest.fixture
def data(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry(f"talks/{n}") for n in range(3)])
        yield library


def wait_for(library, job, state, seconds=240):
    deadline = time.monotonic() + seconds
    while (found := library.jobs.get(job)).state != state:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def goes_on(library, job, after=0, seconds=240):
    """The epoch of a training that is still running, once it is a later one."""
    deadline = time.monotonic() + seconds
    while (epoch := (found := library.jobs.get(job)).figures.get("epoch", 0)) <= after:
        assert found.state == "running", found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return epoch


@pytest.mark.slow
def test_a_second_server_is_refused_and_the_training_of_the_first_goes_on_even_in_the_next(data):
    first = start(data.data_dir, demo=False)
    try:
        training = enqueue(data, ENDLESS)
        wait_for(data, training, "running")
        command = [sys.executable, "app.py", "serve", "--data-dir", str(data.data_dir), "--port", str(free_port())]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
        assert second.returncode == 2
        assert f"A server runs on '{data.data_dir}' already: process {first.process.pid} on " in second.stderr
        assert "--data-dir" in second.stderr
        epochs = goes_on(data, training)
        assert goes_on(data, training, epochs) > epochs

        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        first = start(data.data_dir, demo=False)
        wait_for(data, training, "running")
        assert goes_on(data, training, epochs) > epochs, "where it was"
        data.jobs.request_cancel(training)
        wait_for(data, training, "cancelled")
        again = enqueue(data, ENDLESS.model_copy(update={"epochs": 1}))
        wait_for(data, again, "done")
    finally:
        first.process.terminate()
        first.process.wait(20)
