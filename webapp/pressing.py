"""Scripts as they travel: compressed once in the two ways that browsers take; the largest as far as it can be.

brotli's best takes twenty seconds for plotly.js, which become a tenth less to load. So a thread of the lowest priority
does it when the script was first asked for, and keeps the result beside the package, as Python does with what it
compiles; until then, and where nothing can be written there, the script travels as a fraction of a second makes it.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from core.errors import ManycutError
from storage.files import whole_file

log = logging.getLogger("manycut.web")
SOON, QUICK, BEST = 5, 9, 11  # qualities of brotli: of a megabyte in a tenth of a second, in a third, in four
WINDOW = 24  # its largest window, as a power of two
IDLE = 19  # the lowest priority that there is


@dataclass(frozen=True)
class Script:
    """JavaScript that browsers may ask for.

    Attributes:
        brotli, gzip: compressed.
    """

    brotli: bytes
    gzip: bytes

    @classmethod
    def of(cls, text: bytes, quality: int = QUICK) -> Script:
        """Compressed, quickly if nothing else is said."""
        return cls(_brotli(text, quality), gzip.compress(text, 6))

    def answer(self, request: Request, cache: str) -> Response:
        """In the way that a browser takes; most take brotli over HTTPS and from this machine alone."""
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
        taken = _taken(request.headers.get("accept-encoding", ""))
        for encoding, content in (("br", self.brotli), ("gzip", self.gzip)):
            if encoding in taken:
                headers["Content-Encoding"] = encoding
                return Response(content, media_type="text/javascript", headers=headers)
        return Response(gzip.decompress(self.gzip), media_type="text/javascript", headers=headers)


class LargeScript:
    """A script of a package, pressed once for all installations that use the package.

    Args:
        source: its file.
    """

    def __init__(self, source: Path) -> None:
        self._text = source.read_bytes()
        self._kept = source.with_name(f"{source.name}.{hashlib.sha256(self._text).hexdigest()[:12]}.br")
        self._pressed: bytes | None = None
        with suppress(OSError):
            self._pressed = self._kept.read_bytes()
        self._quick = Script(b"", gzip.compress(self._text, 6)) if self._pressed else Script.of(self._text, SOON)

    def script(self) -> Script:
        """As small as it is by now."""
        return Script(self._pressed, self._quick.gzip) if self._pressed else self._quick

    def press_beside(self) -> None:
        """Has it pressed by a thread, where that is still to be done and can be kept."""
        if self._pressed is None and os.access(self._kept.parent, os.W_OK):
            threading.Thread(target=self._press_idly, daemon=True).start()

    def press(self) -> None:
        """Presses it, where that is still to be done."""
        if self._pressed is None:
            self._pressed = _brotli(self._text, BEST)
            try:
                with whole_file(self._kept) as partial:
                    partial.write_bytes(self._pressed)
            except ManycutError as error:
                log.warning(error.message)

    def _press_idly(self) -> None:
        with suppress(AttributeError, OSError):  # systems on which a thread has no priority of its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), IDLE)
        self.press()


def _taken(accepted: str) -> set[str]:
    """The encodings that a header `Accept-Encoding` names, without those that it refuses (q=0)."""
    named = (one.replace(" ", "").partition(";q=") for one in accepted.split(","))
    return {name for name, _, weight in named if weight.strip("0.") or not weight}


def _brotli(text: bytes, quality: int) -> bytes:
    import brotli

    return brotli.compress(text, quality=quality, lgwin=WINDOW)
