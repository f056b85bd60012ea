"""What our folders among the system's temporary files are called, so that those of killed processes are known."""

from __future__ import annotations

import re

PREFIX = "manycut-scratch-"
_NAME = re.compile(re.escape(PREFIX) + r"[a-z0-9_]{8}")


def is_ours(name: str) -> bool:
    """Whether a temporary folder of this name is one that `tempfile` made with `PREFIX`."""
    return _NAME.fullmatch(name) is not None
