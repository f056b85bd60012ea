"""Servers with OpenAI's chat interface, as vLLM, llama.cpp, Ollama and most providers have it: where they are."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.errors import InputError

# Holds the key for a server that is given by its address.
API_KEY = "MANYCUT_API_KEY"


@dataclass(frozen=True)
class ChatServer:
    """Where a server is, and what is asked of it.

    Attributes:
        url: "http://host:port/v1", without a slash at its end.
        name: in the configuration of this installation; "" where somebody gave its address instead.
        key: sent as bearer token; "" for none.
        key_hint: where the key belongs, for people.
        caption_model, judge_model: which of its models describes pictures, and which judges captions; None for the
            only one it has.
    """

    url: str
    name: str = ""
    key: str = field(default="", repr=False)
    key_hint: str = f"Put its key into the environment variable {API_KEY}."
    caption_model: str | None = None
    judge_model: str | None = None

    @property
    def called(self) -> str:
        """For people: its name, so that no page shows the address; the address where it has none."""
        return f"'{self.name}'" if self.name else self.url

    @property
    def short(self) -> str:
        """For labels: its name, or its host and port."""
        return self.name or urlsplit(self.url).netloc


@dataclass(frozen=True)
class Answer:
    """What a model said.

    Attributes:
        text: "" where it said nothing, or the server held it back.
        is_cut: whether it ends because it became too long.
    """

    text: str
    is_cut: bool = False


def is_address(name: str) -> bool:
    """Whether this is, or tries to be, the address of a server and no name."""
    return "://" in name


def server_at(url: str) -> ChatServer:
    """The server at an address, with the key of the environment variable MANYCUT_API_KEY if there is one.

    Raises:
        InputError: see `checked_url`.
    """
    return ChatServer(checked_url(url), key=os.environ.get(API_KEY, ""))


def checked_url(url: str) -> str:
    """The address of a server as it is asked.

    Raises:
        InputError: it is none, or holds a password or a query.
    """
    import httpx

    hint = "Write it like http://localhost:8000/v1."
    try:
        address = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise InputError(f"'{url}' is not the address of a server.", hint) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise InputError(f"'{url}' is not the address of a server.", hint)
    if address.userinfo or address.query or address.fragment:
        # Not repeated: what stands before an @ is a password.
        raise InputError(f"The address of the server at {address.host} holds more than an address.", hint)
    return str(address).rstrip("/").removesuffix("/chat/completions")


def checked_key(key: str, called: str) -> str:
    """A key without what often surrounds it in files.

    Raises:
        InputError: it holds characters that no header can carry; they are not repeated.
    """
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise InputError(f"The key of the server {called} is empty or holds characters that no key has.")
    return key
