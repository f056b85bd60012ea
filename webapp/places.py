"""Where this server keeps things is nobody's business: the last look at every answer in JSON.

Views cut paths to names (`webapp.views.folders`). What a sentence or a setting says all the same is found here, where
answers leave, by the places themselves: the folders of the data, of imports, of the project, of temporary files, and
the home of whoever runs the server.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath
from tempfile import gettempdir
from urllib.parse import quote, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.import_folder import import_folder
from webapp.paths import path_of

PROJECT = Path(__file__).resolve().parent.parent
# Pages hand back to Gradio where it has put an upload, word for word.
UPLOADS = "/gradio_api/upload"


def places(data_dir: Path) -> dict[str, str]:
    """Folders that no answer names, and what people call them; the deepest first."""
    return dict(_places(data_dir, import_folder(data_dir), os.environ.get("GRADIO_TEMP_DIR"), os.getcwd()))


@lru_cache(maxsize=8)  # every answer asks, and finding out where folders lie takes longer than most answers
def _places(data_dir: Path, imports: Path, uploads: str | None, here: str) -> tuple[tuple[str, str], ...]:
    called = {
        data_dir: "the data directory",
        imports: "the import folder",
        PROJECT: "the folder of the program",
        Path(here): "the folder of the server",
        Path(gettempdir()): "the folder of temporary files",
        Path.home(): "the home directory",
    }
    if uploads:
        called[Path(uploads)] = "the folder of uploads"
    found: dict[str, str] = {}
    for folder, name in called.items():
        for one in (folder.absolute(), folder.resolve()):
            if one != Path(one.anchor):  # the root of all paths tells nothing
                found.setdefault(str(one), name)
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def without_places(text: str, data_dir: Path) -> str:
    """A text whose paths below `places` are cut to the names of their files. It may be JSON, or hold addresses."""
    pattern, called = _pattern(tuple(places(data_dir).items()))

    def told(found: re.Match[str]) -> str:
        rest = unquote(found["rest"] or found["coded"] or "").strip("/")
        return PurePosixPath(rest).name or called[found["place"] or found["code"]]

    return pattern.sub(told, text)


class Placeless:
    """Middleware: `without_places` for every answer in JSON that is no download.

    Args:
        app: behind it.
        data_dir: of the library.
    """

    def __init__(self, app: ASGIApp, data_dir: Path) -> None:
        self.app = app
        self.data_dir = data_dir

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or path_of(scope).startswith(UPLOADS):
            return await self.app(scope, receive, send)
        start: Message | None = None
        body = bytearray()

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_told(Headers(raw=message["headers"])):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    told = without_places(body.decode("utf-8", "surrogateescape"), self.data_dir)
                    content = told.encode("utf-8", "surrogateescape")
                    headers = MutableHeaders(raw=start["headers"])
                    if "content-length" in headers and scope["method"] != "HEAD":
                        headers["content-length"] = str(len(content))
                    await send(start)
                    await send({"type": "http.response.body", "body": content})

        return await self.app(scope, receive, sending)


def _is_told(headers: Headers) -> bool:
    plain = "content-disposition" not in headers and "content-encoding" not in headers  # packed ones were told before
    return plain and headers.get("content-type", "").startswith("application/json")


@lru_cache(maxsize=8)
def _pattern(found: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds places in texts, in JSON and in addresses, and what people call each that it finds."""
    written: dict[str, str] = {}
    coded: dict[str, str] = {}
    for place, name in found:
        written |= dict.fromkeys((place, json.dumps(place, ensure_ascii=False)[1:-1], json.dumps(place)[1:-1]), name)
        written[quote(place)] = name
        coded[quote(place, safe="")] = name
    # To the end of the path, or to its first space: nobody can tell where a path ends that holds any.
    plain = rf"(?<![\w.~-])(?P<place>{_any(written)})(?![\w-])(?P<rest>/[^\s'\"\\<>]*)?"
    code = rf"(?P<code>{_any(coded)})(?![\w-])(?P<coded>%2[Ff][^\s'\"\\<>&]*)?"
    return re.compile(f"{plain}|{code}"), written | coded


def _any(forms: Iterable[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
