"""Pages name checkpoints and language models; they never say where on the server something lies."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError, NotFoundError
from core.models.hub import is_here
from core.names import readable
from storage.library import Library
from storage.servers import read_servers
from verbs.contract import Request
from verbs.servers import refuse_addresses
from webapp.quotas import quota_of

CHECKPOINTS = ("checkpoint", "before", "start_from")  # the fields of requests that name one


def refuse_places(library: Library, request: Request) -> None:
    """Places are for the command line: who opens a page must not choose what this machine reads or connects to.

    Raises:
        InputError: a language model is named by an address or a folder, or is one that pages cannot have fetched; or
            the request names a variable of the server's environment.
        NotFoundError: a checkpoint is named by a folder, whether that is there or not.
    """
    refuse_addresses(request)
    for name in request.language_models():
        if name.startswith((".", "~")) or name.count("/") > 1 or _is_place(name.replace("/", "", 1), name):
            hint = "Name a server of servers.toml or a model of the hub, or use the command line."
            raise InputError("A page takes the name of a language model, never a folder.", hint)
        if not (may_fetch(library) or _is_configured(library, name) or is_here(name)):
            hint = "Whoever runs the server names one in servers.toml, or fetches the model with the command line."
            raise InputError(f"No page can have the model '{readable(name)}' fetched to this server.", hint)
    if getattr(request, "key_env", None) is not None:
        raise InputError("A page names no variable of the server's environment.", "Name the server in servers.toml.")
    for field in CHECKPOINTS:
        if isinstance(reference := getattr(request, field, None), str):
            checkpoint_id(library, reference)


def may_fetch(library: Library) -> bool:
    """Whether pages may name models of the hub that are not here: only those who sit at this computer fill its disk."""
    return not quota_of(library).public and not library.accounts.closed()


def _is_configured(library: Library, name: str) -> bool:
    found = read_servers(library.data_dir)
    return name in found.servers or name in found.mistakes  # which are told as what they are


def checkpoint_id(library: Library, name: str) -> str:
    """The same, where it is the id of a checkpoint or a kind of model and no folder. Raises NotFoundError."""
    if _is_place(name, name) and not (is_plain(name) and _is_registered(library, name)):
        raise NotFoundError(f"There is no checkpoint '{readable(name)}'.", "Pages name checkpoints of the library.")
    return name


def is_plain(name: str) -> bool:
    """Whether a name goes through no folder."""
    return not any(sign in name for sign in "/\\\0") and not name.startswith((".", "~"))


def _is_place(plain: str, name: str) -> bool:
    if not is_plain(plain) or name.startswith("/"):
        return True
    try:
        return Path(name).exists()
    except OSError:  # longer than any file's name
        return False


def _is_registered(library: Library, name: str) -> bool:
    try:
        library.checkpoints.known(name)
    except NotFoundError:
        return False
    return True
