"""Jobs of one visitor and of all, and uploads of a day."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from core.errors import TooMuchError
from webapp.quotas import UploadQuota
from webapp.server import build_rest
from webapp.visitors import Asking, address_of, visitor_now

MB = 2**20


def asking(app, address="127.0.0.1"):
    return TestClient(Asking(app), client=(address, 50_000))


def test_a_visitor_has_so_many_jobs_until_some_are_done(library, monkeypatch):
    monkeypatch.setenv("MANYCUT_JOBS_PER_PERSON", "2")
    monkeypatch.setenv("MANYCUT_JOBS", "3")
    app = build_rest(library)
    ada, ben = asking(app), asking(app, "192.0.2.1")
    first = ada.post("/api/doctor", json={}).json()["job"]
    assert ada.post("/api/doctor", json={}).status_code == 202
    refused = ada.post("/api/doctor", json={})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert refused.json()["error"]["message"] == "2 jobs of yours wait or run already, and no more are taken in now."
    assert ben.post("/api/doctor", json={}).status_code == 202
    assert "3 jobs in all wait" in ben.post("/api/doctor", json={}).json()["error"]["message"]
    library.jobs.request_cancel(first)
    assert ada.post("/api/doctor", json={}).status_code == 202


def test_people_are_told_apart_by_name_where_they_share_an_address(library, monkeypatch):
    monkeypatch.setenv("MANYCUT_JOBS_PER_PERSON", "1")
    app = build_rest(library)
    ada, ben = asking(app), asking(app)
    for name, browser in (("Ada", ada), ("Ben", ben)):
        browser.post("/api/me", json={"name": name})
        assert browser.post("/api/doctor", json={}).status_code == 202
        assert browser.post("/api/doctor", json={}).status_code == 429


def test_in_a_public_demo_a_new_name_is_no_new_visitor(library, monkeypatch):
    monkeypatch.setenv("MANYCUT_DEMO_JOBS_PER_VISITOR", "1")
    browser = asking(build_rest(library, public=True))
    assert browser.post("/api/doctor", json={}).status_code == 202
    browser.post("/api/me", json={"name": "Somebody else"})
    assert browser.post("/api/doctor", json={}).status_code == 429


def test_a_household_with_many_addresses_is_one_visitor():
    first, second, other = (
        address_of({"client": (one, 1)}) for one in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:1::1")
    )
    assert first == second != other
    assert address_of({"client": ("192.0.2.1", 1)}) == "192.0.2.1"


def test_uploads_of_a_day_have_a_share_for_each_and_one_for_all(monkeypatch):
    monkeypatch.setenv("MANYCUT_DEMO_UPLOAD_MB_PER_VISITOR", "2")
    monkeypatch.setenv("MANYCUT_DEMO_UPLOAD_MB", "3")
    uploads = UploadQuota()
    uploads.take("a", 2 * MB)
    with pytest.raises(TooMuchError, match="2 MB a day from your address"):
        uploads.take("a", 1)
    with pytest.raises(TooMuchError, match="3 MB a day from all visitors"):
        uploads.take("b", MB)


def test_a_pages_function_that_gradio_calls_later_is_asked_for_by_whoever_called_it():
    """Gradio's queue lives in what the start of the server left behind, or somebody's first request."""
    import gradio as gr
    from gradio.context import LocalContext

    found = []

    async def app(scope, receive, send):
        found.append(visitor_now())
        if scope["type"] == "http":
            asked = Request({"type": "http", "headers": [], "client": ("192.0.2.9", 1)})
            with_request = LocalContext.request.set(gr.Request(asked))
            found.append(visitor_now())
            LocalContext.request.reset(with_request)

    async def run():
        await Asking(app)({"type": "lifespan"}, None, None)
        await Asking(app)({"type": "http", "headers": [], "client": ("192.0.2.7", 1)}, None, None)

    asyncio.run(run())
    assert found == ["", "address 192.0.2.7", "address 192.0.2.9"]
