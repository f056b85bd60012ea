"""The paper's zero-shot baseline (LLMVS, CVPR 2025) by a server: the number that a language model answers.

No hidden states come from a server, so there is nothing that a head could be trained on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from core.captions.chat_client import ChatClient, Unfit
from core.captions.chat_server import Answer, ChatServer
from core.captions.prompt import ANSWER_TOKENS, messages, read_score
from core.progress import Progress, ShouldStop, check, never, silent

# How often somebody who cancels is listened to while the server thinks.
LISTEN_S = 0.2


class ServerJudge:
    """A language model behind an address that judges captions.

    Args:
        server: where it is.
        model: its name there; None takes the one of the configuration, or the only one.
        requests: at the same time.
        pause_s, timeout_s: see `ChatClient`.

    Attributes:
        id: of server and model.

    Raises:
        InputError, NotFoundError: see `ChatClient`.
    """

    def __init__(
        self,
        server: ChatServer,
        model: str | None = None,
        requests: int = 8,
        pause_s: float = 1.0,
        timeout_s: float = 120.0,
    ) -> None:
        self._requests = requests
        self._client = ChatClient(server, model or server.judge_model, pause_s, timeout_s)
        self._takes_system = True
        self.model = self._client.model
        self.id = f"{server.short}: {self.model}"

    def judge(
        self,
        captions: Sequence[str],
        known: Mapping[str, Answer],
        keep: Callable[[str, Answer], None],
        progress: Progress = silent,
        should_stop: ShouldStop = never,
    ) -> int:
        """Asks about those windows of one video that no answer is known to; the same window is asked about once.

        Args:
            captions: T sentences, one per pick, in order.
            known: answers by `question`.
            keep: called in this thread with every answer as it comes, so that nothing is asked twice; not with those in
                which nothing is said, which may be the fault of the server.
            progress: told after every answer.
            should_stop: asked several times a second.

        Returns:
            How many windows were asked about.

        Raises:
            Cancelled: `should_stop` said so.
            NotFoundError, ManycutError: see `ChatClient.say`.
        """
        rows = {question(captions, row): row for row in reversed(range(len(captions)))}
        new = {key: row for key, row in sorted(rows.items(), key=lambda pair: pair[1]) if key not in known}
        pool = ThreadPoolExecutor(self._requests)
        try:
            running = {pool.submit(self._ask, captions, row): key for key, row in new.items()}
            for done, future in enumerate(_as_they_come(running, should_stop), 1):
                answer = future.result()
                if answer.text:
                    keep(running[future], answer)
                progress(done / len(new), f"Judging captions: {done} of {len(new)}")
        except BaseException:
            self._client.stop()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return len(new)

    def _ask(self, captions: Sequence[str], row: int) -> Answer:
        if self._takes_system:
            try:
                return self._client.say(messages(captions, row), ANSWER_TOKENS)
            except Unfit as error:
                if "system" not in error.message.lower():  # the templates of some models have no such turn
                    raise
                self._takes_system = False
        return self._client.say(messages(captions, row, system=False), ANSWER_TOKENS)


def question(captions: Sequence[str], row: int) -> str:
    """What stands for one window and how it is asked about: the same for the same words, in hexadecimal."""
    return hashlib.sha256(json.dumps(messages(captions, row)).encode()).hexdigest()


def numbers(captions: Sequence[str], answers: Mapping[str, Answer]) -> np.ndarray:
    """(T,) float32: the score answered about each window, 0..1; NaN where the answer holds none or is missing."""
    said = [answers.get(question(captions, row), Answer("")) for row in range(len(captions))]
    return np.array([read_score(answer.text, answer.is_cut) for answer in said], np.float32)


def _as_they_come(futures: Iterable[Future[Answer]], should_stop: ShouldStop) -> Iterator[Future[Answer]]:
    """The futures that are done, those that failed after the others that came with them."""
    waiting = set(futures)
    while waiting:
        check(should_stop, "Judging the captions", "Asking again goes on from there.")
        done, waiting = wait(waiting, LISTEN_S, FIRST_COMPLETED)
        yield from sorted(done, key=lambda future: future.exception() is not None)
