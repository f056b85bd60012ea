"""Captions from a server with OpenAI's chat interface."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from core.captions.chat_client import ChatClient
from core.captions.chat_server import ChatServer
from core.captions.sentences import MAX_TOKENS, PROMPT, first_sentence

# Longest side of the pictures that are sent: models look at fewer pixels, and a 4K frame takes seconds to send.
LONGEST_SIDE = 1024
JPEG_QUALITY = 92


class ServerCaptioner:
    """A captioner behind an address.

    Args:
        server: where it is.
        model: its name there; None takes the one of the configuration, or the only one.
        requests: at the same time.
        pause_s: see `ChatClient`.

    Raises:
        InputError, NotFoundError: see `ChatClient`.
    """

    def __init__(self, server: ChatServer, model: str | None = None, requests: int = 8, pause_s: float = 1.0) -> None:
        self._requests = requests
        self._client = ChatClient(server, model or server.caption_model, pause_s)
        self.id = self._client.model

    def describe(self, pictures: Sequence[np.ndarray]) -> list[str]:
        """One sentence, on one line, for each of some pictures, (h, w, 3) uint8 RGB."""
        with ThreadPoolExecutor(self._requests) as pool:
            waiting = [pool.submit(self._describe, picture) for picture in pictures]
            try:
                return [future.result() for future in waiting]
            finally:
                pool.shutdown(cancel_futures=True)

    def _describe(self, picture: np.ndarray) -> str:
        content = [
            {"type": "image_url", "image_url": {"url": _data_url(picture)}},
            {"type": "text", "text": PROMPT},
        ]
        return first_sentence(self._client.say([{"role": "user", "content": content}], MAX_TOKENS).text)


def _data_url(picture: np.ndarray) -> str:
    height, width = picture.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()
