"""Opening a data directory the way every command and the server do: with the demo library in an empty one."""

from __future__ import annotations

import os
from pathlib import Path

from storage.database import BUSY_SECONDS
from storage.demo import seed_demo
from storage.library import Library

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def open_library(data_dir: Path, *, demo: bool = True, patience: float = BUSY_SECONDS) -> Library:
    """The library of `data_dir`, made on first use. MANYCUT_DEMO=0 keeps the demo out of a new one.

    Whoever writes in it waits `patience` seconds for others who do.
    """
    library = Library.open(data_dir, patience=patience)
    if demo and not library.read_only and os.environ.get("MANYCUT_DEMO", "1") != "0":
        seed_demo(library, ASSETS / "demo")
    return library
