"""What servers answered about windows of captions, kept answer by answer, so that nothing is asked twice.

    judged/<server>-<model>-<mark>/<dataset>/<key>.jsonl    first whom it is by, then one answer a line

Only ever appended to: an interruption costs the line that was being written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.captions.chat_server import Answer
from core.errors import InputError

FOLDER = "judged"


@dataclass(frozen=True)
class Asked:
    """Whom answers are by.

    Attributes:
        server: its name in the configuration, or its address where it was given by that.
        model: its name there.
    """

    server: str
    model: str

    @property
    def folder(self) -> str:
        """A name of letters, digits, dots and dashes of its own."""
        readable = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{self.server}-{self.model}").strip("-.")[:100]
        return f"{readable}-{hashlib.sha256(json.dumps([self.server, self.model]).encode()).hexdigest()[:8]}"


class Answers:
    """The answers of one model about one entry.

    Args:
        data_dir: of the library.
        asked: whom they are by.
        entry_id: of the entry.
    """

    def __init__(self, data_dir: Path, asked: Asked, entry_id: str) -> None:
        self._asked = asked
        self._path = data_dir / FOLDER / asked.folder / f"{entry_id}.jsonl"

    def read(self) -> dict[str, Answer]:
        """All of them by question; without lines that an interruption left behind."""
        return {
            line["question"]: Answer(line["text"], line["is_cut"]) for line in _lines(self._path) if "question" in line
        }

    def keep(self, question: str, answer: Answer) -> None:
        """Appends one.

        Raises:
            InputError: the system refuses to write there.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                begins = file.tell() == 0
                if not begins:
                    file.seek(-1, 2)
                    if file.read(1) != b"\n":
                        file.write(b"\n")
                if begins:
                    file.write(_line({"server": self._asked.server, "model": self._asked.model}))
                file.write(_line({"question": question, "text": answer.text, "is_cut": answer.is_cut}))
        except OSError as error:
            raise InputError(f"'{self._path}' cannot be written: {error.strerror or error}.") from error


def asked_about(data_dir: Path, entry_id: str) -> list[Asked]:
    """Whose answers about an entry are here."""
    found = []
    for path in sorted(data_dir.glob(f"{FOLDER}/*/")):
        first = next(_lines(path / f"{entry_id}.jsonl"), {})
        if first.keys() == {"server", "model"}:
            found.append(Asked(first["server"], first["model"]))
    return found


def _line(value: dict[str, Any]) -> bytes:
    # Halves of surrogate pairs, which models do write, stay escaped: UTF-8 has no place for them.
    return json.dumps(value).encode() + b"\n"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value
