"""Asking servers with OpenAI's chat interface.

A key goes to the origin of its server alone: no server can send us on to another address.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from core.captions.chat_server import Answer, ChatServer, checked_key, origin_of
from core.errors import Cancelled, ManycutError, NotFoundError

ATTEMPTS = 4
BUSY = frozenset({408, 429, 500, 502, 503, 504})
LONGEST_PAUSE_S = 30.0


class Unfit(ManycutError):
    """The server does not take a request of this form."""

    code = "bad_request"


class ChatClient:
    """Asks one model of a server.

    Args:
        server: from `server_at`, or of the configuration.
        model: which of its models; None takes the only one.
        pause_s: before the second attempt, where the server is busy or fails; doubled for each further one.
        timeout_s: how long the server may be silent.

    Attributes:
        model: its name there.

    Raises:
        InputError: the key cannot be sent.
        NotFoundError: the server does not answer, or it must be said which model is meant.
    """

    def __init__(
        self, server: ChatServer, model: str | None = None, pause_s: float = 1.0, timeout_s: float = 120.0
    ) -> None:
        self._server = server
        self._pause_s = pause_s
        self._stopped = threading.Event()
        # Redirects are not followed: they would carry pictures and captions, and on the same host the key, elsewhere.
        self._client = httpx.Client(
            auth=_key_for(server), timeout=httpx.Timeout(timeout_s, connect=10), follow_redirects=False
        )
        self.model = model or self._only_model()

    def say(self, messages: Sequence[Mapping[str, Any]], max_tokens: int) -> Answer:
        """The likeliest answer to a conversation; may be called from several threads.

        Raises:
            NotFoundError: the server does not answer, or does not have the model.
            Unfit: it does not take such a conversation.
            Cancelled: `stop` was called.
            ManycutError: it refuses, stays busy, or answers something else than the interface says.
        """
        body = {"model": self.model, "messages": list(messages), "max_tokens": max_tokens, "temperature": 0}
        response = self._ask("POST", "/chat/completions", body)
        if response.status_code == 404:
            names = ", ".join(self._models()) or "none that it lists"
            raise NotFoundError(f"The server {self._server.called} has no model '{self.model}'.", f"It has: {names}.")
        if response.status_code == 400:
            if "content_filter" in response.text:  # what Azure answers where it holds an answer back
                return Answer("")
            raise Unfit(f"The server {self._server.called} answers 400: {self._said(response)}")
        try:
            choice = self._json(response)["choices"][0]
            text = choice["message"].get("content") or choice["message"].get("refusal") or ""
            if isinstance(text, str):
                return Answer(text, choice.get("finish_reason") == "length")
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise self._strange() from error
        raise self._strange()

    def stop(self) -> None:
        """Nothing is asked any more, also not again."""
        self._stopped.set()

    def _only_model(self) -> str:
        names = self._models()
        if len(names) != 1:
            found = f"It has: {', '.join(names)}." if names else "It lists none; does the address end in /v1?"
            raise NotFoundError(f"Say which model of the server {self._server.called} should be asked.", found)
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
        """The answer, once the server gives one: successful, 400 or 404."""
        for attempt in range(ATTEMPTS):
            if self._stopped.is_set():
                break
            pause = self._pause_s * 2**attempt
            try:
                response = self._client.request(method, self._server.url + path, json=body)
            except httpx.RequestError as error:
                if attempt == ATTEMPTS - 1:
                    message = f"The server {self._server.called} does not answer ({type(error).__name__})."
                    raise NotFoundError(message, "Is it running, and is this its address?") from error
            else:
                if response.status_code not in BUSY or attempt == ATTEMPTS - 1:
                    return self._checked(response)
                pause = _wished_pause(response, pause)
            self._stopped.wait(min(pause, LONGEST_PAUSE_S))
        raise Cancelled(f"Asking the server {self._server.called} was cancelled.")

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.is_success or response.status_code in (400, 404):
            return response
        called = self._server.called
        if response.is_redirect:
            hint = "Name the address that answers itself: keys and captions are sent to no other."
            raise ManycutError(f"The server {called} wants to send us on to another address.", hint)
        if response.status_code in (401, 403):
            raise ManycutError(f"The server {called} refuses us without the right key.", self._server.key_hint)
        raise ManycutError(f"The server {called} answers {response.status_code}: {self._said(response)}")

    def _said(self, response: httpx.Response) -> str:
        """The beginning of what a server says of an error; some repeat the key that they were sent."""
        said = " ".join(response.text.split())
        if self._server.key:
            said = said.replace(self._server.key, "...")
        return said[:200] or "nothing"

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise self._strange() from error

    def _strange(self) -> ManycutError:
        return ManycutError(
            f"The server {self._server.called} answers something else than OpenAI's interface says.",
            "Its address usually ends in /v1.",
        )


def _key_for(server: ChatServer) -> Callable[[httpx.Request], httpx.Request]:
    """Puts the key of a server into what is asked of its own origin, and into nothing else."""
    said = f"Bearer {checked_key(server.key, server.called)}" if server.key else ""
    own = origin_of(server.url)

    def signed(request: httpx.Request) -> httpx.Request:
        if said and origin_of(str(request.url)) == own:
            request.headers["Authorization"] = said
        return request

    return signed


def _wished_pause(response: httpx.Response, otherwise: float) -> float:
    """Seconds the server asks us to wait."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return otherwise
