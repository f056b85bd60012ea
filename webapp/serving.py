"""`app.py serve`: the web process and beside it the worker processes, ended together."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

import uvicorn

from core.errors import ConflictError
from storage.server_lock import only_server
from verbs.data_folder import open_library
from webapp.workers import workers

GOODBYE_S = 3  # open pages keep a connection; they get this long before the server ends


def serve(host: str, port: int, data_dir: Path, *, demo: bool = True) -> None:
    """Serves until SIGTERM or Ctrl-C.

    Raises:
        ConflictError: the port is taken, or another server runs on this data directory.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for noisy in ("httpx", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # uvicorn ends gracefully and then raises the signal again; what is left to do is to end the workers and leave.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with only_server(data_dir) as alone, open_library(data_dir, demo=demo) as library:
        _check_port(host, port)
        if alone:  # then no worker lives that could be doing these
            library.jobs.interrupt("The server stopped while this was running.")

        from webapp.server import build_app  # gradio takes seconds to import: after the cheap checks

        if library.read_only:
            print("Nothing can be written where this library lies: it can only be looked at.", file=sys.stderr)
        with nullcontext() if library.read_only else workers(library):
            app = build_app(library)
            print(f"Manycut is on http://{host}:{port}", file=sys.stderr, flush=True)
            config = uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=GOODBYE_S)
            uvicorn.Server(config).run()


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
