"""Captions from a server with OpenAI's chat interface, as vLLM, llama.cpp and Ollama have it."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import httpx
import numpy as np

from core.errors import InputError, ManycutError, NotFoundError
from core.language.captioners import API_KEY, MAX_TOKENS, PROMPT, first_sentence

# Longest side of the pictures that are sent: models look at fewer pixels, and a 4K frame takes seconds to send.
LONGEST_SIDE = 1024
JPEG_QUALITY = 92
ATTEMPTS = 4
BUSY = frozenset({408, 429, 500, 502, 503, 504})
LONGEST_PAUSE_S = 30.0


class ServerCaptioner:
    """A captioner behind an address.

    Args:
        url: "http://host:port/v1".
        model: its name there; None takes the only one.
        api_key: sent as bearer token, if there is one.
        requests: at the same time.
        pause_s: before the second attempt, where the server is busy or fails; doubled for each further one.

    Raises:
        InputError: the address is none.
        NotFoundError: no server answers there, or it does not have the model.
    """

    def __init__(
        self, url: str, model: str | None = None, api_key: str | None = None, requests: int = 8, pause_s: float = 1.0
    ) -> None:
        self._url = url.rstrip("/").removesuffix("/chat/completions")
        self._requests = requests
        self._pause_s = pause_s
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        try:
            address = httpx.URL(self._url)
        except httpx.InvalidURL as error:
            raise _no_address(url) from error
        if address.scheme not in ("http", "https") or not address.host:
            raise _no_address(url)
        self._client = httpx.Client(headers=headers, timeout=httpx.Timeout(120, connect=10))
        self.id = model or self._only_model()

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
        response = self._ask(
            "POST",
            "/chat/completions",
            {
                "model": self.id,
                "messages": [{"role": "user", "content": content}],
                "max_tokens": MAX_TOKENS,
                "temperature": 0,
            },
        )
        if response.status_code == 404:
            names = ", ".join(self._models()) or "none that it lists"
            raise NotFoundError(f"The server {self._url} has no model '{self.id}'.", f"It has: {names}.")
        try:
            return first_sentence(self._json(response)["choices"][0]["message"]["content"] or "")
        except (KeyError, IndexError, TypeError) as error:
            raise self._strange() from error

    def _only_model(self) -> str:
        names = self._models()
        if len(names) != 1:
            found = f"It has: {', '.join(names)}." if names else "It lists none; does the address end in /v1?"
            raise NotFoundError(f"Say which model of the server {self._url} should describe the pictures.", found)
        return names[0]

    def _models(self) -> list[str]:
        response = self._ask("GET", "/models")
        if response.status_code == 404:
            return []
        try:
            return [str(model["id"]) for model in self._json(response)["data"]]
        except (KeyError, TypeError) as error:
            raise self._strange() from error

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """The answer, once the server gives one: successful, or 404."""
        for attempt in range(ATTEMPTS):
            pause = self._pause_s * 2**attempt
            try:
                response = self._client.request(method, self._url + path, json=body)
            except httpx.TransportError as error:
                if attempt == ATTEMPTS - 1:
                    message = f"No server answers at {self._url} ({type(error).__name__})."
                    raise NotFoundError(message, "Is it running, and is this its address?") from error
            else:
                if response.status_code not in BUSY or attempt == ATTEMPTS - 1:
                    return self._checked(response)
                pause = _wished_pause(response, pause)
            time.sleep(min(pause, LONGEST_PAUSE_S))
        raise AssertionError("the last attempt returns or raises")

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.is_success or response.status_code == 404:
            return response
        if response.status_code in (401, 403):
            hint = f"Put its key into the environment variable {API_KEY}."
            raise ManycutError(f"The server {self._url} refuses us without the right key.", hint)
        said = " ".join(response.text.split())[:200]
        raise ManycutError(f"The server {self._url} answers {response.status_code}: {said or 'nothing'}")

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise self._strange() from error

    def _strange(self) -> ManycutError:
        return ManycutError(
            f"The server {self._url} answers something else than OpenAI's interface says.",
            "Its address usually ends in /v1.",
        )


def _no_address(url: str) -> InputError:
    return InputError(f"'{url}' is not the address of a server.", "Write it like http://localhost:8000/v1.")


def _wished_pause(response: httpx.Response, otherwise: float) -> float:
    """Seconds the server asks us to wait."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return otherwise


def _data_url(picture: np.ndarray) -> str:
    height, width = picture.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
