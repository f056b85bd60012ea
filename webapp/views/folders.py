"""Where files lie on the server is nobody's business: of a path an answer tells the name alone."""

from __future__ import annotations

import re
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any

from pydantic import BaseModel

from webapp.places import without_places

# What can be nothing but a path, whether it is one from the root of a disk or goes up from where the server is.
PLACE = r"(?:~\w*|\.{1,2}|[A-Za-z]:)?[/\\][^'\"\n]*"
WHOLE = re.compile(PLACE)
QUOTED = re.compile(rf"(?<=['\"]){PLACE}(?=['\"])")
# The words of a sentence that are a path of two folders or more; /api/docs is an address.
BARE = re.compile(r"(?<![\w/.~:'\"-])(?:~\w*|\.{1,2})?/(?!api/)[^\s/'\"]+/[^\s'\"]*[^\s'\".,;:)]")


def without_folders(value: Any, data_dir: Path) -> Any:
    """A value of an answer, its paths cut to names, those in its sentences and settings too."""
    if isinstance(value, Path):
        return Path(value.name)
    if isinstance(value, str):
        return _cut(value, data_dir)
    if isinstance(value, dict):
        return {key: without_folders(one, data_dir) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(without_folders(one, data_dir) for one in value)
    if isinstance(value, BaseModel):
        fields = {name: without_folders(getattr(value, name), data_dir) for name in type(value).model_fields}
        return value.model_copy(update=fields)
    return value


def _cut(text: str, data_dir: Path) -> str:
    if WHOLE.fullmatch(text):
        return _name(text)
    for pattern in (QUOTED, BARE):
        text = pattern.sub(lambda found: _name(found[0]), text)
    return without_places(text, data_dir)


def _name(path: str) -> str:
    return (PureWindowsPath(path) if "\\" in path else PurePath(path)).name or "a folder"
