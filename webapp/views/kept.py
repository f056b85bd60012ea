"""Answers about an entry that many ask for: made once, packed once, and kept until something changes.

A browser that has one already is told so (304) and is sent nothing.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from storage.library import Library
from webapp.places import without_places
from webapp.views.answer import Answer
from webapp.views.once import Once

KEPT = 32 * 2**20  # bytes of packed answers
LEVEL = 6  # of gzip: 9 takes twice as long for 1 % less
JSON, ARRAYS = "application/json", "application/octet-stream"


@dataclass(frozen=True)
class Packed:
    """An answer as it is kept: its body packed by gzip, what kind it is, and its tag, by which browsers ask again."""

    body: bytes
    kind: str
    tag: str


class KeptAnswers:
    """The answers about the entries of one library; which of them somebody may see is looked at before.

    Args:
        library: of it.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept = Once[Packed](KEPT, lambda packed: len(packed.body))

    def answer(
        self, request: Request, seen: Library, entry_id: str, make: Callable[[Library, str], Answer | bytes]
    ) -> Response:
        """What `make` says of an entry of the library as it is `seen`: JSON, or bytes. Raises what it raises."""
        mark = self._library.changes.mark(entry_id)  # before anything is read: what comes later is made anew
        named = seen is self._library
        packed = self._kept.of((make, entry_id, named, mark), lambda: self._packed(make(seen, entry_id)))
        return _response(request, packed)

    def _packed(self, made: Answer | bytes) -> Packed:
        if isinstance(made, bytes):
            plain, kind = made, ARRAYS
        else:
            told = without_places(made.model_dump_json(by_alias=True), self._library.data_dir)
            plain, kind = told.encode(), JSON
        tag = f'"{blake2b(plain, digest_size=16).hexdigest()}"'
        return Packed(gzip.compress(plain, LEVEL, mtime=0), kind, tag)


def _response(request: Request, packed: Packed) -> Response:
    # Browsers ask each time, so that nobody is shown what they may not see by now. Packed and plain share a weak tag.
    headers = {"ETag": f"W/{packed.tag}", "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    known = (one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(","))
    if packed.tag in known:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed.body), media_type=packed.kind, headers=headers)
    return Response(packed.body, media_type=packed.kind, headers=headers | {"Content-Encoding": "gzip"})
