"""Weights that others publish as one file: found, fetched, and checked by what their name says of their content."""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
import uuid
from hashlib import sha256
from pathlib import Path

from core.errors import InputError, ManycutError, NotFoundError
from core.features.kinds import SpaceOptions
from core.progress import Progress, ShouldStop, check, never, silent

TIMEOUT_S = 30
PIECE = 1 << 18


def torch_cache() -> Path:
    """The folder in which torch and torchvision keep the weights that they fetched."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or Path(cache) / "torch"
    return Path(home).expanduser() / "hub" / "checkpoints"


def checksum_in(name: str) -> str:
    """The first digits of the SHA-256 that a published name carries: "1378be20" of "googlenet-1378be20.pth"."""
    found = re.search(r"-([0-9a-f]{8,})\.", name)
    assert found is not None  # without one there would be nothing to compare a file with
    return found[1]


def published_file(name: str, url: str, whose: str, options: SpaceOptions) -> tuple[Path, str]:
    """The file of published weights: the one that was named, else the one in torch's cache, fetched where allowed.

    Args:
        name: as published, with a checksum in it.
        url: where it was published.
        whose: for people: "GoogLeNet".
        options: what the person said.

    Returns:
        Its path; and "" where it holds what was published, else the first digits of its own SHA-256.

    Raises:
        NotFoundError: it is not here and was not to be fetched.
        InputError: the file in the cache is damaged.
        ManycutError: it cannot be fetched.
    """
    from core.video.probe import file_hash  # PyAV: only needed here

    path = Path(options.weights).expanduser() if options.weights else torch_cache() / name
    if not path.is_file():
        if not options.download:
            raise NotFoundError(
                f"{whose}'s weights are not on this machine: there is no file '{path}'.",
                f"Fetch {name} once with --download, or name the file with --weights.",
            )
        download(options.url or url, path, checksum_in(name), options.progress, options.should_stop)
    found = file_hash(path)[: len(checksum_in(name))]
    if found == checksum_in(name):
        return path, ""
    if not options.weights:
        message = f"'{path}' is damaged: its checksum is not {checksum_in(name)}."
        raise InputError(message, "Delete it and fetch it again.")
    return path, found


def download(
    url: str, target: Path, checksum: str, progress: Progress = silent, should_stop: ShouldStop = never
) -> None:
    """Fetches a file; it appears complete and checked, or not at all.

    Args:
        url: of it.
        target: where to; its folder is made.
        checksum: first digits of the SHA-256 of its content, in lower case.
        progress: told after every piece.
        should_stop: asked before every piece.

    Raises:
        NotFoundError: the server does not have it, or does not answer.
        InputError: it broke off, or holds something else.
        Cancelled: `should_stop` said so.
    """
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    digest, got = sha256(), 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer, partial.open("wb") as file:
            size = int(answer.headers.get("Content-Length") or 0)
            while piece := answer.read(PIECE):
                check(should_stop, f"Fetching {target.name}")
                file.write(piece)
                digest.update(piece)
                got += len(piece)
                of = f" of {size / 1e6:.0f}" if size else ""
                progress(got / size if size else 0.0, f"Fetching {target.name}: {got / 1e6:.0f}{of} MB")
        if got < size:
            raise InputError(f"Fetching {url} broke off after {got} of {size} bytes.", "Try again.")
        if not digest.hexdigest().startswith(checksum):
            raise InputError(
                f"What {url} gives is not {target.name}: its checksum begins with {digest.hexdigest()[:8]}, "
                f"not {checksum}.",
                "Fetch the file by other means and name it with --weights.",
            )
        os.replace(partial, target)
    except ManycutError:
        raise
    except urllib.error.HTTPError as error:
        raise NotFoundError(f"The server answers {error.code} for {url}.", "Check the address.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise NotFoundError(f"{url} cannot be fetched: {reason}.", "Check the connection, and try again.") from error
    finally:
        partial.unlink(missing_ok=True)
