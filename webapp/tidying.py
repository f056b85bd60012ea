"""Renders, exports, uploads, leftovers and the trash go in time: a thread of the web process looks once an hour."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from core.errors import ManycutError
from core.server_limits import KEEP_DAYS, KEEP_GB, TRASH_DAYS, UPLOAD_DAYS
from storage.library import Library
from storage.tables import now
from storage.tidying import Tidied, tidy

log = logging.getLogger("manycut.tidying")
EVERY_S = 3600.0  # between two looks


@contextmanager
def kept_tidy(library: Library, every: float = EVERY_S) -> Iterator[None]:
    """Removes what is not kept any longer, at once and then every `every` seconds, as long as the block runs."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep_tidy, args=(library, every, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_tidy(library: Library, every: float, stop: threading.Event) -> None:
    while True:
        try:
            if said := what_went(tidy(library)):
                log.info("%s", said)
            if gone := library.trash.empty(now() - timedelta(days=TRASH_DAYS.now())):
                log.info("Deleted %d things that were in the trash for %d days.", len(gone), TRASH_DAYS.now())
        except ManycutError as error:  # the database is away for a moment
            log.warning("What is not kept any longer was not removed: %s", error.message)
        except Exception:
            log.exception("What is not kept any longer was not removed.")
        if stop.wait(every):
            return


def what_went(tidied: Tidied) -> str:
    """One sentence about what was removed; "" where nothing was."""
    if not tidied.removed:
        return ""
    parts = ", ".join(f"{place}: {count}" for place, count in sorted(tidied.removed.items()))
    days = f"renders and exports are kept for {KEEP_DAYS.now()} days, uploads for {UPLOAD_DAYS.now()}"
    return f"Removed {tidied.size / 2**20:,.1f} MB ({parts}): {days}, together {KEEP_GB.now()} GB."
