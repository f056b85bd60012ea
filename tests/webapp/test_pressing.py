"""Scripts travel compressed as browsers take them, and a large one is pressed once for all."""

from __future__ import annotations

import gzip
import time

import brotli
from starlette.requests import Request

from webapp.pressing import LargeScript, Script

TEXT = b"const words = ['one', 'two'];\n" * 500


def asked(accepted):
    return Request({"type": "http", "headers": [(b"accept-encoding", accepted)]})


def test_a_script_travels_as_the_browser_takes_it():
    script = Script.of(TEXT)
    for accepted, encoding, unpacked in (
        (b"gzip, deflate, br;q=1", "br", brotli.decompress),
        (b"gzip, deflate", "gzip", gzip.decompress),
        (b"br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        (b"br; q=0.0, gzip;q=0", None, bytes),
        (b"", None, bytes),
    ):
        answer = script.answer(asked(accepted), "no-cache")
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert unpacked(answer.body) == TEXT


def test_a_large_script_is_pressed_once_and_found_by_the_next_server(tmp_path):
    source = tmp_path / "large.js"
    source.write_bytes(TEXT)
    large = LargeScript(source)
    assert brotli.decompress(large.script().brotli) == TEXT
    large.press_beside()
    deadline = time.monotonic() + 20
    while not (kept := list(tmp_path.glob("large.js.*.br"))):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kept[0].write_bytes(brotli.compress(b"as it was kept"))
    assert brotli.decompress(LargeScript(source).script().brotli) == b"as it was kept"
    source.write_bytes(TEXT * 2)  # another version of the package
    assert brotli.decompress(LargeScript(source).script().brotli) == TEXT * 2
