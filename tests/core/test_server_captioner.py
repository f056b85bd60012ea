from __future__ import annotations

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from core.errors import InputError, ManycutError, NotFoundError
from core.language.captioners import open_captioner
from core.language.server_captioner import ServerCaptioner


def picture(red: int, height: int = 30, width: int = 40) -> np.ndarray:
    return np.full((height, width, 3), (red, 60, 20), np.uint8)


class Server:
    """Speaks OpenAI's chat interface on a free port, and calls every picture by its red.

    Attributes:
        models: it has.
        failures: answers to give before the right ones: (status, headers), or None to hang up.
        key: it asks for; "" for none.
        say: the answer to a picture of that red.
        asked: bodies so far, decoded; at_once: most of them at the same time.
    """

    def __init__(self):
        self.models, self.failures, self.key, self.asked, self.at_once = ["llava"], [], "", [], 0
        self.say = lambda red: {"choices": [{"message": {"content": f"A wall of red {red}."}}]}
        self._now, self._lock = 0, threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                found = {"data": [{"id": name} for name in server.models]}
                self.answer(200 if self.path == "/v1/models" else 404, found)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path != "/v1/chat/completions":
                    return self.answer(404, {})
                if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                    return self.answer(401, {"error": {"message": "who is there?"}})
                with server._lock:
                    failure = server.failures.pop(0) if server.failures else (200, {})
                    server.asked.append(body)
                    server._now += 1
                    server.at_once = max(server.at_once, server._now)
                time.sleep(0.02)
                with server._lock:
                    server._now -= 1
                if failure is None:
                    self.close_connection = True
                    return self.connection.close()
                if failure[0] != 200:
                    return self.answer(failure[0], {"error": {"message": "not now"}}, failure[1])
                if body["model"] not in server.models:
                    return self.answer(404, {"error": {"message": "no such model"}})
                return self.answer(200, server.say(red_of(body)))

            def answer(self, status, body, headers=None):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def decoded(body: dict) -> np.ndarray:
    """(h, w, 3) RGB of the picture in a request."""
    url = body["messages"][0]["content"][0]["image_url"]["url"]
    head, _, data = url.partition(",")
    assert head == "data:image/jpeg;base64"
    return cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def red_of(body: dict) -> int:
    return 10 * round(float(decoded(body)[..., 0].mean()) / 10)


@pytest.fixture
def server():
    opened = Server()
    yield opened
    opened.close()


def opened(server: Server, **options) -> ServerCaptioner:
    return ServerCaptioner(server.url, **{"pause_s": 0.01, **options})


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
    with pytest.raises(NotFoundError, match=f"No server answers at {gone.url}"):
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
