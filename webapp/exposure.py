"""To whom a server is open: on one's own computer to whoever sits there, elsewhere to people with links of their own,
or as a public demo to everybody."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from core.errors import RefusedError
from webapp.hosts import is_loopback

# Everybody leads, on this computer; people have accounts; everybody may try it, and nobody leads others.
Exposure = Literal["loopback", "accounts", "demo"]
OPEN = "MANYCUT_OPEN"


def exposure_of(host: str, closed: bool, public: bool = False, environment: Mapping[str, str] = os.environ) -> Exposure:
    """To whom a server is open that listens at `host`.

    Args:
        host: address or name that it listens at.
        closed: people have accounts, see `storage.accounts`.
        public: it was told to be a public demo; the environment says so by `OPEN`, or as a Hugging Face Space.
        environment: of the process.

    Raises:
        RefusedError: others would reach it, and everybody would lead.
    """
    if closed:
        return "accounts"
    if public or environment.get("SPACE_ID") or environment.get(OPEN, "") not in ("", "0"):
        return "demo"
    if is_loopback(host):
        return "loopback"
    raise RefusedError(
        f"At {host} others reach this server, and nobody has an account: whoever opens it would lead.",
        "Add --accounts, which prints a link that makes the lead, or: python app.py user add NAME --role lead. "
        "For a public demo add --open.",
    )
