from __future__ import annotations

import math
import threading
import time

import numpy as np
import pytest

from core.captions.chat_server import Answer, ChatServer, server_at
from core.captions.prompt import messages
from core.captions.server_judge import ServerJudge, numbers, question
from core.errors import Cancelled, InputError, ManycutError, NotFoundError
from tests.core.captioning_server import Server, central, chat

CAPTIONS = [f"Boat {number} passes." for number in range(12)]


@pytest.fixture
def server():
    opened = Server()
    opened.judge = lambda text: f"Score: {number_of(text) % 11}"
    yield opened
    opened.close()


def number_of(text: str) -> int:
    return int(central(text).split()[1])


def opened(server: Server, **options) -> ServerJudge:
    return ServerJudge(server_at(server.url), **{"pause_s": 0.01, **options})


def judged(judge: ServerJudge, captions=CAPTIONS, known=(), **options) -> tuple[int, dict[str, Answer]]:
    """How many windows were asked about, and all answers."""
    answers = dict(known)
    return judge.judge(captions, dict(known), answers.__setitem__, **options), answers


def score_of(server: Server, answer) -> float:
    server.judge = lambda text: answer
    _, answers = judged(opened(server), CAPTIONS[:1])
    return float(numbers(CAPTIONS[:1], answers)[0])


def test_every_window_is_asked_about_several_at_a_time_and_its_number_is_read(server):
    told = []
    judge = opened(server, requests=4)
    windows, answers = judged(judge, progress=lambda fraction, message: told.append((fraction, message)))
    assert windows == 12
    np.testing.assert_allclose(numbers(CAPTIONS, answers), [number % 11 / 10 for number in range(12)], atol=1e-6)
    assert 1 < server.at_once <= 4
    assert told[-1] == (1.0, "Judging captions: 12 of 12")
    assert judge.id == f"{server.url[7:-3]}: llava"


def test_request_is_the_papers_with_the_likeliest_answer(server):
    judged(opened(server), CAPTIONS[:1])
    (body,) = server.asked
    assert body == {"model": "llava", "messages": messages(CAPTIONS[:1], 0), "max_tokens": 12, "temperature": 0}
    assert [turn["role"] for turn in body["messages"]] == ["system", *["user", "assistant"] * 3, "user"]


def test_a_model_without_turns_of_the_system_is_instructed_in_the_first(server):
    server.takes_system = False
    windows, answers = judged(opened(server, requests=1))
    assert windows == len(answers) == 12
    assert len(server.asked) == 13, "it is learnt once"
    assert server.asked[-1]["messages"] == messages(CAPTIONS, 11, system=False)


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("Score: 8", 0.8),
        ("I'd say 7", None),
        ("1. Narrative significance: high", None),
        ("Score: 85", None),
        (chat("Score: 1", "length"), None),
        (chat("Score: 1 because the boat", "length"), 0.1),
        (chat(None), None),
        (chat(None, refusal="I cannot help with that."), None),
    ],
)
def test_only_a_number_that_is_the_answer_counts(server, answer, score):
    read = score_of(server, answer)
    assert math.isnan(read) if score is None else read == pytest.approx(score)


def test_refusals_are_kept_and_silence_is_asked_again(server):
    server.judge = lambda text: chat(None, refusal="No.") if number_of(text) == 3 else chat(None)
    _, answers = judged(opened(server))
    assert answers == {question(CAPTIONS, 3): Answer("No.")}
    server.judge = lambda text: "Score: 5"
    assert judged(opened(server), known=answers)[0] == 11


def test_what_the_server_holds_back_is_no_failure(server):
    server.judge = lambda text: "Score: 5"
    server.failures = [(400, {})]
    with pytest.raises(ManycutError, match=r"answers 400: .*not now"):
        judged(opened(server), CAPTIONS[:1])
    server.say_of_failure = {"error": {"code": "content_filter", "message": "held back"}}
    server.failures = [(400, {})]
    assert judged(opened(server), CAPTIONS[:1]) == (1, {})


def test_what_is_known_and_what_is_the_same_is_not_asked_again(server):
    _, answers = judged(opened(server))
    asked = len(server.asked)
    assert judged(opened(server), known=answers)[0] == 0
    corrected = [*CAPTIONS[:5], "Lighthouse 5 blinks.", *CAPTIONS[6:]]
    assert judged(opened(server), corrected, known=answers)[0] == 7
    assert len(server.asked) == asked + 7
    assert judged(opened(server), ["Boat 1 rests."] * 40)[0] == 7, "three at each end, and all between"


@pytest.mark.parametrize("failure", [(429, {"Retry-After": "0"}), (500, {}), (503, {}), None])
def test_a_busy_server_is_asked_again(server, failure):
    server.failures = [failure] * 3
    windows, answers = judged(opened(server, requests=1))
    assert windows == len(answers) == 12
    assert len(server.asked) == 15


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_that_stays_busy_is_given_up_and_what_it_said_is_kept(server, status):
    def judge(text):
        if number_of(text) == 6:
            server.failures = [(status, {})] * 100
        return "Score: 5"

    server.judge = judge
    answers = {}
    with pytest.raises(ManycutError, match=f"answers {status}"):
        opened(server, requests=1).judge(CAPTIONS, {}, answers.__setitem__)
    server.failures, server.judge = [], lambda text: "Score: 5"
    assert len(answers) == 7
    assert judged(opened(server), known=answers)[0] == 5


@pytest.mark.parametrize("answer", [{"choices": []}, {"choices": [{"message": {"content": [1]}}]}, {"error": "?"}])
def test_an_answer_of_another_kind(server, answer):
    with pytest.raises(ManycutError, match="something else"):
        score_of(server, answer)


def test_a_server_slower_than_can_be_waited_for(server):
    server.seconds = 0.6
    with pytest.raises(NotFoundError, match=r"does not answer \(ReadTimeout\)"):
        judged(opened(server, timeout_s=0.1), CAPTIONS[:1])


def test_cancelling_does_not_wait_for_a_slow_server(server):
    server.seconds, stop = 3, threading.Event()
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()
    with pytest.raises(Cancelled, match="was cancelled") as cancelled:
        judged(opened(server, requests=2), should_stop=stop.is_set)
    assert "goes on from there" in cancelled.value.hint
    assert time.monotonic() - started < 2
    time.sleep(0.1)
    assert len(server.asked) == 2, "nothing new is asked"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_server_sends_the_key_or_the_captions_elsewhere(server, status):
    other = Server()
    try:
        for target in (other.url, server.url):
            server.failures = [(status, {"Location": f"{target}/chat/completions"})]
            asked = len(server.asked)
            judge = ServerJudge(ChatServer(server.url, "studio", "s3cret"), "llava", pause_s=0.01)
            with pytest.raises(ManycutError, match="'studio' wants to send us on"):
                judged(judge, CAPTIONS[:1])
            assert len(server.asked) == asked + 1
        assert other.keys == other.asked == []
        assert set(server.keys) == {"Bearer s3cret"}
    finally:
        other.close()


def test_a_wrong_key_is_never_repeated(server):
    server.key = "right"
    wrong = ChatServer(server.url, "studio", "s3cret", "Put its key into the environment variable STUDIO_KEY.")
    with pytest.raises(ManycutError, match="'studio' refuses us") as error:
        judged(ServerJudge(wrong, "llava"), CAPTIONS[:1])
    assert error.value.hint == "Put its key into the environment variable STUDIO_KEY."
    server.key, server.failures = "s3cret", [(402, {})]
    server.say_of_failure = {"error": "no credit left for s3cret"}
    with pytest.raises(ManycutError, match=r"answers 402: .*no credit left for \.\.\.") as error:
        judged(ServerJudge(wrong, "llava"), CAPTIONS[:1])
    assert "s3cret" not in repr(wrong) + str(error.value.as_dict())


@pytest.mark.parametrize("key", ["two\nlines", "clé", " "])
def test_keys_that_no_header_carries(server, key):
    with pytest.raises(InputError, match="holds characters that no key has") as error:
        ServerJudge(ChatServer(server.url, "studio", key))
    assert key.strip() not in error.value.message or not key.strip()


@pytest.mark.parametrize("url", ["http://ada:pass@host/v1", "http://host/v1?key=pass", "http://host/v1#pass"])
def test_addresses_hold_no_secrets(url):
    with pytest.raises(InputError, match="more than an address") as error:
        server_at(url)
    assert "pass" not in error.value.message


def test_no_caption_is_no_question(server):
    assert judged(opened(server), []) == (0, {})
    assert numbers([], {}).shape == (0,)
