"""`app.py serve`: the web process and beside it the worker processes, ended together."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.errors import ConflictError
from storage.server_lock import only_server
from verbs.data_folder import open_library
from webapp.prefix import Prefix, checked_root
from webapp.workers import workers

TRUSTED = "127.0.0.1"  # proxies on this machine
GOODBYE_S = 3  # open pages keep a connection; they get this long before the server ends


def serve(host: str, port: int, data_dir: Path, *, demo: bool = True, root_path: str = "") -> None:
    """Serves until SIGTERM or Ctrl-C.

    Args:
        host, port: to listen on.
        data_dir: of the library.
        demo: whether an empty one gets the demo library.
        root_path: under which path of its host a proxy shows the app, such as "/manycut"; see `webapp.prefix`.

    Raises:
        InputError: the root path is none.
        ConflictError: the port is taken, or another server runs on this data directory.
    """
    root = checked_root(root_path)
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", TRUSTED).split(",")
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
            # Outermost, so that it sees the address of the proxy and not whom that speaks for.
            spoken_for = ProxyHeadersMiddleware(cast(Any, app), trusted)
            # uvicorn spells out the types of ASGI that starlette leaves open.
            mounted = Prefix(cast(ASGIApp, spoken_for), root, [one.strip() for one in trusted])
            print(f"Manycut is on http://{host}:{port}{root}", file=sys.stderr, flush=True)
            config = uvicorn.Config(
                mounted,
                host=host,
                port=port,
                log_level="warning",
                timeout_graceful_shutdown=GOODBYE_S,
                proxy_headers=False,
            )
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
