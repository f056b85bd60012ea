"""The servers of an installation: `servers.toml` in its data directory.

    [servers.studio]
    url = "http://localhost:8000/v1"
    caption_model = "llava-hf/llava-1.5-7b-hf"     # may be left out where the server has one model

    [servers.provider]
    url = "https://api.provider.example/v1"
    key_env = "PROVIDER_KEY"                       # the environment variable with the key
    judge_model = "some-chat-model"

The file is read whenever a server is asked for, so that a change needs no restart.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.captions.chat_server import ChatServer, checked_key, checked_url
from core.errors import InputError
from core.text_files import read_text

FILE_NAME = "servers.toml"
LARGEST = 2**14  # bytes; what Python makes of one long name grows with its square
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPTIONS = ("url", "key_env", "key", "caption_model", "judge_model")


@dataclass(frozen=True)
class ServerSettings:
    """One server as the file names it.

    Attributes:
        name: of its table.
        url: where it is.
        key_env: the environment variable that holds its key; None for none.
        key: where it stands in the file itself.
        caption_model, judge_model: see `ChatServer`.
    """

    name: str
    url: str
    key_env: str | None = None
    key: str | None = None
    caption_model: str | None = None
    judge_model: str | None = None

    @property
    def key_is_missing(self) -> bool:
        """Whether its key should be in the environment and is not."""
        return self.key_env is not None and not os.environ.get(self.key_env, "").strip()

    def opened(self) -> ChatServer:
        """The server with its key.

        Raises:
            InputError: the key is not in the environment, or is none.
        """
        hint = f"Put its key into {FILE_NAME}."
        if self.key_env is not None:
            hint = f"Put its key into the environment variable {self.key_env}."
        if self.key_is_missing:
            raise InputError(f"The key of the server '{self.name}' is not here.", hint)
        key = os.environ[self.key_env] if self.key_env is not None else self.key
        key = checked_key(key, f"'{self.name}'") if key else ""
        return ChatServer(self.url, self.name, key, hint, self.caption_model, self.judge_model)


@dataclass(frozen=True)
class ServersFile:
    """What stands in a `servers.toml`.

    Attributes:
        servers: those that can be asked, by name, in the order of the file.
        mistakes: one sentence about each thing that is wrong, by the server it is about; "" for the file as a whole.
    """

    servers: dict[str, ServerSettings]
    mistakes: dict[str, list[str]]


def read_servers(data_dir: Path) -> ServersFile:
    """The servers of a data directory; none where it has no file."""
    path = data_dir / FILE_NAME
    if not path.exists():
        return ServersFile({}, {})
    try:
        if path.stat().st_size > LARGEST:
            return ServersFile({}, {"": [f"{FILE_NAME} is far too large: more than {LARGEST // 2**10} KB."]})
        tables = tomllib.loads(read_text(path))
    except OSError as error:
        return ServersFile({}, {"": [f"{FILE_NAME} cannot be read: {error.strerror}."]})
    except (ValueError, RecursionError) as error:  # also for numbers of thousands of digits
        return ServersFile({}, {"": [f"{FILE_NAME} is no TOML: {_reason(error)}."]})
    return _read(tables)


def find_server(data_dir: Path, name: str) -> ChatServer | None:
    """The server of that name; None where the file names none, as for the names and folders of models.

    Raises:
        InputError: there is one, but what the file says of it is wrong or its key is missing; or the file as a whole
            cannot be read.
    """
    if not NAME.fullmatch(name):
        return None
    found = read_servers(data_dir)
    wrong = found.mistakes.get(name) or ([] if name in found.servers else found.mistakes.get("", []))
    if wrong:
        raise InputError(wrong[0], f"Mend it in {FILE_NAME}; `python app.py servers` lists every mistake.")
    return found.servers[name].opened() if name in found.servers else None


def _read(tables: dict[str, Any]) -> ServersFile:
    whole = [
        f"'{name}' stands outside the servers; they are written [servers.NAME]." for name in tables if name != "servers"
    ]
    named = tables.get("servers", {})
    if not isinstance(named, dict):
        return ServersFile({}, {"": [*whole, "'servers' is no table; servers are written [servers.NAME]."]})
    servers: dict[str, ServerSettings] = {}
    mistakes = {"": whole} if whole else {}
    for name, table in named.items():
        if wrong := _mistakes(name, table):
            mistakes[name] = wrong
        else:
            servers[name] = ServerSettings(name, **table | {"url": checked_url(table["url"])})
    return ServersFile(servers, mistakes)


def _mistakes(name: str, table: Any) -> list[str]:
    """What is wrong with the table of one server."""
    of = f"The server '{name}'"
    wrong = []
    if not NAME.fullmatch(name):
        wrong.append(f"{of} has a name of other signs than up to 64 letters, digits, _ and -.")
    if not isinstance(table, dict):
        return [*wrong, f"{of} is no table; it is written [servers.{name}]."]
    for option, value in table.items():
        if option not in OPTIONS:
            wrong.append(f"{of} has an unknown option '{option}'; there are {', '.join(OPTIONS)}.")
        elif not isinstance(value, str) or not value.strip():
            wrong.append(f"{of} has a '{option}' that is no text in quotes.")
    if "url" not in table:
        wrong.append(f"{of} has no 'url'.")
    if "key" in table and "key_env" in table:
        wrong.append(f"{of} has both 'key' and 'key_env'; one of them is enough.")
    if wrong:
        return wrong
    if "key_env" in table and not VARIABLE.fullmatch(table["key_env"]):
        # Not repeated: this may well be the key itself.
        wrong.append(f"{of} has a 'key_env' that is no name of an environment variable; a key itself is called 'key'.")
    try:
        checked_url(table["url"])
        checked_key(table.get("key", "none"), f"'{name}'")
    except InputError as error:
        wrong.append(f"{of}: {error.message}")
    return wrong


def _reason(error: Exception) -> str:
    return "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error).strip().rstrip(".")
