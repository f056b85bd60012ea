"""Tells the receivers of `webhooks.toml` what has happened: threads of the web process, for which nothing waits.

Each message is JSON, signed with HMAC-SHA256 of its bytes, and numbered: a receiver that hears a number again, because
a server ended between sending and noting it, may leave it out. A receiver has five seconds; redirects are not followed;
after three tries it is not told of that any more, and hears of the next.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from core.errors import ManycutError
from storage.happenings import Happening
from storage.hooks import Hook, read_hooks
from storage.library import Library

log = logging.getLogger("manycut.webhooks")
LOOK_S = 0.5  # between two looks for what has happened
TIDY_S = 60.0  # between two looks for what every hook was told of
TIMEOUT_S = 5.0  # for a receiver to answer
PAUSES_S = (1.0, 4.0)  # before the second and the third try
GOODBYE_S = 2.0  # for what is being sent when the server ends


@contextmanager
def telling(library: Library) -> Iterator[None]:
    """Tells the hooks of a library, as long as the block runs."""
    teller = _Teller(library)
    thread = threading.Thread(target=teller.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        teller.stop.set()
        thread.join(GOODBYE_S)


class _Teller:
    """Looks for what has happened; each hook that is to be told gets a thread of its own for as long."""

    def __init__(self, library: Library) -> None:
        self.stop = threading.Event()
        self._library = library
        self._happenings = library.happenings
        self._holder = f"{socket.gethostname()}/{secrets.token_hex(4)}"
        self._telling: dict[str, threading.Thread] = {}
        self._mistakes: tuple[str, ...] = ()
        self._tidied = 0.0

    def run(self) -> None:
        failing = not self._released()
        while not self.stop.wait(LOOK_S):
            try:
                self._look()
                failing = False
            except Exception as error:  # the database is away for a moment; said once
                if not failing:
                    said = error.message if isinstance(error, ManycutError) else repr(error)
                    log.warning("Hooks are not told for the moment: %s", said)
                failing = True
        until = time.monotonic() + GOODBYE_S
        for thread in self._telling.values():
            thread.join(max(until - time.monotonic(), 0.0))

    def _released(self) -> bool:
        try:
            if self._library.engine.dialect.name == "sqlite":  # one server runs over it: see storage.server_lock
                self._happenings.release()
        except ManycutError:
            return False
        return True

    def _look(self) -> None:
        file = read_hooks(self._library.data_dir)
        mistakes = file.mistakes + tuple(
            f"The hook '{one.name}' is told nothing: the environment has no {one.secret_env}."
            for one in file.hooks.values()
            if one.secret is None
        )
        for said in mistakes if mistakes != self._mistakes else ():
            log.warning("%s", said)
        self._mistakes = mistakes
        self._telling = {name: thread for name, thread in self._telling.items() if thread.is_alive()}
        for hook in file.hooks.values():
            self._happenings.begin(hook.name)
            if hook.name in self._telling or hook.secret is None:
                continue
            if self._happenings.waiting(hook.name, hook.events):
                thread = self._telling[hook.name] = threading.Thread(target=self._tell_all, args=(hook,), daemon=True)
                thread.start()
        # A file with mistakes may name more hooks than can be read of it: what they wait for is kept.
        if not file.mistakes and time.monotonic() - self._tidied > TIDY_S:
            self._happenings.forget({one.name: one.events for one in file.hooks.values()})
            self._tidied = time.monotonic()

    def _tell_all(self, hook: Hook) -> None:
        """Tells a hook of one thing after the other, until there is nothing more."""
        try:
            while not self.stop.is_set():
                happening = self._happenings.take(hook.name, hook.events, self._holder)
                if happening is None:
                    return
                problem = self._tell(hook, happening)
                if problem is None:
                    return
                if problem:
                    about = f"{happening.event} {happening.facts['id']}"
                    log.warning("The hook '%s' was not told of '%s': %s", hook.name, about, problem)
                self._note(hook, happening, problem)
        except ManycutError as error:  # nothing was sent that is not noted
            log.warning("The hook '%s' is told later: %s", hook.name, error.message)
            self.stop.wait(TIMEOUT_S)
        except Exception:
            log.exception("The hook '%s' is told later.", hook.name)
            self.stop.wait(TIMEOUT_S)

    def _tell(self, hook: Hook, happening: Happening) -> str | None:
        """What went wrong with the last of three tries, "" where one worked; None where the server ends meanwhile."""
        problem = ""
        for pause in (0.0, *PAUSES_S):
            if self.stop.wait(pause):
                return None
            problem = send(hook, happening)
            if not problem:
                return ""
        return problem

    def _note(self, hook: Hook, happening: Happening, problem: str) -> None:
        """Notes what was sent, however long the database is away: otherwise it would be sent again."""
        while True:
            try:
                return self._happenings.told(hook.name, happening.id, problem)
            except ManycutError:
                if self.stop.wait(1.0):
                    raise


def send(hook: Hook, happening: Happening) -> str:
    """Sends one message once; a sentence about what went wrong, "" where the receiver took it."""
    body = json.dumps({"event": happening.event, "at": happening.at.isoformat(), **happening.facts}).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Manycut",
        "X-Manycut-Delivery": str(happening.id),
        "X-Manycut-Signature": f"sha256={signature(hook.secret or '', body)}",
    }
    try:
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
            request = client.build_request("POST", hook.url, content=body, headers=headers)
            answer = client.send(request, stream=True)  # what it says beyond its status is not read
            answer.close()
    except httpx.TimeoutException:
        return f"it did not answer within {TIMEOUT_S:.0f} s."
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return f"it cannot be reached ({type(error).__name__})."
    if answer.is_success:
        return ""
    if answer.has_redirect_location:
        return f"it answered {answer.status_code} with another address, to which nothing is sent."
    return f"it answered {answer.status_code}."


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of a message, hexadecimal."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
