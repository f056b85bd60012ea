"""Which commands there are, without loading what they need: `python -m cli.listing` writes the list after a change.

Each command stands in a module of its own or with others like it, and brings along what it asks a verb for; a person
who wants one of them does not wait for all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import typer

Command: TypeAlias = Any  # what typer makes; it has no public name

MODULES = (
    "cli.users",
    "cli.review",
    "cli.preferences",
    "cli.library",
    "cli.jobs",
    "cli.ingest",
    "cli.cuts",
    "cli.language",
    "cli.datasets",
    "cli.models",
    "cli.checkpoints",
    "cli.care",
    "cli.described",
    "cli.completion",
)
LIST = Path(__file__).with_name("listed.json")


class Said(NamedTuple):
    """Where a command is made, and the sentence that it says of itself."""

    module: str
    sentence: str


def listed() -> dict[str, Said]:
    """What the list says of each command, in its order."""
    return {name: Said(*said) for name, said in json.loads(LIST.read_text("utf-8")).items()}


def made() -> dict[str, Said]:
    """The same out of the modules, all of which are loaded for it."""
    return {name: Said(module, sentence(one)) for module in MODULES for name, one in commands_of(module).items()}


def sentence(command: Command) -> str:
    """What a command says of itself, on one line."""
    return " ".join((command.help or "").split())


@cache
def commands_of(module: str) -> dict[str, Command]:
    """The commands of a module; groups of commands by their name."""
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.add_typer(import_module(module).app)
    group = typer.main.get_group(alone)
    return dict(group.commands)


class Commands(MutableMapping[str, Command]):
    """Commands by name: those that are given, and those of the list, each loaded when it is first looked at.

    Args:
        own: that are there already.
    """

    def __init__(self, own: MutableMapping[str, Command]) -> None:
        self._own, self._listed = own, listed()

    def __getitem__(self, name: str) -> Command:
        if name in self._own:
            return self._own[name]
        return commands_of(self._listed[name].module)[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._own[name] = command

    def __delitem__(self, name: str) -> None:
        del self._own[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in self._listed if name not in self._own)

    def __len__(self) -> int:
        return len(self._own.keys() | self._listed.keys())

    def sentences(self) -> Iterator[tuple[str, str]]:
        """Names, and what each command says of itself; nothing is loaded for it."""
        for name in self:
            yield name, sentence(self._own[name]) if name in self._own else self._listed[name].sentence


if __name__ == "__main__":
    LIST.write_text(json.dumps(made(), ensure_ascii=False, indent=1) + "\n", "utf-8")
