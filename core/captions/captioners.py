"""Captions: one sentence about every picture (LLMVS, CVPR 2025, sec. 3.1), from a model here or behind an address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from core.captions.chat_server import ChatServer


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
            also by its address, "http://host:port/v1": see `core.captions.chat_server.server_at` for its key.
        model: which model of the server; needed where it has several.
        device: of a model on this machine: "auto", "cpu", "cuda".
        batch_size: pictures in one pass, or requests at the same time.

    Raises:
        NotFoundError: a package, the model or the server is not there.
        InputError: the model or the address is of another kind.
        CheckpointError: the device does not exist here.
    """
    from core.captions.chat_server import is_address, server_at

    if not isinstance(name, str) or is_address(name):
        from core.captions.server_captioner import ServerCaptioner

        return ServerCaptioner(server_at(name) if isinstance(name, str) else name, model, batch_size)
    from core.captions.local_captioner import LocalCaptioner

    return LocalCaptioner(name, device, batch_size)
