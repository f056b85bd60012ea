"""The app at a path of its host: addresses, redirects and links, and the cookie in the frame of another site."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from core.errors import InputError
from webapp.prefix import Prefix
from webapp.server import build_rest
from webapp.sessions import COOKIE_LIFE_S

SAID = {"X-Forwarded-Prefix": "/manycut"}


@pytest.fixture
def entry(library, make_entry):
    library.entries.add("talks", [make_entry()])
    return "talks/first"


def behind(library, root="", trusted=("127.0.0.1",), client="127.0.0.1", **settings):
    app = Prefix(build_rest(library), root, trusted)
    return TestClient(app, base_url="http://a.host", client=(client, 50_000), follow_redirects=False, **settings)


@pytest.mark.parametrize("left", ["/manycut", ""], ids=["left there", "taken away"])
@pytest.mark.parametrize("told", ["when started", "by the proxy"])
def test_every_address_works_below_the_path(library, entry, left, told):
    browser = behind(library, "/manycut/") if told == "when started" else behind(library)
    browser.headers.update(SAID if told == "by the proxy" else {})
    assert browser.get(f"{left}/healthz").json()["status"] == "ok"
    assert browser.get(f"{left}/api/entry", params={"id": entry}).json()["id"] == entry
    moved = browser.get(f"{left}/compare", params={"entry": entry})
    assert moved.headers["location"] == "/manycut/?entry=talks%2Ffirst"
    key = library.accounts.invite("Ada", "lead")
    assert browser.get(f"{left}/enter", params={"key": "wrong"}).headers["location"] == "/manycut/annotate?refused=1"
    refused = browser.get(f"{left}/review", headers={"Accept": "text/html"})
    assert (refused.status_code, refused.headers["location"]) == (303, "/manycut/annotate")
    assert browser.get(f"{left}/enter", params={"key": key}).headers["location"] == "/manycut/"
    assert browser.get(f"{left}/api/me").json()["annotator"] == "Ada"
    assert browser.get("/elsewhere/healthz").status_code == 404


def test_only_a_trusted_proxy_says_the_path(library, entry):
    stranger = behind(library, client="10.1.2.3")
    assert stranger.get("/compare", headers=SAID).headers["location"] == "/"
    known = behind(library, trusted=("10.0.0.0/8",), client="10.1.2.3")
    assert known.get("/compare", headers=SAID).headers["location"] == "/manycut/"
    for said in ("//evil.example", "https://evil.example", "/a b", "/a/../..//b"):
        assert known.get("/compare", headers={"X-Forwarded-Prefix": said}).headers["location"] == "/"


@pytest.mark.parametrize("root", ["http://a.host/manycut", "/a b", "/a//b"])
def test_what_is_no_path_is_refused(library, root):
    with pytest.raises(InputError, match="is no path to be mounted under"):
        Prefix(build_rest(library), root)


@pytest.mark.parametrize("framed", [None, "SPACE_ID", "MANYCUT_FRAMED"])
def test_the_cookie_is_kept_in_the_frame_of_another_site_where_there_is_one(library, monkeypatch, framed):
    for name in ("SPACE_ID", "MANYCUT_FRAMED"):
        monkeypatch.delenv(name, raising=False)
    if framed:
        monkeypatch.setenv(framed, "1")
    answer = behind(library).post("/api/me", json={"name": "Ada"})
    flags = {flag.strip().lower() for flag in answer.headers["set-cookie"].split(";")[1:]}
    shared = {"path=/", f"max-age={COOKIE_LIFE_S}", "httponly"}
    assert flags == shared | ({"samesite=none", "secure", "partitioned"} if framed else {"samesite=lax"})
