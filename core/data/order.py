"""In which order entries are listed."""

from __future__ import annotations

from typing import Literal

Sort = Literal[
    "library", "title", "-title", "duration", "-duration", "people", "-people", "disagreement", "-disagreement"
]
