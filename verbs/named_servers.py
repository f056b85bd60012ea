"""Servers and models by the names that people give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.captions.chat_server import ChatServer, is_address, server_at
from core.errors import InputError, NotFoundError
from storage.servers import NAME, find_server, read_servers

if TYPE_CHECKING:
    from storage.library import Library

Opened = TypeVar("Opened")


def refuse_address(name: object) -> None:
    """Addresses are for the command line: who opens a page must not choose what this machine connects to.

    Raises:
        InputError: this is an address.
    """
    if isinstance(name, str) and is_address(name):
        hint = "Name it in servers.toml of the data directory, or use the command line."
        raise InputError("A page takes the name of a server, never an address.", hint)


def server_called(library: Library, name: str) -> ChatServer | None:
    """The server of a name in the configuration, or at an address; None for the name or folder of a model.

    Raises:
        InputError: the configuration or the address is wrong.
    """
    return server_at(name) if is_address(name) else find_server(library.data_dir, name)


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
