"""Two web processes on one PostgreSQL database, either killed while people rate: nothing is lost or doubled."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import httpx
import pytest

from storage.library import Library

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, MORE = 4, 10  # people, and events that each sends between two kills
# A server without pages, which is what takes seconds to start.
SERVE = (
    "import sys, uvicorn; from pathlib import Path\n"
    "from storage.library import Library; from webapp.server import build_rest\n"
    "uvicorn.run(build_rest(Library.open(Path(sys.argv[1]))), port=int(sys.argv[2]), log_level='error')"
)
pytestmark = [pytest.mark.sqlite, pytest.mark.slow]


class Web:
    """A web process that is started again on the same port."""

    def __init__(self, data_dir: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._command = [sys.executable, "-c", SERVE, str(data_dir), str(self.port)]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, cwd=ROOT)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200
        return False


class Rater(threading.Thread):
    """Somebody who sends each event until it is acknowledged, by whichever server answers, and sends some twice."""

    def __init__(self, name: str, servers: list[Web]) -> None:
        super().__init__(daemon=True)
        self._who, self._servers = name, servers
        self.sent = self.task = self.refused = 0
        self.problem = ""
        self.enough = threading.Event()

    def run(self) -> None:
        try:
            self._rate()
        except Exception as error:
            self.problem = repr(error)

    def _rate(self) -> None:
        with httpx.Client(timeout=5) as client:
            self._ask(client, "/api/me", {"name": self._who})
            self.task = self._ask(client, "/api/task", {"entry": "talks/first"}).json()["task"]
            for seq in count():
                if self.enough.is_set():
                    break
                value = 1 + seq % 5
                event = {"client": self._who, "seq": seq, "kind": "rate", "shot": seq % 30, "value": value, "at": seq}
                for _ in range(1 + (seq % 7 == 0)):
                    self._ask(client, "/api/task/events", {"task": self.task, "events": [event]})
                self.sent = seq + 1
                time.sleep(0.05)

    def _ask(self, client: httpx.Client, path: str, body: dict) -> httpx.Response:
        for attempt in range(2000):
            port = self._servers[(self.sent + attempt) % len(self._servers)].port
            with suppress(httpx.HTTPError):
                answer = client.post(f"http://127.0.0.1:{port}{path}", json=body)
                if answer.status_code == 200:
                    return answer
                assert answer.status_code == 503, answer.text
            self.refused += 1
            time.sleep(0.05)
        raise AssertionError(f"{path} was not answered")


def test_people_go_on_with_the_other_server_and_every_event_is_there_once(
    postgresql_server, monkeypatch, make_entry, tmp_path
):
    monkeypatch.setenv("DATABASE_URL", postgresql_server.fresh())
    with ExitStack() as stack:
        library = stack.enter_context(Library.open(tmp_path / "data"))
        library.entries.add("talks", [make_entry()])
        servers = [Web(library.data_dir) for _ in range(2)]
        for one in servers:
            stack.callback(one.kill)
        until(lambda: all(one.answers() for one in servers))
        raters = [Rater(f"Rater {n}", servers) for n in range(PEOPLE)]
        for rater in raters:
            rater.start()
        for one in servers:
            go_on(raters)
            one.kill()
            go_on(raters)  # with the other alone
            one.start()
            until(one.answers)
        for rater in raters:
            rater.enough.set()
            rater.join(60)
        assert sum(rater.refused for rater in raters) > 0, "both were killed while people rated"
        for rater in raters:
            kept = [(event.seq, event.shot, event.value) for event in library.annotations.events(rater.task)]
            assert kept == [(seq, seq % 30, 1 + seq % 5) for seq in range(rater.sent)]
        tasks = {rater.task for rater in raters}
        assert len(tasks) == PEOPLE


def go_on(raters):
    """Waits until each has sent some more."""
    before = [rater.sent for rater in raters]
    until(lambda: all(rater.sent >= sent + MORE for rater, sent in zip(raters, before, strict=True)), raters)


def until(what, raters=(), seconds=90):
    give_up = time.monotonic() + seconds
    while not what():
        assert [rater.problem for rater in raters if rater.problem] == []
        assert time.monotonic() < give_up
        time.sleep(0.05)
