from __future__ import annotations

import time

import numpy as np
import pytest

from core.captions.captioners import open_captioner
from core.captions.chat_server import server_at
from core.captions.server_captioner import ServerCaptioner
from core.errors import InputError, ManycutError, NotFoundError
from tests.core.captioning_server import Server, decoded, picture


@pytest.fixture
def server():
    opened = Server()
    yield opened
    opened.close()


def opened(server: Server, **options) -> ServerCaptioner:
    return ServerCaptioner(server_at(server.url), **{"pause_s": 0.01, **options})


def test_every_picture_gets_its_own_sentence(server):
    captioner = open_captioner(server.url, batch_size=4)
    reds = [10 * n for n in range(20)]
    assert captioner.describe([picture(red) for red in reds]) == [f"A wall of red {red}." for red in reds]
    assert captioner.id == "llava"
    assert 1 < server.at_once <= 4
    assert captioner.describe([]) == []


def test_request_is_the_papers(server):
    opened(server).describe([picture(200)])
    (body,) = server.asked
    assert body["model"] == "llava"
    assert (body["max_tokens"], body["temperature"]) == (77, 0)
    assert body["messages"][0]["content"][1]["text"] == "Provide a detailed one-sentence description"
    np.testing.assert_allclose(decoded(body).mean((0, 1)), (200, 60, 20), atol=3)


def test_large_pictures_are_sent_smaller(server):
    opened(server).describe([picture(100, 1080, 1920), picture(100, 3, 4000), picture(100, 300, 200)])
    assert {decoded(body).shape[:2] for body in server.asked} == {(576, 1024), (1, 1024), (300, 200)}


def test_answers_become_one_clean_sentence(server):
    server.say = lambda red: {"choices": [{"message": {"content": " A\nred  wall.\x00 It is\ud800 high. "}}]}
    assert opened(server).describe([picture(1)]) == ["A red wall."]
    server.say = lambda red: {"choices": [{"message": {"content": None}}]}
    assert opened(server).describe([picture(1)]) == [""]


@pytest.mark.parametrize(
    "failure", [(429, {"Retry-After": "0"}), (429, {"Retry-After": "nan"}), (500, {}), (503, {}), None]
)
def test_a_busy_server_is_asked_again(server, failure):
    server.failures = [failure] * 3
    assert opened(server).describe([picture(40)]) == ["A wall of red 40."]
    assert len(server.asked) == 4


def test_a_server_that_says_when_is_asked_then(server):
    server.failures = [(429, {"Retry-After": "0.3"})]
    started = time.monotonic()
    opened(server).describe([picture(40)])
    assert time.monotonic() - started >= 0.3


def test_a_server_that_stays_busy_is_given_up(server):
    server.failures = [(503, {})] * 10
    with pytest.raises(ManycutError, match=r"answers 503: .*not now"):
        opened(server).describe([picture(40)])
    assert len(server.asked) == 4


def test_what_the_server_refuses_is_not_asked_again(server):
    server.failures = [(400, {})]
    with pytest.raises(ManycutError, match=r"answers 400: .*not now"):
        opened(server).describe([picture(40)])
    assert len(server.asked) == 1


def test_no_server():
    gone = Server()
    gone.close()
    with pytest.raises(NotFoundError, match=f"The server {gone.url} does not answer"):
        opened(gone)


def test_models_are_listed_where_one_must_be_chosen(server):
    server.models = ["llava", "bakllava"]
    with pytest.raises(NotFoundError, match="Say which model") as error:
        opened(server)
    assert error.value.hint == "It has: llava, bakllava."
    assert opened(server, model="bakllava").describe([picture(40)]) == ["A wall of red 40."]
    with pytest.raises(NotFoundError, match="no model 'gpt'") as error:
        opened(server, model="gpt").describe([picture(40)])
    assert error.value.hint == "It has: llava, bakllava."


def test_key_comes_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("MANYCUT_API_ORIGIN", server.url)
    server.key = "s3cret"
    with pytest.raises(ManycutError, match="refuses") as error:
        open_captioner(server.url).describe([picture(40)])
    assert "MANYCUT_API_KEY" in error.value.hint
    monkeypatch.setenv("MANYCUT_API_KEY", "wrong-one")
    with pytest.raises(ManycutError, match="refuses") as error:
        open_captioner(server.url).describe([picture(40)])
    assert "wrong-one" not in str(error.value.as_dict())
    monkeypatch.setenv("MANYCUT_API_KEY", "s3cret")
    assert open_captioner(server.url).describe([picture(40)]) == ["A wall of red 40."]


@pytest.mark.parametrize("answer", [b"<html>Hello</html>", {"choices": []}, {"error": "?"}, ["no"], {"choices": None}])
def test_an_answer_of_another_kind(server, answer):
    server.say = lambda red: answer
    with pytest.raises(ManycutError, match="something else"):
        opened(server).describe([picture(40)])


@pytest.mark.parametrize("url", ["ftp://host/v1", "http://", "http://[::1/v1", "http://host:port/v1"])
def test_addresses_that_are_none(url):
    with pytest.raises(InputError, match="not the address"):
        open_captioner(url)


def test_address_without_the_interface(server):
    with pytest.raises(NotFoundError) as error:
        open_captioner(server.url.removesuffix("/v1"))
    assert "/v1" in error.value.hint
    assert open_captioner(f"{server.url}/chat/completions").describe([picture(40)]) == ["A wall of red 40."]
