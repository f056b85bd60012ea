"""Captions: one sentence about every picture (LLMVS, CVPR 2025, sec. 3.1), from a model here or behind an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from core.language.chat_server import ChatServer

# The paper's instruction and limit.
PROMPT = "Provide a detailed one-sentence description"
MAX_TOKENS = 77
# Control characters, and halves of surrogate pairs, which no file or database takes.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
SENTENCE_END = re.compile(r"[.!?]+[\"'”’)]*(?=\s)|[。！？]")
ABBREVIATIONS = frozenset({"dr", "e.g", "i.e", "jr", "mr", "mrs", "ms", "no", "sr", "st", "vs"})


class Captioner(Protocol):
    """Describes pictures.

    Attributes:
        id: which model it is: kept with every caption.
    """

    id: str

    def describe(self, pictures: Sequence[np.ndarray]) -> list[str]:
        """One sentence, on one line, for each of some pictures, (h, w, 3) uint8 RGB."""
        ...


def open_captioner(
    name: str | ChatServer, *, model: str | None = None, device: str = "auto", batch_size: int = 8
) -> Captioner:
    """A captioner.

    Args:
        name: a model that takes pictures and text, by its name on the hub or its folder
            ("llava-hf/llava-1.5-7b-hf" is the paper's); or a server with OpenAI's interface (vLLM, llama.cpp, Ollama),
            also by its address, "http://host:port/v1": its key is taken from the environment variable MANYCUT_API_KEY
            then.
        model: which model of the server; needed where it has several.
        device: of a model on this machine: "auto", "cpu", "cuda".
        batch_size: pictures in one pass, or requests at the same time.

    Raises:
        NotFoundError: a package, the model or the server is not there.
        InputError: the model or the address is of another kind.
        CheckpointError: the device does not exist here.
    """
    from core.language.chat_server import is_address, server_at

    if not isinstance(name, str) or is_address(name):
        from core.language.server_captioner import ServerCaptioner

        return ServerCaptioner(server_at(name) if isinstance(name, str) else name, model, batch_size)
    from core.language.local_captioner import LocalCaptioner

    return LocalCaptioner(name, device, batch_size)


def one_line(text: str) -> str:
    """A text on one line, without needless spaces and without what files and databases refuse."""
    return " ".join(UNPRINTABLE.sub(" ", text).split())


def first_sentence(text: str) -> str:
    """The first sentence of what a model wrote, on one line."""
    text = one_line(text)
    for end in SENTENCE_END.finditer(text):
        word = text[: end.start()].rpartition(" ")[2].lower()
        initial = len(word) == 1 and word.isalpha() and end[0] == "."
        if word not in ABBREVIATIONS and not initial:
            return text[: end.end()]
    return text
