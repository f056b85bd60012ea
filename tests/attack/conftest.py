"""A real server to be attacked: started as a process with given options over a data directory, ended by its number."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 90
STOP_S = 20


@dataclass
class Attacked:
    """A running `app.py serve`.

    Attributes:
        port: at which it listens.
        data_dir: of its library.
        process: of the web; workers are its children.
        log: what it has said, with every start.
        host: at which it listens.
    """

    port: int
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visitor(self, **settings) -> httpx.Client:
        """Somebody with cookies of their own; asks as a script does, without an origin."""
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, **settings)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def memory_mb(self, peak: bool = True) -> float:
        """The most that the web process has held so far, or what it holds now, MiB; Linux only."""
        wanted = "VmHWM:" if peak else "VmRSS:"
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(wanted)) / 1024

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Ends it, which it may have done itself; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(STOP_S)

    def raw(self, request: bytes, seconds: float = 10) -> bytes:
        """What it answers to these very bytes, until it closes the connection or `seconds` have gone."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(request)
            answer = b""
            with suppress(TimeoutError, ConnectionError):
                while piece := connection.recv(65536):
                    answer += piece
            return answer


Start = Callable[..., Attacked]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers, and ends them with the file of tests.

    `start(*options, data_dir=None, demo=False, host="127.0.0.1", environment={})`; without a data directory a fresh
    one. A server that does not come up within a minute and a half raises RuntimeError with the end of its log.
    """
    running: list[Attacked] = []

    def begin(
        *options: str,
        data_dir: Path | None = None,
        demo: bool = False,
        host: str = "127.0.0.1",
        environment: dict[str, str] | None = None,
    ) -> Attacked:
        folder = data_dir or tmp_path_factory.mktemp("attack") / "data"
        folder.mkdir(parents=True, exist_ok=True)
        port, log = free_port(), folder.with_name(f"{folder.name}-server.log")
        with log.open("ab") as sink:
            process = subprocess.Popen(
                command(folder, port, *options, demo=demo, host=host),
                cwd=ROOT,
                stdout=sink,
                stderr=sink,
                env=clean_environment(environment),
            )
        server = Attacked(port, folder, process, log, host)
        running.append(server)
        if not _answers(server):
            server.stop()
            raise RuntimeError("The server did not start:\n" + server.said()[-3000:])
        return server

    yield begin
    for server in running:
        server.stop()


def command(data_dir: Path, port: int, *options: str, demo: bool = False, host: str = "127.0.0.1") -> list[str]:
    """What starts a server."""
    wanted = ["--demo" if demo else "--no-demo", *options]
    where = ["--host", host, "--port", str(port), "--data-dir", str(data_dir)]
    return [sys.executable, "app.py", "serve", *where, *wanted]


def clean_environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what changes how a server stands to the outside, and with `more`."""
    said = ("SPACE_ID", "SPACE_HOST", "FORWARDED_ALLOW_IPS", "DATABASE_URL", "GRADIO_ROOT_PATH")
    kept = {name: value for name, value in os.environ.items() if name not in said and not name.startswith("MANYCUT_")}
    return kept | {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"} | (more or {})


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(server: Attacked) -> bool:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{server.url}/healthz", timeout=2, trust_env=False).status_code in (200, 503):
                return True
        time.sleep(0.1)
    return False
