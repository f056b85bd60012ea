"""Gradio, loaded without what it does for editors alone.

Whenever a component's class is made, Gradio parses its source and compares an interface file (.pyi) beside it, or
writes one: a third of what its import takes, and files in our own folders. Where a class has no source, it does not.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WHERE = "gradio.component_meta"


@contextmanager
def without_interfaces() -> Iterator[None]:
    """Classes of components that are made in the block get no interface files."""
    known = inspect.getfile

    def getfile(thing: Any) -> str:
        if sys._getframe(1).f_globals.get("__name__") == WHERE:
            raise OSError("no source that interests anybody")
        return known(thing)

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = known
