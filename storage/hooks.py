"""Where other programs hear of what happens here: `webhooks.toml` in the data directory of an installation.

    [hooks.lab]
    url = "https://lab.example/manycut"
    events = ["job finished", "task submitted"]
    secret_env = "LAB_HOOK_SECRET"                 # the environment variable with what signs the messages

The file is read again and again while a server runs, so that a change needs no restart. Nothing else names an address.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from core.text_files import read_text
from storage.happenings import Event

FILE_NAME = "webhooks.toml"
LARGEST = 2**14  # bytes; what Python makes of one long name grows with its square
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPTIONS = ("url", "events", "secret_env")
EVENTS: tuple[Event, ...] = get_args(Event)


@dataclass(frozen=True)
class Hook:
    """One receiver as the file names it.

    Attributes:
        name: of its table.
        url: where it is; it may hold what only the receiver should know.
        events: that it wants to hear of.
        secret_env: the environment variable that holds what signs the messages to it.
    """

    name: str
    url: str
    events: tuple[Event, ...]
    secret_env: str

    @property
    def secret(self) -> str | None:
        """What signs the messages; None where the variable is not set, and then nothing is sent."""
        return os.environ.get(self.secret_env, "").strip() or None

    @property
    def origin(self) -> str:
        """Scheme, host and port of the address, which may be told."""
        address = urlsplit(self.url)
        return f"{address.scheme}://{address.netloc}"


@dataclass(frozen=True)
class HooksFile:
    """What stands in a `webhooks.toml`.

    Attributes:
        hooks: those that can be told, by name, in the order of the file.
        mistakes: one sentence about each thing that is wrong.
    """

    hooks: dict[str, Hook]
    mistakes: tuple[str, ...] = ()


def read_hooks(data_dir: Path) -> HooksFile:
    """The hooks of a data directory; none where it has no file."""
    path = data_dir / FILE_NAME
    if not path.exists():
        return HooksFile({})
    try:
        if path.stat().st_size > LARGEST:
            return HooksFile({}, (f"{FILE_NAME} is far too large: more than {LARGEST // 2**10} KB.",))
        tables = tomllib.loads(read_text(path))
    except OSError as error:
        return HooksFile({}, (f"{FILE_NAME} cannot be read: {error.strerror}.",))
    except (ValueError, RecursionError) as error:
        reason = "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error).strip().rstrip(".")
        return HooksFile({}, (f"{FILE_NAME} is no TOML: {reason}.",))
    return _read(tables)


def _read(tables: dict[str, Any]) -> HooksFile:
    mistakes = [
        f"'{name}' stands outside the hooks; they are written [hooks.NAME]." for name in tables if name != "hooks"
    ]
    named = tables.get("hooks", {})
    if not isinstance(named, dict):
        return HooksFile({}, (*mistakes, "'hooks' is no table; hooks are written [hooks.NAME]."))
    hooks: dict[str, Hook] = {}
    for name, table in named.items():
        if wrong := _mistakes(name, table):
            mistakes += wrong
        else:
            hooks[name] = Hook(name, table["url"].strip(), tuple(table["events"]), table["secret_env"])
    return HooksFile(hooks, tuple(mistakes))


def _mistakes(name: str, table: Any) -> list[str]:
    """What is wrong with the table of one hook; addresses are not repeated, which may hold secrets."""
    of = f"The hook '{name}'"
    wrong = []
    if not NAME.fullmatch(name):
        wrong.append(f"{of} has a name of other signs than up to 64 letters, digits, _ and -.")
    if not isinstance(table, dict):
        return [*wrong, f"{of} is no table; it is written [hooks.{name}]."]
    wrong += [f"{of} has an unknown option '{one}'; there are {', '.join(OPTIONS)}." for one in table.keys() - OPTIONS]
    wrong += [f"{of} has no '{one}'." for one in OPTIONS if one not in table]
    if "url" in table and not _is_address(table["url"]):
        wrong.append(f"{of} has a 'url' that is no address such as https://lab.example/manycut.")
    events = table.get("events", EVENTS)
    if not isinstance(events, list | tuple) or not events or any(one not in EVENTS for one in events):
        wrong.append(f"{of} has 'events' that are none; they are a list of {' and '.join(map(repr, EVENTS))}.")
    variable = table.get("secret_env", "_")
    if not isinstance(variable, str) or not VARIABLE.fullmatch(variable):
        # Not repeated: this may well be the secret itself.
        wrong.append(f"{of} has a 'secret_env' that is no name of an environment variable.")
    return wrong


def _is_address(url: Any) -> bool:
    if not isinstance(url, str) or not url.strip().isascii() or not url.strip().isprintable():
        return False
    try:
        address = urlsplit(url.strip())
        port = address.port
    except ValueError:
        return False
    plain = address.username is None and address.password is None and not address.fragment
    return address.scheme in ("http", "https") and bool(address.hostname) and plain and port != 0
