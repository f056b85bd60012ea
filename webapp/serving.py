"""`app.py serve`: the web process and beside it the worker process, ended together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from core.errors import ConflictError
from verbs.data_folder import open_library

ROOT = Path(__file__).resolve().parent.parent
GOODBYE_S = 3  # open pages keep a connection; they get this long before the server ends


def serve(host: str, port: int, data_dir: Path, *, demo: bool = True) -> None:
    """Serves until SIGTERM or Ctrl-C.

    Raises:
        ConflictError: the port is taken.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for noisy in ("httpx", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # uvicorn ends gracefully and then raises the signal again; what is left to do is to end the worker and leave.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    library = open_library(data_dir, demo=demo)
    _check_port(host, port)

    from webapp.server import build_app  # gradio takes seconds to import: after the cheap checks

    with _worker(data_dir):
        app = build_app(library)
        print(f"Manycut is on http://{host}:{port}", file=sys.stderr, flush=True)
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=GOODBYE_S)
        uvicorn.Server(config).run()
    library.close()


@contextmanager
def _worker(data_dir: Path) -> Iterator[None]:
    """The worker process, alive as long as the block runs. Its log is `worker.log` in the data directory."""
    with (data_dir / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "webapp.worker",
                "--data-dir",
                str(data_dir),
                "--parent",
                str(os.getpid()),
            ],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(GOODBYE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _check_port(host: str, port: int) -> None:
    """Says plainly that the port is taken, before anything slow is loaded."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            hint = "End the other program or choose another with --port."
            raise ConflictError(f"Cannot listen on {host}:{port} ({error.strerror}).", hint) from error
