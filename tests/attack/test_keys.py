"""A key goes to the origin that it is for, and to no other address that somebody types or a server sends us to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.captions.chat_client import ChatClient
from core.captions.chat_server import OFFICIAL_ORIGIN, origin_of, server_at
from core.errors import InputError, ManycutError
from storage.servers import find_server
from verbs.judge import JudgeRequest, judge
from verbs.servers import server_called
from webapp.jobs import enqueue

KEY = "s3cret"


@dataclass
class Listener:
    """A server that writes down which keys it was shown, and answers 401 or sends on to another address.

    Attributes:
        url: of its interface.
        keys: of every request, None where it had none.
        sends_to: an address.
    """

    url: str
    keys: list[str | None] = field(default_factory=list)
    sends_to: str = ""


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Listener, Listener]]:
    """Two servers on one machine, at ports of their own; the environment holds a key and names no origin."""
    monkeypatch.setenv("MANYCUT_API_KEY", KEY)
    monkeypatch.delenv("MANYCUT_API_ORIGIN", raising=False)
    found: list[Listener] = []

    def handler(number: int) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener = found[number]
                listener.keys.append(self.headers.get("Authorization"))
                self.send_response(307 if listener.sends_to else 401)
                if listener.sends_to:
                    self.send_header("Location", listener.sends_to)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler

    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler(number)) for number in (0, 1)]
    found += [Listener(f"http://127.0.0.1:{server.server_port}/v1") for server in servers]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found[0], found[1]
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_key_of_the_environment_goes_to_no_address_that_is_typed(two):
    first, _ = two
    with pytest.raises(ManycutError, match="without the right key") as refused:
        ChatClient(server_at(first.url), pause_s=0.01)
    assert first.keys == [None]
    said = refused.value.hint
    assert f"sent to {OFFICIAL_ORIGIN} alone" in said
    assert f"MANYCUT_API_ORIGIN={first.url.removesuffix('/v1')}" in said
    assert "--key-env" in said
    assert KEY not in said


def test_the_key_of_the_environment_goes_to_the_origin_that_it_is_for_and_no_further(two, monkeypatch):
    first, second = two
    monkeypatch.setenv("MANYCUT_API_ORIGIN", first.url.removesuffix("/v1"))
    for sends_to in ("", f"{second.url}/models"):
        first.sends_to = sends_to
        with pytest.raises(ManycutError):
            ChatClient(server_at(first.url), pause_s=0.01)
    with pytest.raises(ManycutError, match="without the right key"):
        ChatClient(server_at(second.url), pause_s=0.01)
    assert first.keys == [f"Bearer {KEY}"] * 2
    assert second.keys == [None]


def test_even_a_client_that_follows_shows_the_key_to_its_origin_alone(two, library):
    first, second = two
    (library.data_dir / "servers.toml").write_text(f'[servers.studio]\nurl = "{first.url}"\nkey = "{KEY}"\n')
    first.sends_to = f"{second.url}/models"
    studio = find_server(library.data_dir, "studio")
    with pytest.raises(ManycutError, match="send us on to another address"):
        ChatClient(studio, pause_s=0.01)
    assert second.keys == []
    client = ChatClient(studio, "some-model", pause_s=0.01)
    client._client.follow_redirects = True  # what a later change may do
    with pytest.raises(ManycutError):
        client._models()
    assert first.keys == [f"Bearer {KEY}"] * 2
    assert second.keys == [None]


def test_a_key_that_is_named_goes_to_the_address_beside_it(two, monkeypatch, library, make_entry):
    first, second = two
    monkeypatch.setenv("STUDIO_KEY", "named-one")
    entry = make_entry(captions=tuple(f"Caption {number}." for number in range(120)))
    library.entries.add("talks", [entry])
    first.sends_to = f"{second.url}/models"
    with pytest.raises(ManycutError, match="send us on to another address"):
        judge(library, JudgeRequest(entry=entry.id, judge=first.url, key_env="STUDIO_KEY"))
    assert (first.keys, second.keys) == (["Bearer named-one"], [])


def test_a_key_that_is_named_in_vain_is_not_repeated(library):
    with pytest.raises(InputError, match="is not here") as error:
        server_called(library, "http://localhost:1/v1", "sk-1234")
    assert "sk-1234" not in f"{error.value} {error.value.hint}"
    with pytest.raises(InputError, match="for the address of a server alone"):
        server_called(library, "studio", "SOME_KEY")


def test_pages_name_no_variable_of_the_environment(library, monkeypatch):
    monkeypatch.setenv("STUDIO_KEY", KEY)
    with pytest.raises(InputError, match="names no variable"):
        enqueue(library, JudgeRequest(entry="x", judge="studio", key_env="STUDIO_KEY"))
    assert library.jobs.list() == []


@pytest.mark.parametrize("wrong", ["studio", "ftp://host", "http://me:pass@host", "http://[::1"])
def test_an_origin_that_is_none_is_named(monkeypatch, wrong):
    monkeypatch.setenv("MANYCUT_API_ORIGIN", wrong)
    with pytest.raises(InputError, match="MANYCUT_API_ORIGIN is not the address of a server"):
        server_at("http://localhost:8000/v1")


def test_an_origin_is_scheme_host_and_port():
    assert origin_of("HTTPS://Api.Example:443/v1") == origin_of("https://api.example") == "https://api.example"
    assert origin_of("http://[::1]:8000/v1") == "http://[::1]:8000"
    different = {origin_of(url) for url in ("http://a", "https://a", "http://a:8080", "http://b", "http://a.b")}
    assert len(different) == 5
