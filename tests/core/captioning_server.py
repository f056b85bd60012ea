"""A server with OpenAI's chat interface, as far as captioning and judging ask for it."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np


def picture(red: int, height: int = 30, width: int = 40) -> np.ndarray:
    return np.full((height, width, 3), (red, 60, 20), np.uint8)


class Server:
    """Speaks OpenAI's chat interface on a free port, calls every picture by its red, and judges every caption 7 of 10.

    Attributes:
        models: it has.
        failures: answers to give before the right ones: (status, headers), or None to hang up.
        key: it asks for; "" for none.
        say_of_failure: what stands in those.
        say: the answer to a picture of that red.
        judge: the answer to the last turn of a conversation: a body, or its text.
        takes_system: whether a conversation may begin with a turn of the system.
        seconds: that an answer takes.
        asked: bodies so far, decoded; at_once: most of them at the same time.
        keys: what every request so far brought as its key; None for nothing.
    """

    def __init__(self):
        self.models, self.failures, self.key, self.asked, self.at_once = ["llava"], [], "", [], 0
        self.say = lambda red: {"choices": [{"message": {"content": f"A wall of red {red}."}}]}
        self.judge = lambda text: "Score: 7"
        self.say_of_failure = {"error": {"message": "not now"}}
        self.takes_system, self.seconds, self.keys = True, 0.02, []
        self._now, self._lock = 0, threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                server.keys.append(self.headers.get("Authorization"))
                found = {"data": [{"id": name} for name in server.models]}
                self.answer(200 if self.path == "/v1/models" else 404, found)

            def do_POST(self):
                server.keys.append(self.headers.get("Authorization"))
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
                time.sleep(server.seconds)
                with server._lock:
                    server._now -= 1
                if failure is None:
                    self.close_connection = True
                    return self.connection.close()
                if failure[0] != 200:
                    return self.answer(failure[0], server.say_of_failure, failure[1])
                if body["model"] not in server.models:
                    return self.answer(404, {"error": {"message": "no such model"}})
                if not server.takes_system and body["messages"][0]["role"] == "system":
                    return self.answer(400, {"error": {"message": "System role not supported"}})
                if not isinstance(body["messages"][-1]["content"], str):
                    return self.answer(200, server.say(red_of(body)))
                said = server.judge(body["messages"][-1]["content"])
                return self.answer(200, chat(said) if isinstance(said, str) else said)

            def answer(self, status, body, headers=None):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):  # who waits no longer than it wants to
                    self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def chat(text: str | None, finish_reason: str = "stop", **message: str) -> dict:
    """An answer of one text."""
    return {"choices": [{"message": {"content": text, **message}, "finish_reason": finish_reason}]}


def central(question: str) -> str:
    """The central caption of what a judge is asked."""
    return next(line for line in question.splitlines() if " (central): " in line).partition(": ")[2]


def decoded(body: dict) -> np.ndarray:
    """(h, w, 3) RGB of the picture in a request."""
    url = body["messages"][0]["content"][0]["image_url"]["url"]
    head, _, data = url.partition(",")
    assert head == "data:image/jpeg;base64"
    return cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def red_of(body: dict) -> int:
    return 10 * round(float(decoded(body)[..., 0].mean()) / 10)
