"""Fetching weights from a real server on this machine."""

from __future__ import annotations

import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from core.errors import Cancelled, InputError, NotFoundError
from core.features.kinds import SpaceOptions
from core.features.weights import checksum_in, download, published_file, torch_cache

CONTENT = np.random.default_rng(0).bytes(1_000_000)
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()[:8]
NAME = f"tiny-{CHECKSUM}.pth"


@pytest.fixture(scope="module")
def server():
    """/good has the content, /half promises all of it and ends in the middle, /endless does not say how much."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/gone":
                self.send_error(404)
                return
            self.send_response(200)
            if self.path != "/endless":
                self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[: len(CONTENT) // 2] if self.path == "/half" else CONTENT)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize("path", ["good", "endless"])
def test_a_file_comes_whole_and_says_how_far_it_is(server, tmp_path, path):
    told = []
    download(
        f"{server}/{path}", tmp_path / "new" / NAME, CHECKSUM, lambda share, said, figures=None: told.append(share)
    )
    assert [file.name for file in (tmp_path / "new").iterdir()] == [NAME]
    assert (tmp_path / "new" / NAME).read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == (1 if path == "good" else 0)


@pytest.mark.parametrize(
    ("path", "checksum", "error", "said"),
    [
        ("good", "00000000", InputError, f"its checksum begins with {CHECKSUM}, not 00000000"),
        ("half", CHECKSUM, InputError, "broke off after 500000 of 1000000 bytes"),
        ("gone", CHECKSUM, NotFoundError, "answers 404"),
    ],
)
def test_a_fetch_that_fails_says_why_and_leaves_nothing(server, tmp_path, path, checksum, error, said):
    with pytest.raises(error, match=said):
        download(f"{server}/{path}", tmp_path / NAME, checksum)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_one_sentence(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(NotFoundError, match="cannot be fetched"):
            download(f"http://127.0.0.1:{port}/x", tmp_path / NAME, CHECKSUM)
    with pytest.raises(NotFoundError, match="cannot be fetched"):
        download("nonsense", tmp_path / NAME, CHECKSUM)
    assert list(tmp_path.iterdir()) == []


def test_fetching_stops_on_request_and_leaves_nothing(server, tmp_path):
    with pytest.raises(Cancelled, match="cancelled"):
        download(f"{server}/good", tmp_path / NAME, CHECKSUM, should_stop=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_weights_are_fetched_once_into_torchs_cache(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(NotFoundError, match=f"{NAME}'"):
        published_file(NAME, f"{server}/good", "Tiny", SpaceOptions("tiny"))
    found = published_file(NAME, f"{server}/good", "Tiny", SpaceOptions("tiny", download=True))
    assert found == (torch_cache() / NAME, "")
    assert found[0].read_bytes() == CONTENT
    assert published_file(NAME, f"{server}/gone", "Tiny", SpaceOptions("tiny", download=True)) == found


def test_another_address_can_be_named(server, tmp_path):
    options = SpaceOptions("tiny", str(tmp_path / "here.pth"), download=True, url=f"{server}/good")
    assert published_file(NAME, f"{server}/gone", "Tiny", options) == (tmp_path / "here.pth", "")


def test_a_named_file_with_other_content_carries_its_own_checksum(tmp_path):
    path = tmp_path / "mine.pth"
    path.write_bytes(b"mine")
    own = hashlib.sha256(b"mine").hexdigest()[:8]
    assert published_file(NAME, "", "Tiny", SpaceOptions("tiny", str(path))) == (path, own)


def test_the_cache_is_where_torch_has_it(monkeypatch, tmp_path):
    import torch

    for name, value in (("TORCH_HOME", "a"), ("XDG_CACHE_HOME", "b")):
        monkeypatch.delenv("TORCH_HOME", raising=False)
        monkeypatch.setenv(name, str(tmp_path / value))
        assert str(torch_cache()) == f"{torch.hub.get_dir()}/checkpoints"
    assert checksum_in("googlenet-1378be20.pth") == "1378be20"
