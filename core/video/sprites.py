"""What lies in a filmstrip, as the JSON file beside its JPEG says; how one is made is in `core.video.thumbnails`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ThumbnailSprite:
    """Where the pictures of a filmstrip lie: picture i in column i % columns, row i // columns.

    Attributes:
        count: number of pictures.
        columns: pictures per row.
        width: of one picture in pixels.
        height: likewise.
        times: when each picture is shown, in seconds, ascending.
    """

    count: int
    columns: int
    width: int
    height: int
    times: tuple[float, ...]


def read_sprite(jpeg: Path) -> ThumbnailSprite | None:
    """The description beside a filmstrip's JPEG, or None where either of the two is missing or unreadable."""
    try:
        described = json.loads(jpeg.with_suffix(".json").read_text("utf-8"))
        sprite = ThumbnailSprite(**{**described, "times": tuple(described["times"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return sprite if jpeg.is_file() else None
