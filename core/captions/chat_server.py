"""Servers with OpenAI's chat interface, as vLLM, llama.cpp, Ollama and most providers have it: where they are."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.errors import InputError

# Holds the key for servers that are given by their address, and names the one origin that it is for.
API_KEY = "MANYCUT_API_KEY"
API_ORIGIN = "MANYCUT_API_ORIGIN"
OFFICIAL_ORIGIN = "https://api.openai.com"  # whose interface it is; the key's where nothing else is said
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class ChatServer:
    """Where a server is, and what is asked of it.

    Attributes:
        url: "http://host:port/v1", without a slash at its end.
        name: in the configuration of this installation; "" where somebody gave its address instead.
        key: sent as bearer token, to the origin of `url` and nowhere else; "" for none.
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


def server_at(url: str, key_env: str | None = None) -> ChatServer:
    """The server at an address.

    Args:
        url: of it.
        key_env: the environment variable with its key, where somebody names one for this very server. By default the
            key is that of MANYCUT_API_KEY if the server has the origin that this one is for: MANYCUT_API_ORIGIN, or
            the official one. A server elsewhere gets none.

    Raises:
        InputError: see `checked_url`; or the variable holds no key, or no origin.
    """
    address = checked_url(url)
    if key_env is not None:
        if not os.environ.get(key_env, "").strip():
            # Not repeated: this may well be the key itself.
            raise InputError(f"The key of the server {address} is not here.", "Name the variable that holds it.")
        hint = "Put its key into the environment variable that --key-env names."
        return ChatServer(address, key=os.environ[key_env], key_hint=hint)
    key, meant = os.environ.get(API_KEY, ""), _origin_of_key()
    if origin_of(address) == meant:
        return ChatServer(address, key=key)
    set_it = f"{API_ORIGIN}={origin_of(address)}" if key else f"{API_KEY}, and {API_ORIGIN}={origin_of(address)}"
    sent = f"The key in {API_KEY} is sent to {meant} alone. " if key else ""
    return ChatServer(
        address,
        key_hint=f"{sent}Set {set_it}, or name the variable with the key: --key-env NAME, of caption and judge.",
    )


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a key belongs to them: "https://host:443" is "https://host"."""
    import httpx

    address = httpx.URL(url)
    port = "" if address.port in (None, PORTS.get(address.scheme)) else f":{address.port}"
    host = f"[{address.host}]" if ":" in address.host else address.host.lower()
    return f"{address.scheme.lower()}://{host}{port}"


def _origin_of_key() -> str:
    said = os.environ.get(API_ORIGIN, "").strip()
    if not said:
        return OFFICIAL_ORIGIN
    try:
        return origin_of(checked_url(said))
    except InputError as error:
        hint = "Write it like https://api.provider.example."
        raise InputError(f"{API_ORIGIN} is not the address of a server.", hint) from error


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
