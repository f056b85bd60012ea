"""`app.py serve`: the web process and beside it the worker processes, ended together."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import get_args

import uvicorn

from core.errors import ConflictError, UnavailableError
from core.heap import share_heap
from core.labelling.who import AccountRole
from core.server_limits import CONNECTIONS, limits_now
from storage.jobs import Lane
from storage.server_lock import only_server, worker_is_alive
from storage.tidying import GRADIO, make_temporary_folder, remove_empty
from verbs.data_folder import open_library
from webapp.border import Border
from webapp.daily_backup import daily
from webapp.exposure import exposure_of
from webapp.forwarded import trusted_proxies
from webapp.health import Watch
from webapp.hosts import names_of
from webapp.prefix import checked_root
from webapp.tidying import kept_tidy
from webapp.webhooks import telling
from webapp.workers import workers

PATIENCE_S = 2.0  # that a page's change waits while another program writes the database; then it is told so
GOODBYE_S = 3  # open pages keep a connection; they get this long before the server ends


def serve(
    host: str,
    port: int,
    data_dir: Path,
    *,
    demo: bool = True,
    root_path: str = "",
    public: bool = False,
    allow_hosts: Sequence[str] = (),
    accounts: bool = False,
    user_header: str = "",
    new_people: AccountRole = "annotator",
    with_workers: bool = True,
) -> None:
    """Serves until SIGTERM or Ctrl-C.

    Args:
        host, port: to listen on.
        data_dir: of the library.
        demo: whether an empty one gets the demo library.
        accounts: whether everybody needs an account from now on; the first start prints a link that makes the lead.
        user_header: in which a trusted proxy names who is asking; people have accounts then. "" for none.
        new_people: role of those whom it names for the first time.
        root_path: under which path of its host a proxy shows the app, such as "/manycut"; see `webapp.prefix`.
        public: it is a public demo, see `webapp.exposure`.
        allow_hosts: further names that it answers to, see `webapp.hosts`.
        with_workers: whether workers are started beside it; where not, `app.py worker` does the jobs.

    Raises:
        InputError: the root path is none, or a limit, a proxy or a site of the environment.
        RefusedError: others would reach it, and nobody has an account; or somebody else's folder is in the place of
            that for uploads.
        ConflictError: the port is taken, or another server runs on this data directory.
    """
    share_heap()  # before there are threads
    root = checked_root(root_path)
    limits_now()  # says now what is wrong with one
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for noisy in ("httpx", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with only_server(data_dir) as held, open_library(data_dir, demo=demo, patience=PATIENCE_S) as library:
        _check_port(host, port)
        first_link = library.accounts.turn_on(bool(user_header)) if accounts or user_header else None
        exposure = exposure_of(host, library.accounts.closed(), public)
        if not library.read_only:  # of earlier versions, which signed cookies with it
            (data_dir / "session.key").unlink(missing_ok=True)
        if held.alone and not library.read_only and not _workers_live(data_dir):  # who could be doing these
            with suppress(UnavailableError):  # workers end them, where nothing is heard of who did them
                library.jobs.interrupt("The server stopped while this was running.")

        if not library.read_only:  # Gradio reads it when it is imported, and workers inherit it
            os.environ[GRADIO] = str(make_temporary_folder(data_dir))
        from webapp.server import build_app  # gradio takes seconds to import: after the cheap checks

        if library.read_only:
            print("Nothing can be written where this library lies: it can only be looked at.", file=sys.stderr)
        # Nothing is raised out of a signal once other threads run: it could leave a lock behind that they wait for.
        server = _server(host, port)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, server.handle_exit)
        with ExitStack() as stack:
            if not library.read_only:
                stack.callback(remove_empty, Path(os.environ[GRADIO]))
                stack.enter_context(kept_tidy(library))
                if with_workers:
                    stack.enter_context(workers(library))
                stack.enter_context(daily(library.data_dir))
                stack.enter_context(telling(library))
            watch = stack.enter_context(Watch(library, () if library.read_only else get_args(Lane), clean=held.clean))
            sign_on = (user_header, new_people) if user_header else None
            border = Border(names_of(host, allow_hosts), tuple(trusted_proxies()), exposure, root, data_dir, sign_on)
            server.config.app = border.around(build_app(library, watch, public=exposure == "demo"))
            print(f"Manycut is on http://{host}:{port}{root}", file=sys.stderr, flush=True)
            if first_link:
                print(invitation(host, port, root, first_link), file=sys.stderr, flush=True)
            gc.freeze()  # what stands now stays: nobody has to look through it again
            gc.enable()
            server.run()


def _workers_live(data_dir: Path) -> bool:
    """Whether workers live that belong to no server, or to one that was just killed."""
    return any(worker_is_alive(data_dir, lane) is not False for lane in get_args(Lane))


def _server(host: str, port: int) -> uvicorn.Server:
    """The server, still without the app, which can be told already that it is to end."""
    config = uvicorn.Config(
        "",
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=GOODBYE_S,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS.now(),
    )
    return uvicorn.Server(config)


def invitation(host: str, port: int, root: str, key: str) -> str:
    """What the first start says to whoever is to lead."""
    here = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return (
        f"Nobody leads this installation yet. Whoever opens this link first does; it works once:\n"
        f"    http://{here}:{port}{root}/enter?key={key}\n"
        f"Behind a proxy or from another computer, write its address instead of {here}:{port}."
    )


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
