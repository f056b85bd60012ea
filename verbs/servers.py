"""Which servers of language models have names here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from storage.servers import FILE_NAME, read_servers

if TYPE_CHECKING:
    from storage.servers import ServerSettings


class Server(BaseModel):
    """One server that can be asked.

    Attributes:
        name: what a page or a command calls it.
        url: where it is.
        key: where its key comes from: the name of an environment variable, "the file", or "none". Never the key.
        key_is_missing: whether the environment does not hold it.
        caption_model, judge_model: which of its models is asked; None for the only one.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    url: str
    key: str
    key_is_missing: bool
    caption_model: str | None
    judge_model: str | None


class Servers(BaseModel):
    """What the configuration of an installation says.

    Attributes:
        file: that holds it, whether it is there or not.
        servers: those that can be asked, in the order of the file.
        mistakes: one sentence about each thing that is wrong in it.
    """

    model_config = ConfigDict(frozen=True)

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


def _server(one: ServerSettings) -> Server:
    return Server(
        name=one.name,
        url=one.url,
        key=one.key_env or ("the file" if one.key else "none"),
        key_is_missing=one.key_is_missing,
        caption_model=one.caption_model,
        judge_model=one.judge_model,
    )
