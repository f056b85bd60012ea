"""Servers and language models by the names that people give them, and which servers have names here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.captions.chat_server import ChatServer, is_address, server_at
from core.errors import InputError, NotFoundError
from storage.servers import FILE_NAME, NAME, find_server, read_servers
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from storage.library import Library
    from storage.servers import ServerSettings

Opened = TypeVar("Opened")


class Server(Result):
    """One server that can be asked.

    Attributes:
        name: what a page or a command calls it.
        url: where it is.
        key: where its key comes from: the name of an environment variable, "the file", or "none". Never the key.
        key_is_missing: whether the environment does not hold it.
        caption_model, judge_model: which of its models is asked; None for the only one.
    """

    name: str
    url: str
    key: str
    key_is_missing: bool
    caption_model: str | None
    judge_model: str | None


class Servers(Result):
    """What the configuration of an installation says.

    Attributes:
        file: that holds it, whether it is there or not.
        servers: those that can be asked, in the order of the file.
        mistakes: one sentence about each thing that is wrong in it.
    """

    file: Path
    servers: tuple[Server, ...]
    mistakes: tuple[str, ...]


def servers(data_dir: Path) -> Servers:
    """The servers that are named in a data directory; nothing is asked of them."""
    found = read_servers(data_dir)
    mistakes = [mistake for wrong in found.mistakes.values() for mistake in wrong]
    return Servers(
        file=data_dir / FILE_NAME,
        servers=tuple(_server(one) for one in found.servers.values()),
        mistakes=tuple(mistakes),
    )


def refuse_addresses(request: Request) -> None:
    """Addresses are for the command line: who opens a page must not choose what this machine connects to.

    Raises:
        InputError: the request names a language model by an address.
    """
    if any(is_address(name) for name in request.language_models()):
        hint = "Name it in servers.toml of the data directory, or use the command line."
        raise InputError("A page takes the name of a server, never an address.", hint)


def server_called(library: Library, name: str, key_env: str | None = None) -> ChatServer | None:
    """The server of a name in the configuration, or at an address; None for the name or folder of a model.

    Args:
        library: whose configuration it is.
        name: of the server, or its address.
        key_env: the environment variable with the key of the server at the address, see `server_at`.

    Raises:
        InputError: the configuration or the address is wrong; or a key is named for what is no address.
    """
    if is_address(name):
        return server_at(name, key_env)
    if key_env is not None:
        hint = "The key of a server with a name is named in servers.toml; leave --key-env out."
        raise InputError("A key is named for the address of a server alone.", hint)
    return find_server(library.data_dir, name)


def open_named(library: Library, name: str, opening: Callable[[], Opened]) -> Opened:
    """What a name stands for; where there is nothing, the error says which servers have names.

    Args:
        library: whose configuration it is.
        name: of a server or a model.
        opening: opens it.
    """
    try:
        return opening()
    except NotFoundError as error:
        names = read_servers(library.data_dir).servers
        if not names or name in names or not NAME.fullmatch(name):
            raise
        raise NotFoundError(error.message, f"{error.hint} Servers are called: {', '.join(names)}.".strip()) from error


def _server(one: ServerSettings) -> Server:
    return Server(
        name=one.name,
        url=one.url,
        key=one.key_env or ("the file" if one.key else "none"),
        key_is_missing=one.key_is_missing,
        caption_model=one.caption_model,
        judge_model=one.judge_model,
    )
