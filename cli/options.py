"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATA = ROOT / "data"

DataDir = Annotated[
    Path,
    typer.Option("--data-dir", envvar="MANYCUT_DATA", help="Where the library, videos and checkpoints are kept."),
]
Snapshots = Annotated[
    Path | None,
    typer.Option(
        help="Folder in which it keeps now and then what it needs to go on: after a crash the same command goes on"
        " from there."
    ),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        help="Who computes: local (processes of this machine), ray (a cluster on it), or ray://ADDRESS of one.",
    ),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="How many compute at once (default: 1; with ray, one for each CPU).")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
