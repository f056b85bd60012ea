"""`app.py serve` for a benchmark: a server of its own on a free port, over a data directory of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_S = 60
STOP_S = 20
LOOK_S = 0.02  # between two looks whether the server answers


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: on 127.0.0.1.
        process: the web process; the worker processes are its children.
        begun: `time.perf_counter()` when the process was started.
        seconds: from then until /healthz answered.
    """

    port: int
    process: subprocess.Popen
    begun: float
    seconds: float

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def resident_mb(self) -> float:
        """What the web process holds now, MiB; Linux only."""
        return _memory_mb(self.process.pid, "VmRSS:")

    def memory_mb(self) -> dict[str, float]:
        """The most that the web process and its workers have held so far, MiB; Linux only."""
        return {"web": _memory_mb(self.process.pid), "worker": sum(_memory_mb(child) for child in self._children())}

    def idle_mb(self) -> dict[str, float]:
        """What the web process and its workers hold now, MiB; by RSS and by PSS; Linux only."""
        pids = [self.process.pid, *self._children()]
        resident, fair = ([_rollup_mb(pid, which) for pid in pids] for which in ("Rss:", "Pss:"))
        return {"web": resident[0], "workers": sum(resident[1:]), "web_pss": fair[0], "workers_pss": sum(fair[1:])}

    def cpu_s(self) -> float:
        """Seconds that the web process has computed so far; Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _children(self) -> list[int]:
        lists = Path(f"/proc/{self.process.pid}/task").glob("*/children")  # of every thread those that it started
        return [int(child) for one in lists for child in one.read_text().split()]


def start(data_dir: Path, *, port: int | None = None, demo: bool = True) -> Server:
    """A server over `data_dir` (made if it is missing) that answers; its log lies beside it.

    Args:
        data_dir: of its library.
        port: where it listens; None for a free one.
        demo: put the demo library into an empty one.

    Raises:
        RuntimeError: it did not start; with the end of its log.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = ["app.py", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(data_dir), "--demo" if demo else "--no-demo"]
    return _started(command, port, "/healthz", data_dir.with_name(f"{data_dir.name}-server.log"))


@contextmanager
def bare(log: Path) -> Iterator[Server]:
    """`benchmarks.bare_gradio`, ended with the block."""
    port = free_port()
    with _ended(_started(["-m", "benchmarks.bare_gradio", str(port)], port, "/", log)) as server:
        yield server


def _started(command: Sequence[str], port: int, asked: str, log: Path) -> Server:
    """A process that serves on `port`, as soon as it answers `asked`."""
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    begun = time.perf_counter()
    with log.open("ab") as sink:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=sink, stderr=sink, env=environment)
    while not _answers(port, asked):
        if process.poll() is not None or time.perf_counter() - begun > START_S:
            process.kill()
            raise RuntimeError("The server did not start:\n" + log.read_text()[-3000:])
        time.sleep(LOOK_S)
    return Server(port, process, begun, time.perf_counter() - begun)


@contextmanager
def running(data_dir: Path, *, demo: bool = True) -> Iterator[Server]:
    """`start`, ended with the block."""
    with _ended(start(data_dir, demo=demo)) as server:
        yield server


@contextmanager
def _ended(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(STOP_S)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int, asked: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{asked}", timeout=5):
            return True
    except OSError:
        return False


def _memory_mb(pid: int, which: str = "VmHWM:") -> float:
    return _kilobytes(Path(f"/proc/{pid}/status"), which) / 1024


def _rollup_mb(pid: int, which: str) -> float:
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), which) / 1024


def _kilobytes(table: Path, which: str) -> int:
    lines = table.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which))
